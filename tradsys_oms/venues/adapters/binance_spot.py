"""Binance Spot, FIX order entry: FIX.4.4 over TLS with SNI, at fix-oe.binance.com:9000.

Source: "FIX API" and its QuickFIX schema `spot-fix-oe.xml`, in the repository binance/binance-spot-api-docs (pages of
developers.binance.com/docs/binance-spot-api-docs/fix-api), and "Errors" there. What was read, and what follows:

- Logon: Username (553) is the API key, RawData (96) the signature in base64 with an Ed25519 key over MsgType,
  SenderCompID, TargetCompID, MsgSeqNum and SendingTime, with SOH between them. ResetSeqNumFlag (141) must be Y, so
  nothing is ever sent again. MessageHandling (25035) is 1 unordered or 2 in sequence. HeartBtInt is 5 to 60.
  TargetCompID is SPOT; SenderCompID has 1 to 8 letters, digits, - and _, and only one session may use it at a time.
- ClOrdIDs have 1 to 36 letters, digits, - and _.
- There is no replace in place, no status request and no mass status. Nobody there can be asked by FIX what became of an
  order: one in doubt waits for an operator, or for the answer to a cancel.
- OrdType is Market, Limit, Stop, Stop Limit; TimeInForce GTC, IOC, FOK, and stands only with a price that is a limit.
  "Post only" is a Limit order with ExecInst 6 and without TimeInForce. A stop triggers at the last trade: above for a
  buy, below for a sell. There is no Account, TransactTime or short sale.
- ExecutionReports come for all orders of the account, also for those of other sessions and programs: these are passed
  over. ExecID is absent in rejects. There is no AvgPx: it is CumQuoteQty (25017) over CumQty.
- ErrorCode (25016) -1006 and -1007 say that the outcome is unknown. That is no refusal.
- News (35=B) says that the connection will be closed soon, and that we should connect anew.

Not confirmed: which of 11 and 41 a report of a cancel names the order by (both are read), and that -2011 with the text
"Unknown order sent." is the only form of an unknown order in an OrderCancelReject.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from tradsys_oms.core.commands import Instructions, VenueRefusal
from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace
from tradsys_oms.core.fields import CxlRejReason, ExecInst, OrdType, Side, TimeInForce, TriggerPriceType
from tradsys_oms.fix.decimals import LARGEST_E8, SCALE, format_e8
from tradsys_oms.fix.dialects.fix44 import FIX44
from tradsys_oms.venues.adapters.adapter import Dialect, Field
from tradsys_oms.venues.adapters.errors import NotSendable
from tradsys_oms.venues.adapters.incoming import Incoming, Unreadable
from tradsys_oms.venues.adapters.places import Places, PlainPlaces
from tradsys_oms.venues.adapters.refusing import refuse_beyond, refuse_others
from tradsys_oms.venues.adapters.reports import Reports
from tradsys_oms.venues.adapters.signing import ed25519_key, ed25519_signature
from tradsys_oms.venues.adapters.standard import StandardAdapter
from tradsys_oms.venues.adapters.versions import OPTIONS
from tradsys_oms.venues.settings import VenueSettings

NAME: Final = "Binance Spot"
CLORD_ID_LENGTH_MAX: Final = 36
SIDES: Final = (Side.BUY, Side.SELL)
AT_ONCE: Final = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC)
"""TimesInForce of a Market order: each says that what does not trade at once is canceled."""
LIMITED: Final = (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)
RESTING: Final = (TimeInForce.GTC,)
TAKEN: Final = ("stop_px_e8", "trigger_price_type", "display_qty_e8", "exec_inst")
TRIGGERS: Final = ("", TriggerPriceType.LAST_TRADE)
IN_SEQUENCE: Final = "2"
OUTCOME_UNKNOWN: Final = ("-1006", "-1007")
CANCEL_REJECTED: Final = "-2011"
UNKNOWN_ORDER: Final = "Unknown order sent."


def quote_average(message: Incoming, exec_type: str, cum_qty: int) -> int:
    """Give CumQuoteQty (25017) over CumQty, rounded half to even."""
    if not cum_qty:
        return 0
    average, rest = divmod(message.qty(25017) * SCALE, cum_qty)
    average += 2 * rest > cum_qty or (2 * rest == cum_qty and average % 2 == 1)
    if average > LARGEST_E8:
        raise Unreadable("CumQuoteQty (25017) over CumQty (14) is too large for a price.")
    return average


class BinanceSpot(StandardAdapter):
    """Order entry, or with `is_drop_copy` a drop copy, of one account at Binance."""

    dialect = Dialect(
        "binance_spot",
        "FIX.4.4",
        can_replace=False,
        can_query=False,
        credentials=("api_key", "private_key"),
        resets_on_logon=True,
        needs_tls=True,
        heart_bt_int_max_s=60,
        options={
            **OPTIONS,
            "message_handling": "MessageHandling (25035): 1 unordered, 2 in sequence (the default).",
            "day_orders": "gtc: Day orders are sent as GTC, and end when we cancel them; else they are not sent.",
        },
    )
    version = FIX44
    reports = Reports((150, 39, 55, 54, 14), average=quote_average)

    def __init__(self, settings: VenueSettings) -> None:
        """Raise CredentialsUnusable where the API key is missing or the private key is none of Ed25519."""
        super().__init__(settings)
        self._key = ed25519_key(settings.venue, settings.credentials.private_key)
        self._message_handling = settings.extra.get("message_handling", IN_SEQUENCE)
        self._sends_day_as_gtc = settings.extra.get("day_orders") == "gtc"

    def make_places(self, prefix: str) -> Places:
        """Give the form of ClOrdIDs."""
        return PlainPlaces(prefix, CLORD_ID_LENGTH_MAX)

    def logon_fields(self, sending_time: str, msg_seq_num: int, sender: str, target: str) -> list[Field]:
        """Give the API key and the signature."""
        payload = "\x01".join(("A", sender, target, str(msg_seq_num), sending_time))
        signature = ed25519_signature(self._key, payload)
        fields = [(95, str(len(signature))), (96, signature), (553, self.settings.credentials.api_key)]
        if self.settings.is_drop_copy:
            fields.append((9406, "Y"))
        return [*fields, (25035, self._message_handling)]

    def new_order(self, place: str, request: VenueOrder, now_ns: int) -> list[Field]:
        """NewOrderSingle (35=D)."""
        refuse_others(NAME, "Side (54)", request.side, SIDES)
        fields = [
            (11, self.clord_id(place)),
            (55, self.names.symbol(request.symbol)),
            (54, request.side),
            (38, format_e8(request.order_qty_e8)),
            (40, request.ord_type),
        ]
        if request.price_e8 is not None:
            fields.append((44, format_e8(request.price_e8)))
        asked = request.instructions
        fields += self._time_in_force(request, asked is not None and asked.exec_inst == ExecInst.POST_ONLY)
        return fields if asked is None else fields + _instructions(request, asked)

    def _time_in_force(self, request: VenueOrder, is_post_only: bool) -> list[Field]:
        """Give TimeInForce (59), or nothing where it goes without saying."""
        ord_type, time_in_force = request.ord_type, request.time_in_force
        taken: tuple[str, ...] = LIMITED
        is_said = not is_post_only
        if ord_type == OrdType.MARKET:
            taken, is_said = AT_ONCE, False
        elif ord_type == OrdType.STOP:
            taken, is_said = RESTING, False
        elif is_post_only:
            taken = RESTING
        else:
            refuse_others(NAME, "OrdType (40)", ord_type, (OrdType.LIMIT, OrdType.STOP_LIMIT))
        if time_in_force == TimeInForce.DAY and self._sends_day_as_gtc and ord_type != OrdType.MARKET:
            time_in_force = TimeInForce.GTC
        refuse_others(NAME, f"TimeInForce (59) with OrdType (40) {ord_type}:", time_in_force, taken)
        return [(59, time_in_force)] if is_said else []

    def replace(self, place: str, request: VenueReplace, now_ns: int) -> list[Field]:
        """Raise NotSendable: an order is canceled and sent anew."""
        raise NotSendable(f"{NAME} takes no OrderCancelReplaceRequest (35=G).")

    def cancel(self, place: str, request: VenueCancel, now_ns: int) -> list[Field]:
        """OrderCancelRequest (35=F)."""
        return [
            (11, self.clord_id(place)),
            (41, self.clord_id(request.orig_clord_id)),
            (55, self.names.symbol(request.symbol)),
        ]

    def query(self, place: str, request: VenueQuery) -> list[Field]:
        """Raise NotSendable: nobody can be asked."""
        raise NotSendable(f"{NAME} takes no OrderStatusRequest (35=H).")

    def read(self, message: Incoming, ref_clord_id: str, ref_msg_type: str) -> list[JournaledCommand]:
        """Read a message; raise Unreadable, also where the venue itself does not know what it has done."""
        error = message.values.get(25016, "")
        if error in OUTCOME_UNKNOWN:
            raise Unreadable(f"ErrorCode (25016) {error}: the venue does not know the outcome.")
        commands = super().read(message, ref_clord_id, ref_msg_type)
        if message.msg_type == "9" and error == CANCEL_REJECTED and message.words() == UNKNOWN_ORDER:
            return [_unknown(command) for command in commands]
        return commands

    def read_execution_report(self, message: Incoming) -> list[JournaledCommand]:
        """Read an ExecutionReport; one that is about no order of ours gives nothing."""
        is_ours = self.place_of(message.text(11)) or self.place_of(message.text(41))
        return super().read_execution_report(message) if is_ours or self.settings.is_drop_copy else []

    def reconnect_reason(self, msg_type: str, fields: Sequence[Field]) -> str:
        """Give the headline of News (35=B), which the venue sends before it closes a connection."""
        if msg_type != "B":
            return ""
        return Incoming(msg_type, fields).words(148) or "The venue is about to close the connection."


def _instructions(request: VenueOrder, asked: Instructions) -> list[Field]:
    """Give iceberg, post only and stop; raise NotSendable for all else."""
    refuse_beyond(NAME, asked, TAKEN)
    fields: list[Field] = []
    if asked.exec_inst:
        refuse_others(NAME, "ExecInst (18)", asked.exec_inst, (ExecInst.POST_ONLY,))
        refuse_others(NAME, "ExecInst (18) 6 with OrdType (40)", request.ord_type, (OrdType.LIMIT,))
        fields.append((18, asked.exec_inst))
    if asked.display_qty_e8 is not None:
        refuse_others(NAME, "DisplayQty (1138)", "0" if asked.display_qty_e8 == 0 else "", ("",))
        fields.append((111, format_e8(asked.display_qty_e8)))
    if asked.stop_px_e8 is not None:
        refuse_others(NAME, "TriggerPriceType (1107)", asked.trigger_price_type, TRIGGERS)
        direction = "U" if request.side == Side.BUY else "D"
        fields += ((1100, "4"), (1101, "1"), (1102, format_e8(asked.stop_px_e8)), (1107, "2"), (1109, direction))
    return fields


def _unknown(command: JournaledCommand) -> JournaledCommand:
    if not isinstance(command, VenueRefusal):
        return command
    return structs.replace(command, reason=CxlRejReason.UNKNOWN_ORDER)
