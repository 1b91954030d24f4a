"""Blocks and the kill switch: who may send no new orders, and whose orders are canceled."""

from __future__ import annotations

from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.commands.limits import Scope


class Block(JournaledCommand, frozen=True, tag=35):
    """Refuse new orders and replaces of a scope; cancels still go through.

    A scope may be blocked for several reasons at once, one of each kind, and trades when none is left.
    """

    scope: Scope
    kind: str
    """`operator`, `kill`, `portfolio` (a follower), or `clearing` (the clearing firm)."""
    is_canceling: bool
    """Cancel the open orders too."""
    operator: str
    reason: str


class Unblock(JournaledCommand, frozen=True, tag=36):
    """Take away a block; one of the kind `kill` needs a release that two people have agreed to."""

    scope: Scope
    kind: str
    """Also `breaker`, which the core sets by itself."""
    operator: str
    reason: str


class RequestRelease(JournaledCommand, frozen=True, tag=37):
    """The first of two people wants the kill switch of a scope released."""

    scope: Scope
    operator: str
    reason: str


class ApproveRelease(JournaledCommand, frozen=True, tag=38):
    """The second of two people agrees to the release that was requested, and the scope may trade."""

    scope: Scope
    operator: str


class ClientAction(JournaledCommand, frozen=True, tag=45):
    """PartyActionRequest (35=DH): a clearing firm suspends a client or its account, or reinstates it."""

    session: str
    msg_seq_num: int
    request_id: str
    """PartyActionRequestID (2328)."""
    action: str
    """PartyActionType (2329): "0" suspend, "1" halt trading, "2" reinstate."""
    member: str
    account: str
    """"" for the whole member."""
    text: str = ""
    unsupported: str = ""
    requesting_party: str = ""
    """RequestingPartyID (1658): who says to be asking; "" for nobody but the session."""


class QueryClient(JournaledCommand, frozen=True, tag=46):
    """PartyRiskLimitsRequest (35=CL): limits and usage of a client of the clearing firm."""

    session: str
    msg_seq_num: int
    request_id: str
    """RiskLimitRequestID (1666)."""
    member: str
    account: str
    unsupported: str = ""
    requesting_party: str = ""
    """As of a `ClientAction`."""
