from __future__ import annotations

import pytest

from tradsys_oms.fix.formats import GOOD_VALUES_MAX, IS_RIGHT, make_check

RIGHT = {
    "INT": ["0", "-5", "007", "9" * 18],
    "SEQNUM": ["0", "1", "00012"],
    "PRICE": ["0", "1.", ".5", "-1.25", "00100.2500"],
    "CHAR": ["a", " ", "é"],
    "BOOLEAN": ["Y", "N"],
    "DAYOFMONTH": ["1", "01", "31"],
    "UTCTIMESTAMP": ["20261121-09:30:00", "20261121-09:30:60", "20261121-23:59:59.999999999"],
    "UTCTIMEONLY": ["09:30:00", "23:59:60", "00:00:00.123", "00:00:00.123456789"],
    "UTCDATEONLY": ["20240229"],
    "LOCALMKTDATE": ["20261121"],
    "LOCALMKTTIME": ["09:30:00"],
    "MONTHYEAR": ["202611", "20261121", "202611w5"],
    "TZTIMEONLY": ["09:30", "09:30Z", "09:30:15-05", "09:30:15.123+05:30"],
    "TZTIMESTAMP": ["20261121-09:30", "20261121-09:30:00Z", "20261121-09:30:00.123456-05:00"],
    "COUNTRY": ["DE"],
    "CURRENCY": ["EUR"],
    "LANGUAGE": ["de"],
    "MULTIPLESTRINGVALUE": ["AV AN A", "x"],
    "MULTIPLECHARVALUE": ["1 2 A", "x"],
}
WRONG = {
    "INT": ["+1", "1.0", "-", "--1", "1e3", " 1", "²", "9" * 19],
    "SEQNUM": ["-1", "1.0", "x", "9" * 5000],
    "PRICE": ["+1", "1e3", ".", "-", "1.2.3", "1,5", "1_0", "NaN", "-.", "1-"],
    "CHAR": ["ab"],
    "BOOLEAN": ["y", "T", "1", "YN"],
    "DAYOFMONTH": ["0", "32", "1st", "001"],
    "UTCTIMESTAMP": ["20261121", "20261121-09:30", "20261131-09:30:00", "20261121-09:30:00Z", "20261121-09:30:00.1"],
    "UTCTIMEONLY": ["24:00:00", "09:30", "09:30:61", "09:30:00."],
    "UTCDATEONLY": ["20230229", "2026-11-21", "202611", "20261301"],
    "LOCALMKTDATE": ["20261121-00:00:00", "00000101"],
    "LOCALMKTTIME": ["09:30", "25:00:00"],
    "MONTHYEAR": ["2026", "202613", "202611w6", "20261131"],
    "TZTIMEONLY": ["9:30", "09:30+5", "09:30 Z"],
    "TZTIMESTAMP": ["20261131-09:30", "20261121T09:30", "20261121"],
    "COUNTRY": ["D", "DEU", "de"],
    "CURRENCY": ["EURO", "eur", "€"],
    "LANGUAGE": ["DE", "deu"],
    "MULTIPLESTRINGVALUE": ["a  b", " a", "a "],
    "MULTIPLECHARVALUE": ["1 22", "1  2", " "],
}


@pytest.mark.parametrize(("type_name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_right_values(type_name: str, value: str) -> None:
    check = make_check(type_name, frozenset())
    assert check is not None
    assert check(value) == 0
    assert value in check.good


@pytest.mark.parametrize(("type_name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_wrong_values(type_name: str, value: str) -> None:
    check = make_check(type_name, frozenset())
    assert check is not None
    assert check(value) == 6
    assert value not in check.good


def test_every_form_has_examples() -> None:
    shared = {IS_RIGHT[name] for name in RIGHT}
    assert shared == set(IS_RIGHT.values())
    assert set(RIGHT) == set(WRONG)


def test_free_text_needs_no_check() -> None:
    assert make_check("STRING", frozenset()) is None
    assert make_check("EXCHANGE", frozenset()) is None


def test_values_of_an_enumeration() -> None:
    check = make_check("INT", frozenset("12"))
    assert check is not None
    assert [check(value) for value in ("1", "3", "x")] == [0, 5, 6]


def test_each_part_of_a_list_has_to_be_in_the_enumeration() -> None:
    check = make_check("MULTIPLEVALUESTRING", frozenset(("A", "BB")))
    assert check is not None
    assert [check(value) for value in ("A BB", "A C", "BB  A")] == [0, 5, 6]


def test_what_is_remembered_is_bounded() -> None:
    check = make_check("PRICE", frozenset())
    assert check is not None
    for number in range(2 * GOOD_VALUES_MAX):
        assert check(str(number)) == 0
    assert len(check.good) <= GOOD_VALUES_MAX
