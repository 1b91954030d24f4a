"""The simulator in a test's hand: looking, acting, cutting; and what survives it in store and record."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.venues.simulator.conftest import MakeStage
from tradsys_oms.venues.simulator.errors import NotInTime, SimulatorCannotStart, SimulatorError
from tradsys_oms.venues.simulator.record import read_record
from tradsys_oms.venues.simulator.script import Quote
from tradsys_oms.venues.simulator.simulator import Simulator, SimulatorSettings


def test_a_test_plays_the_venue_step_by_step(stage: MakeStage) -> None:
    made = stage("rules: [{do: silent}, {on: cancel, do: silent}]")
    sim, peer = made.sim, made.log_on()
    peer.order("A1")
    sim.expect("D", f11="A1", f55="ACME")
    sim.act("A1", "accept")
    peer.expect("8", f39="0")
    peer.cancel("A2", "A1")
    sim.expect("F", f41="A1")
    sim.act("A2", "pending")
    peer.expect("8", f39="6", f11="A2")
    sim.act("A1", "fill 30@9")
    peer.expect("8", f39="6", f14="30", f11="A1")
    sim.act("A2", "accept")
    peer.expect("8", f39="4", f14="30", f11="A2", f41="A1")
    assert [(order.status, order.cum_qty_e8) for order in sim.orders] == [("4", 30 * 10**8)]


def test_any_message_can_be_sent(stage: MakeStage) -> None:
    made = stage()
    peer = made.log_on()
    made.sim.send("B", {148: "Closing soon"})
    peer.expect("B", f148="Closing soon", f34="2")
    made.sim.quote(Quote("ACME", bid=10**8))
    made.sim.send("B", {148: "lost"}, fault="lost")
    peer.order("A1")
    assert peer.expect("8").msg_seq_num == 4


def test_a_cut_line_is_cut_for_the_peer(stage: MakeStage) -> None:
    made = stage()
    peer = made.log_on()
    assert made.sim.is_logged_on()
    made.sim.cut()
    with pytest.raises((EOFError, ConnectionResetError)):
        peer.next()
    assert not made.sim.is_logged_on()
    assert made.sim.connection_count == 1


def test_what_does_not_come_is_told(stage: MakeStage) -> None:
    made = stage()
    with pytest.raises(NotInTime):
        made.sim.next(wait_s=0.01)
    with pytest.raises(SimulatorError, match="no order or request A1"):
        made.sim.act("A1", "fill")
    with pytest.raises(SimulatorError, match="no order A1"):
        made.sim.order("A1")
    made.log_on().order("A1")
    with pytest.raises(SimulatorError, match="expected F"):
        made.sim.expect("F")


def test_a_restart_with_its_store_goes_on(stage: MakeStage, tmp_path: Path) -> None:
    store = tmp_path / "venue.store"
    script = "rules: [{do: accept then fill 40@9}]"
    first = stage(script, store=store)
    peer = first.log_on()
    peer.order("A1")
    peer.next()
    exec_id = peer.next().fields["17"]
    first.sim.stop()
    peer.expect("5", f34="4")
    store.write_bytes(store.read_bytes() + b"\x00\x00\x00\x99torn")
    second = stage(script, store=store)
    order = second.sim.order("A1")
    assert (order.status, order.cum_qty_e8, order.avg_px) == ("1", 40 * 10**8, "9")
    again = second.connect(next_out=peer.next_out)
    assert again.log_on().msg_seq_num == 5
    again.send("2", "7=3|16=3|")
    again.expect("8", f17=exec_id, f43="Y")
    second.sim.act("A1", "bust")
    again.expect("8", f150="H", f19=exec_id, f14="0")


def test_a_lost_order_stays_lost_after_a_restart(stage: MakeStage, tmp_path: Path) -> None:
    made = stage("rules: [{do: lose}]", store=tmp_path / "store")
    peer = made.log_on()
    peer.order("A1")
    assert peer.is_quiet()
    made.close()
    assert stage(store=tmp_path / "store").sim.orders == []


def test_a_store_with_another_content_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.write_bytes(b"\x00\x00\x00\x02\xc1\xc1")
    with pytest.raises(SimulatorCannotStart, match="wrong entry at byte 0"):
        Simulator(SimulatorSettings(store=store)).start()


def test_a_place_that_can_not_be_used_is_told(tmp_path: Path, stage: MakeStage) -> None:
    for settings in (
        SimulatorSettings(store=tmp_path / "none" / "store"),
        SimulatorSettings(record=tmp_path / "none" / "record"),
        SimulatorSettings(port=stage().sim.port),
        SimulatorSettings(certificate=tmp_path / "none.pem"),
    ):
        with pytest.raises(SimulatorCannotStart):
            Simulator(settings).start()


def test_the_record_adds_up_to_what_was_received_and_filled(stage: MakeStage, tmp_path: Path) -> None:
    record = tmp_path / "record"
    made = stage(
        "rules: [{symbol: BETA, do: lose}, {do: accept then fill 40@9 then fill 10@8 then bust}]", record=record
    )
    peer = made.log_on()
    peer.order("A1")
    peer.order("A1", "43=Y|")
    peer.order("A2", symbol="BETA")
    peer.cancel("A3", "A1")
    assert [peer.next().fields["39"] for _ in range(6)] == ["0", "1", "1", "1", "1", "4"]
    record.write_bytes(record.read_bytes() + b'{"event":"torn')
    summary = read_record(record)
    assert summary.received == {"A1": 2, "A2": 1, "A3": 1}
    assert summary.filled == {"A1": (40 * 10**8, 360 * 10**16)}
    assert summary.ended == {"A1": "4"}
    assert (summary.event_count["fill"], summary.event_count["bust"], summary.event_count["lost"]) == (2, 1, 1)


def test_a_scenario_says_where_it_failed(stage: MakeStage) -> None:
    made = stage("""
scenario:
  - {expect: "D 55=ACME", as: X}
  - {send: '8 11={X.11} 37={id} 17={id} 150=0 39=0 55=ACME 54=1 38=100 14=0 151=100 6=0 60={now} 58="by hand"'}
  - {expect: "F 41={X.11}"}
""")
    peer = made.log_on()
    peer.order("A1")
    report = peer.expect("8", f11="A1", f58="by hand").fields
    assert report["37"] != report["17"]
    assert made.sim.scenario is not None
    assert made.sim.scenario.state == "running"
    peer.cancel("A2", "A9")
    assert peer.is_quiet()
    assert "received 41=A9 instead of A1" in made.sim.scenario.state


def test_a_scenario_can_cut_the_line(stage: MakeStage) -> None:
    made = stage('scenario: [{expect: "D"}, {disconnect: TRADSYS}, {act: "last: accept"}]')
    peer = made.log_on()
    peer.order("A1")
    with pytest.raises((EOFError, ConnectionResetError)):
        peer.next()
    assert made.sim.scenario is not None
    assert made.sim.scenario.state == "done"
    assert made.sim.order("A1").status == "0"
