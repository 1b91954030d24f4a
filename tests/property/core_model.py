"""An exchange in the most obvious code: one list of orders, searched and sorted for every command."""

from __future__ import annotations

from dataclasses import dataclass, field

from tradsys_oms.core.commands import CancelOrder, Command, NewOrder, QueryOrder, ReplaceOrder
from tradsys_oms.core.fields import SCALE_E8

TICK_E8 = SCALE_E8 // 100
REFERENCE = 1_000
WIDTH = 200
QTY_MAX = 1_000

Line = tuple[object, ...]
"""What the model says of an event: kind, session, order, ids, state, amounts, fill, reason."""


@dataclass
class ModelOrder:
    order_id: int
    session: str
    clord_id: str
    symbol: str
    side: str
    limit: int | None
    time_in_force: str
    qty: int
    arrived: int
    cum: int = 0
    notional: int = 0
    status: str = "0"

    @property
    def member(self) -> str:
        return self.session[0]

    @property
    def is_open(self) -> bool:
        return self.status in "01"

    @property
    def leaves(self) -> int:
        return self.qty - self.cum if self.is_open else 0


@dataclass
class Model:
    """The naive exchange: sessions "A1", "A2" ... belong to the member of their first letter."""

    orders: list[ModelOrder] = field(default_factory=list)
    used: dict[tuple[str, str], ModelOrder | None] = field(default_factory=dict)

    def apply(self, seq: int, command: Command) -> list[Line]:
        match command:
            case NewOrder():
                return self.new(seq, command)
            case CancelOrder():
                return self.cancel(command)
            case ReplaceOrder():
                return self.replace(seq, command)
            case QueryOrder():
                return self.query(command)
        return []

    def new(self, seq: int, command: NewOrder) -> list[Line]:
        key = (command.session[0], command.clord_id)
        if key in self.used:
            order = self.used[key]
            if order is None:
                return [("refused", command.session, command.clord_id, 6)]
            if command.poss_resend:
                return [self.state("I", command.session, order, order.clord_id, self.older(order, command.clord_id))]
            return [self.state("8", command.session, order, command.clord_id, "", 6)]
        reason = objection(command.ord_type, command.time_in_force, command.order_qty_e8, command.price_e8)
        if reason:
            self.used[key] = None
            return [("refused", command.session, command.clord_id, reason)]
        limit = None if command.ord_type == "1" or command.price_e8 is None else command.price_e8 // TICK_E8
        qty = command.order_qty_e8 // SCALE_E8
        order = ModelOrder(
            seq, command.session, command.clord_id, command.symbol, command.side, limit, command.time_in_force, qty, seq
        )
        self.orders.append(order)
        self.used[key] = order
        lines = [self.state("0", order.session, order, order.clord_id, "")]
        if order.time_in_force != "4" or sum(other.leaves for other in self.partners(order)) >= qty:
            self.trade(order, lines)
        if order.is_open and (limit is None or order.time_in_force in "34"):
            order.status = "4"
            lines.append(self.state("4", order.session, order, order.clord_id, ""))
        return lines

    def cancel(self, command: CancelOrder) -> list[Line]:
        order = self.find(command.session, command.orig_clord_id, command.order_id)
        refusal = self.refusal(command, order)
        if refusal or order is None:
            return [refusal]
        order.status = "4"
        return [self.state("4", command.session, order, command.clord_id, self.rename(order, command.clord_id))]

    def replace(self, seq: int, command: ReplaceOrder) -> list[Line]:
        order = self.find(command.session, command.orig_clord_id, command.order_id)
        refusal = self.refusal(command, order)
        if refusal or order is None:
            return [refusal]
        reason = objection(command.ord_type, command.time_in_force, command.order_qty_e8, command.price_e8)
        if reason or command.ord_type != "2" or command.time_in_force not in "01" or command.price_e8 is None:
            return [self.refuse(command, order, 18 if reason == 18 else 99)]
        qty, limit = command.order_qty_e8 // SCALE_E8, command.price_e8 // TICK_E8
        if limit != order.limit or qty > order.qty:
            order.arrived = seq
        order.limit, order.time_in_force = limit, command.time_in_force
        order.qty = max(qty, order.cum)
        if order.qty == order.cum:
            order.status = "2"
        orig = self.rename(order, command.clord_id)
        lines = [self.state("5", command.session, order, command.clord_id, orig)]
        if order.is_open:
            self.trade(order, lines)
        return lines

    def query(self, command: QueryOrder) -> list[Line]:
        order = self.find(command.session, command.clord_id, command.order_id)
        if order is None or self.contradicts(command, order):
            return [("unknown", command.session, command.clord_id)]
        return [self.state("I", command.session, order, order.clord_id, self.older(order, command.clord_id))]

    def find(self, session: str, clord_id: str, order_id: str) -> ModelOrder | None:
        order = self.used.get((session[0], clord_id))
        mine = [other for other in self.orders if other.member == session[0] and str(other.order_id) == order_id]
        return order or (mine[0] if mine else None)

    def contradicts(self, command: CancelOrder | ReplaceOrder | QueryOrder, order: ModelOrder) -> bool:
        return (command.symbol, command.side) != (order.symbol, order.side) or command.order_id not in (
            "",
            str(order.order_id),
        )

    def refusal(self, command: CancelOrder | ReplaceOrder, order: ModelOrder | None) -> Line:
        """Give the line of a refusal, () for none."""
        member = command.session[0]
        if order is None:
            return ("refused", command.session, command.clord_id, command.orig_clord_id, 0, "8", 1)
        if (member, command.clord_id) in self.used:
            return self.refuse(command, order, 6)
        if self.contradicts(command, order):
            return self.refuse(command, order, 99)
        if not order.is_open:
            return self.refuse(command, order, 0)
        if command.orig_clord_id != order.clord_id and (member, command.orig_clord_id) in self.used:
            return self.refuse(command, order, 1)
        return ()

    def refuse(self, command: CancelOrder | ReplaceOrder, order: ModelOrder, reason: int) -> Line:
        self.used.setdefault((command.session[0], command.clord_id), order)
        return ("refused", command.session, command.clord_id, order.clord_id, order.order_id, order.status, reason)

    def rename(self, order: ModelOrder, clord_id: str) -> str:
        previous, order.clord_id = order.clord_id, clord_id
        self.used[order.member, clord_id] = order
        return previous

    def older(self, order: ModelOrder, asked: str) -> str:
        known = self.used.get((order.member, asked), None) is order or (order.member, asked) in self.used
        return asked if known and asked != order.clord_id else ""

    def partners(self, order: ModelOrder) -> list[ModelOrder]:
        """List what an order can trade with, in the order of priority."""
        sign = 1 if order.side == "1" else -1
        inside = [
            other
            for other in self.orders
            if other.is_open and other.symbol == order.symbol and other.side != order.side and other.limit is not None
            if order.limit is None or sign * other.limit <= sign * order.limit
        ]
        return sorted(inside, key=lambda other: (sign * (other.limit or 0), other.arrived))

    def trade(self, order: ModelOrder, lines: list[Line]) -> None:
        for other in self.partners(order):
            if not order.leaves:
                break
            qty, price, place = min(order.leaves, other.leaves), other.limit or 0, len(lines)
            for party in (order, other):
                party.cum += qty
                party.notional += qty * price
                party.status = "2" if party.cum == party.qty else "1"
                lines.append((*self.state("F", party.session, party, party.clord_id, ""), qty, price, place))

    def state(
        self, exec_type: str, session: str, order: ModelOrder, clord_id: str, orig: str, reason: int = -1
    ) -> Line:
        amounts = (order.qty, order.limit, order.cum, order.leaves, order.notional)
        return (exec_type, session, order.order_id, clord_id, orig, order.status, *amounts, reason)


def objection(ord_type: str, time_in_force: str, qty_e8: int, price_e8: int | None) -> int:
    """Give the OrdRejReason, 0 for none."""
    if ord_type not in "12" or time_in_force not in ("034" if ord_type == "1" else "0134"):
        return 11
    if qty_e8 <= 0 or qty_e8 % SCALE_E8:
        return 13
    if qty_e8 > QTY_MAX * SCALE_E8:
        return 3
    if ord_type == "1":
        return 0
    if price_e8 is None:
        return 99
    if price_e8 % TICK_E8:
        return 18
    return 0 if abs(price_e8 - REFERENCE * TICK_E8) <= WIDTH * TICK_E8 else 16
