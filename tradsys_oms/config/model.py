"""The configuration: one frozen struct per section, each field with its kind, default, limits and meaning.

Units come last in names; decimals become integers of 1e-8 (`_e8`) and a percentage becomes basis points (`_bps`),
without passing through a float.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct

from tradsys_oms.config.fix_model import (
    FixConfig,
    ListenerConfig,
    MessageLogConfig,
    ScheduleConfig,
    SessionConfig,
)
from tradsys_oms.config.kinds import (
    COMP_ID,
    CURRENCY,
    MIB,
    SYMBOL,
    Address,
    Boolean,
    Choice,
    DatabaseUrl,
    FilePath,
    Integer,
    ListenAddress,
    Many,
    Scaled,
    Size,
)
from tradsys_oms.config.market_model import GroupConfig, MarketScheduleConfig, TradingRules
from tradsys_oms.config.portfolio_model import PortfolioConfig
from tradsys_oms.config.risk_kinds import ACCOUNT
from tradsys_oms.config.risk_model import DeclaredRisk, RiskConfig
from tradsys_oms.config.route_model import RouteConfig
from tradsys_oms.config.schema import Group, Key, ListOf
from tradsys_oms.config.venue_model import ROUTES_MAX, VENUES_MAX, VenueConfig


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
    messages_per_s: Annotated[
        int, Key(Integer(0, 1_000_000), "All its sessions together may send so many messages a second; 0 for no limit.")
    ] = 0
    messages_burst: Annotated[
        int, Key(Integer(0, 1_000_000), "So many may come at once; 0 for as many as in a second.")
    ] = 0
    firm: Annotated[
        str, Key(COMP_ID, "The firm that it is part of, for self-trades; members of one firm name the same.")
    ] = ""
    self_trade: Annotated[
        Literal["none", "cancel_newest", "cancel_oldest", "cancel_both", "decrement"],
        Key(
            Choice(("none", "cancel_newest", "cancel_oldest", "cancel_both", "decrement")),
            "What is canceled when its orders meet: nothing, they trade; the incoming order; the resting one; both; or "
            "the smaller quantity of both.",
        ),
    ] = "none"
    self_trade_scope: Annotated[
        Literal["member", "firm"],
        Key(
            Choice(("member", "firm")), "Whose orders are its own: those of the member, or of all members of its firm."
        ),
    ] = "member"
    clearing_member: Annotated[
        str, Key(COMP_ID, "The member that clears for it, and may block it and see its limits: one of `members`.")
    ] = ""
    accounts: Annotated[
        tuple[str, ...],
        Key(
            Many(ACCOUNT, 1_000_000, True), "Its accounts; orders for others are refused. With none given, any will do."
        ),
    ] = ()
    accounts_file: Annotated[
        Path | None,
        Key(
            FilePath(),
            "A file with more of them, relative to this file: on each line `account`, or `account,enabled`; or a table "
            "with columns for their limits, see below.",
        ),
    ] = None


class InstrumentConfig(TradingRules, frozen=True, kw_only=True):
    """An instrument that is traded on our own book."""

    symbol: Annotated[str, Key(SYMBOL, "Symbol (55); unique.")]
    group: Annotated[str, Key(COMP_ID, "One of `groups`, for phases and rules; without it, it always trades.")] = ""
    underlying: Annotated[
        str, Key(SYMBOL, "UnderlyingSymbol (311) by which mass requests may name it, with others.")
    ] = ""
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
        Key(
            Boolean(),
            "Must be true if any session can log on without a password and a certificate of its own; then only "
            "loopback addresses may listen.",
        ),
    ] = False
    state_dir: Annotated[
        Path,
        Key(FilePath(), "All state lives here: journal, session stores, control socket, embedded PostgreSQL."),
    ] = Path("var/tradsys")
    fix: Annotated[FixConfig, Key(Group(FixConfig), "The FIX acceptor.")]
    listeners: Annotated[
        tuple[ListenerConfig, ...],
        Key(ListOf(ListenerConfig, 100), "Where brokers connect; in place of fix.listen."),
    ] = ()
    schedules: Annotated[tuple[ScheduleConfig, ...], Key(ListOf(ScheduleConfig, 1000), "When sessions are open.")] = ()
    message_log: Annotated[MessageLogConfig, Key(Group(MessageLogConfig), "The log of FIX messages.")]
    http: Annotated[HttpConfig, Key(Group(HttpConfig), "Metrics and health.")]
    journal: Annotated[JournalConfig, Key(Group(JournalConfig), "The journal.")]
    database: Annotated[DatabaseConfig, Key(Group(DatabaseConfig), "The projection into PostgreSQL.")]
    engine: Annotated[EngineConfig, Key(Group(EngineConfig), "Bounds of the core.")]
    risk: Annotated[RiskConfig, Key(Group(RiskConfig), "Pre-trade risk.")]
    portfolio: Annotated[PortfolioConfig, Key(Group(PortfolioConfig), "Portfolio risk (docs/portfolio-risk.md).")]
    members: Annotated[tuple[MemberConfig, ...], Key(ListOf(MemberConfig, 10_000), "The firms that trade.")] = ()
    sessions: Annotated[tuple[SessionConfig, ...], Key(ListOf(SessionConfig, 10_000), "Their FIX sessions.")] = ()
    market_schedules: Annotated[
        tuple[MarketScheduleConfig, ...],
        Key(ListOf(MarketScheduleConfig, 1000), "The trading days of instruments, and their phases."),
    ] = ()
    groups: Annotated[
        tuple[GroupConfig, ...],
        Key(ListOf(GroupConfig, 10_000), "Instruments that trade by the same phases and rules."),
    ] = ()
    instruments: Annotated[tuple[InstrumentConfig, ...], Key(ListOf(InstrumentConfig, 100_000), "What is traded.")] = ()
    venues_file: Annotated[
        Path | None,
        Key(FilePath(), "A file with `venues` and `routes` in place of those here, relative to this file."),
    ] = None
    venues: Annotated[
        tuple[VenueConfig, ...], Key(ListOf(VenueConfig, VENUES_MAX), "Other markets (docs/routing.md).")
    ] = ()
    routes: Annotated[
        tuple[RouteConfig, ...],
        Key(
            ListOf(RouteConfig, ROUTES_MAX),
            "Which orders go there: the first route that fits decides, and without one our own book.",
        ),
    ] = ()
    path: Path
    """The file that this was read from."""
    sha256: str
    """Digest of the file, in hexadecimal."""
    declared_risk: DeclaredRisk | None = None
    """Accounts and limits, None if they were not read."""

    @property
    def all_listeners(self) -> tuple[ListenerConfig, ...]:
        """Give the listeners: those of the list, or the one of fix.listen, which is called main."""
        return self.listeners or (ListenerConfig(listener="main", listen=self.fix.listen),)
