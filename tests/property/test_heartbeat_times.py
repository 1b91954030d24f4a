"""A session that is asked only when something can be due does the same, at the same tick, as one asked always."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tradsys_oms.fix.actions import Actions
from tradsys_oms.fix.heartbeat import Heartbeat

TICK_NS = 100_000_000
START_NS = 1_767_225_600_000_000_000
HEARD, SENT, NOTHING = "heard", "sent", ""


def life(interval_s: int, happenings: list[tuple[int, str]], *, is_always_asked: bool) -> list[tuple[int, Actions]]:
    """Give what became due, and at which tick."""
    heartbeat = Heartbeat()
    heartbeat.start(interval_s, START_NS)
    tick, done = 0, []
    for ticks, happening in happenings:
        for _ in range(ticks):
            tick += 1
            now_ns = START_NS + tick * TICK_NS
            if (is_always_asked or now_ns >= heartbeat.look_ns) and (actions := heartbeat.due(now_ns)):
                done.append((tick, actions))
        if happening == HEARD:
            heartbeat.received_ns = START_NS + tick * TICK_NS
        elif happening == SENT:
            heartbeat.sent_ns = START_NS + tick * TICK_NS
    return done


@given(
    st.sampled_from((0, 1, 2, 7, 30)),
    st.lists(st.tuples(st.integers(0, 80), st.sampled_from((HEARD, SENT, NOTHING))), max_size=20),
)
@example(1, [(13, HEARD), (60, NOTHING)])
def test_being_asked_seldom_changes_nothing(interval_s: int, happenings: list[tuple[int, str]]) -> None:
    assert life(interval_s, happenings, is_always_asked=False) == life(interval_s, happenings, is_always_asked=True)


def test_an_idle_session_is_asked_once_a_second() -> None:
    heartbeat = Heartbeat()
    heartbeat.start(30, START_NS)
    asked = 0
    for tick in range(1, 201):
        now_ns = START_NS + tick * TICK_NS
        if now_ns >= heartbeat.look_ns:
            heartbeat.due(now_ns)
            asked += 1
    assert asked == 20
