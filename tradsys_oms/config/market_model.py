"""The configuration of the market: trading days and their phases, groups of instruments, and rules of trading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Final, Literal

from msgspec import Struct

from tradsys_oms.config.kinds import COMP_ID, Choice, Integer, Many, Scaled
from tradsys_oms.config.schema import Key, ListOf
from tradsys_oms.config.time_kinds import Date, TimeOfDay, TimeZone, Weekday
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.hours.trading_days import TimedPhase, TradingSchedule

DAY_S: Final = 86_400
SCHEDULED: Final = tuple(phase for phase in PHASES if phase != Phase.HALTED)
"""Phases that a schedule may have: a halt is what nobody plans."""
MARK_VENUES_MAX: Final = 8
"""Each quote looks at the venues before its own."""
PERCENT: Final = Scaled(2, "0", "100")


class PhaseConfig(Struct, frozen=True, kw_only=True):
    """A phase of a trading day, which lasts until the next one begins."""

    at: Annotated[
        time,
        Key(TimeOfDay(), "When it begins; a time not after that of the phase before is one of the next day."),
    ]
    phase: Annotated[str, Key(Choice(SCHEDULED), "What begins; the last phase of a day is `closed`, which ends it.")]


class MarketScheduleConfig(Struct, frozen=True, kw_only=True):
    """The trading days of instruments, and the phases of each."""

    schedule: Annotated[str, Key(COMP_ID, "Its name; unique.", name="id")]
    time_zone: Annotated[str, Key(TimeZone(), "The time zone of its times, dates and days.")]
    days: Annotated[
        tuple[int, ...],
        Key(Many(Weekday(), 7), "The days of trade dates: a trade date is the date on which its day ends."),
    ] = (0, 1, 2, 3, 4)
    holidays: Annotated[tuple[date, ...], Key(Many(Date(), 10_000), "Trade dates that are none.")] = ()
    phases: Annotated[
        tuple[PhaseConfig, ...], Key(ListOf(PhaseConfig, 100), "The phases of a day, in their order.")
    ] = ()


class TradingRules(Struct, frozen=True, kw_only=True):
    """How an instrument trades. What an instrument leaves out is as in its group, and else as named here."""

    matching: Annotated[
        Literal["price_time", "pro_rata", "lead_market_maker"] | None,
        Key(
            Choice(("price_time", "pro_rata", "lead_market_maker")),
            "Who trades first at a price: the oldest order; each in proportion to what it shows; or the lead market "
            "maker with its share, then the oldest. `price_time` where none is given.",
        ),
    ] = None
    lead_member: Annotated[str | None, Key(COMP_ID, "The lead market maker, one of `members`.")] = None
    lead_share_bps: Annotated[
        int | None,
        Key(PERCENT, "What the lead market maker has first of an incoming quantity.", name="lead_share_percent"),
    ] = None
    market_protection_bps: Annotated[
        int | None,
        Key(
            PERCENT,
            "An order without a limit goes no further than this from the best price that it meets; 0 for no bound.",
            name="market_protection_percent",
        ),
    ] = None
    static_band_bps: Annotated[
        int | None,
        Key(
            PERCENT,
            "A trade further than this from the last auction's price, else the reference price, calls a volatility "
            "auction; 0 for no band.",
            name="static_band_percent",
        ),
    ] = None
    dynamic_band_bps: Annotated[
        int | None,
        Key(
            PERCENT,
            "A trade further than this from the last trade calls a volatility auction; 0 for no band.",
            name="dynamic_band_percent",
        ),
    ] = None
    breaker_bps: Annotated[
        int | None,
        Key(
            PERCENT,
            "The instrument is halted when its price has moved by more than this within breaker_window_s; 0 for never.",
            name="breaker_percent",
        ),
    ] = None
    breaker_window_s: Annotated[
        int | None, Key(Integer(1, DAY_S), "The time in which the circuit breaker looks at prices.")
    ] = None
    volatility_auction_s: Annotated[
        int | None,
        Key(
            Integer(0, DAY_S),
            "How long a volatility auction lasts that a band calls or that follows a halt; 0 for until an operator or "
            "the schedule ends it.",
        ),
    ] = None
    halt_s: Annotated[
        int | None,
        Key(Integer(0, DAY_S), "How long the circuit breaker halts; 0 for until an operator resumes."),
    ] = None
    short_sale_trigger_bps: Annotated[
        int | None,
        Key(
            PERCENT,
            "A trade this far below the last close (else the reference price), or further, restricts short sales to "
            "prices above the best bid, to the end of the next trading day; 0 for never. SEC Rule 201 says 10.",
            name="short_sale_trigger_percent",
        ),
    ] = None
    mark_venues: Annotated[
        tuple[str, ...] | None,
        Key(
            Many(COMP_ID, MARK_VENUES_MAX, True),
            "Some of `venues`, which say what positions are worth: the first one that has a bid and an offer, by "
            "their mid; where none has, our executions at any of them. A trade on our book says it too: the last "
            "price counts.",
        ),
    ] = None
    mark_spread_max_bps: Annotated[
        int | None,
        Key(
            Scaled(2, "0", "200"),
            "A bid and an offer of `mark_venues` that are further apart than this, of their mid, are no mark; 5 where "
            "none is given.",
            name="mark_spread_max_percent",
        ),
    ] = None


class GroupConfig(TradingRules, frozen=True, kw_only=True):
    """Instruments that trade by the same phases and rules."""

    group: Annotated[str, Key(COMP_ID, "Its name; unique.", name="id")]
    phases: Annotated[
        str,
        Key(COMP_ID, "When its instruments trade: one of `market_schedules`; without it, always."),
    ] = ""


RULE_DEFAULTS: Final[dict[str, Any]] = {
    "matching": "price_time",
    "lead_member": "",
    "lead_share_bps": 0,
    "market_protection_bps": 0,
    "static_band_bps": 0,
    "dynamic_band_bps": 0,
    "breaker_bps": 0,
    "breaker_window_s": 0,
    "volatility_auction_s": 0,
    "halt_s": 0,
    "short_sale_trigger_bps": 0,
    "mark_venues": (),
    "mark_spread_max_bps": 500,
}


def merged_rules(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Give each rule as the first layer has it in which it is given, else its default."""
    return {
        name: next((layer[name] for layer in layers if layer.get(name) is not None), default)
        for name, default in RULE_DEFAULTS.items()
    }


def mark_venues_of(entry: TradingRules, group: TradingRules | None) -> tuple[str, ...]:
    """Give the venues that say what an instrument is worth: its own, else those of its group."""
    if entry.mark_venues is None and group is not None:
        entry = group
    return entry.mark_venues or ()


def trading_schedule_of(entry: MarketScheduleConfig) -> TradingSchedule:
    """Make the schedule that an entry of the list describes."""
    return TradingSchedule(
        schedule=entry.schedule,
        time_zone=entry.time_zone,
        days=entry.days,
        phases=tuple(TimedPhase(phase.at, phase.phase) for phase in entry.phases),
        holidays=frozenset(entry.holidays),
    )
