"""Dialects of venues, as far as a configuration has to know them: what each can do, and what it needs.

The adapters that speak them are in `venues/adapters/`; a configuration is read where these are not wanted, so their
names and abilities stand here too, and a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from tradsys_oms.config.kinds import COMP_ID, Choice, Kind, Text
from tradsys_oms.config.risk_kinds import ACCOUNT

LOGON: Final = ("username", "password")
COMMON: Final = ("clord_id_prefix", "owner")


class Option(Struct, frozen=True):
    """A key of `options`."""

    kind: Kind
    doc: str


OPTIONS: Final[dict[str, Option]] = {
    "clord_id_prefix": Option(
        Text(r"[A-Za-z0-9]{1,16}", "up to 16 letters and digits"),
        "Stands before each ClOrdID (11) of ours, so that no two systems use the same one at a venue.",
    ),
    "cancel_on_disconnect": Option(
        Choice(("Y", "S")), "CancelOrdersOnDisconnect (8013) of our Logon; without it, orders stay."
    ),
    "day_orders": Option(
        Choice(("gtc",)), "Day orders are sent as GTC, and end when we cancel them; without it, they are not sent."
    ),
    "message_handling": Option(
        Choice(("1", "2")), "MessageHandling (25035) of our Logon: 1 unordered, 2 in sequence, as without it."
    ),
    "owner": Option(
        Text(rf"{COMP_ID.pattern}/({ACCOUNT.pattern})?", "MEMBER/ACCOUNT"),
        "Of a drop copy: whose executions those are whose account is not among `accounts`.",
    ),
    "self_trade_type": Option(
        Choice(("D", "O", "N", "B")), "SelfTradeType (7928) of all orders; without it, the venue's own default."
    ),
}
"""All options that any dialect has."""


class Dialect(Struct, frozen=True, kw_only=True):
    """What a venue of this dialect can do, and what a session with it needs."""

    can_replace: bool = True
    """It takes OrderCancelReplaceRequest (35=G)."""
    can_mass_status: bool = False
    """It answers OrderMassStatusRequest (35=AF)."""
    can_quote: bool = False
    """It gives its best bid and offer in the session of the orders."""
    credentials: tuple[str, ...] = ()
    """Keys of `credentials` that it must have."""
    credentials_optional: tuple[str, ...] = ()
    """Those that it may have."""
    resets_on_logon: bool = False
    """Sequence numbers begin with 1 at each Logon."""
    needs_tls: bool = False
    heart_bt_int_max_s: int = 0
    """The largest HeartBtInt (108) that it takes, 0 for any."""
    options: tuple[str, ...] = COMMON
    """Keys of `options` that it knows."""


DIALECTS: Final[dict[str, Dialect]] = {
    "fix42": Dialect(can_quote=True, credentials_optional=LOGON),
    "fix44": Dialect(can_mass_status=True, can_quote=True, credentials_optional=LOGON),
    "fix50sp2": Dialect(can_mass_status=True, can_quote=True, credentials_optional=LOGON),
    "tradsys42": Dialect(can_mass_status=True, credentials_optional=LOGON),
    "tradsys44": Dialect(can_mass_status=True, credentials_optional=LOGON),
    "tradsys50sp2": Dialect(can_mass_status=True, credentials_optional=LOGON),
    "binance_spot": Dialect(
        can_replace=False,
        credentials=("api_key", "private_key"),
        resets_on_logon=True,
        needs_tls=True,
        heart_bt_int_max_s=60,
        options=(*COMMON, "day_orders", "message_handling"),
    ),
    "coinbase_exchange": Dialect(
        credentials=("api_key", "password", "api_secret"),
        resets_on_logon=True,
        needs_tls=True,
        heart_bt_int_max_s=30,
        options=(*COMMON, "cancel_on_disconnect", "day_orders", "self_trade_type"),
    ),
}
"""By name, as `venues[].dialect` has it."""
