"""The venue's quotes: best bid and offer of each symbol, told in full when they are asked for and when they change."""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.decimals import format_e8
from tradsys_oms.fix.message import Message
from tradsys_oms.venues.simulator.script import Quote
from tradsys_oms.venues.simulator.session import Session

SOH: Final = "\x01"
SNAPSHOT, REQUEST_REJECT = "W", "Y"
SUBSCRIBE, UNSUBSCRIBE = "1", "2"
SUBSCRIPTIONS_MAX: Final = 100_000


class Market:
    """Quotes, and who wants to hear of them."""

    def __init__(self) -> None:
        self._quotes: dict[str, Quote] = {}
        self._subscriptions: dict[tuple[str, str], tuple[Session, tuple[str, ...]]] = {}
        """(Peer, MDReqID) -> its session and symbols."""

    def price(self, symbol: str, side: str) -> int:
        """Give the price at which an order of that side trades, 0 for none."""
        quote = self._quotes.get(symbol)
        return 0 if quote is None else quote.offer if side == "1" else quote.bid

    def quote(self, quote: Quote) -> None:
        """Change a quote, and tell all who subscribed to its symbol."""
        self._quotes[quote.symbol] = quote
        for (_, request_id), (session, symbols) in self._subscriptions.items():
            if quote.symbol in symbols:
                session.send(SNAPSHOT, _snapshot(request_id, quote))

    def answer(self, session: Session, message: Message) -> None:
        """Answer a MarketDataRequest: a snapshot for each symbol, and more of them when it subscribes."""
        request_id = message.fields.get("262", "")
        kind = message.fields.get("263", "0")
        symbols = tuple(value for tag, value in zip(message.tags, message.values, strict=True) if tag == "55")
        if kind == UNSUBSCRIBE:
            self._subscriptions.pop((session.peer, request_id), None)
            return
        unknown = [symbol for symbol in symbols if symbol not in self._quotes]
        if unknown or not symbols:
            self.refuse(session, message, f"Unknown symbol {unknown[0]}" if unknown else "No symbol")
            return
        if kind == SUBSCRIBE and len(self._subscriptions) < SUBSCRIPTIONS_MAX:
            self._subscriptions[session.peer, request_id] = session, symbols
        for symbol in symbols:
            session.send(SNAPSHOT, _snapshot(request_id, self._quotes[symbol]))

    def refuse(self, session: Session, message: Message, text: str) -> None:
        """Refuse a MarketDataRequest: unknown symbol (281=0)."""
        session.send(REQUEST_REJECT, f"262={message.fields.get('262', '')}{SOH}281=0{SOH}58={text}{SOH}")


def _snapshot(request_id: str, quote: Quote) -> str:
    sides = [("0", quote.bid, quote.bid_qty), ("1", quote.offer, quote.offer_qty)]
    entries = [
        f"269={kind}{SOH}270={format_e8(price)}{SOH}271={format_e8(quantity)}{SOH}"
        for kind, price, quantity in sides
        if price
    ]
    return f"262={request_id}{SOH}55={quote.symbol}{SOH}268={len(entries)}{SOH}{''.join(entries)}"
