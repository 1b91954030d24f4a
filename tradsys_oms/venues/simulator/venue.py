"""The venue itself, without I/O: application messages in, what the script makes of them out.

Whoever drives it hands in a clock and a way to be called later, and writes store, record and the sessions' bytes after
each batch (`flush` of the server): nothing is said before it is kept.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from tradsys_oms.fix.decimals import parse_e8
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.timestamps import utc_timestamp
from tradsys_oms.venues.simulator.drop_copy import copy_as_capture, copy_as_report
from tradsys_oms.venues.simulator.enquiries import Enquiries
from tradsys_oms.venues.simulator.errors import SimulatorError
from tradsys_oms.venues.simulator.market import Market
from tradsys_oms.venues.simulator.orders import Fill, Order, OrderBook
from tradsys_oms.venues.simulator.player import Player
from tradsys_oms.venues.simulator.record import Record
from tradsys_oms.venues.simulator.reports import EXECUTION_REPORT, Reports, business_reject, cancel_reject, override
from tradsys_oms.venues.simulator.rules import ACCEPT, Request, Rules
from tradsys_oms.venues.simulator.script import Peer, Script
from tradsys_oms.venues.simulator.session import Clock, Session
from tradsys_oms.venues.simulator.steps import Program
from tradsys_oms.venues.simulator.store import Numbers, Store
from tradsys_oms.venues.simulator.work import Work

RECEIVED_MAX: Final = 20_000
"""So many of the last messages can be looked at."""
REQUESTS_MAX: Final = 100_000
"""So many of the last cancels and replaces can be acted on."""
UNSUPPORTED, MISSING_FIELD, OTHER = 3, 5, 0
"""BusinessRejectReason (380)."""
DUPLICATE: Final = 6
"""OrdRejReason (103) and CxlRejReason (102) of a ClOrdID that was used before."""
NEEDED: Final = {
    "D": ("11", "55", "54", "38"),
    "F": ("11", "41"),
    "G": ("11", "41", "38"),
    "H": ("11",),
    "AF": ("584", "585"),
    "V": ("262", "263"),
}
Later = Callable[[float, Callable[[], None]], None]


class Venue:
    """One venue: its sessions, its book, its behaviour."""

    def __init__(
        self,
        version: str,
        comp_id: str,
        peers: tuple[Peer, ...],
        script: Script,
        seed: int,
        store: Store,
        record: Record,
        clock_ns: Clock,
        later: Later,
    ) -> None:
        self.script, self.store, self.record, self.later = script, store, record, later
        self.rules, self.reports, self.book = Rules(script, seed), Reports(version), OrderBook()
        self.market, self.enquiries = Market(), Enquiries(self)
        self.player = Player(self)
        self.received: deque[tuple[str, Message]] = deque(maxlen=RECEIVED_MAX)
        """Peer and message, of the last application messages."""
        self.received_count: Counter[str] = Counter()
        """ClOrdID -> how often a request with it came."""
        self.listener: Callable[[str, Message], None] | None = None
        """Gets each application message, after the venue has taken it."""
        self.is_automatic = not script.scenario
        self._clock_ns, self._prefix = clock_ns, f"{seed}-"
        self._requests: dict[tuple[str, str], Work] = {}
        self._latency: Program = (script.latency,) if script.latency.wait_s[1] else ()
        numbers = {peer.target: Numbers(kept={}) for peer in peers}
        store.open(numbers, self.book)
        self.sessions = {
            peer: Session(version, comp_id, peer, there, store, clock_ns, self.take) for peer, there in numbers.items()
        }
        self._copies = [(self.sessions[peer.target], peer.drop_copy) for peer in peers if peer.drop_copy != "no"]
        self._take = {"D": self._take_order, "F": self._take_request, "G": self._take_request}

    # What comes in.

    def take(self, session: Session, message: Message) -> None:
        """Take an application message: note it, choose what to do, do it."""
        fields = message.fields
        clord_id = fields.get("11", "")
        self.received.append((session.peer, message))
        self.received_count[clord_id] += 1
        if self.record.is_kept:
            self.record.note(
                "received",
                time_ns=self._clock_ns(),
                session=session.peer,
                msg_type=message.msg_type,
                clord_id=clord_id,
                seq_num=message.msg_seq_num,
                poss_dup=message.poss_dup,
            )
        try:
            self._answer(session, message, clord_id)
        except (ValueError, SimulatorError) as error:
            text = str(error)
            session.send("j", business_reject(message.msg_type, message.msg_seq_num, clord_id, OTHER, text))
        if self.listener is not None:
            self.listener(session.peer, message)

    def _answer(self, session: Session, message: Message, clord_id: str) -> None:
        msg_type, fields = message.msg_type, message.fields
        needed = NEEDED.get(msg_type)
        missing = [tag for tag in needed or () if not fields.get(tag)]
        if needed is None or missing:
            reason = UNSUPPORTED if needed is None else MISSING_FIELD
            text = f"Conditionally required field missing: {missing[0]}" if missing else "Unsupported message type"
            session.send("j", business_reject(msg_type, message.msg_seq_num, clord_id, reason, text))
            return
        take = self._take.get(msg_type)
        if take is not None:
            take(session, message, clord_id)
        else:
            self._play(Work(msg_type, session, clord_id, self.book.find(session.peer, clord_id), message), -1, -1)

    def _take_order(self, session: Session, message: Message, clord_id: str) -> None:
        fields = message.fields
        known = self.book.find(session.peer, clord_id)
        if known is not None:
            self._answer_duplicate(session, message, known)
            return
        quantity, price = parse_e8(fields["38"]), parse_e8(fields.get("44", "-1"))
        order = Order(
            session.peer,
            clord_id,
            self.new_id("O"),
            fields["55"],
            fields["54"],
            quantity,
            price if "44" in fields else -1,
            fields.get("1", ""),
            fields.get("40", "1"),
            fields.get("59", "0"),
        )
        self.book.add(order)
        self.note_order(order)
        self._play(Work("D", session, clord_id, order, message), quantity, order.price_e8)

    def _answer_duplicate(self, session: Session, message: Message, order: Order) -> None:
        """Tell the state of the order to who may not know whether it came (97=Y, 43=Y), and refuse all others (R16)."""
        again = message.poss_dup or message.fields.get("97") == "Y"
        time = self.time_text()
        if again:
            session.send(EXECUTION_REPORT, self.reports.execution(order, "I", "0", time))
            return
        body = self.reports.execution(order, "8", self.new_id("X"), time)
        session.send(EXECUTION_REPORT, override(body, (("103", str(DUPLICATE)), ("58", "Duplicate ClOrdID"))))

    def _take_request(self, session: Session, message: Message, clord_id: str) -> None:
        fields, msg_type = message.fields, message.msg_type
        order = self.book.find(session.peer, fields["41"])
        if self.book.find(session.peer, clord_id) is not None:
            body = cancel_reject(clord_id, fields["41"], order, msg_type, DUPLICATE, "Duplicate ClOrdID")
            session.send("9", body)
            return
        quantity = parse_e8(fields["38"]) if msg_type == "G" else -1
        price = parse_e8(fields["44"]) if msg_type == "G" and "44" in fields else -1
        if order is not None:
            self.book.name(order, clord_id)
        work = Work(msg_type, session, clord_id, order, message, quantity, price)
        self._requests[session.peer, clord_id] = work
        if len(self._requests) > REQUESTS_MAX:
            del self._requests[next(iter(self._requests))]
        self._play(work, quantity, price)

    def _play(self, work: Work, qty_e8: int, price_e8: int) -> None:
        if not self.is_automatic:
            return
        fields, order = work.message.fields if work.message is not None else {}, work.order
        request = Request(
            work.msg_type,
            work.session.peer,
            work.clord_id,
            fields.get("55", ""),
            fields.get("54", ""),
            qty_e8 if qty_e8 >= 0 or order is None else order.qty_e8,
            price_e8 if price_e8 >= 0 or order is None else order.price_e8,
            fields.get("1", "") or (order.account if order is not None else ""),
            fields.get("58", ""),
        )
        self.player.run(
            work, self._latency + self.rules.choose(request) if self._latency else self.rules.choose(request)
        )

    # What others ask of it.

    def act(self, clord_id: str, program: Program, peer: str = "") -> bool:
        """Do steps to the order, or to the request, that a ClOrdID names; gives False where nobody knows it."""
        for session in self.sessions.values() if not peer else (self.sessions[peer],):
            work = self._requests.get((session.peer, clord_id))
            order = self.book.find(session.peer, clord_id)
            if work is None and order is not None:
                work = Work("D", session, clord_id, order)
            if work is not None:
                self.player.run(work, program)
                return True
        return False

    def judge_logon(self, peer: str) -> Program:
        """Give what is to be done with a Logon."""
        return self.rules.choose(Request("A", peer, "")) if self.is_automatic else ACCEPT

    def new_id(self, kind: str) -> str:
        """Give an OrderID or ExecID that was never given before."""
        return f"{kind}{self._prefix}{self.store.new_id()}"

    def time_text(self) -> str:
        """Give the time as UTCTimestamp."""
        return utc_timestamp(self._clock_ns())

    def forget(self, order: Order) -> None:
        """Know nothing of an order any more."""
        self.store.note("lost", order.session, order.clord_id)
        if self.record.is_kept:
            self.record.note("lost", order=order.clord_ids[0], session=order.session)
        self.book.forget(order)

    def note_order(self, order: Order) -> None:
        """Keep the state of an order in store and record."""
        self.store.note_order(order)
        if self.record.is_kept:
            self.record.note(
                "order",
                session=order.session,
                order=order.clord_ids[0],
                clord_id=order.clord_id,
                status=order.status,
                is_open=order.is_open,
                qty_e8=order.qty_e8,
                cum_qty_e8=order.cum_qty_e8,
                notional=str(order.notional),
            )

    def note_trade(self, order: Order, fill: Fill, trans_type: str, ref_id: str) -> None:
        """Record a fill, bust or correction, and tell those who get copies."""
        if self.record.is_kept:
            self.record.note(
                ("fill", "bust", "correct")[int(trans_type)],
                order=order.clord_ids[0],
                exec_id=fill.exec_id,
                ref_id=ref_id,
                qty_e8=fill.qty_e8,
                price_e8=fill.price_e8,
            )
        for session, kind in self._copies:
            if session.peer != order.session:
                time = self.time_text()
                body = (
                    copy_as_capture(order, fill, trans_type, ref_id, time)
                    if kind == "AE"
                    else copy_as_report(self.reports, order, fill, trans_type, ref_id, time)
                )
                session.send(kind, body)
