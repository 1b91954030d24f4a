"""No mandatory case of the standard is without a test, in any version."""

from __future__ import annotations

from tests.unit.fix import (
    test_session_cases_content,
    test_session_cases_garbled,
    test_session_cases_logon,
    test_session_cases_sequence,
    test_session_cases_time,
)
from tests.unit.fix.session_cases import MANDATORY, NOT_OURS, OPTIONAL, PLAYED

MODULES = (
    test_session_cases_content,
    test_session_cases_garbled,
    test_session_cases_logon,
    test_session_cases_sequence,
    test_session_cases_time,
)


def test_every_case_has_a_test_or_a_reason() -> None:
    assert [number for number in (*MANDATORY, *OPTIONAL) if number not in PLAYED] == []
    assert [number for number in PLAYED if number not in (*MANDATORY, *OPTIONAL)] == []
    assert not NOT_OURS.keys() & PLAYED.keys()


def test_every_test_of_a_case_can_be_collected() -> None:
    collected = {name for module in MODULES for name in vars(module) if name.startswith("test_")}
    assert {name for names in PLAYED.values() for name in names} == collected
