"""The Logout that we send."""

from __future__ import annotations

from tradsys_oms.fix.actions import Send
from tradsys_oms.fix.msg_types import LOGOUT
from tradsys_oms.fix.rejects import printable


def make_logout(text: str = "") -> Send:
    """Make a Logout."""
    return Send(LOGOUT, f"58={printable(text)}\x01" if text else "")
