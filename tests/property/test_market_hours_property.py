"""The hours of the market over any downtime and whatever operators do, on a real core that trades meanwhile.

Nothing that the schedule asks for is ever refused, it always comes to rest, and it comes to rest where it should.
"""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.hours.schedules import NS_PER_S, utc
from tests.unit.hours.test_trading_days import FUTURES, XETRA, schedule
from tests.unit.test_market_hours import INTRADAY, LUNCH, Market
from tradsys_oms.core.commands import ChangePhase, Command, EndDay, NewOrder, StartDay, TimePassed
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.hours.trading_days import Stand, TradingCalendar, TradingSchedule

E8 = 100_000_000
HOUR_S = 3600
BEGIN_NS = utc("2026-10-22 00:00")  # the clocks of Europe change on the 25th, those of New York on 1 November
SCHEDULES = (
    schedule(XETRA, holidays=("2026-10-26",)),
    schedule(FUTURES, "America/New_York"),
    schedule("17:00 continuous, 17:00 closed", "America/New_York"),
    INTRADAY,
    LUNCH,
)
NEXT_PHASE_S = -1
"""A pause until the next phase begins."""
PAUSES_S = st.one_of(
    st.integers(0, 90), st.just(NEXT_PHASE_S), st.integers(60, 4 * HOUR_S), st.integers(HOUR_S, 80 * HOUR_S)
)


class Trading(Market):
    """A market whose clock goes on in steps."""

    def __init__(self, given_schedule: TradingSchedule) -> None:
        super().__init__(given_schedule)
        self.calendar = TradingCalendar(given_schedule)
        self.time_ns = BEGIN_NS
        self.numbers = 0

    @property
    def stand(self) -> Stand:
        found = self.calendar.stand_at(self.time_ns)
        assert found is not None
        return found

    def pause(self, pause_s: int) -> None:
        is_next = pause_s == NEXT_PHASE_S
        self.time_ns = self.calendar.next_ns(self.time_ns) if is_next else self.time_ns + pause_s * NS_PER_S

    def look(self) -> int:
        """Let the schedule do what it wants to do now; gives how many commands that took."""
        self.now_ns = max(self.now_ns, self.time_ns)
        self.commands.clear()
        for _ in range(3):
            while self.hours.tick(self.time_ns):
                pass
        return len(self.commands)

    def pass_time(self) -> None:
        due_ns = self.engine.next_due_ns()
        if due_ns is not None and due_ns <= self.time_ns:
            self.now_ns = max(self.now_ns, self.time_ns)
            self.submit(TimePassed())

    def order(self, side: str, price: int) -> None:
        self.numbers += 1
        clord_id = f"C{self.numbers}"
        self.submit(NewOrder("A", self.numbers, clord_id, "", "ACME", side, "2", "1", E8, price * E8))

    def try_to(self, command: Command) -> None:
        """Let an operator do something, if it can be done."""
        if self.engine.fault_of(command) is None:
            self.submit(command)


@given(st.sampled_from(SCHEDULES), st.lists(st.tuples(PAUSES_S, st.booleans()), max_size=30))
@settings(max_examples=150)
def test_with_nobody_interfering_each_instrument_is_where_its_schedule_has_it(
    given_schedule: TradingSchedule, steps: list[tuple[int, bool]]
) -> None:
    market = Trading(given_schedule)
    for pause_s, is_restart in steps:
        market.pause(pause_s)
        if is_restart:
            market.follow(given_schedule)
        market.look()
        stand, acme = market.stand, market.acme
        if stand.is_over:
            assert (acme.phase, acme.day_is_ended) == ("closed", True)
        else:
            assert (acme.phase, acme.trade_date, acme.day_is_ended) == (stand.phase, stand.trade_date, False)
        assert market.look() == 0


ACTIONS = st.one_of(
    st.sampled_from(["look", "restart", "end", "start", "time"]),
    st.tuples(st.just("phase"), st.sampled_from(list(PHASES)), st.sampled_from([0, 30, 600])),
    st.tuples(st.just("order"), st.sampled_from("12"), st.integers(95, 105)),
)


@given(st.sampled_from(SCHEDULES), st.lists(st.tuples(PAUSES_S, ACTIONS), max_size=40))
@settings(max_examples=300)
def test_whatever_operators_do_the_schedule_comes_to_rest_and_the_day_to_its_end(
    given_schedule: TradingSchedule, steps: list[tuple[int, object]]
) -> None:
    market = Trading(given_schedule)
    dates = [0]
    for pause_s, action in steps:
        market.pause(pause_s)
        market.now_ns = max(market.now_ns, market.time_ns)
        act(market, action)
        market.pass_time()
        market.look()
        assert market.look() == 0
        stand, acme = market.stand, market.acme
        dates.append(acme.trade_date)
        is_ahead = acme.trade_date > stand.trade_date
        if stand.is_over and not is_ahead:
            assert (acme.phase, acme.day_is_ended) == ("closed", True)
        elif not is_ahead:
            assert acme.trade_date == stand.trade_date
            if stand.phase in ("closing_auction", "closed"):
                assert acme.phase in ("closing_auction", "closed", "halted")
    assert dates == sorted(dates)


def act(market: Trading, action: object) -> None:
    """Do what hypothesis says."""
    match action:
        case "restart":
            market.follow(market.calendar.schedule)
        case "end":
            market.try_to(EndDay("ACME"))
        case "start":
            today = market.acme.trade_date or int(f"{date(2026, 10, 21):%Y%m%d}")
            market.try_to(StartDay("ACME", today + 1))
        case "phase", str(phase), int(seconds):
            until_ns = market.time_ns + seconds * NS_PER_S if seconds else 0
            market.try_to(ChangePhase("ACME", phase, "by hand", until_ns))
        case "order", str(side), int(price):
            market.order(side, price)
