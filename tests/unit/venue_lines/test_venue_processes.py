"""The link processes follow the configuration; a child that notes its life stands for the link."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.unit.venue_lines.links import until
from tradsys_oms.config import load_config
from tradsys_oms.config.model import Config
from tradsys_oms.venue_lines.processes import VenueProcesses, link_command

CHILD = """\
import signal, sys, time
from pathlib import Path
path = Path(sys.argv[1])
def end(*_):
    with path.open("a") as file: file.write("end ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
with path.open("a") as file: file.write("begin ")
sys.stdin.read()
"""
VENUE = '{{id: {0}, dialect: fix44, addresses: ["127.0.0.1:1"], sender_comp_id: US, target_comp_id: {0}, {1}}}'


class Links:
    """Processes whose children write into a file each what happens to them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.processes = VenueProcesses(self._command)

    def config(self, **venues: str) -> Config:
        """Read a configuration with these venues, and further keys of each; `marks` of the instrument."""
        marks = venues.pop("marks", "")
        listed = ", ".join(VENUE.format(name, keys or "enabled: true") for name, keys in venues.items())
        path = self.directory / "tradsys.yaml"
        path.write_text(
            f"insecure: true\nstate_dir: {self.directory}\nmembers: [{{id: FIRM1}}]\n"
            f"instruments: [{{symbol: ACME, reference_price: 100{marks}}}]\nvenues: [{listed}]\n"
        )
        return load_config(path)

    def life(self, venue: str) -> str:
        path = self.directory / f"{venue}.life"
        return path.read_text() if path.exists() else ""

    async def follow(self, **venues: str) -> None:
        self.processes.follow(self.config(**venues))
        await self.processes.settled()

    def _command(self, _config: Config, venue: str) -> list[str]:
        return [sys.executable, "-c", CHILD, str(self.directory / f"{venue}.life")]


def play(directory: Path, scenario: Callable[[Links], Awaitable[None]]) -> None:
    async def main() -> None:
        links = Links(directory)
        try:
            await scenario(links)
        finally:
            await links.processes.stop()
        assert links.processes.children == {}

    asyncio.run(main())


def test_each_venue_that_is_ours_to_run_has_a_link(tmp_path: Path) -> None:
    async def scenario(links: Links) -> None:
        await links.follow(V1="", OFF="enabled: false", OTHER="supervise: false")
        await until(lambda: links.life("V1"))
        assert list(links.processes.children) == ["V1"]
        await links.processes.stop()
        assert links.life("V1") == "begin end "
        assert links.life("OFF") + links.life("OTHER") == ""

    play(tmp_path, scenario)


def test_a_link_starts_again_when_what_it_knows_has_changed(tmp_path: Path) -> None:
    async def scenario(links: Links) -> None:
        await links.follow(V1="", V2="")
        await until(lambda: links.life("V1") and links.life("V2"))
        await links.follow(V1="probes: 7, answer_timeout_ms: 900", V2="heart_bt_int_s: 7", V3="")
        await until(lambda: links.life("V2") == "begin end begin " and links.life("V3"))
        assert links.life("V1") == "begin ", "it does not know these keys"
        await links.follow(V2="heart_bt_int_s: 7", V3="enabled: false")
        assert links.life("V1") == links.life("V3") == "begin end "
        assert list(links.processes.children) == ["V2"]

    play(tmp_path, scenario)


def test_a_link_starts_again_when_there_are_more_prices_to_ask_for_but_not_for_less(tmp_path: Path) -> None:
    async def scenario(links: Links) -> None:
        await links.follow(V1="", V2="")
        await until(lambda: links.life("V1") and links.life("V2"))
        await links.follow(V1="", V2="", marks=", mark_venues: [V2]")
        await until(lambda: links.life("V2") == "begin end begin ")
        await links.follow(V1="", V2="", marks=", mark_spread_max_percent: 7")
        assert (links.life("V1"), links.life("V2")) == ("begin ", "begin end begin ")

    play(tmp_path, scenario)


def test_changes_that_come_fast_end_in_the_last_one(tmp_path: Path) -> None:
    async def scenario(links: Links) -> None:
        links.processes.follow(links.config(V1=""))
        links.processes.follow(links.config(V2=""))
        links.processes.follow(links.config(V3=""))
        await links.processes.settled()
        assert list(links.processes.children) == ["V3"]
        await until(lambda: links.life("V3"))

    play(tmp_path, scenario)


def test_the_command_names_the_venue_and_the_configuration(tmp_path: Path) -> None:
    config = Links(tmp_path).config(V1="")
    assert link_command(config, "V1")[1:] == [
        *("-m", "tradsys_oms.cli.main", "venue", "run", "V1"),
        *("--config", str(config.path), "--stop-at-eof"),
    ]
