"""kill -9 while an uncrossing with more trades than one command makes, and the end of a day with more orders than one
command ends, are at work: the next start goes on with them, and each order ends once.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator

from tests.system.operating import ask, until
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem
from tradsys_oms.core.commands import GoOn
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import ExecType
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.ops.errors import ControlRefused, DaemonNotRunning

TRADES, LEFT = 6_000, 1_500
"""Orders of each side that trade, and that don't: more than the 5,000 fills and 1,000 orders of one command."""

RECORD_BYTES = 8_192
"""Less than the record of a command with 5,000 fills or 1,000 expired orders, more than those of sessions."""


def act(system: TradingSystem, action: str, **more: str) -> None:
    ask(system, "market.act", action=action, symbol="ACME", reason="test", user="desk", **more)


def orders(peer: RawPeer, side: str, *, worse: int) -> Iterator[bytes]:
    for number in range(TRADES + LEFT):
        price = 100 if number < TRADES else 100 + worse
        body = f"11={peer.comp_id}-{number}|55=ACME|54={side}|38=1|40=2|44={price}|59=0|60=20261121-00:00:00|"
        yield peer.make("D", body)


def enter(peer: RawPeer, side: str, *, worse: int) -> None:
    """Enter all orders of a side, and read all reports."""
    sender = threading.Thread(target=peer.socket.sendall, args=(b"".join(orders(peer, side, worse=worse)),))
    sender.start()
    for _ in range(TRADES + LEFT):
        assert peer.expect("8")["150"] == "0"
    sender.join()


def kill_in_the_middle(system: TradingSystem, action: str, **more: str) -> None:
    """Kill the daemon as soon as its journal has something of the action, start it again, and ask again: a command
    that was torn by the kill never was.
    """
    segment = max((system.state_dir / "journal").iterdir(), key=lambda path: path.stat().st_size)
    size = segment.stat().st_size
    asked = threading.Thread(target=ask_in_vain, args=(system, action), kwargs=more)
    asked.start()
    while segment.stat().st_size < size + RECORD_BYTES and asked.is_alive():
        pass
    system.daemon.kill()
    asked.join()
    system.daemon.start()
    ask_in_vain(system, action, **more)


def ask_in_vain(system: TradingSystem, action: str, **more: str) -> None:
    """Ask without an answer, because the daemon is killed, or to be told that it is done or at work."""
    with contextlib.suppress(ControlRefused, DaemonNotRunning):
        act(system, action, **more)


def journal(system: TradingSystem) -> list[Entry]:
    return list(read_entries(system.state_dir / "journal"))


def executions(system: TradingSystem, exec_type: str) -> Counter[int]:
    """Count reports of a kind by order."""
    events = (event for entry in journal(system) for event in entry.events)
    return Counter(event.order_id for event in events if isinstance(event, Execution) and event.exec_type == exec_type)


def test_what_goes_on_in_the_next_command_goes_on_after_a_kill(running: TradingSystem) -> None:
    act(running, "phase", phase="closed")
    act(running, "start-day", trade_date="20261121")
    act(running, "phase", phase="opening_auction")
    with RawPeer(running.fix_port, "BROKER44") as buyer, RawPeer(running.fix_port, "BROKER50", "FIX.5.0SP2") as seller:
        buyer.logon()
        seller.logon()
        enter(buyer, "1", worse=-5)
        enter(seller, "2", worse=5)
    kill_in_the_middle(running, "phase", phase="continuous")
    until(lambda: ask(running, "market.show", symbol="ACME")["phase"] == "continuous", "the end of the uncrossing")
    traded = executions(running, ExecType.TRADE)
    assert (len(traded), set(traded.values())) == (2 * TRADES, {1})

    act(running, "phase", phase="closed")
    kill_in_the_middle(running, "end-day")
    until(lambda: executions(running, ExecType.EXPIRED).total() >= 2 * LEFT, "the end of the day")
    expired = executions(running, ExecType.EXPIRED)
    assert (len(expired), set(expired.values())) == (2 * LEFT, {1})
    assert not traded.keys() & expired.keys()
    assert sum(isinstance(entry.command, GoOn) for entry in journal(running)) >= 3
    assert running.daemon.tradsys("journal", "verify")["status"] == "clean"
    running.daemon.wait_projected()
