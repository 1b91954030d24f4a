"""Answers to a clearing firm, in the words of each version."""

from __future__ import annotations

import pytest
import quickfix

from tests.unit.fix.dialect_messages import (
    TIME,
    assert_valid_body,
    begin_string,
    print_body,
    quickfix_dictionary,
)
from tradsys_oms.core.commands import Limits, Scope
from tradsys_oms.core.events import ClientActionDone, ClientLimit, ClientLimits
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.party_reports import LIMIT_TYPES, OTHER_LIMIT
from tradsys_oms.fix.dictionary import APPL_VER_IDS, APPLICATION_FILES, Dictionary, specs_dir
from tradsys_oms.fix.encoding import encode

MEMBER, ACCOUNT = Scope("member", "ALPHA"), Scope("account", "ALPHA", "A1")
HOLDING, SESSION = Scope("holding", "ALPHA", "A1", "ACME"), Scope("session", "ALPHA-44")


def printed(event: object, version: str) -> str:
    """Print an event that is valid; gives its MsgType and body, "|" for SOH."""
    found = print_body(event, version)
    assert found is not None
    assert_valid_body(*found, version)
    return f"35={found[0]}|{found[1][:-1]}".replace("\x01", "|")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_action_that_was_done(version: str) -> None:
    assert printed(ClientActionDone("B", "P1", "0", "ALPHA", "A1"), version) == (
        f"35=DI|2328=P1|2331=12-3|2329=0|2332=1|453=2|448=ALPHA|447=D|452=1|448=A1|447=D|452=24|60={TIME}"
    )
    assert printed(ClientActionDone("B", "P1", "2", "ALPHA", "", text="2 orders are canceled"), version) == (
        f"35=DI|2328=P1|2331=12-3|2329=2|2332=1|58=2 orders are canceled|453=1|448=ALPHA|447=D|452=1|60={TIME}"
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("reason", "told"), [(0, 0), (1, 1), (98, 98), (99, 99), (7, 99)])
def test_an_action_that_is_refused(version: str, reason: int, told: int) -> None:
    assert printed(ClientActionDone("B", "P1", "1", "", "", reason, "no"), version) == (
        f"35=DI|2328=P1|2331=12-3|2329=1|2332=2|2333={told}|1328=no|60={TIME}"
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("is_blocked", "status"), [(False, "0"), (True, "1")])
def test_a_client_without_limits_has_its_status(version: str, is_blocked: bool, status: str) -> None:
    assert printed(ClientLimits("B", "Q1", "ALPHA", "", is_blocked), version) == (
        f"35=CM|1667=12-3|1666=Q1|1760=3|1511=0|325=N|1677=1|1671=1|1691=ALPHA|1692=D|1693=1|1672={status}|"
        f"1670=member ALPHA|60={TIME}"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_limits_by_scope(version: str) -> None:
    limits = (
        ClientLimit(MEMBER, "credit_max", "5000", "4000.5"),
        ClientLimit(SESSION, "messages_max", "100", ""),
        ClientLimit(ACCOUNT, "net_position_max", "900", "-20"),
        ClientLimit(MEMBER, "traded_notional_max", "70", "0"),
        ClientLimit(HOLDING, "short_qty_max", "10", "3"),
        ClientLimit(Scope("instrument", symbol="ACME"), "order_qty_max", "8", ""),
    )
    alpha, account = "1691=ALPHA|1692=D|1693=1", "1691=A1|1692=D|1693=24"
    acme = "1534=1|1535=1|1536=ACME"
    assert printed(ClientLimits("B", "Q1", "ALPHA", "A1", False, limits, text="as of now"), version) == "|".join((
        "35=CM", "1667=12-3", "1666=Q1", "1760=3", "1511=0", "325=N", "1677=5",
        "1671=2", alpha, account, "1672=0",
        "1669=1", "1529=1", "1530=2|1531=900|1766=-20|1533=net_position_max", "1670=account ALPHA/A1",
        "1671=1", alpha,
        "1669=1", "1529=2", "1530=0|1531=5000|1766=4000.5|1533=credit_max",
        "1530=10|1531=70|1766=0|1533=traded_notional_max|2336=1|2337=D", "1670=member ALPHA",
        "1671=2", alpha, "1691=ALPHA-44|1692=D|1693=55",
        "1669=1", "1529=1", "1530=104|1531=100|1533=messages_max", "1670=session ALPHA-44",
        "1671=2", alpha, account,
        "1669=1", "1529=1", "1530=5|1531=10|1766=3|1533=short_qty_max", acme, "1670=holding ALPHA/A1/ACME",
        "1671=1", alpha,
        "1669=1", "1529=1", "1530=199|1531=8|1533=order_qty_max", acme, "1670=instrument ACME",
        f"60={TIME}", "58=as of now",
    ))  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("reason", "told"), [(1, 1), (98, 3), (99, 99), (3, 99)])
def test_a_question_that_is_not_answered(version: str, reason: int, told: int) -> None:
    assert printed(ClientLimits("B", "Q1", "BETA", "", False, (), reason, "not yours"), version) == (
        f"35=CM|1667=12-3|1666=Q1|1760=3|1511={told}|325=N|60={TIME}|1328=not yours"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_code_of_a_limit_is_in_the_dictionaries(version: str) -> None:
    codes = Dictionary.load(specs_dir() / APPLICATION_FILES[version]).fields_by_tag["1530"].enums
    assert {*LIMIT_TYPES.values(), OTHER_LIMIT} <= codes.keys()
    assert len({*LIMIT_TYPES.values(), OTHER_LIMIT}) == len(LIMIT_TYPES) + 1
    assert {int(code) for code in codes} >= set(range(18))


def test_every_limit_of_usage_has_a_code_of_its_own() -> None:
    names = {name.removesuffix("_e8") for name in Limits.__struct_fields__}
    assert LIMIT_TYPES.keys() <= names
    of_usage = names - LIMIT_TYPES.keys()
    about_one_order = {"order_qty_max", "market_order_qty_max"}
    assert {name for name in of_usage if name.endswith("_max")} == about_one_order


@pytest.mark.parametrize("version", VERSIONS)
def test_quickfix_reads_the_limits_in_their_groups(version: str) -> None:
    limits = (
        ClientLimit(MEMBER, "open_notional_max", "100", "7"),
        ClientLimit(HOLDING, "long_qty_max", "10", "3"),
        ClientLimit(HOLDING, "short_qty_max", "20", "-4"),
    )
    found = print_body(ClientLimits("B", "Q1", "ALPHA", "", False, limits), version)
    assert found is not None
    head = f"35={found[0]}\x0134=2\x0149=TRADSYS\x0156=B\x0152={TIME}\x01"
    application = quickfix_dictionary(APPLICATION_FILES[version])
    session = quickfix_dictionary("FIXT11.xml") if version in APPL_VER_IDS else application
    message = quickfix.Message()
    message.setString(encode(begin_string(version), head, found[1]).decode("latin-1"), True, session, application)
    read = []
    for i in range(1, int(message.getField(1677)) + 1):
        scope = quickfix.Group(1677, 1671)
        message.getGroup(i, scope)
        risk = quickfix.Group(1669, 1529)
        scope.getGroup(1, risk)
        for j in range(1, int(risk.getField(1529)) + 1):
            limit = quickfix.Group(1529, 1530)
            risk.getGroup(j, limit)
            read.append((scope.getField(1670), *(limit.getField(tag) for tag in (1530, 1531, 1766))))
    assert read == [
        ("member ALPHA", "3", "100", "7"),
        ("holding ALPHA/A1/ACME", "4", "10", "3"),
        ("holding ALPHA/A1/ACME", "5", "20", "-4"),
    ]
