"""kill -9 in the middle of trading: no execution is lost, none comes twice, in the clients' logs, the journal and
Postgres.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

from certification.broker import Broker
from tests.system.operating import configure, show, trade
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem
from tradsys_oms.clearing.queries import executions
from tradsys_oms.core.events import Execution, OrderRejected
from tradsys_oms.core.fields import ExecType
from tradsys_oms.journal.reader import read_entries

KILLS = 3
ORDERS = 1_500
BUY, SELL = "1", "2"


def journaled(system: TradingSystem) -> Iterator[tuple[str, str]]:
    """Give (session, ExecID) of every execution in the journal."""
    for entry in read_entries(system.state_dir / "journal"):
        for index, event in enumerate(entry.events):
            if isinstance(event, Execution | OrderRejected):
                is_status = isinstance(event, Execution) and event.exec_type == ExecType.ORDER_STATUS
                if not is_status:
                    yield event.session, f"{entry.seq}-{index}"


def send_orders(broker: Broker, side: str, go_on: threading.Event) -> None:
    """Send orders at one price, so that most of them trade, pausing while the daemon is being killed."""
    for number in range(ORDERS):
        if number % 100 == 0:
            go_on.wait()
        broker.order(f"{broker.comp_id}-{number}", "ACME", side, str(1 + number % 7), "100")


def answered(broker: Broker) -> bool:
    """Tell whether every order has had its first report."""
    return len({report["11"] for report in list(broker.log) if report["150"] in "08"}) >= ORDERS


def test_no_execution_is_lost_and_none_comes_twice(running: TradingSystem) -> None:
    brokers = [running.broker("BROKER42"), running.broker("BROKER44")]
    go_on = threading.Event()
    go_on.set()
    senders = [
        threading.Thread(target=send_orders, args=(broker, side, go_on))
        for broker, side in zip(brokers, (BUY, SELL), strict=True)
    ]
    for sender in senders:
        sender.start()
    for kill in range(KILLS):
        reports = 300 * (kill + 1)
        brokers[0].wait_for(lambda broker, wanted=reports: len(broker.log) > wanted, f"{reports} reports")  # type: ignore[misc]
        running.daemon.kill()
        running.daemon.start()
    for sender in senders:
        sender.join()
    for broker in brokers:
        broker.wait_for(answered, "an answer to every order", wait_s=90)
    url = running.daemon.wait_projected()["url"]
    in_journal = Counter(exec_id for _, exec_id in journaled(running))

    def complete(broker: Broker) -> bool:
        return len(broker.log) >= sum(session == broker.comp_id for session, _ in journaled(running))

    for broker in brokers:
        broker.wait_for(complete, "every report in the journal")
    in_logs = Counter(report["17"] for broker in brokers for report in broker.log)
    in_postgres = Counter(row["exec_id"] for row in executions(url, 1_000_000))
    assert max(in_journal.values()) == 1
    assert in_logs == in_journal
    assert in_postgres == in_journal


def test_an_order_that_was_refused_for_its_rate_stays_refused(system: TradingSystem) -> None:
    configure(system, "BROKER44", messages_per_s=1, messages_burst=1, messages_excess="reject")
    system.write_config()
    system.daemon.start()
    with RawPeer(system.fix_port, "BROKER44") as peer:
        peer.logon()
        trade(peer, "TAKEN")
        peer.order("REFUSED", price="90")
        assert peer.expect("j")["45"] == "3"
        system.daemon.kill()
    system.daemon.start()
    assert show(system, "BROKER44")["next_in"] == 4, "there would be room for it now, so it must not be asked for again"
    with RawPeer(system.fix_port, "BROKER44", next_out=4) as peer:
        assert peer.logon()["34"] == "4"
        trade(peer, "NEXT")
