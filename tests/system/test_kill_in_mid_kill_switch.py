"""kill -9 while the kill switch takes 9,000 orders off: the next start goes on with it, and each broker hears of
each of its orders once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter

from certification.patience import PATIENCE_S
from tests.system.operating import ask
from tests.system.raw_peer import RawPeer
from tests.system.risk_floor import seen
from tests.system.trading_system import VERSIONS, TradingSystem
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import ExecType
from tradsys_oms.errors import TradsysError
from tradsys_oms.journal.reader import read_entries

EACH = 3_000


def enter(peer: RawPeer) -> None:
    """Enter orders that rest, and read that they do."""
    stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    handling = "21=1|" if peer.version == "FIX.4.2" else ""
    rest = f"{handling}55=ACME|54=1|38=1|40=2|44=99|59=0|60={stamp}|"
    peer.socket.settimeout(PATIENCE_S)
    peer.socket.sendall(b"".join(peer.make("D", f"11=K{number}|{rest}") for number in range(EACH)))
    for _ in range(EACH):
        assert peer.expect("8")["150"] == "0"


def canceled_in_journal(system: TradingSystem) -> Counter[tuple[str, str]]:
    """Count how often the journal says of each order that it was canceled."""
    return Counter(
        (event.session, event.clord_id)
        for entry in read_entries(system.state_dir / "journal")
        for event in entry.events
        if isinstance(event, Execution) and event.exec_type == ExecType.CANCELED
    )


def throw(system: TradingSystem) -> None:
    """Throw the kill switch; the answer may not come."""
    with contextlib.suppress(TradsysError):
        ask(system, "kill.act", level="all", name="", reason="runaway", user="ann")


def cancels_of(peer: RawPeer) -> dict[str, str]:
    """Log on again, ask for what was missed, and read so many cancels; gives ClOrdID by ExecID."""
    peer.logon()
    peer.send("2", "7=1|16=0|")
    canceled: dict[str, str] = {}
    while len(canceled) < EACH:
        report = peer.next()
        if report["35"] == "8" and report["150"] == "4":
            assert report["58"] == "runaway"
            canceled[report["17"]] = report["11"]
    return canceled


def test_a_kill_switch_goes_on_after_kill_9(running: TradingSystem) -> None:
    peers = [RawPeer(running.fix_port, name, version) for name, version in VERSIONS.items()]
    for peer in peers:
        peer.logon()
        enter(peer)
    switch = threading.Thread(target=throw, args=(running,))
    switch.start()
    first = peers[0].expect("8")
    running.daemon.kill()
    switch.join()
    assert (first["150"], first["58"]) == ("4", "runaway")
    before = sum(canceled_in_journal(running).values())
    assert before >= 1_000, "what was reported is durable"
    running.daemon.start()
    assert [row["kind"] for row in seen(running, "kill", "list")] == ["kill"]
    assert ask(running, "status")["orders"]["open"] == 0
    canceled = canceled_in_journal(running)
    assert canceled == Counter({(name, f"K{number}"): 1 for name in VERSIONS for number in range(EACH)})
    for peer in peers:
        peer.drop()
        with RawPeer(running.fix_port, peer.comp_id, peer.version, next_out=peer.next_out) as again:
            again.socket.settimeout(PATIENCE_S)
            assert set(cancels_of(again).values()) == {f"K{number}" for number in range(EACH)}
            again.order("K-NEW", price="90")
            while (report := again.next()).get("11") != "K-NEW":
                assert report["35"] != "8" or report["43"] == "Y"
            assert (report["150"], report["39"]) == ("8", "8")
