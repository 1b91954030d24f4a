"""ClOrdIDs of requests, and the way back."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.venues.adapters.errors import NotSendable
from tradsys_oms.venues.adapters.places import Places, PlainPlaces, UuidPlaces

PLACES = st.builds("{}-{}".format, st.integers(0, 2**62), st.integers(0, 10**8))
KINDS: tuple[Places, ...] = (PlainPlaces("", 64), PlainPlaces("P", 36), UuidPlaces(""), UuidPlaces("B"))


@pytest.mark.parametrize("places", KINDS)
@given(place=PLACES)
def test_each_place_comes_back(places: Places, place: str) -> None:
    assert places.place_of(places.clord_id(place)) == place


@given(place=PLACES)
def test_uuids_are_such_as_venues_want(place: str) -> None:
    clord_id = UuidPlaces("").clord_id(place)
    parsed = uuid.UUID(clord_id)
    assert (str(parsed), parsed.version, parsed.variant) == (clord_id, 4, uuid.RFC_4122)


@given(place=PLACES)
def test_plain_ones_keep_to_length_and_alphabet(place: str) -> None:
    assert re.fullmatch("[a-zA-Z0-9-_]{1,36}", PlainPlaces("P9", 36).clord_id(place))


@pytest.mark.parametrize("places", KINDS)
@given(text=st.text(max_size=40) | st.from_regex(r"P?[0-9]*-[0-9]*", fullmatch=True))
def test_what_is_ours_is_written_in_one_way_only(places: Places, text: str) -> None:
    place = places.place_of(text)
    assert place == "" or places.clord_id(place) == text


@pytest.mark.parametrize("text", ["", "41", "41-", "-2", "041-2", "41-02", "41-2 ", "41-2-3", "x41-2", "٤١-٢", "+1-2"])
def test_what_is_not_ours(text: str) -> None:
    assert PlainPlaces("", 64).place_of(text) == ""


def test_another_prefix_is_another_journal() -> None:
    assert PlainPlaces("B", 36).place_of(PlainPlaces("A", 36).clord_id("41-2")) == ""
    assert UuidPlaces("B").place_of(UuidPlaces("A").clord_id("41-2")) == ""
    assert UuidPlaces("A").place_of(UuidPlaces("A").clord_id("41-2").upper()) == ""


def test_a_clord_id_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(NotSendable, match="longer than 12: shorten the prefix"):
        PlainPlaces("PREFIX", 12).clord_id("1234567-0")
