"""What operators see of venues and do about them, on a real core, sequencer and journal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.unit.venue_lines.links import E8, Exchange, report, run, up
from tradsys_oms.core.commands import (
    BarVenue,
    Block,
    CancelOne,
    GiveUpAsking,
    QuarantineReport,
    ResolveChild,
    Route,
    Scope,
    SetRoutes,
    SwitchRoute,
    VenueBalance,
    VenueRefusal,
)
from tradsys_oms.core.events import Execution
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.risk_views import RiskViews
from tradsys_oms.desk.venue_desk import VenueDesk
from tradsys_oms.desk.venue_views import ExplanationRefused, UnknownVenue, VenueViews


class Desk:
    """The verbs of venues, asked as the control socket does."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        views = VenueViews(exchange.engine, exchange.gate.status, exchange.venues.breaker_facts)
        self.handlers: dict[str, Callable[[dict[str, Any]], Any]] = {
            **views.handlers(),
            **VenueDesk(exchange.engine, exchange.sequencer, Operators()).handlers(),
        }

    async def ask(self, verb: str, **arguments: Any) -> Any:
        result = self.handlers[verb](arguments)
        return await result if asyncio.iscoroutine(result) else result

    async def act(self, verb: str, **arguments: Any) -> Any:
        return await self.ask(verb, reason="because", user="night", **arguments)

    def doubtful(self) -> str:
        """Let an order be in doubt that nobody answers for; gives its ClOrdID at V1."""
        self.exchange.sequencer.submit(up(0))
        clord_id = self.exchange.order()
        self.exchange.sequencer.submit(up(0, is_logged_on=False))
        self.exchange.sequencer.submit(up(0))
        self.exchange.sequencer.submit(GiveUpAsking("V1", clord_id, "no answer"))
        return clord_id


def play(directory: Path, scenario: Callable[[Desk], Awaitable[None]]) -> None:
    async def on_exchange(exchange: Exchange) -> None:
        await scenario(Desk(exchange))

    run(directory, on_exchange)


def test_a_list_and_one_venue_show_all_that_is_known(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        clord_id = desk.doubtful()
        desk.exchange.sequencer.submit(QuarantineReport("V1", 0, "no symbol", "8=FIX"))
        desk.exchange.sequencer.submit(VenueBalance("V1", 0, "USD", 12 * E8, -E8 // 2))
        rows = await desk.ask("venue.list")
        assert [(row["venue"], row["state"], row["orders_in_doubt"], row["quarantined"]) for row in rows] == [
            ("V1", "up", 1, 1),
            ("V2", "down", 0, 0),
            ("OFF", "down", 0, 0),
        ]
        assert rows[0]["orders_to_resolve"] == 1
        shown = await desk.ask("venue.show", venue="V1")
        (order,) = shown["orders"]
        assert order["clord_id"] == clord_id
        assert (order["order_qty"], order["price"], order["in_doubt"], order["to_resolve"]) == ("10", "100", True, True)
        assert order["unanswered"] == [clord_id]
        assert shown["balances"] == {"USD": {"total": "12", "available": "-0.5"}}
        (kept,) = shown["reports_in_quarantine"]
        assert "no symbol" in kept["fault"]
        with pytest.raises(UnknownVenue, match="there is no venue 'V9'"):
            await desk.ask("venue.show", venue="V9")

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("scope", "kept"),
    [
        (Scope("all"), 1),
        (Scope("member", "M"), 1),
        (Scope("session", "S"), 1),
        (Scope("account", "M", "other"), 0),
        (Scope("instrument", symbol="ACME"), 1),
    ],
)
def test_a_cancel_of_the_kill_switch_that_a_venue_refuses_is_alerted_counted_and_shown(
    tmp_path: Path, scope: Scope, kept: int
) -> None:
    async def scenario(desk: Desk) -> None:
        exchange = desk.exchange
        exchange.sequencer.submit(up(0))
        clord_id = exchange.order()
        exchange.sequencer.submit(report(0, clord_id))
        with capture_logs() as logged:
            seq = exchange.sequencer.submit(Block(Scope("member", "M"), "kill", True, "ops", "stop"))
            refusal = VenueRefusal("V1", 0, f"{seq}-1", clord_id, "cancel", "", 99, "not today")
            exchange.sequencer.submit(refusal)
            if scope.level != "member":
                exchange.sequencer.submit(Block(scope, "operator", False, "ops", "look"))
            await exchange.sequencer.committed()
        (line,) = (line for line in logged if line["event"] == "venue_cancel_refused")
        assert (line["venue"], line["log_level"], line["clord_id"]) == ("V1", "error", clord_id)
        assert line["text"] == "V1 keeps order 9: not today (stop)"
        shown = await desk.ask("venue.show", venue="V1")
        assert shown["cancels_refused"] == 1
        assert [order["refused_cancel"] for order in shown["orders"]] == ["not today"]
        assert [(each["kind"], each["order_id"]) for each in shown["notes"]] == [("cancel_refused", 9)]
        blocks = RiskViews(exchange.engine).handlers()["kill.list"]
        rows = {(row["level"], row["kind"]): row["cancels_refused"] for row in await blocks({})}
        assert rows["member", "kill"] == 1
        assert rows[scope.level, "kill" if scope.level == "member" else "operator"] == kept
        (sample, *_) = exchange.venues.samples()
        assert (sample.cancels_refused, sample.worse_fills) == (1, 0)

    play(tmp_path, scenario)


def test_a_venue_goes_down_and_up_by_commands_with_reason_and_name(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.exchange.sequencer.submit(up(0))
        previewed = await desk.ask("venue.down", venue="V1", preview=True)
        assert previewed["preview"][1] == "What works there stays: 0 orders. Its line stays up."
        assert desk.exchange.commands(BarVenue) == []
        await desk.act("venue.down", venue="V1")
        (row, *_) = await desk.ask("venue.list")
        assert (row["state"], row["bars"]) == ("logged on", {"operator": "because (by night)"})
        assert "already" in (await desk.ask("venue.down", venue="V1", preview=True))["preview"][-1]
        with pytest.raises(OperationRefused, match="not barred by breaker"):
            await desk.act("venue.up", venue="V1", kind="breaker")
        with pytest.raises(OperationRefused, match="operator or breaker"):
            await desk.act("venue.up", venue="V1", kind="weather")
        await desk.act("venue.up", venue="V1")
        assert desk.exchange.commands(BarVenue) == [
            BarVenue("V1", "operator", True, "because (by night)"),
            BarVenue("V1", "operator", False, "because (by night)"),
        ]
        with pytest.raises(OperationRefused, match="a reason is needed"):
            await desk.ask("venue.down", venue="V1")

    play(tmp_path, scenario)


def test_what_still_bars_a_venue_is_said(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.exchange.sequencer.submit(BarVenue("V1", "breaker", True, "too slow"))
        await desk.act("venue.down", venue="V1")
        said = (await desk.ask("venue.up", venue="V1", preview=True))["preview"]
        assert said[1:] == ["It stays barred by breaker: too slow", "Its line is down: never logged on"]

    play(tmp_path, scenario)


def test_an_order_that_was_not_received_is_given_back(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        clord_id = desk.doubtful()
        plan = await desk.ask("order.resolve", clord_id=clord_id, outcome="not_received", preview=True)
        assert plan["preview"][0] == f"{clord_id} at V1, 10 ACME was never received there."
        assert plan["preview"][1].startswith("10 goes back to order 9 of M")
        assert plan["order"]["clord_id"] == clord_id
        await desk.act("order.resolve", clord_id=clord_id, outcome="not_received")
        resolution = ResolveChild(clord_id, "not_received", 0, 0, "because (by night)")
        assert desk.exchange.commands(ResolveChild) == [resolution]
        assert desk.exchange.engine.routing.living.get("V1", {}) == {}

    play(tmp_path, scenario)


def test_what_an_order_has_filled_before_it_ended_is_filled_for_the_broker(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        clord_id = desk.doubtful()
        terms = {"clord_id": clord_id, "outcome": "ended", "cum_qty": "4", "avg_px": "99.5"}
        said = (await desk.ask("order.resolve", **terms, preview=True))["preview"]
        assert said[0] == f"{clord_id} at V1, 10 ACME works no more; it has filled 4 in all."
        assert "4 more is filled" in said[1]
        assert "at 99.5 on average" in said[1]
        assert said[2].startswith("6 goes back")
        await desk.act("order.resolve", **terms)
        reports = [event for _, event in desk.exchange.released if isinstance(event, Execution)]
        fills = [event for event in reports if event.exec_type == "F"]
        assert [(fill.last_qty, fill.last_px) for fill in fills] == [(4, 9950)]

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"outcome": "lost"}, "there is no outcome 'lost'"),
        ({"clord_id": "9-9", "outcome": "ended"}, "no order at a venue is named '9-9'"),
        ({"outcome": "ended", "cum_qty": "x"}, "cum_qty: 'x' is not a decimal"),
        ({"outcome": "ended", "cum_qty": "-1"}, "cum_qty is not below 0"),
        ({"outcome": "ended", "cum_qty": "11", "avg_px": "1"}, "CumQty must be"),
        ({"outcome": "ended", "cum_qty": "4"}, "average price"),
    ],
)
def test_a_resolution_that_makes_no_sense_is_refused(tmp_path: Path, terms: dict[str, str], words: str) -> None:
    async def scenario(desk: Desk) -> None:
        clord_id = desk.doubtful()
        with pytest.raises(OperationRefused, match=words):
            await desk.act("order.resolve", **({"clord_id": clord_id} | terms))
        assert desk.exchange.commands(ResolveChild) == []

    play(tmp_path, scenario)


def test_a_preview_says_what_is_known_of_an_order_that_is_pending_for_ever(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        exchange = desk.exchange
        exchange.sequencer.submit(up(0))
        clord_id = exchange.order()
        exchange.sequencer.submit(report(0, clord_id))
        seq = exchange.sequencer.submit(CancelOne(9, "agreed"))
        exchange.sequencer.submit(report(0, f"{seq}-0", "6"))
        exchange.sequencer.submit(GiveUpAsking("V1", clord_id, "pending for 300 s"))
        plan = await desk.ask("order.resolve", clord_id=clord_id, outcome="working", preview=True)
        assert plan["preview"] == [
            f"{clord_id} at V1, 10 ACME works there as it did, with 0 filled; what is not answered came to nothing.",
            "Known: V1 has accepted the order.",
            f"Not answered: cancel {seq}-0, its answer is awaited.",
            "Make sure with the venue: what it reports later of this order counts all the same.",
        ]
        await desk.act("order.resolve", clord_id=clord_id, outcome="ended")
        reports = [event for _, event in exchange.released if isinstance(event, Execution)]
        assert reports[-1].exec_type == "4"

    play(tmp_path, scenario)


def test_an_order_that_nobody_doubts_is_not_resolved(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.exchange.sequencer.submit(up(0))
        clord_id = desk.exchange.order()
        desk.exchange.sequencer.submit(report(0, clord_id))
        with pytest.raises(OperationRefused, match="not in doubt"):
            await desk.act("order.resolve", clord_id=clord_id, outcome="ended")

    play(tmp_path, scenario)


def test_routes_are_listed_and_timed_ones_switched(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        timed = Route("NIGHT", "venue", ("V2",), symbols=("ACME",), order_qty_min_e8=5 * E8, is_timed=True)
        desk.exchange.sequencer.submit(SetRoutes((timed, Route("R", "failover", ("V1", "V2")))))
        first, second = await desk.ask("route.list")
        assert (first["route"], first["on"], first["conditions"]) == ("NIGHT", False, ["symbols ACME", "from 5"])
        assert second["on"]
        await desk.act("route.switch", route="NIGHT", on=True)
        assert (await desk.ask("route.list"))[0]["on"]
        assert desk.exchange.commands(SwitchRoute) == [SwitchRoute("NIGHT", True, "because (by night)")]
        with pytest.raises(OperationRefused):
            await desk.act("route.switch", route="NONE", on=True)

    play(tmp_path, scenario)


def test_the_way_of_an_order_is_explained(tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        order = {"symbol": "ACME", "side": "buy", "qty": "10", "price": "100", "session": "S"}
        said = await desk.ask("route.explain", **order)
        assert said["fault"].startswith("No venue of route R is up")
        desk.exchange.sequencer.submit(up(0, "V2"))
        said = await desk.ask("route.explain", **order)
        assert said["parts"] == [{"venue": "V2", "qty": "10"}]
        assert said["explanation"][0] == "route R: fits"
        for wrong, words in (
            ({"side": "up"}, "a side is buy"),
            ({"session": "X"}, "no session 'X'"),
            ({"qty": "0.5"}, "multiple of 1"),
            ({"price": "1.001"}, "one of 0.01"),
        ):
            with pytest.raises(ExplanationRefused, match=words):
                await desk.ask("route.explain", **(order | wrong))

    play(tmp_path, scenario)
