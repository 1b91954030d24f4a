"""Orders that ask for more than quantity, price and time in force, in the fields of each version."""

from __future__ import annotations

import pytest

from tests.unit.fix.dialect_messages import order, validators
from tradsys_oms.core.commands import Instructions, NewOrder, ReplaceOrder
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing, ValueOutOfRange

E8 = 100_000_000
FIX50S = ("FIX.5.0", "FIX.5.0SP2")
OLD = ("FIX.4.2", "FIX.4.4")
ALL = tuple(VERSIONS)
NO_SP2 = ("FIX.4.2", "FIX.4.4", "FIX.5.0")

CASES: list[tuple[tuple[str, ...], str, Instructions]] = [
    (ALL, "40=3|99=9.5", Instructions(stop_px_e8=950_000_000)),
    (ALL, "40=4|99=9.5|44=9", Instructions(stop_px_e8=950_000_000)),
    (FIX50S, "40=3|99=9|1107=1", Instructions(stop_px_e8=9 * E8, trigger_price_type="1")),
    (FIX50S, "40=3|99=9|1100=4|1101=1|1107=3", Instructions(stop_px_e8=9 * E8, trigger_price_type="3")),
    (ALL, "40=2|44=9|111=3", Instructions(display_qty_e8=3 * E8, max_floor=True)),
    (ALL, "40=2|44=9|111=0", Instructions(display_qty_e8=0, max_floor=True)),
    (FIX50S, "40=2|44=9|1138=3", Instructions(display_qty_e8=3 * E8)),
    (FIX50S, "40=2|44=9|1138=0", Instructions(display_qty_e8=0)),
    (ALL, "40=2|44=9|110=4", Instructions(min_qty_e8=4 * E8)),
    (ALL, "40=2|44=9|18=G", Instructions(exec_inst="G")),
    (ALL, "40=2|44=9|18=G 1 6", Instructions(exec_inst="6G")),
    (ALL[1:], "40=2|44=9|18=J", Instructions(exec_inst="J")),
    (ALL[1:], "40=2|44=9|18=K 6", Instructions(exec_inst="6K")),
    (ALL, "40=P|18=R", Instructions(peg_price_type="5")),
    (ALL, "40=P|18=P|211=-0.02", Instructions(peg_price_type="4", peg_offset_e8=-2_000_000)),
    (ALL, "40=P|18=M 6|44=8", Instructions(peg_price_type="2", exec_inst="6")),
    (("FIX.4.2", *FIX50S), "40=P|18=T", Instructions(peg_price_type="4", peg_is_fixed=True)),
    (("FIX.4.4",), "40=P|18=P|835=1|836=0", Instructions(peg_price_type="4", peg_is_fixed=True)),
    (FIX50S, "40=P|1094=5|211=0.01", Instructions(peg_price_type="5", peg_offset_e8=1_000_000)),
    (FIX50S, "40=P|1094=2|835=0|836=0", Instructions(peg_price_type="2")),
    (FIX50S, "40=P|1094=4|835=1", Instructions(peg_price_type="4", peg_is_fixed=True)),
    (FIX50S, "40=P|1094=4|18=P", Instructions(peg_price_type="4")),
    (("FIX.5.0",), "40=P|1094=6", Instructions(peg_price_type="4", peg_is_fixed=True)),
    (ALL, "40=2|44=9|59=6|432=20260331", Instructions(expire_date=20260331)),
    (ALL, "40=2|44=9|59=6|126=20260331-16:30:00", Instructions(expire_time_ns=1_774_974_600_000_000_000)),
    (
        ALL,
        "40=2|44=9|59=6|432=20260331|126=20260331-16:30:00.5".replace(".5", ".500"),
        Instructions(expire_date=20260331, expire_time_ns=1_774_974_600_500_000_000),
    ),
    (("FIX.5.0SP2",), "40=2|44=9|2362=DESK1", Instructions(self_match_id="DESK1")),
    (("FIX.5.0SP2",), "40=1|2362=D|2964=3", Instructions(self_match_id="D", self_match_instruction="3")),
    (NO_SP2, "40=2|44=9|7928=DESK1|8000=N", Instructions(self_match_id="DESK1", self_match_instruction="1")),
    (NO_SP2, "40=2|44=9|7928=DESK1|8000=O", Instructions(self_match_id="DESK1", self_match_instruction="2")),
    (ALL, "40=2|44=9|18=G|432=20260331", Instructions(exec_inst="G", expire_date=20260331)),  # for the core to judge
    (ALL, "40=2|44=9|18=R", Instructions(peg_price_type="5")),  # likewise
]


@pytest.mark.parametrize(
    ("version", "text", "asked"), [(version, text, asked) for versions, text, asked in CASES for version in versions]
)
@pytest.mark.parametrize("msg_type", ["D", "G"])
def test_what_an_order_asks_for(version: str, text: str, asked: Instructions, msg_type: str) -> None:
    command = order(version, text, msg_type)
    assert isinstance(command, NewOrder | ReplaceOrder)
    assert (command.unsupported, command.instructions) == ("", asked)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("text", ["40=2|44=9", "40=1", "40=2|44=9|59=3", "40=2|44=9|18=1 2 5", "40=2|44=9|110=0"])
def test_a_plain_order_has_no_instructions(version: str, text: str) -> None:
    command = order(version, text)
    assert isinstance(command, NewOrder)
    assert (command.unsupported, command.instructions) == ("", None)


@pytest.mark.parametrize(
    ("versions", "text", "ord_type", "time_in_force"),
    [
        (ALL, "40=2|44=9|59=2", "2", "2"),
        (ALL, "40=2|44=9|59=5", "2", "5"),
        (ALL[1:], "40=1|59=7", "1", "7"),
        (ALL[1:], "40=K", "K", "0"),
        (("FIX.4.2", *FIX50S), "40=5", "1", "7"),
        (("FIX.4.2", *FIX50S), "40=A|59=0", "1", "7"),
        (("FIX.4.2", *FIX50S), "40=B|44=9", "2", "7"),
        (FIX50S, "40=5|59=7", "1", "7"),
    ],
)
def test_order_type_and_time_in_force(versions: tuple[str, ...], text: str, ord_type: str, time_in_force: str) -> None:
    for version in versions:
        command = order(version, text)
        assert isinstance(command, NewOrder)
        assert (command.ord_type, command.time_in_force, command.unsupported) == (ord_type, time_in_force, "")


@pytest.mark.parametrize(
    ("version", "text", "words"),
    [
        ("FIX.4.2", "40=5|59=1", "TimeInForce (59) 1 with OrdType (40) 5 is not supported"),
        ("FIX.5.0", "40=2|44=9|111=3|1138=3", "DisplayQty (1138) together with MaxFloor (111) is not supported"),
        ("FIX.4.4", "40=P|18=R P", "ExecInst (18) R P with more than one peg is not supported"),
        ("FIX.5.0SP2", "40=P|18=R|1094=4", "ExecInst (18) R with more than one peg is not supported"),
        ("FIX.5.0SP2", "40=P|18=T|835=0", "PegMoveType (835) 0 together with a fixed peg is not supported"),
        ("FIX.5.0", "40=P|1094=6|835=0", "PegMoveType (835) 0 together with a fixed peg is not supported"),
        ("FIX.5.0SP2", "40=P|1094=7", "PegPriceType (1094) 7 is not supported"),
        ("FIX.4.4", "40=P|18=L", "ExecInst (18) L is not supported"),
        ("FIX.4.4", "40=P|18=R|836=2", "PegOffsetType (836) 2 is not supported"),
        ("FIX.4.4", "40=P|18=R|837=1", "PegLimitType (837) is not supported"),
        ("FIX.5.0SP2", "40=3|99=9|1107=4", "TriggerPriceType (1107) 4 is not supported"),
        ("FIX.5.0SP2", "40=3|99=9|1100=2", "TriggerType (1100) 2 is not supported"),
        ("FIX.5.0SP2", "40=2|44=9|1100=4", "TriggerType (1100) without StopPx (99) is not supported"),
        ("FIX.5.0SP2", "40=2|44=9|1083=1", "Tag (1083) is not supported"),
        ("FIX.4.4", "40=2|44=9|210=1", "MaxShow (210) is not supported"),
    ],
)
def test_what_cannot_be_done_is_said(version: str, text: str, words: str) -> None:
    command = order(version, text)
    assert isinstance(command, NewOrder)
    assert (command.unsupported, command.instructions) == (words, None)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize(
    ("text", "tag"),
    [("40=2", "44"), ("40=4|99=9", "44"), ("40=4|44=9", "99"), ("40=3", "99"), ("40=P", "1094"), ("40=1|59=6", "432")],
)
def test_fields_that_are_required_then(version: str, text: str, tag: str) -> None:
    for msg_type in ("D", "G"):
        with pytest.raises(ConditionallyRequiredFieldMissing) as missing:
            order(version, text, msg_type)
        assert missing.value.tag == tag


def test_a_limit_on_close_needs_a_price() -> None:
    with pytest.raises(ConditionallyRequiredFieldMissing, match="Limit on close"):
        order("FIX.4.2", "40=B")


@pytest.mark.parametrize(
    ("version", "text", "tag"),
    [
        ("FIX.4.4", "40=3|99=1.123456789", "99"),
        ("FIX.4.2", f"40=2|44=9|7928={'x' * 65}|8000=O", "7928"),
        ("FIX.5.0SP2", f"40=2|44=9|2362={'x' * 65}", "2362"),
        ("FIX.4.2", "40=2|44=9|59=6|126=99991231-23:59:59", "126"),  # more nanoseconds than the journal can carry
        ("FIX.4.4", "40=2|44=9|59=6|126=19691231-23:59:59", "126"),
        ("FIX.5.0SP2", "40=2|44=9|59=6|126=19700101-00:00:00", "126"),
    ],
)
def test_values_out_of_range(version: str, text: str, tag: str) -> None:
    with pytest.raises(ValueOutOfRange) as refused:
        order(version, text)
    assert refused.value.tag == tag


@pytest.mark.parametrize(
    ("version", "text"),
    [("FIX.4.2", "40=K"), ("FIX.4.2", "40=1|59=7"), ("FIX.4.2", "40=2|44=9|18=K"), ("FIX.4.4", "40=5")],
)
def test_what_a_version_has_no_word_for_is_a_wrong_value_there(version: str, text: str) -> None:
    assert version in validators()
    with pytest.raises(AssertionError, match="out of range"):
        order(version, text)
