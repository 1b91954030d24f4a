"""Orders at venues in every state of the matrices when the daemon is killed, and its links with it: they go on.

All routes are played at once, each up to a step of its own; then comes the kill, and then the rest of them.
"""

from __future__ import annotations

from pathlib import Path

from tests.system.matrix_floor import MatrixFloor
from tests.system.matrix_player import Player
from tests.system.matrix_scenarios import Route, by_hand, routes

PAIRS = [("BROKER42", "V44"), ("BROKER44", "V50"), ("BROKER50", "V42"), ("BROKER42", "ONCE50"), ("BROKER44", "ONCE42")]
MAIN: list[Route] = [route for route in routes() if route.is_main] or list(by_hand())


def test_orders_in_all_states_go_on_after_a_kill(tmp_path: Path) -> None:
    floor = MatrixFloor(tmp_path)
    try:
        floor.start()
        rest = []
        for number, (route, (comp_id, venue)) in enumerate((route, pair) for route in MAIN for pair in PAIRS):
            player, last = Player(floor, comp_id, venue), number % len(route.steps)
            player.play(route.steps[:last])
            if player.is_for_us:  # the answer is on its way already
                player.play(route.steps[last : (last := last + 1)])
            rest.append((player, route.steps[last:]))
        floor.kill()
        for player, steps in rest:
            player.play(steps)
        for comp_id, venue in PAIRS:
            assert floor.left_over(comp_id, venue) == []
        assert floor.sent_twice() == []
        assert {row["quarantined"] for row in floor.rows().values()} == {0}
    finally:
        floor.close()
