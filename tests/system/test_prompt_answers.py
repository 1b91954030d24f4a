"""Every message is answered, and at once unless the log says what stood still, whatever operators do meanwhile."""

from __future__ import annotations

from collections import Counter

from tests.sim.prompt_answers import LATE_S, SESSIONS, explain, play, start
from tests.system.operating import records
from tests.system.trading_system import TradingSystem

SEED, SECONDS = "36", 8
"""A seed whose operators block, reload, kill and log somebody out among their first deeds."""
STANDSTILLS = ("journal_waits_for_disk", "loop_stood_still", "journal_written_again")


def test_every_message_is_answered_while_operators_are_busy(system: TradingSystem) -> None:
    start(system)
    answers = play(system, SEED, SECONDS)
    assert explain(system, [one for one in answers if not one.fields]) == []
    if not any(records(system, event) for event in STANDSTILLS):
        assert explain(system, [one for one in answers if one.took_s > 5 * LATE_S]) == []
    assert Counter(one.what for one in answers if one.fields.get("35") == "A")["logon"] > len(SESSIONS)
    assert {one.fields.get("150") for one in answers} >= {"0", "4", "8"}
    assert records(system, "reloaded")
    log = system.daemon.log.read_text()
    assert [word for word in ("Traceback", "callback_failed", "child_exited") if word in log] == []
