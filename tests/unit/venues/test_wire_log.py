"""What QuickFIX says, as it is kept: without the secrets of the venue, wherever they stand."""

from __future__ import annotations

from pathlib import Path

from tradsys_oms.fix.message_log import MessageLog
from tradsys_oms.venues.quickfix_log import WireLog
from tradsys_oms.venues.settings import VenueCredentials


def test_secrets_are_hidden_in_any_field_of_messages_events_and_words(tmp_path: Path) -> None:
    password, api_key, short = "hunter22", "key-of-ours", "a"
    credentials = VenueCredentials(username="us", password=password, api_key=api_key, secret=short)
    messages = MessageLog(tmp_path, file_bytes_max=1 << 20, files_max=2, pending_bytes_max=1 << 20)
    events: list[str] = []
    wire = WireLog("NYX", messages, events.append, credentials.secrets)
    wire.onOutgoing("8=FIX.4.4\x019=50\x0135=A\x01553=key-of-ours\x01554=hunter22\x0110=000\x01")
    wire.onIncoming("8=FIX.4.4\x019=50\x0135=5\x0158=hunter22 is wrong, a pity\x0110=000\x01")
    wire.onEvent("Disconnecting: hunter22")
    assert wire.hide("hunter22 is wrong, a pity") == "*** is wrong, a pity", "what is too short hides nothing else"
    assert events == ["Disconnecting: ***"]
    messages.close()
    kept = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "553=***" in kept
    assert "58=*** is wrong" in kept
    assert "hunter22" not in kept
    assert "key-of-ours" not in kept
