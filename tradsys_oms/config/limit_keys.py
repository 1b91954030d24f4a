"""The keys of limits, and the file that has them: what may be given for which level, and in which units.

The fields are those of the core's `Limits`, so that a layer of values makes one, and their levels those of its table.
What each means is docs/risk.md, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from msgspec import Struct

from tradsys_oms.config.kinds import SYMBOL, Boolean, Choice, Integer, Many, Scaled
from tradsys_oms.config.risk_kinds import (
    ACCOUNT_OF_MEMBER,
    HOLDING,
    INSTRUMENT,
    MEMBER,
    ORD_TYPES,
    SESSION,
    WINDOW,
    ScopeName,
)
from tradsys_oms.config.schema import Key, KeySpec, Layer, LayersByName, keys_of
from tradsys_oms.core.limits.table import LIMITS, WORDS

AMOUNT: Final = Scaled(8, "0", "90000000000")
"""Money or quantity: as much as fits into 64 bits in units of 1e-8."""
AMOUNT_ABOVE_0: Final = Scaled(8, "0.00000001", "90000000000")
COUNT: Final = Integer(0, 1_000_000_000)
COUNT_FROM_1: Final = Integer(1, 1_000_000_000)
MULTIPLE: Final = Integer(1, 1_000_000)
PERCENT: Final = Scaled(2, "0.01", "1000")


class LimitKeys(Struct, frozen=True, kw_only=True):
    """Limits of one scope. `null` is none, also where a default has one; 0 is a limit like any other."""

    restriction: Annotated[
        str | None,
        Key(Choice(WORDS["restriction"]), "No new orders and replaces at all; or only those that close."),
    ] = None
    instruments: Annotated[tuple[str, ...] | None, Key(Many(SYMBOL, 10_000, True), "Only these may be traded.")] = None
    ord_types: Annotated[
        tuple[str, ...] | None, Key(Many(ORD_TYPES, 6, True), "Only orders of these types (OrdType, 40).")
    ] = None
    short_sale: Annotated[
        str | None,
        Key(Choice(WORDS["short_sale"]), "No short sales; or only with LocateReqd (114) N, or exempt."),
    ] = None
    long_sale_covered: Annotated[bool | None, Key(Boolean(), "What is sold long is held, and not offered already.")] = (
        None
    )
    order_qty_max_e8: Annotated[int | None, Key(AMOUNT, "Largest quantity of one order.", name="order_qty_max")] = None
    order_notional_max_e8: Annotated[
        int | None, Key(AMOUNT, "Largest notional of one order, in money.", name="order_notional_max")
    ] = None
    market_order_qty_max_e8: Annotated[
        int | None,
        Key(AMOUNT, "Largest quantity of one order without a limit price.", name="market_order_qty_max"),
    ] = None
    collar_bps: Annotated[
        int | None,
        Key(PERCENT, "A limit price is no further than this from the reference price.", name="collar_percent"),
    ] = None
    collar_ticks: Annotated[int | None, Key(COUNT_FROM_1, "The same in ticks; the narrower of both counts.")] = None
    fat_finger_multiple: Annotated[
        int | None, Key(MULTIPLE, "Largest quantity of one order, as a multiple of the holding's average order.")
    ] = None
    duplicate_window_ns: Annotated[
        int | None,
        Key(WINDOW, "No new order that equals another one of this time.", name="duplicate_window_s"),
    ] = None
    orders_max: Annotated[
        int | None, Key(COUNT_FROM_1, "So many new orders and replaces are accepted in `orders_window_s`.")
    ] = None
    orders_window_ns: Annotated[int | None, Key(WINDOW, "The window of orders_max.", name="orders_window_s")] = None
    messages_max: Annotated[
        int | None, Key(COUNT_FROM_1, "So many orders, replaces and cancels are taken in `messages_window_s`.")
    ] = None
    messages_window_ns: Annotated[int | None, Key(WINDOW, "The window of messages_max.", name="messages_window_s")] = (
        None
    )
    open_orders_max: Annotated[int | None, Key(COUNT, "Open orders.")] = None
    open_notional_max_e8: Annotated[
        int | None, Key(AMOUNT, "Notional of all open orders, in money.", name="open_notional_max")
    ] = None
    gross_position_max_e8: Annotated[
        int | None,
        Key(AMOUNT, "Values of positions without sign and all open orders, in money.", name="gross_position_max"),
    ] = None
    net_position_max_e8: Annotated[
        int | None,
        Key(AMOUNT, "Values of positions with sign and open orders of a side, in money.", name="net_position_max"),
    ] = None
    long_qty_max_e8: Annotated[
        int | None, Key(AMOUNT, "Largest long position, with open buy orders.", name="long_qty_max")
    ] = None
    short_qty_max_e8: Annotated[
        int | None, Key(AMOUNT, "Largest short position, with open sell orders.", name="short_qty_max")
    ] = None
    credit_max_e8: Annotated[
        int | None,
        Key(AMOUNT, "Bought less sold today, with open buy orders, in money.", name="credit_max"),
    ] = None
    traded_notional_max_e8: Annotated[
        int | None,
        Key(AMOUNT, "Notional of what was traded today and of all open orders, in money.", name="traded_notional_max"),
    ] = None
    daily_loss_max_e8: Annotated[int | None, Key(AMOUNT, "Loss of the day, in money.", name="daily_loss_max")] = None
    orders_per_trade_max: Annotated[
        int | None, Key(MULTIPLE, "New orders for each trade of the day, from the 100th order on.")
    ] = None
    breaker_rejects: Annotated[int | None, Key(COUNT_FROM_1, "More refused orders in the window block the scope.")] = (
        None
    )
    breaker_rejects_window_ns: Annotated[
        int | None, Key(WINDOW, "The window of breaker_rejects.", name="breaker_rejects_window_s")
    ] = None
    breaker_orders: Annotated[
        int | None, Key(COUNT_FROM_1, "More new orders and replaces in the window block the scope.")
    ] = None
    breaker_orders_window_ns: Annotated[
        int | None, Key(WINDOW, "The window of breaker_orders.", name="breaker_orders_window_s")
    ] = None
    breaker_notional_e8: Annotated[
        int | None,
        Key(AMOUNT_ABOVE_0, "More notional in the window blocks the scope, in money.", name="breaker_notional"),
    ] = None
    breaker_notional_window_ns: Annotated[
        int | None, Key(WINDOW, "The window of breaker_notional.", name="breaker_notional_window_s")
    ] = None
    breaker_fills: Annotated[int | None, Key(COUNT_FROM_1, "More fills in the window block the scope.")] = None
    breaker_fills_window_ns: Annotated[
        int | None, Key(WINDOW, "The window of breaker_fills.", name="breaker_fills_window_s")
    ] = None


LEVELS: Final = {name: kind.levels for name, kind in LIMITS.items()}
"""On which levels a limit counts."""
MONEY: Final = tuple(name for name, kind in LIMITS.items() if kind.unit == "money")
QUANTITIES: Final = tuple(name for name, kind in LIMITS.items() if kind.unit == "qty")
SPECS: Final[Mapping[str, KeySpec]] = keys_of(LimitKeys)
"""By the name that people use."""
NAMES: Final = {spec.attribute: name for name, spec in SPECS.items()}
"""Names that people use, by the field of `Limits`; in Text (58) they are the same."""


class LimitDefaults(Struct, frozen=True, kw_only=True):
    """Limits of all scopes of a level; a scope's own come first, one by one."""

    member: Annotated[dict[str, Any], Key(Layer(LimitKeys), "Each member.")]
    session: Annotated[dict[str, Any], Key(Layer(LimitKeys), "Each session.")]
    account: Annotated[dict[str, Any], Key(Layer(LimitKeys), "Each account, also one that is not declared.")]
    instrument: Annotated[dict[str, Any], Key(Layer(LimitKeys), "Each instrument: the business of each account in it.")]


class LimitsFile(Struct, frozen=True, kw_only=True):
    """The limits of pre-trade risk: `limits_file` of `risk`."""

    defaults: Annotated[LimitDefaults, Key(Layer(LimitDefaults), "What holds for all scopes of a level.")]
    everybody: Annotated[dict[str, Any], Key(Layer(LimitKeys), "The whole exchange.", name="all")]
    members: Annotated[dict[str, Any], Key(LayersByName(LimitKeys, MEMBER, 10_000), "By member.")]
    sessions: Annotated[dict[str, Any], Key(LayersByName(LimitKeys, SESSION, 10_000), "By session.")]
    accounts: Annotated[
        dict[str, Any],
        Key(
            LayersByName(LimitKeys, ACCOUNT_OF_MEMBER, 1_000_000),
            "By account, as in `ALPHA/A1`; `ALPHA/` is orders of a member that name none.",
        ),
    ]
    instruments: Annotated[
        dict[str, Any],
        Key(LayersByName(LimitKeys, INSTRUMENT, 100_000), "By instrument: the business of each account in it."),
    ]
    holdings: Annotated[
        dict[str, Any],
        Key(LayersByName(LimitKeys, HOLDING, 1_000_000), "By account and instrument, as in `ALPHA/A1/ACME`."),
    ]


SCOPES: Final[dict[str, ScopeName]] = {
    "members": MEMBER,
    "sessions": SESSION,
    "accounts": ACCOUNT_OF_MEMBER,
    "instruments": INSTRUMENT,
    "holdings": HOLDING,
}
"""Sections of the file by name of scope."""
