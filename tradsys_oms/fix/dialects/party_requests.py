"""Requests of a clearing firm about a client: PartyActionRequest (35=DH) and PartyRiskLimitsRequest (35=CL).

The client is a party of the message: the member with PartyRole (452) 1, and where one of its accounts is meant, that
one beside it with PartyRole 24. Who asks is the session; RequestingPartyID (1658) may say it too, with role 4.

A field or a party that we don't look at would make the request mean something else than we do or answer, so it is
refused in words, and nothing is done. The messages are those of FIX 5.0 SP2: our dictionaries of older versions take
them over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tradsys_oms.core.commands import ClientAction, QueryClient
from tradsys_oms.fix.dialects.instructions import ENVELOPE
from tradsys_oms.fix.dialects.values import refuse_long, refuse_long_values
from tradsys_oms.fix.message import Message

PARTY_ACTION_REQUEST_ID, PARTY_ACTION_TYPE, APPL_TEST_MESSAGE_INDICATOR = "2328", "2329", "2330"
RISK_LIMIT_REQUEST_ID, SUBSCRIPTION_REQUEST_TYPE, TEXT = "1666", "263", "58"
NO_PARTY_IDS, PARTY_ID, PARTY_ID_SOURCE, PARTY_ROLE = "453", "448", "447", "452"
NO_REQUESTING_PARTY_IDS, REQUESTING_PARTY_ID = "1657", "1658"
REQUESTING_PARTY_ID_SOURCE, REQUESTING_PARTY_ROLE = "1659", "1660"

EXECUTING_FIRM, CLEARING_FIRM, CUSTOMER_ACCOUNT = "1", "4", "24"
"""PartyRole (452) of a member, of who clears for it, and of an account."""
PROPRIETARY: Final = "D"
"""PartyIDSource (447): members and accounts have the names that this exchange knows them by."""
REASON_LENGTH_MAX: Final = 200
"""Of Text (58), whose first characters are kept as the reason: a block is not refused for being explained at length."""

_TAKEN: Final = ENVELOPE | {
    *(NO_PARTY_IDS, PARTY_ID, PARTY_ID_SOURCE, PARTY_ROLE, NO_REQUESTING_PARTY_IDS, REQUESTING_PARTY_ID),
    *(REQUESTING_PARTY_ID_SOURCE, REQUESTING_PARTY_ROLE, TEXT, "97", "354", "355"),
}
_TAKEN_IN_ACTION: Final = _TAKEN | {PARTY_ACTION_REQUEST_ID, PARTY_ACTION_TYPE, APPL_TEST_MESSAGE_INDICATOR, "60"}
_TAKEN_IN_QUERY: Final = _TAKEN | {RISK_LIMIT_REQUEST_ID, SUBSCRIPTION_REQUEST_TYPE, "1760"}
_ONLY_VALUES: Final = {
    APPL_TEST_MESSAGE_INDICATOR: ("ApplTestMessageIndicator", "N"),
    SUBSCRIPTION_REQUEST_TYPE: ("SubscriptionRequestType", "0"),
}
_NAMES: Final = {
    "802": "NoPartySubIDs",
    "1300": "MarketSegmentID",
    "1301": "MarketID",
    "1508": "NoRequestedPartyRoles",
    "1533": "RiskLimitPlatform",
    "1534": "NoRiskInstrumentScopes",
    "1536": "InstrumentScopeSymbol",
    "1562": "NoRelatedPartyDetailID",
    "1661": "NoRequestingPartySubIDs",
    "1668": "NoRequestedRiskLimitType",
    "2338": "RequestingPartyRoleQualifier",
    "2376": "PartyRoleQualifier",
}


def client_action(session: str, message: Message) -> ClientAction:
    """PartyActionRequest (35=DH)."""
    refuse_long(message, PARTY_ACTION_REQUEST_ID)
    fields = message.fields
    parties = _Parties(message)
    return ClientAction(
        session,
        message.msg_seq_num,
        fields[PARTY_ACTION_REQUEST_ID],
        fields[PARTY_ACTION_TYPE],
        parties.member,
        parties.account,
        fields.get(TEXT, "")[:REASON_LENGTH_MAX],
        _unsupported(message, _TAKEN_IN_ACTION) or parties.fault,
        parties.requesting,
    )


def query_client(session: str, message: Message) -> QueryClient:
    """PartyRiskLimitsRequest (35=CL)."""
    refuse_long(message, RISK_LIMIT_REQUEST_ID)
    parties = _Parties(message)
    return QueryClient(
        session,
        message.msg_seq_num,
        message.fields[RISK_LIMIT_REQUEST_ID],
        parties.member,
        parties.account,
        _unsupported(message, _TAKEN_IN_QUERY) or parties.fault,
        parties.requesting,
    )


def _unsupported(message: Message, taken: frozenset[str]) -> str:
    """Say which field of a request can't be followed, "" for none."""
    for tag in message.tags:
        if tag not in taken:
            return f"{_NAMES.get(tag, 'Tag')} ({tag}) is not supported"
        if tag in _ONLY_VALUES:
            name, value = _ONLY_VALUES[tag]
            if message.fields[tag] != value:
                return f"{name} ({tag}) {message.fields[tag]} is not supported"
    return ""


class _Parties:
    """The client that a request names, who asks, and what is wrong with them: the first fault in words, "" for none.

    Raises ValueOutOfRange for an ID that is longer than what is taken.
    """

    def __init__(self, message: Message) -> None:
        self.fault = ""
        client, requesting = message.groups.get(NO_PARTY_IDS, ()), message.groups.get(NO_REQUESTING_PARTY_IDS, ())
        refuse_long_values(PARTY_ID, client)
        refuse_long_values(REQUESTING_PARTY_ID, requesting)
        found: dict[str, str] = {}
        for entry in client:
            role = entry.get(PARTY_ROLE, "")
            self._check_source(entry.get(PARTY_ID_SOURCE, PROPRIETARY), "PartyIDSource", PARTY_ID_SOURCE)
            self._check_role(role, (EXECUTING_FIRM, CUSTOMER_ACCOUNT), "PartyRole", PARTY_ROLE)
            if role in found:
                self._blame(f"More than one party with PartyRole ({PARTY_ROLE}) {role} is not supported")
            found.setdefault(role, entry[PARTY_ID])
        self.member, self.account = found.get(EXECUTING_FIRM, ""), found.get(CUSTOMER_ACCOUNT, "")
        if not self.member:
            self._blame(f"A party with PartyRole ({PARTY_ROLE}) {EXECUTING_FIRM}, the member, is required")
        self.requesting = self._requesting(requesting)

    def _requesting(self, entries: Sequence[dict[str, str]]) -> str:
        if len(entries) > 1:
            self._blame(f"More than one party in NoRequestingPartyIDs ({NO_REQUESTING_PARTY_IDS}) is not supported")
        for entry in entries:
            source = entry.get(REQUESTING_PARTY_ID_SOURCE, PROPRIETARY)
            self._check_source(source, "RequestingPartyIDSource", REQUESTING_PARTY_ID_SOURCE)
            role = entry.get(REQUESTING_PARTY_ROLE, "")
            self._check_role(role, (CLEARING_FIRM,), "RequestingPartyRole", REQUESTING_PARTY_ROLE)
        return entries[0][REQUESTING_PARTY_ID] if entries else ""

    def _check_source(self, source: str, name: str, tag: str) -> None:
        if source != PROPRIETARY:
            self._blame(f"{name} ({tag}) {source} is not supported")

    def _check_role(self, role: str, roles: tuple[str, ...], name: str, tag: str) -> None:
        if not role:
            self._blame(f"{name} ({tag}) is required for each party")
        elif role not in roles:
            self._blame(f"{name} ({tag}) {role} is not supported")

    def _blame(self, fault: str) -> None:
        self.fault = self.fault or fault
