"""QuickFIX's log, ours: events go to structlog, messages to the message log, secrets to neither.

QuickFIX asks for a global log and one for the session; both are the same object here. It is told of every message as it
was on the wire, before it is parsed; the last one is kept, because QuickFIX's own parse loses the order of groups.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import quickfix
import structlog

from tradsys_oms.fix.message_log import MessageLog
from tradsys_oms.redaction import REDACTED, redact_log

SECRET_CHARS_MIN: Final = 6
"""A secret that is shorter is hidden only where a field for secrets has it: it could be a part of any other text."""
_log: Final = structlog.get_logger("venues.quickfix")


class WireLog(quickfix.Log):  # type: ignore[misc]
    """What QuickFIX says; `on_event(text)` gets each event. `secrets` are hidden in whatever field they stand."""

    def __init__(
        self, venue: str, messages: MessageLog, on_event: Callable[[str], None], secrets: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self._venue, self._messages, self._on_event = venue, messages, on_event
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SECRET_CHARS_MIN)
        self.last_in = ""
        """The last message that came in, as it was on the wire."""
        self.messages_in = 0

    def clear(self) -> None:
        """Keep what is there."""

    def backup(self) -> None:
        """Keep what is there."""

    def onIncoming(self, text: str) -> None:  # noqa: N802 - QuickFIX's name
        """Log a message of the venue."""
        self.last_in = text
        self.messages_in += 1
        self._note(True, text)

    def onOutgoing(self, text: str) -> None:  # noqa: N802 - QuickFIX's name
        """Log a message of ours."""
        self._note(False, text)

    def onEvent(self, text: str) -> None:  # noqa: N802 - QuickFIX's name
        """Log what happened to the session."""
        try:
            text = self.hide(text)
            _log.info("quickfix", venue=self._venue, text=text)
            self._messages.remark(self._venue, time.time_ns(), text)
            self._on_event(text)
        except Exception:
            _log.exception("quickfix_log_failed", venue=self._venue)

    def _note(self, is_inbound: bool, text: str) -> None:
        try:
            raw = self._hide_values(text).encode("utf-8", "surrogateescape")
            self._messages.note(self._venue, time.time_ns(), is_inbound, raw)
        except Exception:
            _log.exception("quickfix_log_failed", venue=self._venue)

    def hide(self, text: str) -> str:
        """Take secrets out of a text that may have messages in it, or that a venue has said."""
        return self._hide_values(redact_log(text))

    def _hide_values(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, REDACTED.decode())
        return text


class WireLogFactory(quickfix.LogFactory):  # type: ignore[misc]
    """Gives QuickFIX the one log, as often as it asks."""

    def __init__(self, log: WireLog) -> None:
        super().__init__()
        self.log = log
        self._given = log.__disown__()  # QuickFIX's side must not be freed while it holds it

    def create(self, *_: Any) -> Any:
        """Give the log."""
        return self._given

    def destroy(self, _: Any) -> None:
        """Keep it: the next initiator gets it again."""
