"""What an order may ask for: the tables of the exchange rules, every combination of them, and the words of refusals."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.core.phasing import to
from tradsys_oms.core.fields import SCALE_E8

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

LASTING = "016"
MAY_BE = {
    # OrdType: TimeInForce in continuous trading, TimeInForce while an auction collects
    "1": ("0347", "012567"),
    "2": ("0134567", "012567"),
    "3": (LASTING, LASTING),
    "4": (LASTING, LASTING),
    "K": (LASTING, ""),
    "P": (LASTING, LASTING),
}
TIMES = "0123456789"
INSTRUCTIONS: dict[str, dict[str, Any]] = {
    "iceberg": {"display": 1},
    "hidden": {"display": 0},
    "min_qty": {"min_qty": 5},
    "all_or_none": {"exec_inst": "G"},
    "post_only": {"exec_inst": "6"},
    "on_halt": {"exec_inst": "K"},
    "after_halt": {"exec_inst": "J"},
    "self_match": {"self_match_id": "desk"},
}
GOES_WITH = {
    # instruction: OrdType -> TimeInForce, of those that the OrdType may be in continuous trading
    "iceberg": {"2": "01567", "4": LASTING, "K": LASTING, "P": LASTING},
    "hidden": {"2": LASTING, "P": LASTING},
    "min_qty": {"1": "3", "2": "0136", "P": LASTING},
    "all_or_none": {"2": "0136"},
    "post_only": {"2": LASTING, "P": LASTING},
    "on_halt": {ord_type: times for ord_type, (times, _) in MAY_BE.items()},
    "after_halt": {ord_type: times for ord_type, (times, _) in MAY_BE.items()},
    "self_match": {ord_type: times for ord_type, (times, _) in MAY_BE.items()},
}
NOT_TOGETHER = {
    frozenset(pair)
    for pair in (
        ("iceberg", "min_qty"),
        ("iceberg", "all_or_none"),
        ("min_qty", "all_or_none"),
        ("min_qty", "post_only"),
        ("all_or_none", "post_only"),
        ("on_halt", "after_halt"),
    )
}


PAIRS = [pair for pair in combinations(INSTRUCTIONS, 2) if pair != ("iceberg", "hidden")]
"""All but those that are one field."""


def asks_of(ord_type: str, time_in_force: str, **more: Any) -> dict[str, Any]:
    """Give what an order of this kind needs, and more."""
    asks: dict[str, Any] = {"price": 9_000 if ord_type in "24" else None}
    if ord_type in "34":
        asks["stop"] = 11_000
    if ord_type == "P":
        asks["peg_price_type"] = "5"
    if time_in_force == "6":
        asks["expire_date"] = 20_300_101
    return asks | more


def answer(exchange: Exchange, ord_type: str, time_in_force: str, **more: Any) -> str:
    """Enter an order; give the first line of the answer without the ClOrdID."""
    asks = asks_of(ord_type, time_in_force, **more)
    clord_id = f"X{exchange.seq}"
    lines = exchange.new("A1", clord_id, "buy", 10, asks.pop("price"), time_in_force, ord_type=ord_type, **asks)
    return lines[0].removeprefix(f"A1 {clord_id} ")


@pytest.mark.parametrize(("ord_type", "time_in_force"), list(product(MAY_BE, TIMES)))
def test_times_in_force_in_continuous_trading(exchange: Exchange, ord_type: str, time_in_force: str) -> None:
    text = answer(exchange, ord_type, time_in_force)
    if time_in_force in MAY_BE[ord_type][0]:
        assert text.startswith("New new 10@")
        return
    at_all = "01234567" if ord_type in "12" else LASTING
    if time_in_force not in at_all:
        expected = f"TimeInForce {time_in_force} is not supported with OrdType {ord_type}"
    elif time_in_force == "2":
        expected = "TimeInForce 2 is not taken while ACME is continuous"
    else:
        expected = f"TimeInForce {time_in_force} with OrdType 1 is not taken while ACME is continuous"
    assert text == f"OrderRejected reason 11: {expected}"


@pytest.mark.parametrize(("ord_type", "time_in_force"), list(product(MAY_BE, "01234567")))
@pytest.mark.parametrize("phase", ["pre_open", "opening_auction"])
def test_times_in_force_before_the_opening(exchange: Exchange, phase: str, ord_type: str, time_in_force: str) -> None:
    exchange.set_instrument("PHASED", has_phases=True)
    to(exchange, phase, symbol="PHASED")
    text = answer(exchange, ord_type, time_in_force, symbol="PHASED")
    is_taken = time_in_force in MAY_BE[ord_type][1]
    assert text.startswith("New new 10@" if is_taken else "OrderRejected reason 11: ")


@pytest.mark.parametrize("name", INSTRUCTIONS)
@pytest.mark.parametrize("ord_type", MAY_BE)
def test_an_instruction_goes_with_the_types_and_times_of_the_table(
    exchange: Exchange, ord_type: str, name: str
) -> None:
    times = MAY_BE[ord_type][0]
    taken = [
        time_in_force
        for time_in_force in times
        if answer(exchange, ord_type, time_in_force, **INSTRUCTIONS[name]).startswith("New new 10@")
    ]
    assert "".join(taken) == "".join(sorted(GOES_WITH[name].get(ord_type, ""), key=times.index))
    assert exchange.engine.reject_count == len(times) - len(taken)


@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_two_instructions_on_a_limit_order(exchange: Exchange, one: str, two: str) -> None:
    asks = INSTRUCTIONS[one] | INSTRUCTIONS[two]
    both = [INSTRUCTIONS[name].get("exec_inst", "") for name in (one, two)]
    if all(both):
        asks["exec_inst"] = "".join(sorted(both))
    text = answer(exchange, "2", "0", **asks)
    assert text.startswith("OrderRejected reason 11: " if frozenset((one, two)) in NOT_TOGETHER else "New new 10@")


def test_an_iceberg_at_the_opening(exchange: Exchange) -> None:
    exchange.set_instrument("PHASED", has_phases=True)
    to(exchange, "pre_open", symbol="PHASED")
    assert answer(exchange, "2", "2", symbol="PHASED", display=1).startswith("New new 10@")


@pytest.mark.parametrize("kind", ["min_qty", "all_or_none", "post_only", "hidden"])
def test_what_needs_continuous_trading(exchange: Exchange, kind: str) -> None:
    exchange.set_instrument("PHASED", has_phases=True)
    to(exchange, "pre_open", symbol="PHASED")
    assert answer(exchange, "2", "0", symbol="PHASED", **INSTRUCTIONS[kind]) == (
        "OrderRejected reason 11: MinQty, hidden quantity, ExecInst G or 6, or a fixed peg is not taken while "
        "PHASED is pre_open"
    )


@pytest.mark.parametrize(
    ("ord_type", "time_in_force", "asks", "text"),
    [
        ("2", "0", {"stop": 10_000}, "StopPx (99) does not go with OrdType 2, or is missing"),
        ("K", "0", {"stop": 10_000}, "StopPx (99) does not go with OrdType K, or is missing"),
        ("3", "0", {"stop_px_e8": None, "stop": None}, "StopPx (99) does not go with OrdType 3, or is missing"),
        ("4", "0", {"stop_px_e8": None, "stop": None}, "StopPx (99) does not go with OrdType 4, or is missing"),
        ("3", "0", {"trigger_price_type": "9"}, "TriggerPriceType (1107) 9 is not supported"),
        ("2", "0", {"trigger_price_type": "2"}, "TriggerPriceType (1107) does not go with OrdType 2"),
        ("P", "0", {"peg_price_type": ""}, "A pegged order needs a PegPriceType (1094): 2, 4 or 5"),
        ("P", "0", {"peg_price_type": "3"}, "A pegged order needs a PegPriceType (1094): 2, 4 or 5"),
        ("2", "0", {"peg_price_type": "5"}, "Peg instructions do not go with OrdType 2"),
        ("2", "0", {"peg_offset": 1}, "Peg instructions do not go with OrdType 2"),
        ("1", "0", {"peg_is_fixed": True}, "Peg instructions do not go with OrdType 1"),
        (
            "2",
            "6",
            {"expire_date": 0},
            "TimeInForce 6 needs one of ExpireDate (432) and ExpireTime (126)",
        ),
        (
            "2",
            "6",
            {"expire_time_ns": 10**18},
            "TimeInForce 6 needs one of ExpireDate (432) and ExpireTime (126)",
        ),
        ("2", "0", {"expire_date": 20_300_101}, "ExpireDate (432) and ExpireTime (126) go with TimeInForce 6 only"),
        ("2", "1", {"expire_time_ns": 10**18}, "ExpireDate (432) and ExpireTime (126) go with TimeInForce 6 only"),
        ("1", "0", {"display": 1}, "DisplayQty (1138) does not go with OrdType 1"),
        ("3", "0", {"display": 1, "max_floor": True}, "MaxFloor (111) does not go with OrdType 3"),
        ("4", "0", {"display": 0}, "DisplayQty (1138) does not go with OrdType 4"),
        ("K", "0", {"display": 0, "max_floor": True}, "MaxFloor (111) does not go with OrdType K"),
        ("2", "3", {"display": 1}, "DisplayQty (1138) does not go with TimeInForce 3"),
        ("2", "4", {"display": 0}, "DisplayQty (1138) does not go with TimeInForce 4"),
        ("2", "7", {"display": 0}, "DisplayQty (1138) does not go with TimeInForce 7"),
        ("2", "0", {"display": 1, "min_qty": 5}, "DisplayQty (1138) does not go with MinQty (110) or ExecInst (18) G"),
        (
            "2",
            "0",
            {"display": 1, "exec_inst": "G"},
            "DisplayQty (1138) does not go with MinQty (110) or ExecInst (18) G",
        ),
        ("2", "0", {"min_qty": 5, "exec_inst": "G"}, "MinQty (110) does not go with ExecInst (18) G"),
        ("1", "0", {"min_qty": 5}, "MinQty (110) does not go with TimeInForce 0 and OrdType 1"),
        ("1", "4", {"min_qty": 5}, "MinQty (110) does not go with TimeInForce 4 and OrdType 1"),
        ("2", "4", {"min_qty": 5}, "MinQty (110) does not go with TimeInForce 4 and OrdType 2"),
        ("3", "0", {"min_qty": 5}, "MinQty (110) does not go with OrdType 3"),
        ("K", "0", {"min_qty": 5}, "MinQty (110) does not go with OrdType K"),
        ("P", "0", {"exec_inst": "G"}, "ExecInst (18) G does not go with OrdType P"),
        ("2", "5", {"exec_inst": "G"}, "ExecInst (18) G does not go with TimeInForce 5 and OrdType 2"),
        ("1", "0", {"exec_inst": "6"}, "ExecInst (18) 6 does not go with OrdType 1"),
        ("2", "3", {"exec_inst": "6"}, "ExecInst (18) 6 does not go with TimeInForce 3"),
        (
            "2",
            "0",
            {"exec_inst": "6", "min_qty": 5},
            "ExecInst (18) 6 does not go with MinQty (110) or ExecInst (18) G",
        ),
        ("2", "0", {"exec_inst": "6G"}, "ExecInst (18) 6 does not go with MinQty (110) or ExecInst (18) G"),
        ("2", "0", {"exec_inst": "JK"}, "ExecInst (18) J does not go with K"),
        (
            "2",
            "0",
            {"self_match_id": "desk", "self_match_instruction": "4"},
            "SelfMatchPreventionInstruction (2964) 4 is not supported",
        ),
        ("9", "0", {}, "OrdType 9 is not supported"),
    ],
)
def test_a_refusal_names_what_does_not_go_together(
    exchange: Exchange, ord_type: str, time_in_force: str, asks: dict[str, Any], text: str
) -> None:
    given = asks_of(ord_type, time_in_force) | asks
    if given.get("stop", 0) is None:
        del given["stop"]
    price = given.pop("price")
    assert exchange.new("A1", "X", "buy", 10, price, time_in_force, ord_type=ord_type, **given) == [
        f"A1 X OrderRejected reason 11: {text}"
    ]
    assert exchange.engine.open_order_count == 0


def test_a_stop_limit_needs_a_price(exchange: Exchange) -> None:
    assert answer(exchange, "4", "0", price=None) == "OrderRejected reason 99: A limit order needs a Price"


@pytest.mark.parametrize("ord_type", ["2", "4", "P"])
def test_the_price_of_those_that_have_one_is_looked_at(exchange: Exchange, ord_type: str) -> None:
    assert answer(exchange, ord_type, "0", price=13_000) == (
        "OrderRejected reason 16: Price 130 is outside the band 80 to 120 of ACME"
    )


@pytest.mark.parametrize("ord_type", ["1", "3", "K"])
def test_the_price_of_the_others_is_ignored(exchange: Exchange, ord_type: str) -> None:
    assert answer(exchange, ord_type, "0", price=13_000) == "New new 10@market cum 0 leaves 10"


def test_the_offset_of_a_peg_is_on_the_tick(exchange: Exchange) -> None:
    assert answer(exchange, "P", "0", peg_offset_e8=500_000) == (
        "OrderRejected reason 18: PegOffsetValue 0.005 is not a multiple of the tick 0.01"
    )


@pytest.mark.parametrize("ord_type", ["1", "3", "K", "P"])
def test_without_a_limit_the_notional_is_that_of_a_market_order(exchange: Exchange, ord_type: str) -> None:
    exchange.set_instrument(notional_max_e8=1_199 * SCALE_E8)
    assert answer(exchange, ord_type, "0") == ("OrderRejected reason 3: Notional 120 x 10 is above the maximum 1199")


@pytest.mark.parametrize("ord_type", ["2", "4", "P"])
def test_with_a_limit_it_is_that_of_the_limit(exchange: Exchange, ord_type: str) -> None:
    exchange.set_instrument(notional_max_e8=1_000 * SCALE_E8)
    assert answer(exchange, ord_type, "0", price=10_000).startswith("New new")
    assert answer(exchange, ord_type, "0", price=10_001) == (
        "OrderRejected reason 3: Notional 100.01 x 10 is above the maximum 1000"
    )


def test_an_order_that_is_past_is_refused_after_all_else(exchange: Exchange) -> None:
    past = "OrderRejected reason 99: ExpireTime (126) or ExpireDate (432) is past"
    now_ns = (exchange.seq + 1) * 1_000
    assert answer(exchange, "2", "6", expire_date=0, expire_time_ns=now_ns) == past
    assert answer(exchange, "2", "6", expire_date=0, expire_time_ns=now_ns, price=13_000).startswith(
        "OrderRejected reason 16"
    )
    assert answer(exchange, "2", "6", expire_date=0, expire_time_ns=now_ns + 10_000).startswith("New new")


def test_the_first_objection_decides(exchange: Exchange) -> None:
    faults: list[tuple[str, dict[str, Any]]] = [
        ("reason 1: Unknown symbol", {"symbol": "NOPE"}),
        ("reason 11: Side 9", {"side": "9"}),
        ("reason 11: TimeInForce 2 is not taken", {"time_in_force": "2", "min_qty": 0}),
        ("reason 13: OrderQty", {"qty": 0}),
        ("reason 13: MinQty", {"min_qty": 11}),
        ("reason 16: Price", {"price": 13_000}),
    ]
    wrong: dict[str, Any] = {"side": "buy", "qty": 10, "price": 9_000}
    for text, fault in reversed(faults):
        wrong |= fault
        assert text in exchange.new("A1", f"X{exchange.seq}", **wrong)[0]


@pytest.mark.parametrize("ord_type", ["2", "4", "P"])
@pytest.mark.parametrize("price", [8_000, 12_000])
def test_the_ends_of_the_band_are_inside_for_special_orders_too(exchange: Exchange, ord_type: str, price: int) -> None:
    assert answer(exchange, ord_type, "0", price=price, display=1) == f"New new 10@{price} cum 0 leaves 10"
