"""SecurityStatus (35=f): the phase of an instrument, and at what price and volume its auction would uncross now.

SecurityTradingStatus (326) has no code for each phase. From FIX 4.4 on TradingSessionSubID (625) says which it is, in
the codes that FIX 5.0 SP2 gives it. HighPx (332) and LowPx (333), between them the range in which a security may open,
are both the indicative price; BuyVolume (330) and SellVolume (331) are what buyers and sellers would bring at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tradsys_oms.core.events import MarketStatus
from tradsys_oms.core.phases.phases import Phase
from tradsys_oms.fix.timestamps import utc_timestamp

if TYPE_CHECKING:
    from tradsys_oms.fix.dialects.outbound import Printer

SECURITY_STATUS = "f"


class Codes(NamedTuple):
    """What is said in a phase; the second status is for when there is an indicative price."""

    of_42: str
    of_42_indicated: str
    later: str
    later_indicated: str
    session: str
    """TradingSessionSubID (625)."""


CODES: Final[dict[str, Codes]] = {
    # 2 halt, 4 no open or no resume, 5 price indication, 17 ready to trade, 18 not available, 20 unknown, 21 pre-open,
    # 22 opening rotation. FIX 4.2 has none above 20.
    Phase.CLOSED: Codes("18", "18", "18", "18", "7"),  # quiescent
    Phase.PRE_OPEN: Codes("4", "5", "21", "21", "1"),  # pre-trading
    Phase.OPENING_AUCTION: Codes("4", "5", "22", "5", "2"),  # opening or opening auction
    Phase.CONTINUOUS: Codes("17", "17", "17", "17", "3"),  # continuous
    Phase.VOLATILITY_AUCTION: Codes("4", "5", "4", "5", "9"),  # unscheduled intraday auction
    Phase.CLOSING_AUCTION: Codes("4", "5", "4", "5", "4"),  # closing or closing auction
    Phase.HALTED: Codes("2", "2", "2", "2", ""),
    "": Codes("20", "20", "20", "20", ""),
}


def security_status(printer: Printer, event: MarketStatus, seq: int, index: int, time_ns: int) -> tuple[str, str]:
    """Print a SecurityStatus; TransactTime (60) is the time of its record."""
    has_fields_of_44 = printer.version.has_fields_of_44
    codes = CODES[event.phase]
    if has_fields_of_44:
        status = codes.later_indicated if event.indicative_px else codes.later
    else:
        status = codes.of_42_indicated if event.indicative_px else codes.of_42
    session = f"625={codes.session}\x01" if codes.session and has_fields_of_44 else ""
    text = f"58={event.text}\x01" if event.text and has_fields_of_44 else ""
    return SECURITY_STATUS, (
        f"324={event.security_status_req_id}\x0155={event.symbol}\x01{session}"
        f"325={'Y' if event.unsolicited else 'N'}\x01326={status}\x01{_prices(printer, event)}"
        f"60={utc_timestamp(time_ns)}\x01{text}"
    )


def _prices(printer: Printer, event: MarketStatus) -> str:
    units = printer.units.get(event.symbol)
    if units is None:
        return ""
    text = ""
    if event.indicative_px:
        qty, imbalance = event.indicative_qty, event.imbalance_qty
        price = units.price(event.indicative_px)
        text = (
            f"330={units.quantity(qty + max(imbalance, 0))}\x01331={units.quantity(qty + max(-imbalance, 0))}\x01"
            f"332={price}\x01333={price}\x01"
        )
    return f"{text}31={units.price(event.last_px)}\x01" if event.last_px else text
