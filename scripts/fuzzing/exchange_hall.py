"""The fuzzed acceptor: a session for each version, whose settings the tape draws, and one peer at a time in memory.

What it says is kept: its log, its message log and all that it writes must have no secret in them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import structlog
from argon2 import PasswordHasher

from scripts.fuzzing.clocks import Clock
from scripts.fuzzing.codec import MESSAGE_SIZE_MAX, validators
from scripts.fuzzing.exchange import Allowance, Exchange
from scripts.fuzzing.inputs import BEGIN_STRINGS, SECRET, US, VERSIONS, VERSIONS_OF
from scripts.fuzzing.logons import PASSWORD, USER
from scripts.fuzzing.memory_transport import Peer
from scripts.fuzzing.tape import Tape
from tradsys_oms.errors import invariant
from tradsys_oms.fix.acceptor import TURN_BYTES, Acceptor, AcceptorSettings
from tradsys_oms.fix.door.authentication import Authentication, AuthenticationSettings
from tradsys_oms.fix.message_log import MessageLog
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.throttle import Bucket, Excess, Throttle

COMP_IDS: Final = dict(zip(VERSIONS, ("BROKER42", "BROKER44", "BROKER52", "BROKER50"), strict=True))
WITH_PASSWORD: Final = ("FIX.4.4", "FIX.5.0SP2")
CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A hash takes microseconds instead of 20 ms; nothing else is different."""
PASSWORD_HASH: Final = CHEAP.hash(PASSWORD)
DOOR: Final = AuthenticationSettings(failures_max=3, lockout_s=60, failure_delay_ms=500, threads=1)
EXCESSES: Final = (None, None, *Excess)
BUCKETS: Final = ((2, 4), (1, 1), (5, 2), (1, 20))
"""Messages per second and burst."""
TURNS_MAX: Final = 400
"""So many turns of the loop are more than any answer takes."""
JUDGED_WITHIN_S: Final = 10.0


class Ears:
    """Hears what is logged, at all levels."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def __call__(self, logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Keep a line."""
        self.heard.append(repr(event))
        raise structlog.DropEvent


class Hall:
    """An acceptor with one session for each version; one peer at a time is connected."""

    def __init__(self, tape: Tape, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.folder = folder
        self.ears = Ears()
        self.exchange = Exchange(commits_at_once=not tape.chance(30))
        message_log = None
        if tape.chance(25):
            limits = {"file_bytes_max": 1 << 16, "files_max": 2, "pending_bytes_max": 1 << 22}
            message_log = MessageLog(folder / "log", **limits)
        settings = AcceptorSettings(message_size_max=MESSAGE_SIZE_MAX)
        self.acceptor = Acceptor(self.exchange, validators(), settings, self._failed, message_log)
        self.acceptor.authentication = Authentication(DOOR, clock.monotonic_ns)
        self.exchange.acceptor = self.acceptor
        self._add_sessions(tape)
        self.peer = Peer(self.acceptor)

    def _add_sessions(self, tape: Tape) -> None:
        has_passwords, uses_next_expected = tape.chance(35), tape.chance(30)
        member = tape.pick((None, None, *BUCKETS))
        shared = None if member is None else (Bucket(*member), Allowance(*member, self.clock, is_capped=False))
        for version, comp_id in COMP_IDS.items():
            settings = SessionSettings(
                session=comp_id,
                comp_id=US,
                peer_comp_id=comp_id,
                begin_string=BEGIN_STRINGS[version],
                appl_version=version,
                appl_versions=VERSIONS_OF.get(version, ()),
                uses_next_expected=uses_next_expected and version != "FIX.4.2",
                username=USER if has_passwords and version in WITH_PASSWORD else "",
                password_hash=PASSWORD_HASH if has_passwords and version in WITH_PASSWORD else "",
                fields_max=60,
                group_entries_max=3,
                resend_requests_max=12,
            )
            session = self.acceptor.add_session(settings, OutboundStore.open(self.folder / comp_id, 0), 1)
            self._limit(session, tape, shared)

    def _limit(self, session: Session, tape: Tape, shared: tuple[Bucket, Allowance] | None) -> None:
        """Give a session a rate, or none."""
        excess, (rate, burst) = tape.pick(EXCESSES), tape.pick(BUCKETS)
        if excess is None:
            return
        is_capped = excess in (Excess.REJECT, Excess.REPORT)
        allowances = [Allowance(rate, burst, self.clock, is_capped=is_capped)]
        if shared is not None:
            allowances.append(shared[1])
        session.throttle = Throttle(excess, Bucket(rate, burst), shared[0] if shared else None)
        self.exchange.allowances[session.session] = allowances

    @staticmethod
    def _failed(error: BaseException) -> None:
        raise error

    def numbers(self) -> list[tuple[int, int]]:
        """Give both numbers of all sessions."""
        return [(session.next_in, session.next_out) for session in self.acceptor.sessions.values()]

    def change_policy(self, session: Session, excess: Excess) -> None:
        """Do something else with what is beyond the rate from now on, as a reload does."""
        if session.throttle is not None:
            session.throttle.excess = excess
            for allowance in self.exchange.allowances[session.session]:
                allowance.loosen(len(session.held))

    async def advance(self, seconds: float) -> None:
        """Let time pass, and do what it demands."""
        self.clock.advance(seconds)
        if self.peer.connection.session is not None and self.peer.connection.is_open:
            self.peer.connection.tick(self.clock.now_ns)
        self.acceptor.flush()
        await self.settle()

    async def settle(self) -> None:
        """Wait until what was asked for has been written: resends come in the loop's next turns."""
        quiet = 0
        for _ in range(TURNS_MAX):
            written = self.peer.transport.written
            size = len(written)
            await asyncio.sleep(0)
            self.exchange.commit()
            if self.peer.connection._entrance.is_undecided:
                await self._wait_for_verdict()
                quiet = 0
            quiet = quiet + 1 if len(written) == size else 0
            if quiet == 2:
                return

    async def _wait_for_verdict(self) -> None:
        """Wait for the thread that judges a password, and for the time at which a failure is told."""
        deadline_s = time.monotonic() + JUDGED_WITHIN_S
        while self.acceptor.authentication.waiting:
            invariant(time.monotonic() < deadline_s, "A password is not judged.")
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        if self.peer.connection._entrance.is_undecided:
            self.clock.advance(DOOR.failure_delay_ms / 1000)
            await asyncio.sleep(0)

    def check_health(self) -> None:
        """Nothing of ours may have failed, and what waits is bounded."""
        if self.exchange.errors:
            raise self.exchange.errors[0]
        faults = self.acceptor.failures + sum(s.counters.failures for s in self.acceptor.sessions.values())
        invariant(faults == 0, f"A fault of ours was counted: {self.ears.heard[-3:]}")
        connection, transport = self.peer.connection, self.peer.transport
        if connection.session is None or transport.is_closing():
            invariant(connection.session or not connection._patterns.cut_count, "Messages were cut at the door.")
            return
        waiting = connection._intake._waiting
        invariant(sum(map(len, waiting)) <= TURN_BYTES + MESSAGE_SIZE_MAX, "More waits than one read.")
        invariant(not waiting or transport.is_paused, "Frames wait, and the peer is read on.")
        invariant(connection._patterns.cut_count <= len(waiting), "Messages were cut that nobody will parse.")

    async def drain(self) -> None:
        """See that what waits for its rate goes on."""
        connection = self.peer.connection
        while (session := connection.session) is not None and connection._intake.is_waiting and not self.peer.is_cut:
            taken = session.counters.messages_in
            self.clock.advance(2)
            await self.settle()
            self.check_health()
            is_moving = self.peer.is_cut or session.counters.messages_in > taken
            invariant(is_moving, "What waits for its rate does not go on.")

    async def part(self) -> None:
        """End the connection and begin the next one."""
        await self.peer.leave()
        self.exchange.commit()
        online = [session for session in self.acceptor.sessions.values() if session.is_online]
        invariant(not online, "A session outlived its connection.")
        invariant(not self.acceptor._connections, "The acceptor holds on to a connection that is gone.")
        self.peer = Peer(self.acceptor)

    async def close(self) -> None:
        """Give all back that time would, and the stores."""
        await self.peer.leave()
        self.clock.advance(100)
        for _ in range(3):
            await asyncio.sleep(0)
        self.exchange.commit()
        self.acceptor.close()

    def check_secrets(self) -> None:
        """No secret may be in a log, a store or a message log."""
        invariant(not any(SECRET in line for line in self.ears.heard), "A secret was logged.")
        for path in self.folder.rglob("*"):
            if path.is_file():
                invariant(SECRET.encode() not in path.read_bytes(), f"A secret is in {path.name}.")
