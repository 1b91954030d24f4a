"""What becomes of orders: each behaviour, as the peer sees it and as the venue's book has it."""

from __future__ import annotations

import pytest

from tests.unit.venues.simulator.conftest import MakeStage
from tests.unit.venues.simulator.peer import Peer, Stage


def played(stage: MakeStage, do: str, version: str = "FIX.4.4") -> tuple[Peer, Stage]:
    """Send an order A1 of 100 at 10 to a venue that does this with orders."""
    made = stage(f"rules: [{{do: '{do}'}}]", version=version)
    peer = made.log_on()
    peer.order("A1")
    return peer, made


SEEN = [
    ("accept", [("0", "0", "0", "100")]),
    ("pending then accept", [("A", "A", "0", "100"), ("0", "0", "0", "100")]),
    ("accept then fill 40@9 then fill", [("0", "0", "0", "100"), ("F", "1", "40", "60"), ("F", "2", "100", "0")]),
    ("fill 25% then fill 50%", [("F", "1", "25", "75"), ("F", "1", "75", "25")]),
    ("reject 3", [("8", "8", "0", "0")]),
    ("accept then reject 0", [("0", "0", "0", "100"), ("8", "8", "0", "0")]),
    ("accept then cancel", [("0", "0", "0", "100"), ("4", "4", "0", "0")]),
    ("accept then restate 60", [("0", "0", "0", "100"), ("D", "0", "0", "60")]),
    ("fill 30 then done_for_day", [("F", "1", "30", "70"), ("3", "3", "30", "0")]),
    ("stop then fill", [("7", "7", "0", "100"), ("F", "2", "100", "0")]),
    ("suspend then fill 40", [("9", "9", "0", "100"), ("F", "9", "40", "60")]),
    ("accept then expire", [("0", "0", "0", "100"), ("C", "C", "0", "0")]),
    ("fill then bust", [("F", "2", "100", "0"), ("H", "0", "0", "100")]),
    ("fill 40 then fill 60 then bust 1", [("F", "1", "40", "60"), ("F", "2", "100", "0"), ("H", "1", "60", "40")]),
    ("fill then correct 50@9", [("F", "2", "100", "0"), ("G", "1", "50", "50")]),
    ("held accept then fill", [("F", "2", "100", "0"), ("0", "0", "0", "100")]),
    ("twice fill 10", [("F", "1", "10", "90"), ("F", "1", "10", "90")]),
    ("quiet fill 10 then status", [("I", "1", "10", "90")]),
    ("false fill 150 then status", [("F", "2", "150", "0"), ("I", "A", "0", "100")]),
    ("cancel then late fill 10", [("4", "4", "0", "0"), ("F", "4", "10", "0")]),
    ("cancel then fill 10 then expire", [("4", "4", "0", "0")]),
    ("fill 50 then fill with 14=10", [("F", "1", "50", "50"), ("F", "2", "10", "0")]),
    ("silent", []),
]


@pytest.mark.parametrize(("do", "seen"), SEEN, ids=[do for do, _ in SEEN])
def test_an_order_meets_its_fate(stage: MakeStage, do: str, seen: list[tuple[str, ...]]) -> None:
    peer, _ = played(stage, do)
    got = [peer.expect("8", f11="A1") for _ in seen]
    assert [tuple(report.fields[tag] for tag in ("150", "39", "14", "151")) for report in got] == seen
    assert peer.is_quiet()


@pytest.mark.parametrize(
    ("do", "codes"),
    [
        ("accept", ("0", "0", "0")),
        ("fill 40", ("0", "1", "1")),
        ("fill", ("0", "2", "2")),
        ("status", ("3", "A", "A")),
        ("restate 50", ("0", "D", "0")),
    ],
)
def test_fix42_has_its_own_codes(stage: MakeStage, do: str, codes: tuple[str, ...]) -> None:
    peer, _ = played(stage, do, "FIX.4.2")
    report = peer.next().fields
    assert tuple(report[tag] for tag in ("20", "150", "39")) == codes


def test_fix42_says_busts_and_corrections_by_exec_trans_type(stage: MakeStage) -> None:
    peer, _ = played(stage, "fill 40 then fill 20 then bust then correct 30@9", "FIX.4.2")
    first, second, bust, correction = [peer.next().fields for _ in range(4)]
    assert (bust["20"], bust["19"], bust["39"], bust["14"]) == ("1", second["17"], "1", "40")
    assert (correction["20"], correction["19"], correction["14"], correction["6"]) == ("2", first["17"], "30", "9")


def test_a_duplicate_has_the_same_exec_id_and_another_number(stage: MakeStage) -> None:
    peer, _ = played(stage, "twice fill 10")
    first, second = peer.next(), peer.next()
    assert (second.fields["17"], second.msg_seq_num) == (first.fields["17"], first.msg_seq_num + 1)


def test_a_correction_names_what_it_changes(stage: MakeStage) -> None:
    peer, made = played(stage, "fill 40@10 then correct 40@9 then correct 30@9 then bust")
    reports = [peer.next().fields for _ in range(4)]
    assert [report.get("19") for report in reports] == [None, *(report["17"] for report in reports[:3])]
    assert made.sim.order("A1").cum_qty_e8 == 0


def test_reasons_and_texts_are_said(stage: MakeStage) -> None:
    peer, _ = played(stage, "reject 3 too much")
    peer.expect("8", f103="3", f58="too much")
    peer, _ = played(stage, "accept then cancel 2 by voice")
    peer.next()
    peer.expect("8", f150="4", f378="2", f58="by voice")


def test_a_lie_leaves_the_truth_alone(stage: MakeStage) -> None:
    peer, made = played(stage, "accept then false fill 500@10 with 11=NOBODY")
    peer.next()
    peer.expect("8", f11="NOBODY", f32="500", f14="500")
    order = made.sim.order("A1")
    assert (order.cum_qty_e8, order.status, order.fills) == (0, "0", [])


def test_the_text_of_an_order_says_what_becomes_of_it(stage: MakeStage) -> None:
    peer = stage("rules: [{do: reject 0}]").log_on()
    peer.order("A1", "58=sim: accept then fill 10@9|")
    peer.expect("8", f39="0")
    peer.expect("8", f39="1", f31="9")
    peer.order("A2", "58=sim: acept|")
    peer.expect("j", f379="A2", f58="'acept' is no step; did you mean accept?")


def test_rules_choose_by_what_the_order_says(stage: MakeStage) -> None:
    peer = stage("""
rules:
  - {symbol: "B*", do: reject 1}
  - {side: sell, do: reject 2}
  - {qty: 500-1000, do: reject 3}
  - {price: "99", do: reject 4}
  - {clord_id: "*-X", do: reject 5}
  - {account: DESK, do: reject 6}
  - {nth: 2, do: reject 7}
""").log_on()
    for clord_id, options in {
        "1": {"symbol": "BETA"},
        "3": {"qty": "500"},
        "4": {"price": "99"},
        "5-X": {},
        "6": {"more": "1=DESK|"},
    }.items():
        peer.order(clord_id, **options)
        peer.expect("8", f39="8", f103=clord_id[0])
    for clord_id, status in {"7": "0", "8": "8", "9": "0"}.items():
        peer.order(clord_id)
        peer.expect("8", f39=status)


def test_what_is_drawn_depends_on_seed_and_clord_id_alone(stage: MakeStage) -> None:
    script = "rules: [{random: [{weight: 1, do: accept}, {weight: 1, do: reject 0}]}]"
    names = [f"A{number}" for number in range(30)]

    def fates(seed: int, order: list[str]) -> dict[str, str]:
        peer = stage(script, seed=seed).log_on()
        fates = {}
        for name in order:
            peer.order(name)
            report = peer.next().fields
            fates[report["11"]] = report["39"]
        return fates

    forward = fates(1, names)
    assert forward == fates(1, names[::-1])
    assert set(forward.values()) == {"0", "8"}
    assert forward != fates(2, names)


def test_a_duplicate_clord_id_is_refused_with_the_state_of_the_order(stage: MakeStage) -> None:
    peer, made = played(stage, "accept then fill 40")
    peer.next()
    peer.next()
    peer.order("A1")
    peer.expect("8", f150="8", f39="1", f103="6", f14="40")
    peer.order("A1", "97=Y|")
    peer.expect("8", f150="I", f39="1", f14="40")
    assert made.sim.received_count["A1"] == 3
    assert len(made.sim.orders) == 1


def test_an_order_without_its_fields_is_no_order(stage: MakeStage) -> None:
    made = stage()
    peer = made.log_on()
    peer.send("D", "11=A1|55=ACME|54=1|")
    peer.expect("j", f379="A1", f380="5", f58="Conditionally required field missing: 38")
    peer.send("D", "11=A1|55=ACME|54=1|38=many|")
    peer.expect("j", f58="'many' is not a decimal.")
    peer.send("E", "66=1|")
    peer.expect("j", f380="3", f372="E")
    assert made.sim.orders == []


def test_latency_delays_every_answer(stage: MakeStage) -> None:
    peer = stage("latency: 150ms").log_on()
    peer.order("A1")
    assert peer.is_quiet()
    peer.expect("8", f39="0")
