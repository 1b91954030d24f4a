"""Orders at venues in every state of the matrices when the daemon is killed, or the lines are cut: they go on.

All routes are played at once, each up to a step of its own; then comes the fault, and then the rest of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from certification.broker import Fields
from tests.system.matrix_floor import MatrixFloor
from tests.system.matrix_player import Player, Seen
from tests.system.matrix_scenarios import Route, Step, by_hand, routes

PAIRS = [("BROKER42", "V44"), ("BROKER44", "ONCE50"), ("BROKER50", "V42")]
AT_ONCE = [("BROKER42", "ONCE44"), ("BROKER44", "ONCE50"), ("BROKER50", "ONCE42")]
MAIN: list[Route] = [route for route in routes() if route.is_main] or list(by_hand())
Rest = list[tuple[Player, list[Step]]]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[MatrixFloor]:
    """Run a system of its own for each case."""
    floor = MatrixFloor(tmp_path)
    try:
        yield floor.start()
        assert left_over(floor) == []
        assert floor.sent_twice() == []
        assert {row["quarantined"] for row in floor.rows().values()} == {0}
    finally:
        floor.close()


def test_orders_in_all_states_go_on_after_a_kill(floor: MatrixFloor) -> None:
    rest = begin(floor)
    floor.kill()
    answer(floor, rest, *PAIRS[1:])  # the first venue answers no question
    for player, steps in rest:
        player.play(steps)


def test_what_a_venue_says_while_its_line_is_cut_is_seen_in_its_order(floor: MatrixFloor) -> None:
    rest = begin(floor)
    counts = floor.cut()
    seen, rest = say_on(rest)
    for player, report in seen:
        player.see(report)
    floor.wait_for_lines(counts)
    answer(floor, rest, *PAIRS)
    for player, steps in rest:
        player.play(steps)


def test_what_a_venue_never_says_is_made_up_by_its_answers(floor: MatrixFloor) -> None:
    rest = begin(floor, AT_ONCE)
    counts = floor.cut()
    for player, steps in rest:
        for step in takewhile(is_in_answers, steps):
            player.keep_quiet(step["out"])
    floor.wait_for_lines(counts)
    for comp_id, venue in AT_ONCE:
        left = floor.left_over(comp_id, venue, statuses(rest, venue))
        assert not any("|35=3|" in message for message in left)
        assert floor.rows()[venue]["orders_in_doubt"] == 0
    for player, _ in rest:
        player.ask()


def is_in_answers(step: Step) -> bool:
    """Tell if what a venue does is to be seen in the quantities and the status of an order."""
    return "out" in step and step["out"].get("ExecType_code", "") not in tuple("37DGHIL")


def begin(floor: MatrixFloor, pairs: list[tuple[str, str]] = PAIRS) -> Rest:
    """Play a part of each route; gives the rest of them."""
    rest = []
    for number, (route, (comp_id, venue)) in enumerate((route, pair) for route in MAIN for pair in pairs):
        player, last = Player(floor, comp_id, venue), number % len(route.steps)
        player.play(route.steps[:last])
        if player.is_for_us:  # the answer is on its way already
            player.play(route.steps[last : last + 1])
            last += 1
        rest.append((player, route.steps[last:]))
    return rest


def say_on(rest: Rest) -> tuple[list[tuple[Player, Seen | None]], Rest]:
    """Let the venues say all up to the next request; gives what brokers must see of it, and the rest."""
    seen, after = list[tuple[Player, Seen | None]](), Rest()
    for player, steps in rest:
        count = next((number for number, step in enumerate(steps) if "in" in step), len(steps))
        seen += [(player, player.say(step["out"])) for step in steps[:count] if "out" in step]
        after.append((player, steps[count:]))
    return seen, after


def answer(floor: MatrixFloor, rest: Rest, *pairs: tuple[str, str]) -> None:
    """Let venues tell the truth about what they are asked: it is known, so nobody is told anything."""
    for comp_id, venue in pairs:
        assert floor.left_over(comp_id, venue, statuses(rest, venue)) == []
        assert floor.rows()[venue]["orders_in_doubt"] == 0


def statuses(rest: Rest, venue: str) -> dict[str, Fields]:
    """Give what a venue answers about all orders there."""
    found: dict[str, Fields] = {}
    for player, _ in rest:
        if player.venue_name == venue:
            found |= player.statuses()
    return found


def left_over(floor: MatrixFloor) -> list[str]:
    """Take what brokers were sent and no route has."""
    return [left for comp_id, venue in PAIRS for left in floor.left_over(comp_id, venue)]
