"""The runner: plays a script against an acceptor, and says how it went.

Every script begins with new connections and expects what its own lines say; the acceptor has to start the session's
sequence numbers again with each Logon.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from certification.acceptance.comparison import Comparison, compare_meaning
from certification.acceptance.connection import Connection
from certification.acceptance.errors import BadOption, Deviation, NoScripts, ScriptUnreadable
from certification.acceptance.message import extend_logon, fill_in, readable, rename_comp_ids
from certification.acceptance.script import Act, Step, parse_script

SUFFIX: Final = ".def"
DISCONNECT_TIMEOUT_S: Final = 10.0
LEAVE_TIMEOUT_S: Final = 5.0
"""How long the acceptor may take to let go of a connection that we have closed."""


class Target(Struct, frozen=True, kw_only=True):
    """The acceptor to play against, and how to judge it."""

    port: int
    host: str = "127.0.0.1"
    compare: Comparison = compare_meaning
    comp_ids: Mapping[bytes, bytes] = {}
    """CompIDs of the scripts, and what to put in their place."""
    logon_fields: bytes = b""
    """Fields, each with its SOH, that every Logon of ours gets in addition."""
    timeout_s: float = 30.0
    """How long an expected message may take."""
    connect_timeout_s: float = 5.0
    """How long it is tried to connect."""


class Verdict(Struct, frozen=True, kw_only=True):
    """How a script went. `line` and what follows are of the step that failed."""

    script: str
    passed: bool
    duration_s: float
    line: int = 0
    reason: str = ""
    expected: str = ""
    got: str = ""


def find_scripts(folder: Path, only: Iterable[str] = (), skip: Iterable[str] = ()) -> list[Path]:
    """List the scripts of a folder, or of those below it, by name; raises NoScripts.

    `only` and `skip` have names with or without the suffix.
    """
    wanted, unwanted = ({name.removesuffix(SUFFIX) for name in names} for names in (only, skip))
    paths = sorted(folder.glob(f"*{SUFFIX}")) or sorted(folder.rglob(f"*{SUFFIX}"))
    missing = wanted - {path.stem for path in paths}
    if missing:
        raise NoScripts(f"There is no script {', '.join(sorted(missing))} in {folder}.")
    chosen = [path for path in paths if path.stem not in unwanted and (not wanted or path.stem in wanted)]
    if not chosen:
        raise NoScripts(f"There are no scripts (*{SUFFIX}) to play in {folder}.")
    return chosen


def run_script(path: Path, target: Target) -> Verdict:
    """Play one script to its end or to the first step that fails."""
    started = time.monotonic()
    play = _Play(target)
    try:
        for step in parse_script(path.read_bytes()):
            play.line = step.line
            play.do(step)
    except ScriptUnreadable as error:
        failure = {"reason": str(error)}
    except Deviation as error:
        failure = {"reason": error.reason, "expected": readable(error.expected), "got": readable(error.got)}
    else:
        failure = {}
    finally:
        play.end()
    took_s = round(time.monotonic() - started, 3)
    line = play.line if failure else 0
    return Verdict(script=path.stem, passed=not failure, duration_s=took_s, line=line, **failure)


def parse_comp_ids(pairs: Iterable[str]) -> dict[bytes, bytes]:
    """Read CompIDs to rename, each as OLD=NEW; raises BadOption."""
    names = {}
    for pair in pairs:
        old, _, new = pair.partition("=")
        if not old or not new:
            raise BadOption(f"A CompID to rename is written OLD=NEW, not {pair!r}.")
        names[old.encode("latin-1")] = new.encode("latin-1")
    return names


def parse_fields(text: str) -> bytes:
    """Read fields written like "553=user|554=secret"; raises BadOption, which does not repeat them."""
    fields = [field for field in text.split("|") if field]
    if any(not field.partition("=")[0].isdigit() or not field.partition("=")[2] for field in fields):
        raise BadOption("Fields to add to a Logon are written tag=value|tag=value, each with a value.")
    return b"".join(field.encode("latin-1") + b"\x01" for field in fields)


class _Play:
    """The connections of one script while it is played."""

    def __init__(self, target: Target) -> None:
        self.line = 0
        self._target = target
        self._connections: dict[int, Connection] = {}

    def do(self, step: Step) -> None:
        """Do one step; raises Deviation."""
        match step.act:
            case Act.CONNECT:
                self._close(step.connection)
                target = self._target
                connection = Connection(target.host, target.port, target.connect_timeout_s)
                self._connections[step.connection] = connection
            case Act.DISCONNECT:
                self._close(step.connection)
            case Act.AWAIT_DISCONNECT:
                self._open(step).await_end(DISCONNECT_TIMEOUT_S)
                self._close(step.connection)
            case Act.SEND:
                text = extend_logon(rename_comp_ids(step.text, self._target.comp_ids), self._target.logon_fields)
                self._open(step).send(fill_in(text, datetime.now(UTC)))
            case Act.EXPECT:
                self._expect(step)

    def end(self) -> None:
        """Close what the script left open."""
        for number in list(self._connections):
            self._close(number)

    def _expect(self, step: Step) -> None:
        expected = fill_in(rename_comp_ids(step.text, self._target.comp_ids), datetime.now(UTC))
        try:
            received = self._open(step).receive(self._target.timeout_s)
        except Deviation as error:
            raise Deviation(error.reason, expected=expected, got=error.got) from error
        difference = self._target.compare(expected, received)
        if difference:
            raise Deviation(difference, expected=expected, got=received)

    def _open(self, step: Step) -> Connection:
        if step.connection not in self._connections:
            raise ScriptUnreadable(f"line {step.line} uses connection {step.connection}, which is not open")
        return self._connections[step.connection]

    def _close(self, number: int) -> None:
        connection = self._connections.pop(number, None)
        if connection is not None:
            connection.leave(LEAVE_TIMEOUT_S)
