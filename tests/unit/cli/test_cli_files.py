"""Verbs that look at files, and the boundary of the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tradsys_oms import __version__
from tradsys_oms.config import load_config
from tradsys_oms.core.commands import EnterOrder, Instructions, NewOrder, SetMember
from tradsys_oms.core.events import Refused
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.writer import JournalWriter

Tradsys = Callable[..., tuple[int, str, str]]


def write_journal(folder: Path) -> Path:
    """Write a journal of three entries; give its segment."""
    writer = JournalWriter.open(folder, "os")
    for number in range(3):
        writer.append(number + 1, encode_entry(SetMember(f"FIRM{number}", True), ()))
    batch = writer.take_batch()
    assert batch is not None
    writer.write_batch(batch)
    writer.close()
    (segment,) = folder.glob("*.tsj")
    return segment


def test_a_valid_configuration_is_counted(tradsys: Tradsys, config: Path) -> None:
    assert tradsys("config", "check", config) == (0, f"{config} is valid: 1 members, 1 sessions, 1 instruments\n", "")


def test_limits_are_counted_and_their_faults_are_those_of_the_configuration(tradsys: Tradsys, config: Path) -> None:
    limits = config.parent / "limits.yaml"
    limits.write_text("all: {collar_ticks: 1}\ndefaults: {session: {order_qty_max: 5}}\n")
    config.write_text(config.read_text() + "risk: {limits_file: limits.yaml}\n")
    code, out, err = tradsys("config", "check", config)
    assert (code, err) == (0, "")
    assert out == f"{config} is valid: 1 members, 1 sessions, 1 instruments, 0 accounts, limits of 2 scopes\n"
    limits.write_text("all: {collar_tick: 1}\n")
    code, out, err = tradsys("config", "check", config)
    assert (code, out) == (1, "")
    expected = f"{limits}:1: all.collar_tick: there is no such key (did you mean collar_ticks?)"
    assert err.splitlines()[1] == expected
    assert "collar_tick" not in tradsys("status", "-c", config)[2], "a fault in a limit keeps nobody from a daemon"


def test_venues_and_routes_are_counted_and_their_faults_are_those_of_the_configuration(
    tradsys: Tradsys, config: Path
) -> None:
    venues = config.parent / "venues.yaml"
    venues.write_text(
        "venues:\n"
        "  - {id: V, dialect: fix44, addresses: ['127.0.0.1:1'], sender_comp_id: US, target_comp_id: V}\n"
        "routes:\n"
        "  - {id: out, strategy: venue, venues: [V]}\n"
    )
    config.write_text(config.read_text() + "venues_file: venues.yaml\n")
    assert tradsys("config", "check", config) == (
        *(0, f"{config} is valid: 1 members, 1 sessions, 1 instruments, 1 venues, 1 routes\n", ""),
    )
    venues.write_text(venues.read_text().replace("venues: [V]", "venues: [W]"))
    code, out, err = tradsys("config", "check", config, "-o", "json")
    assert (code, err) == (1, "")
    (fault,) = json.loads(out)["faults"]
    assert (fault["file"], fault["line"], fault["key"]) == (str(venues), 4, "routes[0].venues[0]")


def test_all_faults_of_a_configuration_are_printed(tradsys: Tradsys, config: Path) -> None:
    config.write_text(config.read_text() + "nosuch: 1\nhttps: 2\n")
    code, out, err = tradsys("config", "check", config)
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == f"tradsys: {config} is not a valid configuration: 2 faults"
    assert err.splitlines()[2] == f"{config}:7: https: there is no such key (did you mean http?)"


def test_faults_are_data_too(tradsys: Tradsys, config: Path) -> None:
    assert json.loads(tradsys("config", "check", config, "-o", "json")[1]) == {
        "path": str(config),
        "valid": True,
        "faults": [],
    }
    config.write_text(config.read_text() + "https: 2\n")
    code, out, _err = tradsys("config", "check", config, "-o", "json")
    fault = {
        "file": str(config),
        "line": 6,
        "key": "https",
        "text": "there is no such key",
        "hint": "did you mean http?",
    }
    assert (code, json.loads(out)) == (1, {"path": str(config), "valid": False, "faults": [fault]})


def test_a_daemon_does_not_start_with_a_faulty_configuration(tradsys: Tradsys, config: Path) -> None:
    config.write_text("nosuch: 1\n")
    code, out, err = tradsys("run", "-c", config)
    assert (code, out, len(err.splitlines())) == (1, "", 2)


def test_a_missing_configuration_is_one_sentence(tradsys: Tradsys, tmp_path: Path) -> None:
    path = tmp_path / "nosuch.yaml"
    sentence = f"tradsys: the configuration {path} can't be read: No such file or directory\n"
    for verb in (("run", "-c", path), ("status", "-c", path), ("config", "check", path)):
        assert tradsys(*verb) == (1, "", sentence)


@pytest.mark.parametrize("by_config", [True, False])
def test_a_clean_journal(tradsys: Tradsys, config: Path, by_config: bool) -> None:
    folder = config.parent / "state" / "journal"
    write_journal(folder)
    code, out, _err = tradsys("journal", "verify", *(("-c", config) if by_config else (folder,)), "-o", "json")
    report = json.loads(out)
    assert (code, report["status"], report["records"], report["faults"]) == (0, "clean", 3, [])


def test_an_order_by_telephone_is_one_of_its_session(tradsys: Tradsys, config: Path) -> None:
    writer = JournalWriter.open(load_config(config).state_dir / "journal", "os")
    order = NewOrder("B1", 0, "", "A1", "ACME", "1", "1", "0", 10**8, None, instructions=Instructions(is_manual=True))
    writer.append(1, encode_entry(EnterOrder(order, "called (by night)"), ()))
    writer.append(2, encode_entry(SetMember("FIRM", True), ()))
    batch = writer.take_batch()
    assert batch is not None
    writer.write_batch(batch)
    writer.close()
    (row,) = json.loads(tradsys("journal", "show", "-c", config, "--session", "B1", "-o", "json")[1])
    found = (row["command"], row["session"], row["symbol"], row["text"], row["clord_id"])
    assert found == ("EnterOrder", "B1", "ACME", "called (by night)", "")
    assert "called (by night)" in tradsys("journal", "show", "-c", config)[1]


def test_events_of_one_kind_are_counted(tradsys: Tradsys, config: Path) -> None:
    folder = load_config(config).state_dir / "journal"
    writer = JournalWriter.open(folder, "os")
    writer.append(1, encode_entry(SetMember("FIRM", True), (Refused("a"), Refused("b"))))
    batch = writer.take_batch()
    assert batch is not None
    writer.write_batch(batch)
    writer.close()
    code, out, _ = tradsys("journal", "show", "-c", config)
    assert (code, "2 Refused" in out) == (0, True)
    assert json.loads(tradsys("journal", "show", "-c", config, "-o", "json")[1])[0]["events"] == ["Refused", "Refused"]


def test_a_damaged_journal(tradsys: Tradsys, config: Path) -> None:
    segment = write_journal(config.parent / "state" / "journal")
    raw = bytearray(segment.read_bytes())
    raw[raw.index(b"FIRM1")] ^= 1
    segment.write_bytes(raw)
    code, out, err = tradsys("journal", "verify", "-c", config)
    assert code == 1
    assert "damaged" in out
    assert err.startswith(f"tradsys: {segment.name} offset ")


def test_a_journal_that_is_not_there(tradsys: Tradsys, tmp_path: Path) -> None:
    code, _out, err = tradsys("journal", "verify", tmp_path / "nosuch")
    assert code == 2
    assert str(tmp_path / "nosuch") in err


def test_the_reference_is_the_page_in_docs(tradsys: Tradsys) -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "configuration.md"
    assert tradsys("config", "reference") == (0, page.read_text(), "")


def test_a_mistyped_verb_is_a_usage_error(tradsys: Tradsys) -> None:
    code, _out, err = tradsys("statsu")
    assert code == 2
    assert "No such command 'statsu'" in err


def test_every_verb_has_help(tradsys: Tradsys) -> None:
    help_text = tradsys("--help")[1]
    for verb in ("run", "status", "config", "session", "order", "book", "journal", "db"):
        assert f"\n  {verb} " in help_text
        assert tradsys(verb, "--help")[0] == 0
    assert tradsys("--version")[1] == f"tradsys, version {__version__}\n"


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "config", "reference"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 1
