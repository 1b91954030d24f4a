"""Whatever a venue sends, an adapter raises nothing, and what it gives can be stored.

Whatever the core asks for is said in words that a message can have, or refused in a sentence.
"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.venues.adapters.venue_messages import NOW_NS, PLACE, any_adapter, fields, order
from tradsys_oms.core.commands import Command, Instructions
from tradsys_oms.core.events import VenueOrder
from tradsys_oms.venues.adapters.adapter import Field
from tradsys_oms.venues.adapters.errors import NotSendable
from tradsys_oms.venues.adapters.registry import ADAPTERS

LARGEST = "92233720368.54775807"
TAGS = st.sampled_from(
    (1, 6, 11, 14, 17, 19, 20, 31, 32, 37, 38, 39, 41, 44, 45, 54, 55, 58, 60, 102, 103, 150, 151, 268, 269, 270, 271)
) | st.sampled_from((371, 372, 373, 378, 379, 380, 487, 552, 571, 572, 584, 702, 703, 704, 705, 911, 912, 25016, 25017))
VALUES = (
    st.sampled_from(
        (
            "",
            "0",
            "1",
            "2",
            "8",
            "F",
            "G",
            "H",
            "I",
            "D",
            "Y",
            "41-2",
            "10.5",
            "1.123456789",
            "-1",
            "x",
            "0.00000001",
            LARGEST,
        )
    )
    | st.text(max_size=12)
    | st.text(st.characters(categories=["Cs"]), max_size=3)
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
)
FIELDS = st.lists(st.tuples(TAGS, VALUES) | st.tuples(st.integers(-1, 30_000), VALUES), max_size=30)
MSG_TYPES = st.sampled_from(("8", "9", "3", "j", "W", "X", "AE", "AP", "B", "N", "XLR")) | st.text(max_size=3)


@pytest.mark.parametrize("dialect", ADAPTERS)
@given(
    msg_type=MSG_TYPES, body=FIELDS, ref=st.sampled_from(("", "41-2", "junk")), asked=st.sampled_from(("", "D", "H"))
)
def test_nothing_raises(dialect: str, msg_type: str, body: list[Field], ref: str, asked: str) -> None:
    for command in any_adapter(dialect).decode(msg_type, body, ref, asked):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(command), type=Command) == command


GOOD = (
    "8|37=V9|11=41-2|41=40-1|17=E2|19=E1|20=0|150=F|39=1|55=ACME|54=1|38=100|44=10.5|14=40|151=60|6=10|32=40|31=10"
    "|25017=400|60=20260101-09:00:00.123",
    "9|11=41-2|41=40-1|39=2|102=0|434=1",
    "j|45=7|372=D|379=41-2|380=4",
    "W|55=ACME|268=2|269=0|270=10|271=5|269=1|270=11|271=6",
    "AE|571=T2|572=T1|487=2|55=ACME|32=5|31=10|552=2|54=1|1=A|54=2|1=B",
    "AP|55=ACME|702=2|703=TOT|704=20|705=5|703=TQ|704=1",
)


@pytest.mark.parametrize("dialect", ADAPTERS)
@given(data=st.data(), good=st.sampled_from(GOOD), is_drop_copy=st.booleans())
def test_a_good_message_with_something_wrong_raises_nothing(
    dialect: str, data: st.DataObject, good: str, is_drop_copy: bool
) -> None:
    msg_type, _, text = good.partition("|")
    adapter = any_adapter(dialect, extra={"owner": "ALPHA/A1"}, is_drop_copy=is_drop_copy)
    body = fields(text.replace("41-2", adapter.clord_id("41-2")))
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=4)):
        body[at] = (data.draw(st.just(body[at][0]) | TAGS), data.draw(VALUES))
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=2)):
        del body[min(at, len(body) - 1)]
    for command in adapter.decode(msg_type, body):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(command), type=Command) == command


INSTRUCTIONS = st.builds(
    Instructions,
    stop_px_e8=st.none() | st.integers(-(10**12), 10**12),
    trigger_price_type=st.sampled_from(("", "1", "2", "3")),
    display_qty_e8=st.none() | st.integers(0, 10**12),
    min_qty_e8=st.integers(0, 10**12),
    exec_inst=st.sampled_from(("", "6", "G", "J", "K", "6G", "6GJK")),
    peg_price_type=st.sampled_from(("", "2", "4", "5")),
    peg_offset_e8=st.integers(-(10**9), 10**9),
    peg_is_fixed=st.booleans(),
    expire_time_ns=st.just(0) | st.integers(1, 2**62),
    expire_date=st.sampled_from((0, 20260131)),
    self_match_id=st.sampled_from(("", "S1")),
    self_match_instruction=st.sampled_from(("", "1", "2", "3")),
)
TERMS = {
    "side": st.sampled_from("1256"),
    "ord_type": st.sampled_from("1234KP"),
    "time_in_force": st.sampled_from("01234567"),
    "instructions": st.none() | INSTRUCTIONS,
}
ORDERS = st.builds(order, price=st.none() | st.integers(1, 10**15), **TERMS)


@pytest.mark.parametrize("dialect", ADAPTERS)
@given(asked=ORDERS)
def test_orders_are_said_or_refused(dialect: str, asked: VenueOrder) -> None:
    try:
        out = any_adapter(dialect, extra={"day_orders": "gtc"}).encode(PLACE, asked, NOW_NS)
    except NotSendable:
        return
    tags = [tag for tag, _ in out.fields]
    assert len(set(tags)) == len(tags)
    assert all(value and "\x01" not in value for _, value in out.fields)
