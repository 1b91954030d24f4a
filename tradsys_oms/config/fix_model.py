"""The configuration of the FIX edge: the acceptor, its listeners, schedules, and the sessions of brokers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Struct

from tradsys_oms.config.kinds import (
    COMP_ID,
    MIB,
    Address,
    Boolean,
    Choice,
    FilePath,
    Integer,
    ListenAddress,
    Many,
    Network,
    PasswordHash,
    Size,
    Text,
)
from tradsys_oms.config.schema import Key
from tradsys_oms.config.time_kinds import Date, TimeOfDay, TimeZone, Weekday
from tradsys_oms.hours.schedule import Schedule

NAMES = Many(COMP_ID, 1000)
NETWORKS = Many(Network(), 1000)
DAY_S = 86_400


class FixConfig(Struct, frozen=True, kw_only=True):
    """The FIX acceptor: what holds for all sessions."""

    listen: Annotated[
        Address,
        Key(
            ListenAddress(),
            "Where brokers connect, for all FIX versions; port 0 takes any free port. For several addresses, TLS or "
            "lists of peers, give `listeners` in its place.",
        ),
    ] = Address("127.0.0.1", 9880)
    logout_timeout_s: Annotated[
        int, Key(Integer(1, 5), "How long to wait for the answer to our Logout before closing.")
    ] = 5
    lockout_failures: Annotated[
        int,
        Key(Integer(1, 1000), "After so many wrong passwords in a row from an address, a session is locked for it."),
    ] = 5
    lockout_s: Annotated[int, Key(Integer(1, DAY_S), "For how long it is locked for that address.")] = 300
    message_size_max: Annotated[
        int, Key(Size(1024, 16 * MIB), "A peer that sends a longer message is disconnected.")
    ] = 65_536
    fields_max: Annotated[int, Key(Integer(50, 100_000), "A message with more fields is rejected.")] = 2000
    group_entries_max: Annotated[
        int, Key(Integer(1, 10_000), "A message with more entries in a repeating group is rejected.")
    ] = 200
    pending_bytes_max: Annotated[
        int, Key(Size(65_536, 1024 * MIB), "A peer that leaves more than this unread is disconnected.")
    ] = 64 * MIB
    pending_age_max_s: Annotated[
        int, Key(Integer(1, 3600), "A peer that leaves anything unread for so long is disconnected.")
    ] = 30
    resends_concurrent_max: Annotated[
        int, Key(Integer(1, 1000), "So many sessions are sent messages again at a time; others wait for their turn.")
    ] = 8
    resend_requests_max: Annotated[
        int,
        Key(
            Integer(2, 1000),
            "So many ResendRequests a minute that ask for the same again are answered; from half of them on each waits "
            "a second, and beyond them the peer is logged out.",
        ),
    ] = 20
    sending_time_tolerance_s: Annotated[
        int, Key(Integer(1, DAY_S), "SendingTime (52) may differ from our clock by this much.")
    ] = 120
    heart_bt_int_min_s: Annotated[
        int, Key(Integer(0, 3600), "Smallest HeartBtInt (108) accepted; 0 lets a peer switch heartbeats off.")
    ] = 1
    heart_bt_int_max_s: Annotated[int, Key(Integer(1, 3600), "Largest HeartBtInt (108) accepted.")] = 3600


class ListenerConfig(Struct, frozen=True, kw_only=True):
    """An address where brokers connect, with a policy of its own."""

    listener: Annotated[str, Key(COMP_ID, "Its name; unique.", name="id")]
    listen: Annotated[Address, Key(ListenAddress(), "Where brokers connect; port 0 takes any free port.")]
    allow: Annotated[
        tuple[str, ...], Key(NETWORKS, "From where peers may connect; with none given, from anywhere.")
    ] = ()
    certificate: Annotated[
        Path | None, Key(FilePath(), "Our certificate chain in PEM; with it, peers must speak TLS 1.2 or later.")
    ] = None
    key: Annotated[Path | None, Key(FilePath(), "The certificate's private key in PEM.")] = None
    client_ca: Annotated[
        Path | None,
        Key(FilePath(), "Certificates in PEM that sign those of peers; with it, a peer must have one for its session."),
    ] = None
    proxies: Annotated[
        tuple[str, ...],
        Key(NETWORKS, "With any given, only these may connect, and must send a PROXY protocol v2 header first."),
    ] = ()
    logon_timeout_s: Annotated[int, Key(Integer(1, 60), "A connection without a Logon is closed after this time.")] = 10
    connections_max: Annotated[int, Key(Integer(1, 100_000), "Further connections are closed at once.")] = 2048
    connections_per_address_max: Annotated[
        int, Key(Integer(1, 100_000), "The same for the connections from one address.")
    ] = 256


class ScheduleConfig(Struct, frozen=True, kw_only=True):
    """When sessions are open: one window a day, or one a week."""

    schedule: Annotated[str, Key(COMP_ID, "Its name; unique.", name="id")]
    time_zone: Annotated[str, Key(TimeZone(), "The time zone of its times, dates and days.")]
    start: Annotated[time, Key(TimeOfDay(), "When a window starts.")]
    end: Annotated[time, Key(TimeOfDay(), "When it ends; a time not after `start` is one of the next day.")]
    days: Annotated[
        tuple[int, ...], Key(Many(Weekday(), 7), "The days on which a window starts; not for a weekly one.")
    ] = (0, 1, 2, 3, 4)
    start_day: Annotated[int | None, Key(Weekday(), "With end_day: one window a week, which starts on this day.")] = (
        None
    )
    end_day: Annotated[int | None, Key(Weekday(), "The day on which a weekly window ends.")] = None
    holidays: Annotated[
        tuple[date, ...], Key(Many(Date(), 10_000), "Dates on which no window starts; not for a weekly one.")
    ] = ()
    reset: Annotated[bool, Key(Boolean(), "Sequence numbers start again at 1 with each window.")] = True
    stay_connected_s: Annotated[
        int, Key(Integer(0, DAY_S), "How long a session that is logged on may stay after the end of the window.")
    ] = 0


def schedule_of(values: Mapping[str, Any]) -> Schedule:
    """Make the schedule that the values of a `ScheduleConfig` describe."""
    fields = dict(values) | {"holidays": frozenset(values["holidays"])}
    if fields["start_day"] is not None or fields["end_day"] is not None:
        fields["days"] = ()
    return Schedule(**fields)


class MessageLogConfig(Struct, frozen=True, kw_only=True):
    """The log of all FIX messages, one file per session."""

    enabled: Annotated[bool, Key(Boolean(), "Write it, below the state directory in `messages`.")] = True
    file_bytes_max: Annotated[
        int, Key(Size(64 << 10, 4096 * MIB), "A file that has reached this size is put aside and the next begun.")
    ] = 64 * MIB
    files_max: Annotated[int, Key(Integer(1, 1000), "So many files are kept for each session.")] = 8
    pending_bytes_max: Annotated[
        int, Key(Size(MIB, 1024 * MIB), "With more than this not yet written, messages are left out, and counted.")
    ] = 64 * MIB


class SessionConfig(Struct, frozen=True, kw_only=True):
    """A FIX session of a broker."""

    session: Annotated[str, Key(COMP_ID, "The broker's CompID, which is the session's id; unique.", name="comp_id")]
    member: Annotated[str, Key(COMP_ID, "The member it trades for; without it, the member named like comp_id.")] = ""
    version: Annotated[
        Literal["FIX.4.2", "FIX.4.4", "FIX.5.0", "FIX.5.0SP2"],
        Key(
            Choice(("FIX.4.2", "FIX.4.4", "FIX.5.0", "FIX.5.0SP2")),
            "The version that the broker speaks; FIX.5.0 and FIX.5.0SP2 go over FIXT.1.1.",
        ),
    ]
    other_versions: Annotated[
        tuple[str, ...],
        Key(
            Many(Choice(("FIX.5.0", "FIX.5.0SP2")), 2),
            "Over FIXT.1.1: what DefaultApplVerID (1137) or ApplVerID (1128) may choose in place of `version`.",
        ),
    ] = ()
    cstm_appl_ver_id: Annotated[
        str, Key(Text(r"[!-~]{1,64}", "a text without spaces"), "DefaultCstmApplVerID (1408) that its Logon may have.")
    ] = ""
    enabled: Annotated[bool, Key(Boolean(), "A session that is not enabled can't log on.")] = True
    listeners: Annotated[tuple[str, ...], Key(NAMES, "Where it may connect; with none given, at any listener.")] = ()
    allow: Annotated[tuple[str, ...], Key(NETWORKS, "From where it may connect; with none given, from anywhere.")] = ()
    username: Annotated[
        str, Key(Text(r"[!-~]{1,64}", "a text without spaces"), "Username (553) of its Logon; without it, comp_id.")
    ] = ""
    password: Annotated[
        str | None,
        Key(PasswordHash(), "Hash of the Password (554) that its Logon must have; without it, none is asked."),
    ] = None
    certificate_name: Annotated[
        str,
        Key(
            Text(r"[!-~]{1,253}", "a text without spaces"),
            "Common name, or DNS name, that its certificate must have where one is asked; without it, comp_id.",
        ),
    ] = ""
    schedule: Annotated[str, Key(COMP_ID, "When it is open: one of `schedules`; without it, always.")] = ""
    test: Annotated[
        bool,
        Key(Boolean(), "Its Logons may say TestMessageIndicator (464) Y, and not N; otherwise the opposite."),
    ] = False
    reset_on_logon: Annotated[
        bool, Key(Boolean(), "Sequence numbers start again at 1 with every Logon, also without ResetSeqNumFlag (141).")
    ] = False
    next_expected_msg_seq_num: Annotated[
        bool,
        Key(Boolean(), "NextExpectedMsgSeqNum (789) in Logons takes the place of ResendRequests; from FIX.4.4 on."),
    ] = False
    sending_time_tolerance_s: Annotated[
        int | None, Key(Integer(1, DAY_S), "In place of fix.sending_time_tolerance_s for this session.")
    ] = None
    duplicate_logon: Annotated[
        Literal["refuse", "replace_silent"],
        Key(
            Choice(("refuse", "replace_silent")),
            "A second connection is closed; or, the first gets a TestRequest, and when it is silent the second one its "
            "place.",
        ),
    ] = "refuse"
    cancel_on_disconnect: Annotated[
        Literal["never", "drop", "drop_and_logout"],
        Key(Choice(("never", "drop", "drop_and_logout")), "When its open orders are cancelled: a Logout is no drop."),
    ] = "never"
    cancel_on_disconnect_orders: Annotated[
        Literal["day", "all"], Key(Choice(("day", "all")), "Which of them: those with TimeInForce Day, or all.")
    ] = "day"
    cancel_on_disconnect_grace_s: Annotated[int, Key(Integer(0, 3600), "How long it may be away before they are.")] = 10
    messages_per_s: Annotated[
        int, Key(Integer(0, 1_000_000), "It may send so many messages a second; 0 for no limit.")
    ] = 0
    messages_burst: Annotated[
        int, Key(Integer(0, 1_000_000), "So many may come at once; 0 for as many as in a second.")
    ] = 0
    messages_excess: Annotated[
        Literal["reject", "report", "delay", "disconnect"],
        Key(
            Choice(("reject", "report", "delay", "disconnect")),
            "What happens to messages beyond its limit or its member's: BusinessMessageReject (35=j); ExecutionReport "
            "or OrderCancelReject; they wait; the session is logged out. Cancels are taken by the first two.",
        ),
    ] = "reject"
    message_size_max: Annotated[
        int | None, Key(Size(1024, 16 * MIB), "In place of fix.message_size_max, where it is smaller.")
    ] = None
    fields_max: Annotated[int | None, Key(Integer(50, 100_000), "In place of fix.fields_max for this session.")] = None
    group_entries_max: Annotated[
        int | None, Key(Integer(1, 10_000), "In place of fix.group_entries_max for this session.")
    ] = None
    pending_bytes_max: Annotated[
        int | None, Key(Size(65_536, 1024 * MIB), "In place of fix.pending_bytes_max for this session.")
    ] = None
    pending_age_max_s: Annotated[
        int | None, Key(Integer(1, 3600), "In place of fix.pending_age_max_s for this session.")
    ] = None

    def __repr__(self) -> str:
        """Keep the hash of the password out of logs and tracebacks."""
        return f"SessionConfig({self.session})"
