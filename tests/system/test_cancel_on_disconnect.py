"""Cancel on disconnect on a real daemon: every way in which a session can end, and what its orders come to.

Each session has an order that is good for the day and one that is good till cancelled. The reports are for whoever
comes back, and an order of a neighbour is never touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.system.operating import ACCEPTED, CANCELED, ask, configure, records, show, tradsys, until
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem

DAY, GTC = "0", "1"
GRACE_S = 3
MODES = ("never", "drop", "drop_and_logout")
WHICH = ("day", "all")
Ending = Callable[[TradingSystem, RawPeer], None]


def drop(_system: TradingSystem, peer: RawPeer) -> None:
    """Close the socket."""
    peer.drop()


def be_silent(_system: TradingSystem, peer: RawPeer) -> None:
    """Answer no TestRequest."""
    while peer.next()["35"] != "1":
        pass
    while not peer.is_closed():
        peer.next()
    peer.drop()


def log_out(_system: TradingSystem, peer: RawPeer) -> None:
    peer.logout()


def be_logged_out(system: TradingSystem, peer: RawPeer) -> None:
    """Answer the Logout that an operator wants."""
    done = tradsys(system, "session", "logout", peer.comp_id, "--reason", "maintenance", "--yes")
    assert done.returncode == 0, done.stderr
    while peer.next()["35"] != "5":
        pass
    peer.send("5")
    assert peer.is_closed()
    peer.drop()


def break_the_protocol(_system: TradingSystem, peer: RawPeer) -> None:
    """Use a number that was used before: a Logout of ours, but a drop."""
    peer.send("0", seq_num=1)
    assert "too low" in peer.expect("5")["58"]
    peer.drop()


DROPS: dict[str, Ending] = {"drop": drop, "silence": be_silent, "fault": break_the_protocol}
LOGOUTS: dict[str, Ending] = {"peer": log_out, "operator": be_logged_out}
ENDINGS = DROPS | LOGOUTS


def name_of(ending: str, mode: str, which: str) -> str:
    return f"{ending}-{mode}-{which}"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TradingSystem]:
    system = TradingSystem(tmp_path_factory.mktemp("disconnects"))
    for name in (name_of(ending, mode, which) for ending in ENDINGS for mode in MODES for which in WHICH):
        _, mode, which = name.split("-")
        keys = {"cancel_on_disconnect": mode, "cancel_on_disconnect_orders": which}
        configure(system, name, **keys, cancel_on_disconnect_grace_s=0)
    configure(system, "patient", cancel_on_disconnect="drop", cancel_on_disconnect_grace_s=GRACE_S)
    system.write_config()
    system.daemon.start()
    yield system
    system.close()


PEERS: list[RawPeer] = []
"""Of a test: a connection that nobody holds is one that ends."""


@pytest.fixture(autouse=True)
def hold_connections() -> Iterator[None]:
    """Hold the connections of a test until its end."""
    yield
    while PEERS:
        PEERS.pop().drop()


def begin(system: TradingSystem, name: str, heart_bt_int_s: int = 30) -> RawPeer:
    """Log on and enter an order of each kind."""
    peer = RawPeer(system.fix_port, name)
    PEERS.append(peer)
    peer.send("A", f"98=0|108={heart_bt_int_s}|")
    peer.expect("A")
    for time_in_force in (DAY, GTC):
        peer.order(f"{name}-{time_in_force}", price="90", time_in_force=time_in_force)
        assert peer.expect("8")["150"] == ACCEPTED
    return peer


def come_back(system: TradingSystem, peer: RawPeer) -> RawPeer:
    """Log on again as an engine that has seen none of the reports that came since its last order."""
    facts = show(system, peer.comp_id)
    back = RawPeer(system.fix_port, peer.comp_id, next_out=facts["next_in"])
    back.logon()
    return back


def open_orders(system: TradingSystem, name: str) -> list[str]:
    """List what is open of a session, by TimeInForce."""
    rows = ask(system, "order.list", session=name, open=True)
    return sorted(row["time_in_force"] for row in rows)


def canceled_reports(system: TradingSystem, peer: RawPeer) -> list[str]:
    """Ask for all reports again; give the ClOrdIDs of those that tell of a cancellation."""
    last = show(system, peer.comp_id)["next_out"] - 1
    peer.send("2", f"7=1|16={last}|")
    found = []
    seen = 0
    while seen < last:
        message = peer.next()
        seen = int(message["36"]) - 1 if message["35"] == "4" else int(message["34"])
        if message["35"] == "8" and message["150"] == CANCELED:
            assert message["58"] == "Canceled on disconnect"
            found.append(message["11"])
    return sorted(found)


def left_over(mode: str, which: str, *, is_drop: bool) -> list[str]:
    """Say what stays open."""
    if mode == "never" or (mode == "drop" and not is_drop):
        return [DAY, GTC]
    return [GTC] if which == "day" else []


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_way_to_end_in_each_mode(ready: TradingSystem, ending: str) -> None:
    peers = {}
    for mode in MODES:
        for which in WHICH:
            name = name_of(ending, mode, which)
            peers[name] = begin(ready, name, 1 if ending == "silence" else 30)
    for peer in peers.values():
        ENDINGS[ending](ready, peer)
    until(lambda: not any(show(ready, name)["online"] for name in peers), "the end of the sessions")
    for name in peers:
        assert show(ready, name)["last_end_was_a_drop"] is (ending in DROPS)
    for name, peer in peers.items():
        _, mode, which = name.split("-")
        wanted = left_over(mode, which, is_drop=ending in DROPS)
        until(lambda name=name, wanted=wanted: open_orders(ready, name) == wanted, f"{name} to keep {wanted}")  # type: ignore[misc]
        gone = [f"{name}-{kind}" for kind in (DAY, GTC) if kind not in wanted]
        with come_back(ready, peer) as back:
            assert canceled_reports(ready, back) == gone
            back.logout()
        assert open_orders(ready, name) == wanted


def test_who_comes_back_within_the_window_keeps_its_orders(ready: TradingSystem) -> None:
    peer = begin(ready, "patient")
    peer.drop()
    until(lambda: not show(ready, "patient")["online"], "the drop")
    dropped_s = time.monotonic()
    back = come_back(ready, peer)
    until(lambda: time.monotonic() > dropped_s + GRACE_S + 1, "the end of the window")
    assert open_orders(ready, "patient") == [DAY, GTC]
    back.drop()
    until(lambda: open_orders(ready, "patient") == [GTC], "the orders to be cancelled, now that it stays away")
    assert [record["orders"] for record in canceled_on_disconnect(ready, "patient")] == [1]


def canceled_on_disconnect(system: TradingSystem, name: str) -> list[dict[str, object]]:
    return [record for record in records(system, "orders_canceled_on_disconnect") if record["session"] == name]


@pytest.fixture
def mortal(system: TradingSystem) -> TradingSystem:
    """Give a daemon that a test may end."""
    for mode in MODES:
        keys = {"cancel_on_disconnect": mode, "cancel_on_disconnect_orders": "all"}
        configure(system, mode, **keys, cancel_on_disconnect_grace_s=1)
    system.write_config()
    system.daemon.start()
    return system


def test_a_daemon_that_is_killed_drops_its_sessions_and_gives_them_their_window(mortal: TradingSystem) -> None:
    for mode in MODES:
        begin(mortal, mode)
    begin(mortal, "BROKER44")
    mortal.daemon.kill()
    mortal.daemon.start()
    until(lambda: not open_orders(mortal, "drop") and not open_orders(mortal, "drop_and_logout"), "cancellations")
    assert open_orders(mortal, "never") == open_orders(mortal, "BROKER44") == [DAY, GTC]
    with RawPeer(mortal.fix_port, "drop", next_out=4) as back:
        back.logon()
        assert canceled_reports(mortal, back) == ["drop-0", "drop-1"]


def test_who_is_back_in_time_after_a_kill_keeps_its_orders(mortal: TradingSystem) -> None:
    configure(mortal, "drop", cancel_on_disconnect_grace_s=60)
    begin(mortal, "drop")
    begin(mortal, "drop_and_logout")
    mortal.write_config()
    mortal.daemon.kill()
    mortal.daemon.start()
    with RawPeer(mortal.fix_port, "drop", next_out=4) as back:
        back.logon()
        until(lambda: not open_orders(mortal, "drop_and_logout"), "the cancellation of the other")
        assert open_orders(mortal, "drop") == [DAY, GTC]
        back.order("after", price="90")
        assert back.expect("8")["150"] == ACCEPTED


def test_an_orderly_stop_is_a_logout(mortal: TradingSystem) -> None:
    for mode in MODES:
        begin(mortal, mode)
    assert mortal.daemon.stop() == 0
    mortal.daemon.start()
    until(lambda: not open_orders(mortal, "drop_and_logout"), "the cancellation after a Logout")
    assert open_orders(mortal, "drop") == open_orders(mortal, "never") == [DAY, GTC]
