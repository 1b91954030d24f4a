"""What an operator does to limits, and who may trade: limits of the day, blocks, the kill switch, short sales.

Each action says beforehand what it does, and is one command in the journal. The kill switch is the only one whose end
takes two people: one requests its release, another one approves it, and who they are is what `Operators` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import structlog

from tradsys_oms.core.commands import (
    NO_LIMITS,
    ApproveRelease,
    Block,
    ChangeLimits,
    Command,
    RequestRelease,
    RestrictShortSale,
    Scope,
    Unblock,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.merging import names_given
from tradsys_oms.core.limits.restraints import KILL
from tradsys_oms.desk.limit_words import field_of, parse_limits
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.risk_effects import open_order_count, over_limit, replaced_limits, require_known
from tradsys_oms.desk.risk_scopes import scope_of
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

BLOCK_KINDS: Final = ("operator", "portfolio")
"""What comes in by `risk.block`: from operators, and from who watches portfolios."""


class Plan(NamedTuple):
    """What an action does, and what is said about it beforehand."""

    command: Command
    sentences: list[str]


Planner = Callable[[Scope, dict[str, Any]], Plan]


class RiskDesk:
    """The verbs of the control socket that change limits and blocks."""

    def __init__(self, engine: Engine, sequencer: Sequencer, operators: Operators) -> None:
        self._engine, self._sequencer, self._operators = engine, sequencer, operators
        self._planners: dict[str, Planner] = {
            "risk.set": self._plan_set,
            "risk.lift": self._plan_lift,
            "risk.reset": self._plan_reset,
            "risk.block": self._plan_block,
            "risk.unblock": self._plan_unblock,
            "risk.restrict-short-sale": self._plan_short_sale,
            "kill.act": self._plan_kill,
            "kill.request-release": self._plan_request,
            "kill.approve": self._plan_approval,
        }

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {verb: self._handler(verb, planner) for verb, planner in self._planners.items()}

    def _handler(self, verb: str, planner: Planner) -> Callable[[dict[str, Any]], Any]:
        async def act(arguments: dict[str, Any]) -> dict[str, Any]:
            """Preview an action, or do it; arguments: level, name, reason, user, preview, and those of the action."""
            self._operators.require_open()
            scope = scope_of(arguments, self._engine)
            plan = planner(scope, arguments)
            fault = self._engine.fault_of(plan.command)
            if fault is not None:
                raise OperationRefused(fault)
            if not arguments.get("preview"):
                self._sequencer.submit(plan.command)
                user, reason = self._operators.name(arguments), str(arguments.get("reason") or "")
                log.warning("risk_operated", action=verb, scope=str(scope), user=user, reason=reason)
                await self._sequencer.committed()
            return {"action": verb, "scope": str(scope), "preview": plan.sentences}

        return act

    # Limits.

    def _plan_set(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        """Plan new values; argument: limits, texts by name."""
        texts = arguments.get("limits")
        if not isinstance(texts, dict) or not texts:
            raise OperationRefused("say which limits, as in open_notional_max=1000000")
        changes = parse_limits(texts)
        require_known(self._engine, scope, changes)
        command = ChangeLimits(scope, changes, (), (), self._operators.begin(arguments))
        return self._changing(command, names_given(changes))

    def _plan_lift(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        """Plan that limits are no more; argument: limits, their names."""
        names = _fields(arguments)
        if not names:
            raise OperationRefused("say which limits are lifted")
        command = ChangeLimits(scope, NO_LIMITS, names, (), self._operators.begin(arguments))
        return self._changing(command, names)

    def _plan_reset(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        """Plan that limits are as configured again; argument: limits, their names, none for all of the scope."""
        risk, names = self._engine.risk, _fields(arguments)
        touched = (*names_given(risk.changed.get(scope, NO_LIMITS)), *risk.lifted.get(scope, ()))
        meant = [name for name in touched if not names or name in names]
        if not meant:
            raise OperationRefused(f"no limit of {scope} was changed by an operator")
        command = ChangeLimits(scope, NO_LIMITS, (), names or ("*",), self._operators.begin(arguments))
        return self._changing(command, meant)

    def _changing(self, command: ChangeLimits, names: Sequence[str]) -> Plan:
        after = self._engine.risk.changed_limits(command)
        sentences = replaced_limits(self._engine, command.scope, after, names)
        sentences += over_limit(self._engine, command.scope, after, names)
        if command.reset:
            return Plan(command, [*sentences, "What the configuration says counts from then on."])
        return Plan(
            command, [*sentences, "This counts before the configuration until it is reset, also after a reload."]
        )

    # Blocks.

    def _plan_block(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        """Plan a block; arguments: kind, operator if not given, and cancel: true to cancel open orders too."""
        kind = str(arguments.get("kind") or "operator")
        if kind not in BLOCK_KINDS:
            raise OperationRefused(
                f"a block of the kind {kind!r} is not set like this; kinds are {', '.join(BLOCK_KINDS)}"
            )
        return self._blocking(scope, kind, bool(arguments.get("cancel")), arguments)

    def _plan_kill(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        plan = self._blocking(scope, KILL, True, arguments)
        plan.sentences.append("Two people release it: one requests the release, another one approves it.")
        return plan

    def _blocking(self, scope: Scope, kind: str, is_canceling: bool, arguments: dict[str, Any]) -> Plan:
        found = self._engine.risk.find(scope)
        reason = self._operators.bare_reason(arguments)
        count = open_order_count(self._engine, scope)
        orders = "1 open order" if count == 1 else f"{count} open orders"
        sentences = [
            f"No new orders and replaces of {scope} are taken, also after a restart, until the block is taken away.",
            f"{orders} will be canceled." if is_canceling else f"{orders} will stay, for brokers to cancel.",
        ]
        if found is not None and kind in found.blocks:
            sentences.append(f"It is blocked by one of the kind {kind} already: {found.blocks[kind]}")
        command = Block(scope, kind, is_canceling, self._operators.person(arguments), reason or "preview")
        return Plan(command, sentences)

    def _plan_unblock(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        """Plan to take a block away; argument: kind."""
        kind = str(arguments.get("kind") or "operator")
        command = Unblock(scope, kind, self._operators.person(arguments), self._operators.bare_reason(arguments))
        return Plan(command, self._lifting(scope, kind))

    def _plan_request(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        operator = self._operators.person(arguments)
        command = RequestRelease(scope, operator, self._operators.bare_reason(arguments))
        return Plan(
            command, [f"{operator} requests the release of {scope}; it stays blocked until another one approves."]
        )

    def _plan_approval(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        operator, asked = self._operators.person(arguments), self._engine.risk.releases.get(scope)
        sentences = [] if asked is None else [f"{asked[0]} requested the release of {scope}: {asked[1]}"]
        return Plan(ApproveRelease(scope, operator), [*sentences, *self._lifting(scope, KILL)])

    def _lifting(self, scope: Scope, kind: str) -> list[str]:
        found = self._engine.risk.find(scope)
        left = [name for name in found.blocks if name != kind] if found is not None else []
        if left:
            return [f"The block of the kind {kind} goes; {scope} stays blocked by {', '.join(left)}."]
        return [
            f"New orders and replaces of {scope} are taken again, within its limits. Canceled orders stay canceled."
        ]

    def _plan_short_sale(self, scope: Scope, arguments: dict[str, Any]) -> Plan:
        """Plan the short sale price test of an instrument; argument: restricted."""
        if scope.level != "instrument":
            raise OperationRefused("the short sale price test is one of an instrument")
        instrument, is_on = find_instrument(self._engine, scope.symbol), bool(arguments.get("restricted"))
        command = RestrictShortSale(instrument.symbol, is_on, self._operators.begin(arguments))
        after = "must be priced above the best bid" if is_on else "may have any price again"
        return Plan(command, [f"Short sales of {instrument.symbol} {after} (Rule 201)."])


def _fields(arguments: dict[str, Any]) -> tuple[str, ...]:
    names: object = arguments.get("limits") or ()
    if not isinstance(names, Sequence) or isinstance(names, str):
        raise OperationRefused("limits are a list of names")
    return tuple(dict.fromkeys(field_of(str(name)) for name in names))
