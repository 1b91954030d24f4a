"""What an operator does to sessions of a running daemon: each action is previewed, has a reason, and is journaled.

An action first says what it would change, in sentences; with `preview` that is all. What it does is a command in the
journal with the operator's reason and name, so it is part of the audit trail and holds after a restart. The operator
is told that it is done when that command is durable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import structlog

from tradsys_oms.brokers import Brokers
from tradsys_oms.core.commands import BlockSession, LogoutSession, SessionReset, SetNumbers
from tradsys_oms.core.engine import Engine
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.fix.acceptor import Acceptor
from tradsys_oms.fix.session import Session
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

NUMBER_MAX: Final = 900_000_000
"""Leaves room below the largest number that a store takes: for what is sent, and skipped after a power loss."""


class SessionDesk:
    """The verbs of the control socket that change something."""

    def __init__(
        self, engine: Engine, sequencer: Sequencer, acceptor: Acceptor, brokers: Brokers, operators: Operators
    ) -> None:
        self._engine, self._sequencer, self._acceptor, self._brokers = engine, sequencer, acceptor, brokers
        self._operators = operators
        self._actions: dict[str, Action] = {
            "logout": (self._preview_logout, self._logout),
            "disable": (self._preview_disable, self._disable),
            "enable": (self._preview_enable, self._enable),
            "reset": (self._preview_reset, self._reset),
            "set-seq": (self._preview_numbers, self._set_numbers),
        }

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"session.act": self.act}

    async def act(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview an action, or do it; arguments: session, action, reason, user, preview, next_in, next_out."""
        session = self._acceptor.sessions.get(str(arguments.get("session", "")))
        if session is None:
            raise OperationRefused(
                f"there is no session {arguments.get('session', '')!r}; `tradsys session list` lists them"
            )
        action = str(arguments.get("action", ""))
        if action not in self._actions:
            raise OperationRefused(f"there is no action {action!r}; actions are {', '.join(self._actions)}")
        reason = self._operators.begin(arguments)
        preview, do = self._actions[action]
        sentences = preview(session, arguments)
        if not arguments.get("preview"):
            do(session, reason, arguments)
            log.warning("session_operated", session=session.session, action=action, reason=reason)
            await self._sequencer.committed()
        return {"session": session.session, "action": action, "preview": sentences}

    # Logout.

    def _preview_logout(self, session: Session, _arguments: dict[str, Any]) -> list[str]:
        if not session.is_online:
            raise OperationRefused(f"session {session.session} is not logged on")
        return [
            f"{session.session} is logged on from {session.address}; it will be asked to log out.",
            "Its engine may log on again at once; `tradsys session disable` keeps it away.",
        ]

    def _logout(self, session: Session, reason: str, _arguments: dict[str, Any]) -> None:
        self._sequencer.submit(LogoutSession(session.session, reason))
        self._acceptor.logout(session.session, "Logged out by the operator")

    # Disable and enable.

    def _preview_disable(self, session: Session, _arguments: dict[str, Any]) -> list[str]:
        if self._engine.sessions[session.session].is_blocked:
            raise OperationRefused(f"session {session.session} is disabled already")
        sentences = [f"Nobody can log on to {session.session} until it is enabled again, also after a restart."]
        if session.is_online:
            sentences.append(f"It is logged on from {session.address}, and will be asked to log out.")
        return sentences

    def _disable(self, session: Session, reason: str, _arguments: dict[str, Any]) -> None:
        self._sequencer.submit(BlockSession(session.session, True, reason))
        self._brokers.refresh(session.session)

    def _preview_enable(self, session: Session, _arguments: dict[str, Any]) -> list[str]:
        sentences = [f"Its peer can log on to {session.session} again."]
        if not self._engine.sessions[session.session].enabled:
            sentences.append("But the configuration does not enable it: it stays closed until that is changed.")
        return sentences

    def _enable(self, session: Session, reason: str, _arguments: dict[str, Any]) -> None:
        self._sequencer.submit(BlockSession(session.session, False, reason))
        self._brokers.refresh(session.session)

    # Numbers.

    def _preview_reset(self, session: Session, _arguments: dict[str, Any]) -> list[str]:
        _require_offline(session)
        return [
            f"{session.session} will expect MsgSeqNum 1 in place of {session.next_in}.",
            f"It will send MsgSeqNum 1 next in place of {session.next_out}; what was sent before can't be sent again.",
            "The peer must begin at 1 too.",
        ]

    def _reset(self, session: Session, reason: str, _arguments: dict[str, Any]) -> None:
        epoch = self._sequencer.submit(SessionReset(session.session, reason))
        self._acceptor.renumber(session, 1, 1, epoch)

    def _preview_numbers(self, session: Session, arguments: dict[str, Any]) -> list[str]:
        _require_offline(session)
        next_in, next_out = (_seq_num(arguments, name) for name in ("next_in", "next_out"))
        if not next_in and not next_out:
            raise OperationRefused("say which number: --in for what is expected, --out for what is sent next")
        sentences = []
        if next_in:
            sentences.append(f"{session.session} will expect MsgSeqNum {next_in} in place of {session.next_in}.")
        if next_in > session.next_in:
            sentences.append(f"Messages {session.next_in} to {next_in - 1} of the peer will never be asked for.")
        if 0 < next_in < session.next_in:
            sentences.append(f"Messages from {next_in} on will be taken as new ones, though they were taken before.")
        if next_out:
            sentences.append(f"It will send MsgSeqNum {next_out} next in place of {session.next_out}.")
            sentences.append("What was sent before can't be sent again: requests for it are answered by gap fills.")
        return sentences

    def _set_numbers(self, session: Session, reason: str, arguments: dict[str, Any]) -> None:
        next_in, next_out = (_seq_num(arguments, name) for name in ("next_in", "next_out"))
        epoch = self._sequencer.submit(SetNumbers(session.session, next_in, next_out, reason))
        self._acceptor.renumber(session, next_in, next_out, epoch)


Action = tuple[
    Callable[[Session, dict[str, Any]], list[str]],
    Callable[[Session, str, dict[str, Any]], None],
]
"""How it is previewed, and how it is done."""


def _seq_num(arguments: dict[str, Any], name: str) -> int:
    """Give a number, 0 where it is not given."""
    number = arguments.get(name) or 0
    if not isinstance(number, int) or not 0 <= number <= NUMBER_MAX:
        raise OperationRefused(f"{number!r} is no sequence number: it is a whole number from 1 to {NUMBER_MAX}")
    return number


def _require_offline(session: Session) -> None:
    if session.is_online:
        raise OperationRefused(
            f"session {session.session} is logged on: its numbers can't change under it; disable it first, and enable "
            f"it afterwards"
        )
