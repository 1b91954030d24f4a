"""Whatever a venue sends, an adapter raises nothing, and what it gives can be stored."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.venues.adapters.venue_messages import any_adapter
from tradsys_oms.core.commands import Command
from tradsys_oms.venues.adapters.adapter import Field
from tradsys_oms.venues.adapters.registry import ADAPTERS

TAGS = st.sampled_from(
    (1, 6, 11, 14, 17, 19, 20, 31, 32, 37, 38, 39, 41, 44, 45, 54, 55, 58, 60, 102, 103, 150, 151, 268, 269, 270, 271)
) | st.sampled_from((371, 372, 373, 378, 379, 380, 487, 552, 571, 572, 584, 702, 703, 704, 705, 911, 912, 25016, 25017))
VALUES = (
    st.sampled_from(("", "0", "1", "2", "8", "F", "G", "H", "I", "D", "Y", "41-2", "10.5", "1.123456789", "-1", "x"))
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
