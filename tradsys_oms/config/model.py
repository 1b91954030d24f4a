"""The configuration: one frozen struct per section, each field with its kind, default, limits and meaning.

Units come last in names; decimals become integers of 1e-8 (`_e8`) and a percentage becomes basis points (`_bps`),
without passing through a float.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct

from tradsys_oms.config.kinds import (
    Address,
    Boolean,
    Choice,
    DatabaseUrl,
    Directory,
    Integer,
    ListenAddress,
    Scaled,
    Size,
    Text,
)
from tradsys_oms.config.schema import Group, Key, ListOf

MIB = 1 << 20
COMP_ID = Text(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "a name of up to 64 letters, digits, dots, dashes and underscores")
SYMBOL = Text(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}", "a symbol of up to 32 letters, digits, dots, dashes and slashes")
CURRENCY = Text(r"[A-Z]{3}", "a currency of three capital letters (ISO 4217)")


class FixConfig(Struct, frozen=True, kw_only=True):
    """The FIX acceptor, for all versions and sessions."""

    listen: Annotated[
        Address, Key(ListenAddress(), "Where brokers connect, for all FIX versions; port 0 takes any free port.")
    ] = Address("127.0.0.1", 9880)
    logon_timeout_s: Annotated[int, Key(Integer(1, 60), "A connection without a Logon is closed after this time.")] = 10
    logout_timeout_s: Annotated[
        int, Key(Integer(1, 5), "How long to wait for the answer to our Logout before closing.")
    ] = 5
    message_size_max: Annotated[
        int, Key(Size(1024, 16 * MIB), "A peer that sends a longer message is disconnected.")
    ] = 65_536
    pending_bytes_max: Annotated[
        int, Key(Size(65_536, 1024 * MIB), "A peer that leaves more than this unread is disconnected.")
    ] = 64 * MIB
    sending_time_tolerance_s: Annotated[
        int, Key(Integer(1, 86_400), "SendingTime (52) may differ from our clock by this much.")
    ] = 120
    heart_bt_int_min_s: Annotated[
        int, Key(Integer(0, 3600), "Smallest HeartBtInt (108) accepted; 0 lets a peer switch heartbeats off.")
    ] = 1
    heart_bt_int_max_s: Annotated[int, Key(Integer(1, 3600), "Largest HeartBtInt (108) accepted.")] = 3600

    @property
    def host(self) -> str:
        """Give the host to listen on."""
        return self.listen.host

    @property
    def port(self) -> int:
        """Give the port to listen on."""
        return self.listen.port


class HttpConfig(Struct, frozen=True, kw_only=True):
    """Metrics and health over HTTP."""

    listen: Annotated[
        Address,
        Key(ListenAddress(), "Where /metrics, /healthz and /readyz are served; port 0 takes any free port."),
    ] = Address("127.0.0.1", 9881)

    @property
    def host(self) -> str:
        """Give the host to listen on."""
        return self.listen.host

    @property
    def port(self) -> int:
        """Give the port to listen on."""
        return self.listen.port


class JournalConfig(Struct, frozen=True, kw_only=True):
    """The journal, the only truth of the system."""

    durability: Annotated[
        Literal["fsync", "os"],
        Key(
            Choice(("fsync", "os")),
            "`fsync`: a report leaves when the disk has what it reports; `os`: survives kill -9, not power loss.",
        ),
    ] = "fsync"
    segment_bytes_max: Annotated[
        int, Key(Size(MIB, 4096 * MIB), "A segment file that has reached this size is closed and the next begun.")
    ] = 256 * MIB
    pending_bytes_max: Annotated[
        int, Key(Size(MIB, 1024 * MIB), "With more than this not yet written, no further input is read.")
    ] = 64 * MIB


class DatabaseConfig(Struct, frozen=True, kw_only=True):
    """The PostgreSQL that executions and trades are projected into."""

    url: Annotated[
        str | None,
        Key(DatabaseUrl(), "The server; without it the daemon runs a private PostgreSQL under the state directory."),
    ] = None
    batch_entries_max: Annotated[
        int, Key(Integer(1, 100_000), "At most so many journal entries go into one transaction.")
    ] = 5000
    retry_wait_max_s: Annotated[
        int, Key(Integer(1, 3600), "The wait between attempts to reach the database grows up to this.")
    ] = 30

    def __repr__(self) -> str:
        """Keep the password, that the URL may hold, out of logs and tracebacks."""
        return f"DatabaseConfig(url={'None' if self.url is None else '...'})"


class EngineConfig(Struct, frozen=True, kw_only=True):
    """Bounds of the core."""

    open_orders_max: Annotated[
        int, Key(Integer(1, 100_000_000), "With so many orders open, further ones are rejected.")
    ] = 1_000_000
    finished_orders_max: Annotated[
        int,
        Key(Integer(1, 100_000_000), "Finished orders kept for status requests; beyond it the oldest is forgotten."),
    ] = 1_000_000


class MemberConfig(Struct, frozen=True, kw_only=True):
    """A firm that trades."""

    member: Annotated[str, Key(COMP_ID, "The firm's name; unique.", name="id")]
    enabled: Annotated[bool, Key(Boolean(), "New orders of a member that is not enabled are refused.")] = True


class SessionConfig(Struct, frozen=True, kw_only=True):
    """A FIX session of a broker."""

    session: Annotated[str, Key(COMP_ID, "The broker's CompID, which is the session's id; unique.", name="comp_id")]
    member: Annotated[str, Key(COMP_ID, "The member it trades for; without it, the member named like comp_id.")] = ""
    version: Annotated[
        Literal["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"],
        Key(
            Choice(("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")),
            "The version that the broker speaks; FIX.5.0SP2 goes over FIXT.1.1.",
        ),
    ]
    enabled: Annotated[bool, Key(Boolean(), "A session that is not enabled can't log on.")] = True
    reset_on_logon: Annotated[
        bool, Key(Boolean(), "Sequence numbers start again at 1 with every Logon, also without ResetSeqNumFlag (141).")
    ] = False
    sending_time_tolerance_s: Annotated[
        int | None, Key(Integer(1, 86_400), "In place of fix.sending_time_tolerance_s for this session.")
    ] = None


class InstrumentConfig(Struct, frozen=True, kw_only=True):
    """An instrument that is traded on our own book."""

    symbol: Annotated[str, Key(SYMBOL, "Symbol (55); unique.")]
    tick_e8: Annotated[
        int,
        Key(
            Scaled(8, "0.00000001", "1000000"),
            "Prices are multiples of this; for ever, a new tick needs a new symbol.",
            name="tick",
        ),
    ] = 1_000_000
    lot_e8: Annotated[
        int, Key(Scaled(8, "0.00000001", "1000000"), "Quantities are multiples of this; for ever, as tick.", name="lot")
    ] = 100_000_000
    reference_price_e8: Annotated[
        int,
        Key(
            Scaled(8, "0.00000001", "1000000000"),
            "The price that the band is measured from; a multiple of tick.",
            name="reference_price",
        ),
    ]
    price_band_bps: Annotated[
        int,
        Key(
            Scaled(2, "0", "1000"),
            "Limit prices further than this from the reference price are refused; 0 for no band.",
            name="price_band_percent",
        ),
    ] = 2000
    order_qty_max_e8: Annotated[
        int,
        Key(
            Scaled(8, "0.00000001", "10000000000"),
            "Largest quantity of one order; a multiple of lot.",
            name="order_qty_max",
        ),
    ] = 100_000_000_000_000
    order_notional_max_e8: Annotated[
        int,
        Key(
            Scaled(8, "0", "90000000000"),
            "Largest price times quantity of one order, in the currency; 0 for no limit.",
            name="order_notional_max",
        ),
    ] = 0
    currency: Annotated[str, Key(CURRENCY, "Currency of prices.")] = "USD"
    enabled: Annotated[bool, Key(Boolean(), "New orders in an instrument that is not enabled are refused.")] = True


class Config(Struct, frozen=True, kw_only=True):
    """The whole configuration of one daemon."""

    comp_id: Annotated[str, Key(COMP_ID, "Our CompID: SenderCompID (49) of all that we send.")] = "TRADSYS"
    insecure: Annotated[
        bool,
        Key(Boolean(), "Must be true while sessions have no password; then only loopback addresses may listen."),
    ] = False
    state_dir: Annotated[
        Path,
        Key(Directory(), "All state lives here: journal, session stores, control socket, embedded PostgreSQL."),
    ] = Path("var/tradsys")
    fix: Annotated[FixConfig, Key(Group(FixConfig), "The FIX acceptor.")]
    http: Annotated[HttpConfig, Key(Group(HttpConfig), "Metrics and health.")]
    journal: Annotated[JournalConfig, Key(Group(JournalConfig), "The journal.")]
    database: Annotated[DatabaseConfig, Key(Group(DatabaseConfig), "The projection into PostgreSQL.")]
    engine: Annotated[EngineConfig, Key(Group(EngineConfig), "Bounds of the core.")]
    members: Annotated[tuple[MemberConfig, ...], Key(ListOf(MemberConfig, 10_000), "The firms that trade.")] = ()
    sessions: Annotated[tuple[SessionConfig, ...], Key(ListOf(SessionConfig, 10_000), "Their FIX sessions.")] = ()
    instruments: Annotated[tuple[InstrumentConfig, ...], Key(ListOf(InstrumentConfig, 100_000), "What is traded.")] = ()
    path: Path
    """The file that this was read from."""
    sha256: str
    """Digest of the file, in hexadecimal."""
