"""Answers to a clearing firm: PartyActionReport (35=DI) and PartyRiskLimitsReport (35=CM).

A PartyRiskLimitsReport has one entry of NoPartyRiskLimits (1677) for each scope that has limits: the parties that it
is about, the instrument if it is about one, and RiskLimitID (1670), its name as this exchange writes it. The first
entry is the client that was asked about, whether it has limits of its own or not, with PartyDetailStatus (1672).

RiskLimitType (1530) has a code of the standard for those of our limits that mean the same; the others have codes from
100 on, which our dictionaries define. RiskLimitPlatform (1533) has the name of the limit as the configuration has it:
it is the only field for words that a limit has, and this exchange is one platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.events import ClientActionDone, ClientLimit, ClientLimits
from tradsys_oms.fix.dialects.party_requests import CUSTOMER_ACCOUNT, EXECUTING_FIRM, PROPRIETARY
from tradsys_oms.fix.timestamps import utc_timestamp

if TYPE_CHECKING:
    from tradsys_oms.fix.dialects.outbound import Printer

PARTY_ACTION_REPORT, PARTY_RISK_LIMITS_REPORT = "DI", "CM"
COMPLETED, REJECTED = "1", "2"
"""PartyActionResponse (2332)."""
REJECT_REASONS: Final = frozenset((0, 1, 98, 99))
"""PartyActionRejectReason (2333): invalid party, unknown requesting party, not authorized, other."""
OTHER: Final = 99
VALID_REQUEST: Final = "0"
REQUEST_RESULTS: Final = {1: "1", 98: "3"}
"""RequestResult (1511), which this report has, by RiskLimitRequestResult (1761), which the event has: an invalid party
makes an invalid request, not authorized is the same; the rest is 99, other.
"""
ACTIVE, SUSPENDED = "0", "1"
"""PartyDetailStatus (1672)."""
SESSION_ID: Final = "55"
"""PartyDetailRole (1693) of a FIX session of the client."""
INCLUDE: Final = "1"
"""InstrumentScopeOperator (1535)."""
DEFINITIONS_AND_UTILIZATIONS: Final = "3"
"""RiskLimitRequestType (1760)."""

LIMIT_TYPES: Final = {
    "credit_max": "0",
    "gross_position_max": "1",
    "net_position_max": "2",
    "open_notional_max": "3",  # exposure
    "long_qty_max": "4",
    "short_qty_max": "5",
    "traded_notional_max": "10",  # notional limit per time period
    "order_notional_max": "11",
    "open_orders_max": "100",
    "daily_loss_max": "101",
    "orders_per_trade_max": "102",
    "orders_max": "103",
    "messages_max": "104",
}
"""RiskLimitType (1530) by the name of the limit."""
OTHER_LIMIT: Final = "199"
VELOCITIES: Final = {"10": "2336=1\x012337=D\x01"}
"""RiskLimitVelocityPeriod and RiskLimitVelocityUnit, which type 10 needs: a day."""


def party_action_report(
    printer: Printer, event: ClientActionDone, seq: int, index: int, time_ns: int
) -> tuple[str, str]:
    """Print a PartyActionReport."""
    if event.reject_reason >= 0:
        reason = event.reject_reason if event.reject_reason in REJECT_REASONS else OTHER
        outcome = f"2332={REJECTED}\x012333={reason}\x01"
    else:
        outcome = f"2332={COMPLETED}\x01"
    text = _text(event.text, is_reject=event.reject_reason >= 0)
    parties = [party for party in ((event.member, EXECUTING_FIRM), (event.account, CUSTOMER_ACCOUNT)) if party[0]]
    group = "".join(f"448={name}\x01447={PROPRIETARY}\x01452={role}\x01" for name, role in parties)
    count = f"453={len(parties)}\x01" if parties else ""
    return PARTY_ACTION_REPORT, (
        f"2328={event.request_id}\x012331={seq}-{index}\x012329={event.action}\x01{outcome}{text}{count}{group}"
        f"60={utc_timestamp(time_ns)}\x01"
    )


def party_risk_limits_report(
    printer: Printer, event: ClientLimits, seq: int, index: int, time_ns: int
) -> tuple[str, str]:
    """Print a PartyRiskLimitsReport."""
    is_reject = event.reject_reason >= 0
    result = REQUEST_RESULTS.get(event.reject_reason, str(OTHER)) if is_reject else VALID_REQUEST
    return PARTY_RISK_LIMITS_REPORT, (
        f"1667={seq}-{index}\x011666={event.request_id}\x011760={DEFINITIONS_AND_UTILIZATIONS}\x01"
        f"1511={result}\x01325=N\x01{'' if is_reject else _scopes(event)}60={utc_timestamp(time_ns)}\x01"
        f"{_text(event.text, is_reject=is_reject)}"
    )


def _text(text: str, *, is_reject: bool) -> str:
    """Print Text (58), or RejectText (1328)."""
    return f"{'1328' if is_reject else '58'}={text}\x01" if text else ""


def _scopes(event: ClientLimits) -> str:
    """Print NoPartyRiskLimits: the client itself first, then the scopes in the order in which they come."""
    client = Scope("account", event.member, event.account) if event.account else Scope("member", event.member)
    limits_of: dict[Scope, list[ClientLimit]] = {client: []}
    for limit in event.limits:
        limits_of.setdefault(limit.scope, []).append(limit)
    status = f"1672={SUSPENDED if event.is_blocked else ACTIVE}\x01"
    entries = (
        f"{_parties(event.member, scope)}{status if scope == client else ''}{_limits(scope, limits)}1670={scope}\x01"
        for scope, limits in limits_of.items()
    )
    return f"1677={len(limits_of)}\x01{''.join(entries)}"


def _parties(member: str, scope: Scope) -> str:
    """Print NoPartyDetails: the client, and which of its sessions or accounts a scope is about."""
    parties = [(member, EXECUTING_FIRM)]
    if scope.level == "session":
        parties.append((scope.name, SESSION_ID))
    if scope.account:
        parties.append((scope.account, CUSTOMER_ACCOUNT))
    group = "".join(f"1691={name}\x011692={PROPRIETARY}\x011693={role}\x01" for name, role in parties)
    return f"1671={len(parties)}\x01{group}"


def _limits(scope: Scope, limits: list[ClientLimit]) -> str:
    """Print NoRiskLimits: one entry with all limits of the scope, as they are about the same instrument, or all."""
    if not limits:
        return ""
    symbol = f"1534=1\x011535={INCLUDE}\x011536={scope.symbol}\x01" if scope.symbol else ""
    return f"1669=1\x011529={len(limits)}\x01{''.join(map(_limit, limits))}{symbol}"


def _limit(limit: ClientLimit) -> str:
    limit_type = LIMIT_TYPES.get(limit.limit, OTHER_LIMIT)
    value = f"1531={limit.value}\x01" if limit.value else ""
    usage = f"1766={limit.usage}\x01" if limit.usage else ""
    return f"1530={limit_type}\x01{value}{usage}1533={limit.limit}\x01{VELOCITIES.get(limit_type, '')}"
