"""Test case 14.l on the real daemon: while it stops, it takes no requests any more and says so."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

from certification.acceptance.connection import Connection
from certification.acceptance.message import fill_in, split_fields
from certification.patience import PATIENCE_S
from tests.system.trading_system import TradingSystem

HEAD = "8=FIX.4.4|35={}|49=BROKER44|56=TRADSYS|34={}|52=<TIME>|"
ORDER = "11=LATE|55=ACME|54=1|38=100|40=2|44=10|60=<TIME>|"


def say(line: Connection, msg_type: str, seq_num: int, body: str = "") -> None:
    text = HEAD.format(msg_type, seq_num) + body
    line.send(fill_in(text.replace("|", "\x01").encode(), datetime.now(UTC)))


def hear(line: Connection) -> dict[str, str]:
    return dict(split_fields(line.receive(PATIENCE_S)))


def test_14l_a_request_that_comes_while_the_daemon_stops_is_rejected(running: TradingSystem) -> None:
    line = Connection("127.0.0.1", running.fix_port, PATIENCE_S)
    say(line, "A", 1, "98=0|108=30|")
    assert hear(line)["35"] == "A"
    process = running.daemon.process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert hear(line)["35"] == "5"
    say(line, "D", 2, ORDER)
    answer = hear(line)
    assert [answer[tag] for tag in ("35", "45", "372", "379", "380")] == ["j", "2", "D", "LATE", "4"]
    say(line, "5", 3)
    line.await_end(PATIENCE_S)
    line.leave(PATIENCE_S)
    assert process.wait(PATIENCE_S) == 0
