"""Executions done elsewhere change what accounts hold, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.conftest import Bound, Exchange
from tests.unit.core.routing.rooms import applied
from tests.unit.core.usages import held, holding_of
from tradsys_oms.core.commands import BeginRiskDay, DropCopy, SetAccount, SetVenue
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.events import Event, ExternalExecution, ReportQuarantined
from tradsys_oms.core.limits import risk
from tradsys_oms.core.routing.elsewhere import Executions

if TYPE_CHECKING:
    from tradsys_oms.core.limits.usage import Usage

TICK_E8, LOT_E8 = 1_000_000, 100_000_000


def told(exec_id: str, qty: int, px: int, kind: str = "F", ref: str = "", **given: Any) -> DropCopy:
    """Tell about an execution of A's house account in ACME; below 0 it was sold."""
    values: dict[str, Any] = {"venue": "D", "frame": 0, "member": "A", "account": "house", "symbol": "ACME"}
    values |= {"side": "1" if qty > 0 else "2", "last_qty_e8": abs(qty) * LOT_E8, "last_px_e8": px * TICK_E8}
    return DropCopy(exec_id=exec_id, exec_ref_id=ref, exec_type=kind, **(values | given))


def done(
    exec_id: str, qty: int, px: int, kind: str = "F", ref: str = "", side: str = "1", former_qty: int = 0
) -> ExternalExecution:
    """Make the event of an execution of A's house account in ACME."""
    return ExternalExecution("D", exec_id, ref, kind, "A", "house", "ACME", side, qty, px, former_qty)


def set_up(exchange: Exchange) -> Exchange:
    """Add D, which tells about executions, and V1, a market."""
    applied(exchange, SetVenue("D", True, is_drop_copy=True), SetVenue("V1", True))
    return exchange


@pytest.fixture
def known(exchange: Exchange) -> Exchange:
    """An exchange with D and V1."""
    return set_up(exchange)


def used(exchange: Exchange) -> str:
    """Say what was traded today: the same for the member, the account and the holding."""
    holding = holding_of(exchange)
    scopes: tuple[Usage, ...] = (exchange.engine.members["A"].usage, holding.account, holding)
    (line,) = {f"{one.trades} trades, {format_e8(one.bought)} bought, {format_e8(one.sold)} sold" for one in scopes}
    return line


def test_an_execution_changes_the_position_and_what_was_traded(known: Exchange) -> None:
    events = applied(known, told("X1", 10, 10_000), told("X2", -4, 10_100))
    assert events == [done("X1", 10, 10_000), done("X2", 4, 10_100, side="2")]
    assert held(known) == "6 lots, cost 60000, realised 400"
    assert used(known) == "2 trades, 1000 bought, 404 sold"


def test_no_session_is_charged_and_no_mark_is_moved(known: Exchange) -> None:
    applied(known, told("X1", 10, 10_500))
    usage = known.engine.sessions["A1"].usage
    assert (usage.trades, usage.bought) == (0, 0)
    holding = holding_of(known)
    assert (holding.instrument.mark, holding.instrument.last_px, holding.mark) == (0, 0, 10_000)
    assert format_e8(holding.pnl) == "-50"


def test_an_execution_is_worth_its_price_where_there_is_no_mark(known: Exchange) -> None:
    known.set_instrument("NEW", reference=0, band_bps=0)
    applied(known, told("X1", 10, 10_500, symbol="NEW"))
    assert holding_of(known, symbol="NEW").mark == 10_500


def test_a_duplicate_is_passed_over_and_other_contents_are_not_believed(known: Exchange) -> None:
    assert applied(known, told("X1", 10, 10_000), told("X1", 10, 10_000)) == [done("X1", 10, 10_000)]
    fault = "ExecID X1 came before with other contents."
    for other in (
        told("X1", 11, 10_000),
        told("X1", 10, 10_001),
        told("X1", -10, 10_000),
        told("X1", 10, 10_000, account="client"),
        told("X1", 0, 0, "H", "X1"),
    ):
        assert applied(known, other) == [ReportQuarantined("D", "", "X1", fault)]
    assert held(known) == "10 lots, cost 100000, realised 0"


def test_the_same_exec_id_of_two_venues_is_two_executions(known: Exchange) -> None:
    applied(known, SetVenue("E", True, is_drop_copy=True), told("X1", 10, 10_000), told("X1", 5, 10_000, venue="E"))
    assert held(known) == "15 lots, cost 150000, realised 0"


def test_a_frame_counts_once(known: Exchange) -> None:
    applied(known, told("X1", 10, 10_000, frame=3))
    assert applied(known, told("X2", 10, 10_000, frame=3), told("X3", 10, 10_000, frame=2)) == []
    assert known.engine.routing.venues["D"].frame == 3


def test_a_correction_and_a_bust_change_the_execution_by_any_of_its_ids(known: Exchange) -> None:
    events = applied(
        known,
        told("X1", 10, 10_000),
        told("X2", 8, 10_010, "G", "X1"),
        told("X3", 7, 10_020, "G", "X2"),
    )
    assert events == [
        done("X1", 10, 10_000),
        done("X2", 8, 10_010, "G", "X1", former_qty=10),
        done("X3", 7, 10_020, "G", "X1", former_qty=8),
    ]
    assert held(known) == "7 lots, cost 70140, realised 0"
    assert used(known) == "1 trades, 701.4 bought, 0 sold"
    assert applied(known, told("X4", 7, 0, "H", "X1")) == [done("X4", 0, 0, "H", "X1", former_qty=7)]
    assert held(known) == "0 lots, cost 0, realised 0"
    assert used(known) == "1 trades, 0 bought, 0 sold"
    fault = "Execution X3 was busted before."
    assert applied(known, told("X5", 7, 0, "H", "X3")) == [ReportQuarantined("D", "", "X5", fault)]


def test_an_execution_of_a_day_before_is_no_part_of_what_was_traded_today(known: Exchange) -> None:
    applied(known, told("X1", -10, 10_000), BeginRiskDay(20260105))
    assert used(known) == "0 trades, 0 bought, 0 sold"
    applied(known, told("X2", -6, 10_000, "G", "X1"))
    assert used(known) == "0 trades, 0 bought, 0 sold"
    assert held(known) == "-6 lots, cost -60000, realised 0"
    applied(known, told("X3", -1, 10_000), told("X4", -1, 10_000, "H", "X3"))
    assert used(known) == "1 trades, 0 bought, 0 sold"


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (told("X9", 1, 10_000, venue="V1"), "Venue V1 is not for drop copies."),
        (told("", 1, 10_000), "ExecID (17) is missing."),
        (told("X9", 1, 10_000, "8"), "ExecType 8 is no execution, correction or bust."),
        (told("X9", 1, 10_000, side="7"), "Side 7 is not known."),
        (told("X9", 1, 10_000, member="Z"), "Unknown member Z."),
        (told("X9", 1, 10_000, symbol="NONE"), "Unknown symbol NONE."),
        (told("X9", 1, 10_000, member="B", account="house"), "Unknown account B/house."),
        (told("X9", 0, 10_000), "LastQty of ACME is not above 0, or no whole number of lots."),
        (told("X9", 1, 1, last_qty_e8=LOT_E8 + 1), "LastQty of ACME is not above 0, or no whole number of lots."),
        (told("X9", 1, 0), "LastPx of ACME is not above 0, or no whole number of ticks."),
        (told("X9", 1, 1, last_px_e8=TICK_E8 + 1), "LastPx of ACME is not above 0, or no whole number of ticks."),
        (told("X9", 2**33, 2**31), "LastQty times LastPx of ACME is more than can be counted."),
        (told("X9", 1, 10_000, "G", "X7"), "ExecRefID X7 names no execution that is known."),
        (told("X9", 1, 10_000, "H"), "ExecRefID missing names no execution that is known."),
        (told("X9", -1, 10_000, "H", "X1"), "Execution X1 is of another account, symbol or side."),
        (told("X9", 1, 10_000, "H", "X1", account="b"), "Execution X1 is of another account, symbol or side."),
    ],
    ids=str,
)
def test_what_can_not_be_true_is_kept_and_changes_nothing(known: Exchange, command: DropCopy, fault: str) -> None:
    applied(known, SetAccount("B", "client", True, True), told("X1", 10, 10_000))
    before = len(known.engine.routing.elsewhere)
    event = ReportQuarantined(command.venue, "", command.exec_id, fault)
    assert applied(known, command) == [event]
    assert list(known.engine.routing.quarantine) == [(known.seq, event)]
    assert held(known) == "10 lots, cost 100000, realised 0"
    assert len(known.engine.routing.elsewhere) == before


def test_an_account_that_there_is_no_room_for_is_not_made(known: Exchange, bound: Bound) -> None:
    bound(risk, "HOLDINGS_MAX", 1)
    assert applied(known, told("X1", 10, 10_000)) == [done("X1", 10, 10_000)]
    fault = "The exchange keeps its maximum of 1 accounts in instruments."
    assert applied(known, told("X2", 1, 1, account="b")) == [ReportQuarantined("D", "", "X2", fault)]
    assert list(known.engine.members["A"].accounts) == ["house"]


def test_a_venue_that_nobody_knows_is_refused(known: Exchange) -> None:
    assert known.engine.fault_of(told("X1", 1, 1, venue="V9")) == "Unknown venue V9."
    assert known.apply(told("X1", 1, 1, venue="V9")) == ["Refused: Unknown venue V9."]


def test_the_oldest_exec_id_is_forgotten(known: Exchange) -> None:
    applied(known, told("X1", 1, 10_000))
    first = known.engine.routing.elsewhere.find("D", "X1")
    assert first is not None
    executions = Executions(most=2)
    for exec_id in ("E1", "E2", "E3"):
        executions.remember(told(exec_id, 1, 1), first.execution)
    assert [executions.find("D", exec_id) is not None for exec_id in ("E1", "E2", "E3")] == [False, True, True]
    assert len(executions) == 2


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[DropCopy], dict[str, int], int]:
    """Draw executions with their corrections and busts in any order that keeps each behind what it names, duplicates
    anywhere behind; give what each account holds in the end, and how many of the commands are no duplicates.
    """
    chains: list[list[DropCopy]] = []
    positions: dict[str, int] = {}
    for number in range(draw(st.integers(1, 8))):
        account, side = draw(st.sampled_from(["house", "client"])), draw(st.sampled_from([1, -1]))
        kinds = ["F", *draw(st.lists(st.just("G"), max_size=2)), *draw(st.lists(st.just("H"), max_size=1))]
        chain, now = [], 0
        for step, kind in enumerate(kinds):
            now = 0 if kind == "H" else side * draw(st.integers(1, 50))
            ref = f"X{number}.{draw(st.integers(0, step - 1))}" if step else ""
            px = draw(st.integers(9_000, 11_000))
            chain.append(told(f"X{number}.{step}", now or side, px, kind, ref, account=account))
        positions[account] = positions.get(account, 0) + now
        chains.append(chain)
    stream: list[DropCopy] = []
    waiting = [iter(chain) for chain in chains]
    while waiting:
        source: Iterator[DropCopy] = draw(st.sampled_from(waiting))
        command = next(source, None)
        if command is None:
            waiting.remove(source)
            continue
        stream.append(command)
        stream += draw(st.lists(st.sampled_from(stream), max_size=2))
    return stream, positions, sum(map(len, chains))


@given(streams())
def test_a_position_is_the_sum_of_what_was_told_less_what_was_busted(
    drawn: tuple[list[DropCopy], dict[str, int], int],
) -> None:
    stream, positions, count = drawn
    exchange, again = set_up(Exchange()), set_up(Exchange())
    events: list[Event] = applied(exchange, *stream)
    assert len(events) == count
    assert {type(event) for event in events} == {ExternalExecution}
    for account, position in positions.items():
        holding = holding_of(exchange, account=account)
        assert holding.position == position
        assert holding.bought == holding.instrument.money(bought(stream, account))
    assert applied(again, *stream) == events
    assert again.engine.state_hash() == exchange.engine.state_hash()


def bought(stream: list[DropCopy], account: str) -> int:
    """Add up quantity times price of what an account has bought, each execution as it is at the end."""
    last: dict[str, DropCopy] = {}
    for command in stream:
        chain = command.exec_id.partition(".")[0]
        before = last.get(chain)
        if command.account == account and (before is None or command.exec_id > before.exec_id):
            last[chain] = command
    return sum(
        command.last_qty_e8 // LOT_E8 * (command.last_px_e8 // TICK_E8)
        for command in last.values()
        if command.side == "1" and command.exec_type != "H"
    )
