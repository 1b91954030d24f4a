"""Cancels, replaces and enquiries at the simulated venue."""

from __future__ import annotations

import pytest

from tests.unit.venues.simulator.conftest import MakeStage


def test_a_pending_cancel_outranks_fills_and_ends_with_it(stage: MakeStage) -> None:
    peer = stage("rules: [{on: cancel, do: pending then fill 40 then accept}]").log_on()
    peer.order("A1")
    peer.expect("8", f39="0")
    peer.cancel("A2", "A1")
    peer.expect("8", f150="6", f39="6", f11="A2", f41="A1")
    peer.expect("8", f150="F", f39="6", f11="A1", f14="40")
    peer.expect("8", f150="4", f39="4", f11="A2", f41="A1", f14="40", f151="0")


def test_a_cancel_may_be_refused(stage: MakeStage) -> None:
    peer = stage("rules: [{on: cancel, do: pending then reject 99 not now}]").log_on()
    peer.order("A1")
    peer.next()
    peer.cancel("A2", "A1")
    peer.expect("8", f39="6")
    peer.expect("9", f39="0", f102="99", f58="not now", f11="A2", f41="A1", f434="1")


def test_a_fill_that_crosses_makes_a_cancel_too_late(stage: MakeStage) -> None:
    peer = stage("rules: [{on: cancel, do: fill then accept}]").log_on()
    peer.order("A1")
    peer.next()
    peer.cancel("A2", "A1")
    peer.expect("8", f39="2")
    peer.expect("9", f39="2", f102="0")


def test_a_replace_keeps_what_is_filled_and_chains(stage: MakeStage) -> None:
    made = stage("rules: [{do: accept then fill 60}, {on: replace, do: pending then accept}]")
    peer = made.log_on()
    peer.order("A1")
    peer.next()
    peer.next()
    peer.replace("A2", "A1")
    peer.expect("8", f150="E", f39="E", f11="A2", f41="A1", f38="100")
    peer.expect("8", f150="5", f39="1", f11="A2", f41="A1", f38="150", f44="10.5", f14="60", f151="90")
    peer.replace("A3", "A2", qty="50")
    peer.next()
    peer.expect("8", f150="5", f39="2", f11="A3", f41="A2", f38="60", f151="0")
    peer.replace("A4", "A3", qty="50")
    peer.next()
    peer.expect("9", f102="0", f434="2", f39="2")
    peer.replace("A5", "A3", qty="100")
    peer.next()
    peer.expect("8", f150="5", f39="1", f151="40")


def test_fix42_says_replaced_as_a_status_below_partially_filled(stage: MakeStage) -> None:
    peer = stage("", version="FIX.4.2").log_on()
    peer.order("A1")
    peer.next()
    peer.replace("A2", "A1")
    peer.expect("8", f20="0", f150="5", f39="5")


def test_an_unknown_order_can_not_be_canceled(stage: MakeStage) -> None:
    made = stage("rules: [{do: lose}]")
    peer = made.log_on()
    peer.order("A1")
    peer.cancel("A2", "A1")
    peer.expect("9", f37="NONE", f39="8", f102="1")
    peer.send("H", "11=A1|55=ACME|54=1|790=Q1|")
    peer.expect("8", f150="I", f39="8", f37="NONE", f103="5", f790="Q1", f17="0")
    assert made.sim.received_count == {"A1": 2, "A2": 1}
    assert made.sim.orders == []


def test_a_used_clord_id_names_no_second_request(stage: MakeStage) -> None:
    peer = stage().log_on()
    peer.order("A1")
    peer.next()
    peer.cancel("A1", "A1")
    peer.expect("9", f102="6", f39="0")


def test_the_truth_is_told_to_who_asks(stage: MakeStage) -> None:
    peer = stage("rules: [{do: quiet accept then quiet fill 40@9}]").log_on()
    peer.order("A1")
    peer.send("H", "11=A1|55=ACME|54=1|")
    peer.expect("8", f150="I", f39="1", f14="40", f6="9", f151="60", f17="0")


@pytest.mark.parametrize(("do", "count"), [("accept", 3), ("accept open", 2)])
def test_a_mass_status_names_all_orders(stage: MakeStage, do: str, count: int) -> None:
    peer = stage(f"rules: [{{on: mass_status, do: {do}}}, {{symbol: BETA, do: reject 0}}]").log_on()
    for clord_id, symbol in {"A1": "ACME", "A2": "BETA", "A3": "ACME"}.items():
        peer.order(clord_id, symbol=symbol)
        peer.next()
    peer.send("AF", "584=M1|585=7|")
    reports = [peer.expect("8", f150="I", f584="M1", f911=str(count)).fields for _ in range(count)]
    assert [report["912"] for report in reports] == ["N"] * (count - 1) + ["Y"]
    peer.send("AF", "584=M2|585=1|55=NONE|")
    peer.expect("8", f584="M2", f911="0", f912="Y", f39="8")


@pytest.mark.parametrize("on", ["status", "mass_status"])
def test_enquiries_may_be_refused_or_left_alone(stage: MakeStage, on: str) -> None:
    peer = stage(f"rules: [{{on: {on}, nth: 1, do: silent}}, {{on: {on}, do: reject}}]").log_on()
    peer.order("A1")
    peer.next()
    for _ in range(2):
        peer.send(*(("H", "11=A1|55=ACME|54=1|") if on == "status" else ("AF", "584=M1|585=7|")))
    peer.expect("8", f150="I", f39="8", f37="NONE")


def test_quotes_are_told_and_told_again_when_they_change(stage: MakeStage) -> None:
    peer = stage("""
quotes:
  - {symbol: ACME, bid: 9.99, bid_qty: 100, offer: 10.01, offer_qty: 200}
  - {symbol: ACME, bid: 9.98, bid_qty: 50, after: 300ms}
""").log_on()
    peer.send("V", "262=R1|263=1|264=1|265=0|267=2|269=0|269=1|146=1|55=ACME|")
    snapshot = peer.expect("W", f262="R1", f55="ACME", f268="2")
    assert list(snapshot.values)[snapshot.tags.index("268") + 1 : -1] == ["0", "9.99", "100", "1", "10.01", "200"]
    peer.expect("W", f268="1", f270="9.98", f271="50")
    peer.send("V", "262=R2|263=0|264=1|267=1|269=0|146=1|55=NONE|")
    peer.expect("Y", f262="R2", f281="0")


@pytest.mark.parametrize("kind", ["8", "AE"])
def test_copies_of_fills_go_to_who_listens(stage: MakeStage, kind: str) -> None:
    made = stage(f"rules: [{{do: fill 40@9 then bust}}]\nsessions: [{{target: COPY, drop_copy: '{kind}'}}]")
    copy, peer = made.log_on(comp_id="COPY"), made.log_on()
    peer.order("A1", "1=DESK|")
    fill, bust = peer.next().fields, peer.next().fields
    copied = copy.expect(kind, f17=fill["17"], f150="F", f32="40", f31="9", f1="DESK", f54="1", f55="ACME").fields
    undone = copy.expect(kind, f17=bust["17"], f150="H", f32="40").fields
    assert undone["19" if kind == "8" else "572"] == copied["17"]
