"""What all actions of operators have in common: a reason for the journal, the name of who gives it, and an end.

Who acts is known by the name with which they logged in on this machine, where the system keeps it; it stays the same
over sudo, and only root can change it. Where it is not kept, the name that the request gives counts, and nothing
vouches for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tradsys_oms.errors import TradsysError

REASON_LENGTH_MAX: Final = 200
NAME_LENGTH_MAX: Final = 64


class OperationRefused(TradsysError):
    """What an operator asked for can't be done; nothing was changed."""


class Operators:
    """Whether operators may act, why, and who they are; `login` names who asks, "" where that is not known."""

    def __init__(self, login: Callable[[], str] = str) -> None:
        self._login = login
        self._is_closing = False

    def close(self) -> None:
        """Let nobody act any more, because the daemon stops."""
        self._is_closing = True

    def require_open(self) -> None:
        """Raise `OperationRefused` when the daemon stops."""
        if self._is_closing:
            raise OperationRefused("the daemon is stopping")

    def begin(self, arguments: dict[str, Any]) -> str:
        """Give the reason of an action with the name of who gives it; a preview needs none.

        Raises `OperationRefused` where it is missing, too long or no line of text, or when the daemon stops.
        """
        reason = self.bare_reason(arguments)
        return f"{reason} (by {self.name(arguments) or 'unknown'})" if reason else ""

    def bare_reason(self, arguments: dict[str, Any]) -> str:
        """Give the reason alone, for a command that has a field for the name; raises as `begin` does."""
        self.require_open()
        if arguments.get("preview") and not arguments.get("reason"):
            return ""
        return _reason(arguments)

    def name(self, arguments: dict[str, Any]) -> str:
        """Give the name of who acts, "" for nobody who can be named."""
        return self._login() or str(arguments.get("user", ""))

    def person(self, arguments: dict[str, Any]) -> str:
        """Give the name of who acts, for what not everybody can do; raises `OperationRefused` where there is none."""
        name = self.name(arguments).strip()
        if not name or not name.isprintable() or len(name) > NAME_LENGTH_MAX:
            raise OperationRefused(f"who you are is needed: a name of up to {NAME_LENGTH_MAX} characters, not {name!r}")
        return name


def _reason(arguments: dict[str, Any]) -> str:
    reason = str(arguments.get("reason", "")).strip()
    if not reason:
        raise OperationRefused("a reason is needed, for whoever reads the journal later")
    if not reason.isprintable():
        raise OperationRefused("the reason has characters that can't be printed; it is one line of text")
    if len(reason) > REASON_LENGTH_MAX:
        raise OperationRefused(f"the reason has {len(reason)} characters; at most {REASON_LENGTH_MAX} are kept")
    return reason
