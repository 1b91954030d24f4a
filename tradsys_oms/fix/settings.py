"""Settings of one FIX session, as plain values: where they come from is the daemon's business."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from tradsys_oms.fix.throttle import Excess

NS_PER_S = 1_000_000_000


class SessionSettings(Struct, frozen=True, kw_only=True):
    """Who the two sides are, which version they speak, and how patient we are with the peer."""

    session: str
    """Id of the session: the peer's CompID in the configuration."""
    comp_id: str
    """SenderCompID (49) of what we send."""
    peer_comp_id: str
    """SenderCompID (49) of what the peer sends."""
    begin_string: str
    """FIX.4.2, FIX.4.4 or FIXT.1.1."""
    appl_version: str
    """FIX.4.2, FIX.4.4, FIX.5.0 or FIX.5.0SP2: the dictionary that judges messages."""
    appl_versions: tuple[str, ...] = ()
    """Over FIXT.1.1: the versions that a Logon may choose from, and a message, as ("FIX.5.0SP2", "FIX.5.0"). The first
    is spoken until there was a Logon; empty for `appl_version` alone."""
    cstm_appl_ver_id: str = ""
    """Over FIXT.1.1: the one CstmApplVerID (1129, 1408) that is taken, a name that both sides know; "" for none."""
    heart_bt_int_min_s: int = 1
    """Smallest HeartBtInt (108) accepted; 0 lets a peer switch heartbeats off."""
    heart_bt_int_max_s: int = 3600
    sending_time_tolerance_s: int = 120
    """SendingTime (52) may differ by this much from our clock; FIX 4.4 Volume 2, test case 2.o."""
    reset_on_logon: bool = False
    """Both sequence numbers start again with every Logon, also without ResetSeqNumFlag (141)."""
    is_test: bool = False
    """Logons may say TestMessageIndicator (464) Y, and not N; otherwise the opposite."""
    uses_next_expected: bool = False
    """NextExpectedMsgSeqNum (789) of a Logon takes the place of ResendRequests; not in FIX.4.2."""
    replaces_silent: bool = False
    """A second connection takes the place of a first one that leaves a TestRequest unanswered."""
    excess: Excess = Excess.REJECT
    """What happens to messages beyond the rate of the session or of its member."""
    message_size_max: int = 65_536
    """A longer message ends the connection."""
    fields_max: int = 2000
    group_entries_max: int = 200
    """Messages with more fields, or more entries in a repeating group, are rejected."""
    pending_bytes_max: int = 67_108_864
    pending_age_max_s: int = 30
    """A peer that leaves more than so much, or anything for so long, unread is cut."""
    resend_requests_max: int = 20
    """So many ResendRequests a minute that make no progress are answered."""
    logout_timeout_s: int = 10
    """How long the answer to our Logout may take (test case 12)."""
    error_logout_timeout_s: int = 2
    """The same where the peer broke the protocol (test cases 2.c, 2.i)."""
    resend_patience_s: int = 30
    """With no progress in a gap for so long, it is asked for again."""
    held_messages_max: int = 1000
    """Messages after a gap are kept until it is filled, up to so many and so many bytes; others are asked for again."""
    held_bytes_max: int = 4_194_304
    username: str = ""
    """Username (553) that a Logon must have where a password is asked; "" for the peer's CompID."""
    password_hash: str = ""
    """argon2id hash of Password (554), "" where none is asked."""
    certificate_name: str = ""
    """Common name or DNS name of the client certificate, where the listener asks for one; "" for the peer's CompID."""
    allow: tuple[str, ...] = ()
    """Addresses and networks (CIDR) that may log on; none stands for all."""
    listeners: tuple[str, ...] = ()
    """Ids of the listeners that it may log on to; none stands for all."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """List the fields as they may be shown."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return [(name, "***" if name == "password_hash" and value else value) for name, value in values.items()]

    def __repr__(self) -> str:
        return f"SessionSettings({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    @property
    def identity(self) -> tuple[str, str, str]:
        """Give BeginString (8), SenderCompID (49) and TargetCompID (56) of the peer's messages."""
        return self.begin_string, self.peer_comp_id, self.comp_id

    @property
    def versions(self) -> tuple[str, ...]:
        """Give the application versions that the session may use; there is one at least."""
        return self.appl_versions or (self.appl_version,)
