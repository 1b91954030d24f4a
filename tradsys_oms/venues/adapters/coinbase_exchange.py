"""Coinbase Exchange, FIX order entry: FIX 5.0 SP2 over FIXT.1.1 and TLS, at fix-ord.exchange.coinbase.com:6121.

Source: "Exchange FIX Order Entry Messages 5.0" and "FIX Connectivity" of docs.cdp.coinbase.com/exchange. What was read,
and what follows:

- Logon: SenderCompID and Username (553) are the API key, TargetCompID is Coinbase, Password (554) the passphrase.
  RawData (96) is the HMAC-SHA256, in base64, with the secret (which is base64 itself) over SendingTime, MsgType,
  MsgSeqNum, SenderCompID, TargetCompID and passphrase, with SOH between them. SendingTime has just three decimals.
  CancelOrdersOnDisconnect (8013) is S for the orders of the session, Y for those of the profile. HeartBtInt is at most
  30. We reset the numbers at each Logon; the venue can send again what it said in the last hour, but its two pages
  contradict each other about that, so doubts are asked by status request.
- ClOrdIDs are UUIDs of version 4, in small letters.
- OrdType is Market, Limit, Stop Limit; TimeInForce GTC, IOC, FOK, GTD, and always there. A Market order is sent as IOC,
  unless it is FOK. GTD has ExpireTime. "Post only" is ExecInst A. There is no Account, TransactTime or short sale.
- A stop triggers upwards for a buy and downwards for a sell (TriggerPriceDirection, 1109).
- OrderCancelReplaceRequest changes price and quantity of a Limit order, and needs OrderID.
- OrdStatus of an OrderCancelReject is always 8, whatever the order is: it is passed over.
- BusinessRejectReason (380) has numbers of its own: 1 other, 2 unsupported message type.
- In a report of a cancel, ClOrdID (11) is that of the order.

Not confirmed: the fields of OrderStatusRequest (35=H), which the page names and does not describe; ClOrdID, OrderID and
Symbol are those of a QuickFIX dictionary for such a session. Nor whether AvgPx, which is optional, is in its answer.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from tradsys_oms.core.commands import Instructions, VenueRefusal
from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace
from tradsys_oms.core.fields import ExecInst, OrdType, Side, TimeInForce, TriggerPriceType
from tradsys_oms.fix.decimals import format_e8
from tradsys_oms.fix.dialects.fix50sp2 import FIX50SP2
from tradsys_oms.fix.timestamps import NS_PER_MS, utc_timestamp
from tradsys_oms.venues.adapters.adapter import Dialect, Field
from tradsys_oms.venues.adapters.errors import NotSendable
from tradsys_oms.venues.adapters.incoming import Incoming
from tradsys_oms.venues.adapters.places import Places, UuidPlaces
from tradsys_oms.venues.adapters.refusing import refuse_beyond, refuse_others
from tradsys_oms.venues.adapters.reports import Reports
from tradsys_oms.venues.adapters.signing import hmac_key, hmac_sha256_signature
from tradsys_oms.venues.adapters.standard import StandardAdapter
from tradsys_oms.venues.adapters.versions import FIXT, OPTIONS, SP2
from tradsys_oms.venues.settings import VenueSettings

NAME: Final = "Coinbase Exchange"
SIDES: Final = (Side.BUY, Side.SELL)
ORD_TYPES: Final = (OrdType.MARKET, OrdType.LIMIT, OrdType.STOP_LIMIT)
TIMES_IN_FORCE: Final = (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD)
TIME_IN_FORCE_OF_MARKET: Final = {
    TimeInForce.DAY: TimeInForce.IOC,
    TimeInForce.GTC: TimeInForce.IOC,
    TimeInForce.IOC: TimeInForce.IOC,
    TimeInForce.FOK: TimeInForce.FOK,
}
"""What does not trade at once is canceled, whatever a Market order says."""
TAKEN: Final = ("stop_px_e8", "trigger_price_type", "display_qty_e8", "exec_inst", "expire_time_ns")
TAKEN_IN_REPLACES: Final = ("expire_time_ns",)
TRIGGERS: Final = ("", TriggerPriceType.LAST_TRADE)
ADD_LIQUIDITY_ONLY: Final = "A"
BUSINESS_REJECT_REASONS: Final = {1: 0, 2: 3}
"""Theirs -> those of the standard."""


class CoinbaseExchange(StandardAdapter):
    """Order entry, or with `is_drop_copy` a drop copy, of one profile at Coinbase."""

    dialect = Dialect(
        "coinbase_exchange",
        FIXT,
        SP2,
        credentials=("api_key", "password", "secret"),
        resets_on_logon=True,
        needs_tls=True,
        heart_bt_int_max_s=30,
        options={
            **OPTIONS,
            "cancel_on_disconnect": "CancelOrdersOnDisconnect (8013): S or Y; absent, orders stay.",
            "self_trade_type": "SelfTradeType (7928) of all orders: D, O, N or B; absent, the venue's own default.",
            "day_orders": "gtc: Day orders are sent as GTC, and end when we cancel them; else they are not sent.",
        },
    )
    version = FIX50SP2
    reports = Reports((17, 150, 39, 55))

    def __init__(self, settings: VenueSettings) -> None:
        """Raise CredentialsUnusable where one is missing or the secret is not base64."""
        super().__init__(settings)
        self._key = hmac_key(settings.venue, settings.credentials.secret)
        self._sends_day_as_gtc = settings.extra.get("day_orders") == "gtc"

    def make_places(self, prefix: str) -> Places:
        """Give the form of ClOrdIDs."""
        return UuidPlaces(prefix)

    def logon_fields(self, sending_time: str, msg_seq_num: int, sender: str, target: str) -> list[Field]:
        """Give API key, passphrase and signature."""
        credentials = self.settings.credentials
        payload = "\x01".join((sending_time, "A", str(msg_seq_num), sender, target, credentials.password))
        signature = hmac_sha256_signature(self._key, payload)
        fields = [
            (95, str(len(signature))),
            (96, signature),
            (553, credentials.api_key),
            (554, credentials.password),
        ]
        if self.settings.extra.get("cancel_on_disconnect"):
            fields.append((8013, self.settings.extra["cancel_on_disconnect"]))
        return [*fields, (9406, "Y" if self.settings.is_drop_copy else "N")]

    def new_order(self, place: str, request: VenueOrder, now_ns: int) -> list[Field]:
        """NewOrderSingle (35=D)."""
        refuse_others(NAME, "Side (54)", request.side, SIDES)
        refuse_others(NAME, "OrdType (40)", request.ord_type, ORD_TYPES)
        fields = [
            (11, self.clord_id(place)),
            (55, self.names.symbol(request.symbol)),
            (54, request.side),
            (38, format_e8(request.order_qty_e8)),
            (40, request.ord_type),
        ]
        if request.price_e8 is not None:
            fields.append((44, format_e8(request.price_e8)))
        fields.append((59, self._time_in_force(request)))
        if request.instructions is not None:
            fields += _instructions(request, request.instructions)
        self_trade_type = self.settings.extra.get("self_trade_type")
        return [*fields, (7928, self_trade_type)] if self_trade_type else fields

    def _time_in_force(self, request: VenueOrder | VenueReplace) -> str:
        """Give the venue's TimeInForce (59); raise NotSendable where it has none."""
        time_in_force = request.time_in_force
        if request.ord_type == OrdType.MARKET:
            refuse_others(NAME, "TimeInForce (59) with OrdType (40) 1:", time_in_force, TIME_IN_FORCE_OF_MARKET)
            return TIME_IN_FORCE_OF_MARKET[time_in_force]
        if time_in_force == TimeInForce.DAY and self._sends_day_as_gtc:
            return TimeInForce.GTC
        refuse_others(NAME, "TimeInForce (59)", time_in_force, TIMES_IN_FORCE)
        if time_in_force == TimeInForce.GTD and not (request.instructions and request.instructions.expire_time_ns):
            raise NotSendable(f"{NAME} takes no TimeInForce (59) 6 without ExpireTime (126).")
        return time_in_force

    def replace(self, place: str, request: VenueReplace, now_ns: int) -> list[Field]:
        """OrderCancelReplaceRequest (35=G)."""
        refuse_others(NAME, "OrderCancelReplaceRequest (35=G) with OrdType (40)", request.ord_type, (OrdType.LIMIT,))
        if not request.venue_order_id or request.price_e8 is None:
            raise NotSendable(f"{NAME} takes no OrderCancelReplaceRequest (35=G) without OrderID (37) and Price (44).")
        self._time_in_force(request)
        if request.instructions is not None:
            refuse_beyond(NAME, request.instructions, TAKEN_IN_REPLACES)
        return [
            (11, self.clord_id(place)),
            (37, request.venue_order_id),
            (41, self.clord_id(request.orig_clord_id)),
            (55, self.names.symbol(request.symbol)),
            (38, format_e8(request.order_qty_e8)),
            (40, request.ord_type),
            (44, format_e8(request.price_e8)),
        ]

    def cancel(self, place: str, request: VenueCancel, now_ns: int) -> list[Field]:
        """OrderCancelRequest (35=F)."""
        fields = [(11, self.clord_id(place)), (41, self.clord_id(request.orig_clord_id))]
        if request.venue_order_id:
            fields.append((37, request.venue_order_id))
        return [*fields, (55, self.names.symbol(request.symbol))]

    def query(self, place: str, request: VenueQuery) -> list[Field]:
        """OrderStatusRequest (35=H)."""
        fields = [(11, self.clord_id(request.clord_id))]
        if request.venue_order_id:
            fields.append((37, request.venue_order_id))
        return [*fields, (55, self.names.symbol(request.symbol))]

    def read(self, message: Incoming, ref_clord_id: str, ref_msg_type: str) -> list[JournaledCommand]:
        """Read a message; raise Unreadable."""
        return [_in_standard_words(message, found) for found in super().read(message, ref_clord_id, ref_msg_type)]


def _instructions(request: VenueOrder, asked: Instructions) -> list[Field]:
    """Give iceberg, post only, stop and expiry; raise NotSendable for all else."""
    refuse_beyond(NAME, asked, TAKEN)
    fields: list[Field] = []
    if asked.exec_inst:
        refuse_others(NAME, "ExecInst (18)", asked.exec_inst, (ExecInst.POST_ONLY,))
        fields.append((18, ADD_LIQUIDITY_ONLY))
    if asked.display_qty_e8 is not None:
        refuse_others(NAME, "DisplayQty (1138)", "0" if asked.display_qty_e8 == 0 else "", ("",))
        fields.append((1138, format_e8(asked.display_qty_e8)))
    if asked.stop_px_e8 is not None:
        refuse_others(NAME, "TriggerPriceType (1107)", asked.trigger_price_type, TRIGGERS)
        fields += ((99, format_e8(asked.stop_px_e8)), (1109, "U" if request.side == Side.BUY else "D"))
    if asked.expire_time_ns:
        if asked.expire_time_ns % NS_PER_MS:
            raise NotSendable(f"{NAME} takes no ExpireTime (126) that is finer than a millisecond.")
        fields.append((126, utc_timestamp(asked.expire_time_ns)))
    return fields


def _in_standard_words(message: Incoming, command: JournaledCommand) -> JournaledCommand:
    if not isinstance(command, VenueRefusal):
        return command
    if command.kind == "cancel":
        return structs.replace(command, ord_status="")
    if message.msg_type == "j":
        return structs.replace(command, reason=BUSINESS_REJECT_REASONS.get(command.reason, command.reason))
    return command
