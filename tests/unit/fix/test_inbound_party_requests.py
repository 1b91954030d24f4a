"""Requests of a clearing firm about a client, in each version."""

from __future__ import annotations

import pytest
import quickfix
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fix.dialect_messages import TIME, received, validators
from tradsys_oms.core.commands import ClientAction, QueryClient
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.inbound import decode
from tradsys_oms.fix.errors import ValueOutOfRange
from tradsys_oms.fix.message import parse

MEMBER, ACCOUNT = "448=ALPHA|447=D|452=1", "448=A1|447=D|452=24"
CLEARER = "1657=1|1658=CLEAR|1659=D|1660=4"
names = st.text("ABCxyz019-_/ =", min_size=1, max_size=64)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("action", ["0", "1", "2"])
def test_an_action_on_a_member(version: str, action: str) -> None:
    command = received(version, f"DH|2328=P1|2329={action}|453=1|{MEMBER}|60={TIME}")
    assert command == ClientAction("B", 5, "P1", action, "ALPHA", "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("parties", [f"{MEMBER}|{ACCOUNT}", f"{ACCOUNT}|{MEMBER}", "448=ALPHA|452=1|448=A1|452=24"])
def test_an_action_on_an_account(version: str, parties: str) -> None:
    command = received(version, f"DH|2328=P1|2329=0|2330=N|{CLEARER}|453=2|{parties}|58=too near")
    assert command == ClientAction("B", 5, "P1", "0", "ALPHA", "A1", "too near", "", "CLEAR")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_question_for_limits(version: str) -> None:
    command = received(version, f"CL|1666=Q1|453=1|{MEMBER}")
    assert command == QueryClient("B", 5, "Q1", "ALPHA", "")
    command = received(version, f"CL|1666=Q1|1760=2|263=0|{CLEARER}|453=2|{MEMBER}|{ACCOUNT}")
    assert command == QueryClient("B", 5, "Q1", "ALPHA", "A1", "", "CLEAR")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("msg_type", ["DH|2328=P1|2329=0", "CL|1666=Q1"])
@pytest.mark.parametrize(
    ("parties", "words"),
    [
        (CLEARER, "A party with PartyRole (452) 1, the member, is required"),
        (f"453=1|{ACCOUNT}", "A party with PartyRole (452) 1, the member, is required"),
        (f"453=2|{MEMBER}|448=BETA|447=D|452=1", "More than one party with PartyRole (452) 1 is not supported"),
        (
            f"453=3|{MEMBER}|{ACCOUNT}|448=A2|447=D|452=24",
            "More than one party with PartyRole (452) 24 is not supported",
        ),
        ("453=1|448=ALPHA|447=D|452=13", "PartyRole (452) 13 is not supported"),
        (f"453=2|{MEMBER}|448=T|447=D|452=12", "PartyRole (452) 12 is not supported"),
        ("453=1|448=ALPHA|447=D", "PartyRole (452) is required for each party"),
        ("453=1|448=ALPHA|447=B|452=1", "PartyIDSource (447) B is not supported"),
        (f"1657=1|1658=CLEAR|1659=N|1660=4|453=1|{MEMBER}", "RequestingPartyIDSource (1659) N is not supported"),
        (f"1657=1|1658=CLEAR|1660=1|453=1|{MEMBER}", "RequestingPartyRole (1660) 1 is not supported"),
        (f"1657=1|1658=CLEAR|453=1|{MEMBER}", "RequestingPartyRole (1660) is required for each party"),
        (
            f"1657=2|1658=C1|1660=4|1658=C2|1660=4|453=1|{MEMBER}",
            "More than one party in NoRequestingPartyIDs (1657) is not supported",
        ),
    ],
)
def test_who_is_not_one_client_is_refused(version: str, msg_type: str, parties: str, words: str) -> None:
    command = received(version, f"{msg_type}|{parties}")
    assert isinstance(command, ClientAction | QueryClient)
    assert command.unsupported == words


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DH|2328=P1|2329=0|2330=Y", "ApplTestMessageIndicator (2330) Y is not supported"),
        ("CL|1666=Q1|263=1", "SubscriptionRequestType (263) 1 is not supported"),
        ("CL|1666=Q1|263=2", "SubscriptionRequestType (263) 2 is not supported"),
    ],
)
def test_what_is_not_done_is_refused(version: str, text: str, words: str) -> None:
    command = received(version, f"{text}|453=1|{MEMBER}")
    assert isinstance(command, ClientAction | QueryClient)
    assert command.unsupported == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DH|2328=P1|2329=0|1301=XTRA|453=1", "MarketID (1301) is not supported"),
        ("DH|2328=P1|2329=0|1300=S|453=1", "MarketSegmentID (1300) is not supported"),
        ("DH|2328=P1|2329=0|1536=ACME|453=1", "InstrumentScopeSymbol (1536) is not supported"),
        ("DH|2328=P1|2329=0|1538=X|453=1", "Tag (1538) is not supported"),
        ("DH|2328=P1|2329=0|1562=1|1563=A1|453=1", "NoRelatedPartyDetailID (1562) is not supported"),
        ("CL|1666=Q1|1508=1|1509=24|453=1", "NoRequestedPartyRoles (1508) is not supported"),
        ("CL|1666=Q1|1668=1|1530=3|453=1", "NoRequestedRiskLimitType (1668) is not supported"),
        ("CL|1666=Q1|1533=X|453=1", "RiskLimitPlatform (1533) is not supported"),
        ("CL|1666=Q1|1534=1|1535=1|1536=ACME|453=1", "NoRiskInstrumentScopes (1534) is not supported"),
        ("CL|1666=Q1|453=2|448=A1|452=24|2376=23", "PartyRoleQualifier (2376) is not supported"),
        ("DH|2328=P1|2329=0|453=2|448=A1|452=24|802=1|523=DESK|803=4", "NoPartySubIDs (802) is not supported"),
    ],
)
def test_what_would_make_the_client_less_or_more_is_refused(text: str, words: str) -> None:
    command = received("FIX.5.0SP2", f"{text}|{MEMBER}")
    assert isinstance(command, ClientAction | QueryClient)
    assert command.unsupported == words


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (f"DH|2328={'x' * 65}|2329=0|453=1|{MEMBER}", "2328"),
        (f"CL|1666={'x' * 65}|453=1|{MEMBER}", "1666"),
        (f"DH|2328=P|2329=0|453=1|448={'x' * 65}|452=1", "448"),
        (f"CL|1666=Q|453=2|{MEMBER}|448={'x' * 65}|452=24", "448"),
        (f"CL|1666=Q|453=1|{MEMBER}|1657=1|1658={'x' * 65}|1660=4", "1658"),
    ],
)
def test_ids_of_requests_and_parties_have_a_longest(version: str, text: str, tag: str) -> None:
    with pytest.raises(ValueOutOfRange) as wrong:
        received(version, text)
    assert wrong.value.tag == tag


def test_a_long_reason_is_cut() -> None:
    command = received("FIX.4.4", f"DH|2328=P1|2329=1|453=1|{MEMBER}|58={'why ' * 100}")
    assert isinstance(command, ClientAction)
    assert (command.text, command.unsupported) == ("why " * 50, "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "text", ["DH|2329=0", "DH|2328=P1", "DH|2328=P1|2329=3", "CL|1760=1", "CL|1666=Q|1760=4", "CL|1666=Q|263=9"]
)
def test_what_the_standard_requires_of_them(version: str, text: str) -> None:
    with pytest.raises(AssertionError, match=r"missing|out of range"):
        received(version, f"{text}|453=1|{MEMBER}")


@given(st.sampled_from(sorted(VERSIONS)), names, st.just("") | names, st.sampled_from("012"))
def test_what_quickfix_writes_is_understood(version: str, member: str, account: str, action: str) -> None:
    request = quickfix.Message()
    request.getHeader().setField(8, {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4"}.get(version, "FIXT.1.1"))
    for tag, value in ((35, "DH"), (34, "7"), (49, "B"), (56, "TRADSYS"), (52, TIME)):
        request.getHeader().setField(tag, value)
    request.setField(2328, "P1")
    request.setField(2329, action)
    for party, role in ((member, "1"), (account, "24")):
        if party:
            group = quickfix.Group(453, 448)
            for tag, value in ((448, party), (447, "D"), (452, role)):
                group.setField(tag, value)
            request.addGroup(group)
    message = parse(request.toString().encode())
    assert validators()[version].check(message) is None
    assert decode("B", message) == ClientAction("B", 7, "P1", action, member, account)
