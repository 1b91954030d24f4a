"""QuickFIX as a second opinion: what it refuses with the same dictionary, the gateway must refuse too.

The gateway is stricter in two places: QuickFIX doesn't look at dates beyond their length, nor into nested groups.
"""

from __future__ import annotations

from functools import cache

import pytest
import quickfix
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message import parse
from tradsys_oms.fix.validation import Validator, build_validators

TIME = "20261121-09:30:00.123"
Fields = list[tuple[str, str]]
HEADER: Fields = [("34", "2"), ("49", "BROKER"), ("52", TIME), ("56", "TRADSYS")]
ORDER: Fields = [("11", "A-1"), ("21", "1"), ("55", "ACME"), ("54", "1"), ("60", TIME), ("38", "100"), ("40", "2")]
GROUP: Fields = [("386", "2"), ("336", "1"), ("336", "2")]
ACTION: Fields = [
    *(("2328", "P1"), ("2329", "0"), ("453", "2"), ("448", "ALPHA"), ("447", "D"), ("452", "1")),
    *(("448", "A1"), ("447", "D"), ("452", "24"), ("1657", "1"), ("1658", "C"), ("1660", "4"), ("60", TIME)),
]
QUESTION: Fields = [("1666", "Q1"), ("1760", "3"), ("263", "0"), ("453", "1"), ("448", "ALPHA"), ("452", "1")]
REQUESTS: list[Fields] = [
    *([("35", "D"), *HEADER, *ORDER], [("35", "D"), *HEADER, *ORDER, *GROUP]),
    *([("35", "DH"), *HEADER, *ACTION], [("35", "CL"), *HEADER, *QUESTION]),
]
VERSIONS = {
    "FIX.4.2": ("FIX.4.2", "FIX42"),
    "FIX.4.4": ("FIX.4.4", "FIX44"),
    "FIX.5.0": ("FIXT.1.1", "FIX50"),
    "FIX.5.0SP2": ("FIXT.1.1", "FIX50SP2"),
}


@cache
def dictionary(name: str) -> quickfix.DataDictionary:
    return quickfix.DataDictionary(str(specs_dir() / f"{name}.xml"))


@cache
def validators() -> dict[str, Validator]:
    return build_validators(specs_dir())


def quickfix_accepts(version: str, raw: bytes) -> bool:
    begin_string, name = VERSIONS[version]
    application = dictionary(name)
    transport = dictionary("FIXT11") if begin_string == "FIXT.1.1" else application
    try:
        if transport is application:
            message = quickfix.Message(raw.decode("latin-1"), application, True)
        else:
            message = quickfix.Message(raw.decode("latin-1"), transport, application, True)
        quickfix.DataDictionary.validate(message, transport, application)
    except quickfix.FIXException:
        return False
    return True


@st.composite
def mutated(draw: st.DrawFn) -> Fields:
    """Make a request and damage it in up to two places behind its MsgType."""
    body = list(draw(st.sampled_from(REQUESTS)))
    for _ in range(draw(st.integers(0, 2))):
        index = draw(st.integers(1, len(body) - 1))
        tag, value = body[index]
        values = st.sampled_from(["", "0", "1", "+1", "-1", "Y", "zz", "1e5", "1.5", ".", TIME, value])
        tags = st.sampled_from(
            ["44", "59", "45", "112", "9999", "0", "448", "452", "336", "18", "167", "10", "93", tag]
        )
        match draw(st.sampled_from(["drop", "repeat", "value", "move", "foreign"])):
            case "drop":
                del body[index]
            case "repeat":
                body.insert(index, body[index])
            case "value":
                body[index] = (tag, draw(values))
            case "move":
                body.insert(draw(st.integers(1, len(body) - 1)), body.pop(index))
            case _:
                body.insert(index, (draw(tags), draw(values)))
    return body


@given(st.sampled_from(sorted(VERSIONS)), mutated())
def test_what_quickfix_refuses_is_refused(version: str, fields: Fields) -> None:
    raw = encode(VERSIONS[version][0], "".join(f"{tag}={value}\x01" for tag, value in fields), "")
    fault = validators()[version].check(parse(raw))
    if not quickfix_accepts(version, raw) and dict(fields).get("34", "2").isdecimal() and "34" in dict(fields):
        assert fault is not None, raw


@pytest.mark.parametrize("fields", REQUESTS)
def test_both_accept_a_request(fields: Fields) -> None:
    text = "".join(f"{tag}={value}\x01" for tag, value in fields)
    for version, (begin_string, _) in VERSIONS.items():
        raw = encode(begin_string, text, "")
        assert quickfix_accepts(version, raw)
        assert validators()[version].check(parse(raw)) is None
