"""The standard's own way to trade: what venues have in common, and what dialects change of it.

Requests become D, F, G, H and AF by FIX Volume 4; each has a method of its own that a dialect replaces where its venue
is different. What comes is read by a table from MsgType to a reader. A message of no interest gives no command; one of
a type that a venue should never send, and one that can't be read, is kept as a QuarantineReport.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from tradsys_oms.core.commands import QuarantineReport
from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace, VenueRequest
from tradsys_oms.fix.decimals import format_e8
from tradsys_oms.fix.dialects.version import Version
from tradsys_oms.fix.timestamps import utc_timestamp
from tradsys_oms.venues.adapters.adapter import Adapter, Field, Outgoing
from tradsys_oms.venues.adapters.balances import read_position
from tradsys_oms.venues.adapters.copies import read_copy, read_trade_capture
from tradsys_oms.venues.adapters.errors import NotSendable
from tradsys_oms.venues.adapters.incoming import Incoming, Unreadable
from tradsys_oms.venues.adapters.names import Names
from tradsys_oms.venues.adapters.places import Places, PlainPlaces
from tradsys_oms.venues.adapters.quotes import read_quote, subscription
from tradsys_oms.venues.adapters.refusals import read_cancel_reject, read_reject
from tradsys_oms.venues.adapters.reports import Reports, read_report
from tradsys_oms.venues.adapters.terms import order_terms
from tradsys_oms.venues.settings import VenueSettings

CLORD_ID_LENGTH_MAX: Final = 64
ALL_ORDERS: Final = "7"
"""MassStatusReqType (585): status for all orders."""
OF_NO_INTEREST: Final = frozenset(("0", "1", "2", "4", "5", "A", "B", "N", "X", "XLR", "d", "f", "h", "n", "r", "y"))
"""What belongs to the session, and what we don't ask for or need not know: News, ListStatus, incremental prices,
limits, SecurityDefinition, SecurityStatus, TradingSessionStatus, OrderMassCancelReport, lists of securities."""


class StandardAdapter(Adapter):
    """A venue that speaks FIX as it is written. A dialect is a subclass that fills in what is different."""

    version: ClassVar[Version]
    """OrdTypes, TimesInForce and instructions that can be said."""
    reports: ClassVar[Reports] = Reports()
    """How ExecutionReports are read."""
    has_handl_inst: ClassVar[bool] = False
    """HandlInst (21) is required."""
    takes_self_match: ClassVar[bool] = False
    """It has fields for the prevention of self-matches where its version has none."""

    def __init__(self, settings: VenueSettings) -> None:
        """Raise CredentialsUnusable where a credential is missing or can't be used."""
        super().__init__(settings)
        self.names = Names(settings)
        self.places = self.make_places(settings.extra.get("clord_id_prefix", ""))

    def make_places(self, prefix: str) -> Places:
        """Give the form of ClOrdIDs."""
        return PlainPlaces(prefix, CLORD_ID_LENGTH_MAX)

    def clord_id(self, place: str) -> str:
        """Give the ClOrdID (11) of a request; raise NotSendable where it would be too long."""
        return self.places.clord_id(place)

    def place_of(self, clord_id: str) -> str:
        """Give the place of a request by its ClOrdID, "" for what is not ours."""
        return self.places.place_of(clord_id)

    def logon_fields(self, sending_time: str, msg_seq_num: int, sender: str, target: str) -> list[Field]:
        """Give Username (553) and Password (554) as far as there are any."""
        credentials = self.settings.credentials
        return [(tag, value) for tag, value in ((553, credentials.username), (554, credentials.password)) if value]

    def subscriptions(self) -> list[Outgoing]:
        """Ask for the best prices of the symbols in the settings."""
        if not self.dialect.can_quote:
            return []
        return [subscription(self.names.symbol(symbol)) for symbol in self.settings.market_data]

    def encode(self, place: str, request: VenueRequest, now_ns: int) -> Outgoing:
        """Say a request in the words of the venue; raise NotSendable with a sentence."""
        if isinstance(request, VenueOrder):
            return Outgoing("D", tuple(self.new_order(place, request, now_ns)))
        if isinstance(request, VenueCancel):
            return Outgoing("F", tuple(self.cancel(place, request, now_ns)))
        if isinstance(request, VenueReplace):
            return Outgoing("G", tuple(self.replace(place, request, now_ns)))
        if request.clord_id:
            return Outgoing("H", tuple(self.query(place, request)))
        return Outgoing("AF", tuple(self.query_all(place)))

    def new_order(self, place: str, request: VenueOrder, now_ns: int) -> list[Field]:
        """NewOrderSingle (35=D)."""
        return [(11, self.clord_id(place)), *self._order(request, now_ns)]

    def replace(self, place: str, request: VenueReplace, now_ns: int) -> list[Field]:
        """OrderCancelReplaceRequest (35=G)."""
        fields = [(11, self.clord_id(place)), (41, self.clord_id(request.orig_clord_id))]
        if request.venue_order_id:
            fields.append((37, request.venue_order_id))
        return [*fields, *self._order(request, now_ns)]

    def _order(self, request: VenueOrder | VenueReplace, now_ns: int) -> list[Field]:
        account = self.names.account(request.account)
        fields = [(1, account)] if account else []
        if self.has_handl_inst:
            fields.append((21, "1"))  # automated, no broker intervention
        fields += (
            (55, self.names.symbol(request.symbol)),
            (54, request.side),
            (60, utc_timestamp(now_ns)),
            (38, format_e8(request.order_qty_e8)),
        )
        if request.price_e8 is not None:
            fields.append((44, format_e8(request.price_e8)))
        return fields + order_terms(self.version, request, self.takes_self_match)

    def cancel(self, place: str, request: VenueCancel, now_ns: int) -> list[Field]:
        """OrderCancelRequest (35=F)."""
        fields = [(11, self.clord_id(place)), (41, self.clord_id(request.orig_clord_id))]
        if request.venue_order_id:
            fields.append((37, request.venue_order_id))
        return [
            *fields,
            (55, self.names.symbol(request.symbol)),
            (54, request.side),
            (60, utc_timestamp(now_ns)),
            (38, format_e8(request.order_qty_e8)),
        ]

    def query(self, place: str, request: VenueQuery) -> list[Field]:
        """OrderStatusRequest (35=H)."""
        fields = [(11, self.clord_id(request.clord_id))]
        if request.venue_order_id:
            fields.append((37, request.venue_order_id))
        fields += ((55, self.names.symbol(request.symbol)), (54, request.side))
        return [*fields, (790, self.clord_id(place))] if self.version.has_fields_of_44 else fields

    def query_all(self, place: str) -> list[Field]:
        """OrderMassStatusRequest (35=AF)."""
        if not self.dialect.can_mass_status:
            raise NotSendable(f"Venue {self.settings.venue} takes no OrderMassStatusRequest (35=AF).")
        return [(584, self.clord_id(place)), (585, ALL_ORDERS)]

    def decode(
        self, msg_type: str, fields: Sequence[Field], ref_clord_id: str = "", ref_msg_type: str = ""
    ) -> list[JournaledCommand]:
        """Read a message of the venue as commands with frame 0."""
        message = Incoming(msg_type, fields)
        try:
            return self.read(message, ref_clord_id, ref_msg_type)
        except Unreadable as fault:
            return [QuarantineReport(self.settings.venue, 0, str(fault), message.shown())]

    def read(self, message: Incoming, ref_clord_id: str, ref_msg_type: str) -> list[JournaledCommand]:
        """Read a message; raise Unreadable."""
        venue, msg_type = self.settings.venue, message.msg_type
        if msg_type == "8":
            return self.read_execution_report(message)
        if msg_type == "9":
            return [read_cancel_reject(venue, message, self.places)]
        if msg_type in ("3", "j"):
            return [read_reject(venue, message, self.places, ref_clord_id, ref_msg_type)]
        if msg_type == "W":
            return [read_quote(venue, message, self.names)]
        if msg_type == "AE":
            return [*read_trade_capture(venue, message, self.names)]
        if msg_type == "AP":
            return [read_position(venue, message, self.names)]
        if msg_type in OF_NO_INTEREST:
            return []
        raise Unreadable(f"A message of MsgType (35) {msg_type} is not one that is read.")

    def read_execution_report(self, message: Incoming) -> list[JournaledCommand]:
        """Read an ExecutionReport, of an order of ours or of one that was sent elsewhere."""
        venue = self.settings.venue
        if self.settings.is_drop_copy:
            return [*read_copy(venue, message, self.names, self.reports)]
        return [read_report(venue, message, self.names, self.places, self.reports)]
