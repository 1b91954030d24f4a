"""What all actions of operators have in common: a reason for the journal, the name of who gives it, and an end."""

from __future__ import annotations

from typing import Any, Final

from tradsys_oms.errors import TradsysError

REASON_LENGTH_MAX: Final = 200


class OperationRefused(TradsysError):
    """What an operator asked for can't be done; nothing was changed."""


class Operators:
    """Whether operators may act, and why they do."""

    def __init__(self) -> None:
        self._is_closing = False

    def close(self) -> None:
        """Let nobody act any more, because the daemon stops."""
        self._is_closing = True

    def begin(self, arguments: dict[str, Any]) -> str:
        """Give the reason of an action with the name of who gives it; a preview needs none.

        Raises `OperationRefused` where it is missing, too long or no line of text, or when the daemon stops.
        """
        if self._is_closing:
            raise OperationRefused("the daemon is stopping")
        if arguments.get("preview") and not arguments.get("reason"):
            return ""
        return f"{_reason(arguments)} (by {str(arguments.get('user', '')) or 'unknown'})"


def _reason(arguments: dict[str, Any]) -> str:
    reason = str(arguments.get("reason", "")).strip()
    if not reason:
        raise OperationRefused("a reason is needed, for whoever reads the journal later")
    if not reason.isprintable():
        raise OperationRefused("the reason has characters that can't be printed; it is one line of text")
    if len(reason) > REASON_LENGTH_MAX:
        raise OperationRefused(f"the reason has {len(reason)} characters; at most {REASON_LENGTH_MAX} are kept")
    return reason
