"""Plays one path of a matrix: the broker sends what comes, the venue says what goes, the broker must see just that."""

from __future__ import annotations

from typing import Any, NamedTuple

from certification.broker import Fields
from tests.system.matrix_floor import EUROS, MatrixFloor
from tests.system.matrix_pending import Truth
from tests.system.matrix_words import (
    EXEC_INSTS,
    RESPONSE_TO,
    Sums,
    heard_from,
    refused_by_venue,
    said_by_venue,
    seen_by_broker,
)
from tests.system.trading_system import VERSIONS

Step = dict[str, Any]


class Order:
    """One order of a path, over all its replaces."""

    def __init__(self, order_id: str, symbol: str) -> None:
        self.venue_order_id, self.symbol = order_id, symbol
        self.order_id = ""
        """OrderID (37) for the broker, which never changes."""
        self.sums = Sums()
        self.truth = Truth()


class Seen(NamedTuple):
    """A report that the broker must see."""

    told: Step
    """In the words of the matrix."""
    order: Order | None
    wanted: Fields
    """"" for a field that may not be there."""


class Player:
    """One path, for a broker of one version and one venue."""

    def __init__(self, floor: MatrixFloor, comp_id: str, venue: str) -> None:
        self.floor, self.venue_name = floor, venue
        self.broker, self.venue = floor.broker(comp_id), floor.venues[venue]
        self.version, self.venue_version = VERSIONS[comp_id], floor.version(venue)
        self.is_at_once = floor.is_at_once(venue)
        self.prefix = f"{next(floor.numbers)}-"
        self._orders: dict[str, Order] = {}
        """By each ClOrdID of the matrix that names it."""
        self._asked: dict[str, str] = {}
        """MsgType of each request, by its ClOrdID in the matrix."""
        self._ours: dict[str, str] = {}
        """ClOrdIDs at the venue, by those of the matrix."""
        self._exec_ids: dict[str, str] = {}
        """ExecIDs that the broker has seen, by those of the matrix."""
        self.is_for_us = False
        """What came last is for us to answer, not for the venue."""

    def play(self, steps: list[Step]) -> None:
        """Play a path."""
        for step in steps:
            if "in" in step:
                self._comes(step["in"])
            elif "out" in step:
                self.see(self.say(step["out"]))

    # What the broker sends.

    def _comes(self, asked: Step) -> None:
        msg_type, clord_id, orig = asked["MsgType"], asked["ClOrdID"], asked.get("OrigClOrdID", "")
        if clord_id:
            self.broker.send(msg_type, self._request(asked))
        else:
            self.floor.telephone(self.broker.comp_id, self.venue_name, str(asked["OrderQty"]))
        is_new = msg_type == "D" and clord_id not in self._orders
        self.is_for_us = not (is_new or (msg_type in "FG" and orig in self._orders))
        if self.is_for_us:
            self._asked.setdefault(clord_id, msg_type)
            return
        self._asked[clord_id] = msg_type
        came = self.floor.request(self.venue_name)
        self._ours[clord_id] = came.fields["11"]
        want = {"55": symbol_of(asked), "54": "1", "38": str(asked["OrderQty"]), "41": self._ours[orig] if orig else ""}
        want |= {"152": "", "1028": ""}  # it is asked for a quantity, by us
        assert (came.msg_type, {tag: came.fields.get(tag, "") for tag in want}) == (msg_type, want)
        order = self._orders[clord_id] = (
            Order(f"O-{came.fields['11']}", symbol_of(asked)) if is_new else self._orders[orig]
        )
        pending = order.truth.asked(asked)
        if self.is_at_once:
            self.see(self._seen(pending, order))

    def _request(self, asked: Step) -> dict[int, str]:
        fields = {11: self.prefix + asked["ClOrdID"], 55: symbol_of(asked), 54: "1"}
        if "OrigClOrdID" in asked:
            fields[41] = self.prefix + asked["OrigClOrdID"]
        if "OrderQty" in asked:
            fields[38] = str(asked["OrderQty"])
        if asked["MsgType"] not in "DG":
            return fields
        fields |= {40: "2", 44: "100", 59: str(asked.get("TimeInForce", "0"))}
        if "CashOrderQty" in asked:
            del fields[38], fields[44]
            fields |= {40: "1", 15: "EUR", 152: str(asked["CashOrderQty"])}
        if self.version == "FIX.4.2":
            fields[21] = "1"
        if asked["MsgType"] == "D":
            fields[100] = self.venue_name
        versions = (self.version, self.venue_version)
        if "ExecInst" in asked and all(asked["ExecInst"] in EXEC_INSTS[version][0] for version in versions):
            fields[18] = asked["ExecInst"]
        if "PossResend" in asked:
            fields[97] = asked["PossResend"]
        return fields

    # What the venue says.

    def say(self, told: Step) -> Seen | None:
        """Let the venue say it, unless it is for us to say; gives what the broker must see of it."""
        order = self._orders.get(told["ClOrdID"])
        is_said = self.is_for_us or (order is not None and self._says(told, order))
        self.is_for_us = False
        if not is_said:
            return None
        told = heard_from(self.venue_version, told)
        if order is None:
            return self._seen(told, None)
        seen = order.truth.told(told)
        if not self.is_at_once:
            seen = told
        return self._seen(seen, order) if seen is not None else None

    def _says(self, told: Step, order: Order) -> bool:
        """Let the venue say it; tell if it can."""
        order.sums.take(told)
        if told["MsgType"] == "9":
            fields: Step | None = refused_by_venue(told, self._asked[told["ClOrdID"]])
        else:
            fields = said_by_venue(self.venue_version, told, order.sums)
        if fields is None:
            return False
        fields |= {"11": self._ours[told["ClOrdID"]], "37": order.venue_order_id}
        if told["MsgType"] == "8":
            fields["55"] = order.symbol
        if "OrigClOrdID" in told:
            fields["41"] = self._ours[told["OrigClOrdID"]]
        self._name_execution(told, fields)
        self.venue.send(told["MsgType"], {int(tag): value for tag, value in fields.items()})
        return True

    def keep_quiet(self, told: Step) -> None:
        """Let it happen at the venue, which never says so."""
        order = self._orders[told["ClOrdID"]]
        order.sums.take(told)
        order.truth.told(told)

    def ask(self) -> None:
        """Let the broker ask for the state of each order, and hold the answers against the truth at the venue."""
        for order in {id(order): order for order in self._orders.values()}.values():
            state = order.truth.status()
            self._ask(state["ClOrdID"], order)
            self.see(self._seen(state, order))

    def _ask(self, clord_id: str, order: Order) -> None:
        """Ask for the state of an order: by its name, or by OrderID where it has none."""
        if clord_id:
            self.broker.status(self.prefix + clord_id, order.symbol, "1")
        else:
            self.broker.send("H", {11: "NONE", 37: order.order_id, 55: order.symbol, 54: "1"})

    def statuses(self) -> dict[str, Step]:
        """Give what the venue answers to status requests: fields of a report by each ClOrdID that may be asked about.

        Equal ClOrdIDs (11) are one order, named by the last request for it that was accepted.
        """
        return {ours: self._status(self._orders[name]) for name, ours in self._ours.items()}

    def _status(self, order: Order) -> Step:
        state = order.truth.status()
        fields = said_by_venue(self.venue_version, state, order.sums)
        assert fields is not None
        names = {"11": self._ours[state["ClOrdID"]], "37": order.venue_order_id, "17": "0", "55": order.symbol}
        return fields | names

    def _name_execution(self, told: Step, fields: Step) -> None:
        if told["MsgType"] == "8":
            exec_id = told.get("ExecID") or next(self.floor.numbers)
            fields["17"] = f"{self.prefix}{exec_id}"
        if "ExecRefID" in told:
            fields["19"] = f"{self.prefix}{told['ExecRefID']}"

    # What the broker sees.

    def _seen(self, told: Step, order: Order | None) -> Seen | None:
        wanted = seen_by_broker(self.version, told, order.sums if order is not None else Sums())
        if wanted is None:
            return None
        for tag in ("11", "41"):
            wanted[tag] = self.prefix + wanted[tag] if wanted[tag] else ""
        if told["MsgType"] == "8":
            wanted["30"] = self.venue_name if told["ExecType_code"] in "FGH" else ""
        else:
            wanted["434"] = RESPONSE_TO[self._asked[told["ClOrdID"]]]
        return Seen(told, order, wanted)

    def see(self, seen: Seen | None) -> None:
        """Hold the next report of the broker against what it must be."""
        if seen is None:
            return
        told, order, wanted = seen
        wanted = wanted | {"19": self._exec_ids.get(told.get("ExecRefID", ""), "")}
        got = self.broker.next()
        assert {tag: got.get(tag, "") for tag in wanted} == wanted, (told, got)
        self._ids(told, order, got)

    def _ids(self, told: Step, order: Order | None, got: Fields) -> None:
        """Hold the ids that are ours against what they must be."""
        if order is None:
            assert got["37"] == "NONE"
            return
        order.order_id = order.order_id or got["37"]
        assert got["37"] == order.order_id
        if told["MsgType"] == "9":
            return
        if told["ExecType_code"] == "I":
            assert got["17"] == "0"
            return
        assert got["17"] not in self._exec_ids.values()
        self._exec_ids[told.get("ExecID") or f"#{len(self._exec_ids)}"] = got["17"]


def symbol_of(asked: Step) -> str:
    """Give the instrument of an order: one that costs 20 euros where it is for money, as L.1.b has it."""
    return EUROS if "CashOrderQty" in asked else "ACME"
