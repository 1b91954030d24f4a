"""Cancel on disconnect, in all combinations of policy, kind of end, kind of order, and coming back in time or not."""

from __future__ import annotations

from itertools import product

import pytest

from tradsys_oms.core.commands import (
    Command,
    NewOrder,
    SessionOffline,
    SessionOnline,
    SetInstrument,
    SetMember,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event, Execution
from tradsys_oms.core.work import ORDERS_MAX
from tradsys_oms.disconnects import TEXT, CancelWhen, DisconnectPolicy, Disconnects

S = 1_000_000_000
DAY, GTC = "0", "1"
ACME = SetInstrument("ACME", 1_000_000, 100_000_000, 10_000_000_000, 2000, 100_000_000_000, 0, "USD", True)


class Journal:
    """Applies what is submitted at once, at the time that the test has set; sessions A and B are there and online."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.now_ns = 1000 * S
        self.events: list[Event] = []
        self.commands: list[Command] = []
        self._numbers = {"A": 0, "B": 0}
        for command in (ACME, SetMember("M", True), SetSession("A", "M", True), SetSession("B", "M", True)):
            self.submit(command)
        for session in ("A", "B"):
            self.submit(SessionOnline(session, 0, "peer"))

    def submit(self, command: Command) -> int:
        seq = self.engine.last_seq + 1
        self.now_ns += 1
        self.commands.append(command)
        self.events += self.engine.apply(seq, self.now_ns, command)
        return seq

    def order(self, session: str, time_in_force: str, count: int = 1) -> None:
        for _ in range(count):
            number = self._numbers[session] = self._numbers[session] + 1
            clord_id, tif = f"{session}{number}", time_in_force
            self.submit(NewOrder(session, number, clord_id, "", "ACME", "1", "2", tif, 100_000_000, 10_000_000_000))

    def end(self, session: str, *, is_drop: bool) -> None:
        self.submit(SessionOffline(session, self._numbers[session], "gone", is_drop))

    def open_orders(self) -> list[str]:
        return sorted(order.clord_id for order in self.engine.list_orders(open_only=True, limit=10_000))


@pytest.fixture
def journal() -> Journal:
    return Journal()


def follow(journal: Journal, policy: DisconnectPolicy) -> Disconnects:
    disconnects = Disconnects(journal.engine, journal)  # type: ignore[arg-type]  # it only submits
    disconnects.follow({"A": policy, "B": DisconnectPolicy()}, journal.now_ns)
    return disconnects


def pass_time(journal: Journal, disconnects: Disconnects, seconds: int) -> None:
    journal.now_ns += seconds * S
    while disconnects.tick(journal.now_ns):
        pass


COMBINATIONS = list(product(CancelWhen, (True, False), (True, False), (0, 10)))


@pytest.mark.parametrize(("when", "is_drop", "day_only", "grace_s"), COMBINATIONS)
def test_every_combination(journal: Journal, when: CancelWhen, is_drop: bool, day_only: bool, grace_s: int) -> None:
    disconnects = follow(journal, DisconnectPolicy(when, day_only, grace_s))
    journal.order("A", DAY)
    journal.order("A", GTC)
    journal.order("B", DAY)
    journal.end("A", is_drop=is_drop)
    disconnects.gone("A", journal.now_ns)
    if grace_s:
        pass_time(journal, disconnects, grace_s - 1)
        assert journal.open_orders() == ["A1", "A2", "B1"]
    pass_time(journal, disconnects, 1)
    cancels = when is CancelWhen.DROP_AND_LOGOUT or (when is CancelWhen.DROP and is_drop)
    kept = ["A1", "A2"] if not cancels else ["A2"] if day_only else []
    assert journal.open_orders() == [*kept, "B1"]
    reports = [event for event in journal.events if isinstance(event, Execution) and event.exec_type == "4"]
    assert [(report.session, report.clord_id, report.orig_clord_id, report.text) for report in reports] == [
        ("A", clord_id, "", TEXT) for clord_id in ("A1", "A2") if clord_id not in kept
    ]


@pytest.mark.parametrize("when", [CancelWhen.DROP, CancelWhen.DROP_AND_LOGOUT])
def test_who_comes_back_in_time_finds_its_orders(journal: Journal, when: CancelWhen) -> None:
    disconnects = follow(journal, DisconnectPolicy(when, False, 10))
    journal.order("A", DAY)
    journal.end("A", is_drop=True)
    disconnects.gone("A", journal.now_ns)
    pass_time(journal, disconnects, 9)
    journal.submit(SessionOnline("A", 1, "peer"))
    disconnects.back("A")
    pass_time(journal, disconnects, 100)
    assert journal.open_orders() == ["A1"]


def test_a_second_drop_begins_a_window_of_its_own(journal: Journal) -> None:
    disconnects = follow(journal, DisconnectPolicy(CancelWhen.DROP, False, 10))
    journal.order("A", DAY)
    for _ in range(2):
        journal.end("A", is_drop=True)
        disconnects.gone("A", journal.now_ns)
        pass_time(journal, disconnects, 6)
        assert journal.open_orders() == ["A1"]
        journal.submit(SessionOnline("A", 1, "peer"))
        disconnects.back("A")
    journal.end("A", is_drop=True)
    disconnects.gone("A", journal.now_ns)
    pass_time(journal, disconnects, 10)
    assert journal.open_orders() == []


def test_more_orders_than_one_command_takes_go_by_and_by(journal: Journal) -> None:
    disconnects = follow(journal, DisconnectPolicy(CancelWhen.DROP))
    journal.order("A", DAY, ORDERS_MAX + 1)
    journal.end("A", is_drop=True)
    disconnects.gone("A", journal.now_ns)
    assert disconnects.tick(journal.now_ns)
    assert journal.open_orders() == [f"A{ORDERS_MAX + 1}"]
    pass_time(journal, disconnects, 0)
    assert journal.open_orders() == []


def test_orders_whose_auction_is_being_uncrossed_go_when_it_is_done(journal: Journal) -> None:
    disconnects = follow(journal, DisconnectPolicy(CancelWhen.DROP))
    journal.order("A", DAY)
    journal.end("A", is_drop=True)
    disconnects.gone("A", journal.now_ns)
    acme = journal.engine.instruments["ACME"]
    acme.uncross_px, journal.engine.unfinished["ACME"] = 10_000, None
    count = len(journal.commands)
    assert not disconnects.tick(journal.now_ns)
    assert len(journal.commands) == count
    acme.uncross_px = 0
    journal.engine.unfinished.clear()
    pass_time(journal, disconnects, 0)
    assert journal.open_orders() == []


def test_the_end_of_the_daemon_drops_who_was_connected_and_the_window_begins_when_it_is_back(journal: Journal) -> None:
    journal.order("A", DAY)
    journal.now_ns += 3600 * S
    disconnects = Disconnects(journal.engine, journal)  # type: ignore[arg-type]
    disconnects.recover()
    assert [command.session for command in journal.commands if isinstance(command, SessionOffline)] == ["A", "B"]
    disconnects.follow({"A": DisconnectPolicy(CancelWhen.DROP, True, 10)}, journal.now_ns)
    pass_time(journal, disconnects, 9)
    assert journal.open_orders() == ["A1"]
    pass_time(journal, disconnects, 1)
    assert journal.open_orders() == []


def test_a_policy_that_is_switched_on_counts_for_a_session_that_is_gone(journal: Journal) -> None:
    disconnects = follow(journal, DisconnectPolicy())
    journal.order("A", DAY)
    journal.end("A", is_drop=True)
    disconnects.gone("A", journal.now_ns)
    pass_time(journal, disconnects, 100)
    disconnects.follow({"A": DisconnectPolicy(CancelWhen.DROP, True, 5)}, journal.now_ns)
    pass_time(journal, disconnects, 5)
    assert journal.open_orders() == []


def test_a_session_that_is_not_configured_any_more_keeps_its_orders(journal: Journal) -> None:
    policies = {"A": DisconnectPolicy(CancelWhen.DROP, True, 5), "B": DisconnectPolicy(CancelWhen.DROP, True, 5)}
    disconnects = Disconnects(journal.engine, journal)  # type: ignore[arg-type]
    disconnects.follow(policies, journal.now_ns)
    for name in policies:
        journal.order(name, DAY)
        journal.end(name, is_drop=True)
        disconnects.gone(name, journal.now_ns)
    disconnects.follow({"B": policies["B"]}, journal.now_ns)
    pass_time(journal, disconnects, 10)
    assert journal.open_orders() == ["A1"]
    disconnects.follow(policies, journal.now_ns)
    pass_time(journal, disconnects, 5)
    assert journal.open_orders() == []
