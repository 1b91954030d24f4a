"""Credentials: what a Logon says about who sends it, kept so that no print or log shows it.

Username (553) and Password (554) are fields of the standard from FIX 4.3 on, NewPassword (925) from FIX 5.0 SP2 and
FIXT.1.1 on. Our dictionaries have all three in the Logon of every version. RawData (96), where some older engines put a
password, is not looked at.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from tradsys_oms.fix.message import Message
from tradsys_oms.fix.settings import SessionSettings

USERNAME: Final = "553"
PASSWORD: Final = "554"  # noqa: S105 - a tag
NEW_PASSWORD: Final = "925"  # noqa: S105 - a tag
PASSWORD_LENGTH_MIN: Final = 8
PASSWORD_LENGTH_MAX: Final = 128
DELETE: Final = 0x7F
"""This one, and all below the space, are control characters."""


class Credentials(Struct, frozen=True):
    """User and passwords of one Logon, "" for what is not there. Characters are bytes of the wire (latin-1)."""

    username: str
    password: str
    new_password: str

    def __repr__(self) -> str:
        return "Credentials(***)"

    @classmethod
    def of(cls, message: Message) -> Credentials:
        """Take them out of a Logon."""
        get = message.fields.get
        return cls(get(USERNAME, ""), get(PASSWORD, ""), get(NEW_PASSWORD, ""))

    @property
    def are_given(self) -> bool:
        """Tell if there is anything at all."""
        return bool(self.username or self.password or self.new_password)

    @property
    def complies(self) -> bool:
        """Tell if NewPassword may be taken: long enough, another one than before, no control characters."""
        new = self.new_password
        return (
            PASSWORD_LENGTH_MIN <= len(new) <= PASSWORD_LENGTH_MAX
            and new != self.password
            and all(" " <= character != chr(DELETE) for character in new)
        )


def are_asked(settings: SessionSettings) -> bool:
    """Tell if a session asks for a user or a password."""
    return bool(settings.username or settings.password_hash)


def is_user(settings: SessionSettings, username: str) -> bool:
    """Tell if Username (553) is the session's; where no user is known, there must be none."""
    return username == ((settings.username or settings.peer_comp_id) if are_asked(settings) else "")
