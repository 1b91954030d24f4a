"""Which limits there are: in what unit, and on which levels. docs/risk.md, section 4, says what each means."""

from __future__ import annotations

from typing import Final, NamedTuple

ALL, MEMBER, SESSION, ACCOUNT, INSTRUMENT, HOLDING = "all", "member", "session", "account", "instrument", "holding"
LEVELS: Final = (ALL, MEMBER, SESSION, ACCOUNT, INSTRUMENT, HOLDING)
"""From the widest to the narrowest."""
PARTS: Final[dict[str, tuple[str, ...]]] = {
    ALL: (),
    MEMBER: ("name",),
    SESSION: ("name",),
    ACCOUNT: ("name", "account"),
    INSTRUMENT: ("symbol",),
    HOLDING: ("name", "account", "symbol"),
}
"""The fields of `Scope` that name a scope of each level."""


class LimitKind(NamedTuple):
    """A limit: its unit, and the levels that may have it."""

    unit: str
    """`qty` and `money` (1e-8), `bps`, `ticks`, `count`, `ns`, `word`, `words` or `flag`."""
    levels: tuple[str, ...]


_NOT_SESSION: Final = (ALL, MEMBER, ACCOUNT, INSTRUMENT, HOLDING)
_FLOW: Final = (MEMBER, SESSION, ACCOUNT)
_USAGE: Final = (MEMBER, SESSION, ACCOUNT, INSTRUMENT, HOLDING)
_POSITIONS: Final = (MEMBER, ACCOUNT, INSTRUMENT, HOLDING)
_ONE: Final = (INSTRUMENT, HOLDING)

LIMITS: Final[dict[str, LimitKind]] = {
    "restriction": LimitKind("word", _NOT_SESSION),
    "instruments": LimitKind("words", _FLOW),
    "ord_types": LimitKind("words", LEVELS),
    "short_sale": LimitKind("word", _NOT_SESSION),
    "long_sale_covered": LimitKind("flag", _POSITIONS),
    "order_qty_max_e8": LimitKind("qty", LEVELS),
    "order_notional_max_e8": LimitKind("money", LEVELS),
    "market_order_qty_max_e8": LimitKind("qty", LEVELS),
    "collar_bps": LimitKind("bps", LEVELS),
    "collar_ticks": LimitKind("ticks", LEVELS),
    "fat_finger_multiple": LimitKind("count", _NOT_SESSION),
    "duplicate_window_ns": LimitKind("ns", LEVELS),
    "orders_max": LimitKind("count", _FLOW),
    "orders_window_ns": LimitKind("ns", _FLOW),
    "messages_max": LimitKind("count", _FLOW),
    "messages_window_ns": LimitKind("ns", _FLOW),
    "open_orders_max": LimitKind("count", _USAGE),
    "open_notional_max_e8": LimitKind("money", _USAGE),
    "gross_position_max_e8": LimitKind("money", _POSITIONS),
    "net_position_max_e8": LimitKind("money", _POSITIONS),
    "long_qty_max_e8": LimitKind("qty", _ONE),
    "short_qty_max_e8": LimitKind("qty", _ONE),
    "credit_max_e8": LimitKind("money", _USAGE),
    "traded_notional_max_e8": LimitKind("money", _USAGE),
    "daily_loss_max_e8": LimitKind("money", _POSITIONS),
    "orders_per_trade_max": LimitKind("count", _FLOW),
    "breaker_rejects": LimitKind("count", _FLOW),
    "breaker_rejects_window_ns": LimitKind("ns", _FLOW),
    "breaker_orders": LimitKind("count", _FLOW),
    "breaker_orders_window_ns": LimitKind("ns", _FLOW),
    "breaker_notional_e8": LimitKind("money", _FLOW),
    "breaker_notional_window_ns": LimitKind("ns", _FLOW),
    "breaker_fills": LimitKind("count", _FLOW),
    "breaker_fills_window_ns": LimitKind("ns", _FLOW),
}
"""By the name of the field in `Limits`, in the order in which they are looked at."""

WINDOWS: Final[dict[str, str]] = {
    "orders_max": "orders_window_ns",
    "messages_max": "messages_window_ns",
    "breaker_rejects": "breaker_rejects_window_ns",
    "breaker_orders": "breaker_orders_window_ns",
    "breaker_notional_e8": "breaker_notional_window_ns",
    "breaker_fills": "breaker_fills_window_ns",
}
"""The window of each rate: one can't be without the other."""
PARTNERS: Final[dict[str, str]] = WINDOWS | {window: count for count, window in WINDOWS.items()}

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "restriction": ("block", "close_only"),
    "short_sale": ("forbidden", "located"),
}
"""What limits that are words may be."""

BREAKERS: Final = ("breaker_rejects", "breaker_orders", "breaker_notional_e8", "breaker_fills")
"""The rates beyond which a scope is blocked."""
