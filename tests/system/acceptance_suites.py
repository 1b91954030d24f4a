"""The FIX 4.4 acceptance scripts of the QuickFIX project, said in all versions, and a daemon to play them against.

The scripts are third-party data beside the repository (../shared/conformance); tests that need them are skipped without
them. They are played side by side, in lanes: each lane is a session of its own, because a session has one connection.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from certification.acceptance.comparison import choose_comparison
from certification.acceptance.runner import Target, Verdict, find_scripts, run_script
from certification.daemon import Daemon
from tests.system.trading_system import ROOT, free_port

SCRIPTS = ROOT.parent / "shared" / "conformance" / "fix44"
MISSING = f"the acceptance scripts are not in {SCRIPTS}"
LANES = (("6_SendTestRequest",), ("4a_NoDataSentDuringHeartBtInt",))
"""Scripts that wait for heartbeats have a lane each; a last one has the others."""
NEEDS_ECHO = ("19a_PossResendMessageThatHAsAlreadyBeenSent", "19b_PossResendMessageThatHasNotBeenSent")
"""Want an application that echoes orders: 19a silence on a PossResend seen before, 19b the flag back."""

COMP_IDS = {"FIX.4.2": "TW42", "FIX.4.4": "TW44", "FIX.5.0SP2": "TW50SP2"}
BEGIN_STRINGS = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4", "FIX.5.0SP2": "FIXT.1.1"}
TRANSLATIONS: dict[tuple[str, str], tuple[tuple[bytes, bytes], ...]] = {
    # FIX 4.2 has no NoSecurityAltID (454).
    ("FIX.4.2", "21_RepeatingGroupSpecifierWithValueOfZero"): ((b"454=0", b"146=0"),),
    # FIXT has no Symbol (55), so a session message with one has an unknown tag.
    ("FIX.5.0SP2", "14c_TagNotDefinedForMsgType"): ((b"\x0155=MSFT", b"\x0158=TEXT"), (b"371=55", b"371=58")),
}


def say_in(version: str, name: str, script: bytes) -> bytes:
    """Say a FIX 4.4 script in another version: envelope, DefaultApplVerID of Logons, reasons that FIX 4.2 has not."""
    script = script.replace(b"8=FIX.4.4", b"8=" + BEGIN_STRINGS[version].encode())
    script = script.replace(b"TW44", COMP_IDS[version].encode())
    if version == "FIX.5.0SP2":
        script = re.sub(
            rb"^(.*\x0135=A\x01.*?\x01)((?:10=[^\n]*)?)$",
            rb"\g<1>1137=9" + b"\x01" + rb"\2",
            script,
            flags=re.MULTILINE,
        )
    elif version == "FIX.4.2":
        script = re.sub(rb"\x01373=1[2-9]\x01", b"\x01", script)
    for old, new in TRANSLATIONS.get((version, name), ()):
        script = script.replace(old, new)
    return script


def write_suite(version: str, folder: Path) -> Path:
    """Write all scripts, said in a version, to a folder."""
    folder.mkdir(parents=True)
    for path in find_scripts(SCRIPTS):
        (folder / path.name).write_bytes(say_in(version, path.stem, path.read_bytes()))
    return folder


class ConformanceDaemon:
    """A real daemon with config/conformance.yaml on free ports, and a session more for each further lane."""

    def __init__(self, folder: Path) -> None:
        settings: dict[str, Any] = yaml.safe_load((ROOT / "config" / "conformance.yaml").read_text())
        self.fix_port, http_port = free_port(), free_port()
        settings["fix"]["listen"] = f"127.0.0.1:{self.fix_port}"
        settings["http"]["listen"] = f"127.0.0.1:{http_port}"
        settings["state_dir"] = str(folder / "state")
        settings["sessions"] += [
            session | {"comp_id": f"{session['comp_id']}L{lane}"}
            for session in settings["sessions"]
            if session["comp_id"] in COMP_IDS.values()
            for lane in range(len(LANES))
        ]
        config = folder / "conformance.yaml"
        config.write_text(yaml.safe_dump(settings, sort_keys=False))
        self.daemon = Daemon(config, http_port, folder / "daemon.log", ROOT)

    def play(self, version: str, suite: Path) -> dict[str, Verdict]:
        """Play a suite in its lanes, and give the verdict of each script."""
        slow = [name for names in LANES for name in names]
        comp_id = COMP_IDS[version]
        lanes = [(comp_id, find_scripts(suite, skip=slow))]
        lanes += [(f"{comp_id}L{lane}", find_scripts(suite, only=names)) for lane, names in enumerate(LANES)]
        with ThreadPoolExecutor(len(lanes)) as threads:
            done = list(threads.map(lambda lane: self._play_lane(comp_id, *lane), lanes))
        return {verdict.script: verdict for verdicts in done for verdict in verdicts}

    def _play_lane(self, written: str, comp_id: str, scripts: list[Path]) -> list[Verdict]:
        compare = choose_comparison(is_semantic=True, echo_as=frozenset("8j"))
        target = Target(port=self.fix_port, compare=compare, comp_ids={written.encode(): comp_id.encode()})
        return [run_script(path, target) for path in scripts]
