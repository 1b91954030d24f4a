"""What an operator does to the market: phases, halts, resumption and trading days, for one instrument or for many.

An action is a plan: one command for each instrument that it changes, and what it says beforehand. What the table of
phases or the core would refuse is refused before anything is done; then all commands are submitted in one go, so that
a halt of the whole market is one batch of the journal.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

import structlog

from tradsys_oms.core.commands import ChangePhase, Command, EndDay, StartDay
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.phases.phases import PHASES, Phase
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.desk.market_effects import named, on_day_end, on_day_start, on_phase
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.plain_values import utc_second
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

NS_PER_S: Final = 1_000_000_000
AUCTION_S_MAX: Final = 86_400
FAULTS_NAMED_MAX: Final = 3


class Plan(NamedTuple):
    """What an action does: commands, each for another instrument, and what is said about them beforehand."""

    commands: Sequence[Command]
    effects: Callable[[], Awaitable[list[str]]]
    """Says what they do to orders."""
    notes: Sequence[str]


Planner = Callable[[Sequence[Instrument], dict[str, Any], str], Plan]
"""Makes the plan for the instruments that are meant, out of the arguments and the reason."""


class MarketDesk:
    """The verb of the control socket that changes phases and days; `groups` gives the group of each symbol."""

    def __init__(
        self, engine: Engine, sequencer: Sequencer, operators: Operators, groups: Callable[[], Mapping[str, str]]
    ) -> None:
        self._engine, self._sequencer, self._operators, self._groups = engine, sequencer, operators, groups
        self._planners: dict[str, Planner] = {
            "phase": self._plan_phase,
            "halt": self._plan_halt,
            "resume": self._plan_resume,
            "end-day": self._plan_end_day,
            "start-day": self._plan_start_day,
        }

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"market.act": self.act}

    async def act(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview an action, or do it.

        Arguments: action; one of symbol, group, all; reason, user, preview; phase; auction_s; trade_date.
        """
        action = str(arguments.get("action", ""))
        planner = self._planners.get(action)
        if planner is None:
            raise OperationRefused(f"there is no action {action!r}; actions are {', '.join(self._planners)}")
        reason = self._operators.begin(arguments)
        plan = planner(self._chosen(arguments), arguments, reason)
        _refuse([fault for command in plan.commands if (fault := self._engine.fault_of(command)) is not None])
        if arguments.get("preview"):
            preview = [*(await plan.effects()), *plan.notes]
            return {"action": action, "instruments": len(plan.commands), "preview": preview}
        for command in plan.commands:
            self._sequencer.submit(command)
        log.warning("market_operated", action=action, instruments=len(plan.commands), reason=reason)
        await self._sequencer.committed()
        return {"action": action, "instruments": len(plan.commands), "preview": list(plan.notes)}

    def _chosen(self, arguments: dict[str, Any]) -> list[Instrument]:
        """List the instruments that are meant, by symbol."""
        symbol, group, is_all = str(arguments.get("symbol", "")), str(arguments.get("group", "")), arguments.get("all")
        if [bool(symbol), bool(group), bool(is_all)].count(True) != 1:
            raise OperationRefused("say which instruments: one symbol, one group, or all")
        if symbol:
            return [find_instrument(self._engine, symbol)]
        groups = self._groups()
        known = [instrument for _, instrument in sorted(self._engine.instruments.items())]
        chosen = [instrument for instrument in known if is_all or groups.get(instrument.symbol) == group]
        if not chosen:
            what = "instrument" if is_all else f"instrument of a group {group!r}"
            raise OperationRefused(f"there is no {what}; `tradsys market list` lists them")
        return chosen

    # Phases.

    def _plan_phase(self, chosen: Sequence[Instrument], arguments: dict[str, Any], reason: str) -> Plan:
        phase = str(arguments.get("phase", ""))
        if phase not in PHASES:
            raise OperationRefused(f"there is no phase {phase!r}; phases are {', '.join(PHASES)}")
        return self._to_phase(chosen, phase, reason)

    def _plan_halt(self, chosen: Sequence[Instrument], _arguments: dict[str, Any], reason: str) -> Plan:
        """Plan to halt all that can be: one that can't is no reason to let the others trade on."""
        faults = {
            known.symbol: fault
            for known in chosen
            if not _is_there(known, Phase.HALTED, 0)
            and (fault := self._engine.fault_of(ChangePhase(known.symbol, Phase.HALTED, reason))) is not None
        }
        able = [known for known in chosen if known.symbol not in faults]
        if not able:
            _refuse(list(faults.values()))
        plan = self._to_phase(able, Phase.HALTED, reason)
        return plan._replace(notes=[*plan.notes, *(f"Not halted: {fault}" for fault in faults.values())])

    def _plan_resume(self, chosen: Sequence[Instrument], arguments: dict[str, Any], reason: str) -> Plan:
        halted = [instrument for instrument in chosen if instrument.phase == Phase.HALTED]
        if not halted:
            raise OperationRefused(f"{named(chosen)} {_is(chosen)} not halted")
        auction_s = arguments.get("auction_s")
        if auction_s is not None and (not isinstance(auction_s, int) or not 0 <= auction_s <= AUCTION_S_MAX):
            raise OperationRefused(f"an auction lasts from 0 (until it is ended) to {AUCTION_S_MAX} s")
        now_ns = time.time_ns()
        auctions_ns = [
            instrument.rules.auction_ns if auction_s is None else auction_s * NS_PER_S for instrument in halted
        ]
        untils_ns = {
            instrument.symbol: now_ns + auction_ns if auction_ns else 0
            for instrument, auction_ns in zip(halted, auctions_ns, strict=True)
        }
        return self._to_phase(halted, Phase.VOLATILITY_AUCTION, reason, untils_ns)

    def _to_phase(
        self, chosen: Sequence[Instrument], phase: str, reason: str, untils_ns: Mapping[str, int] | None = None
    ) -> Plan:
        """Plan a phase, and its end, for all that are not there yet."""
        untils_ns = untils_ns or {}
        there = [known for known in chosen if _is_there(known, phase, untils_ns.get(known.symbol, 0))]
        moving = [known for known in chosen if not _is_there(known, phase, untils_ns.get(known.symbol, 0))]
        if not moving:
            raise OperationRefused(f"{named(there)} {_is(there)} in phase {phase} already")
        commands = [ChangePhase(known.symbol, phase, reason, untils_ns.get(known.symbol, 0)) for known in moving]
        notes = _endings(commands, phase)
        if there:
            notes.append(f"In phase {phase} already, and left alone: {named(there)}.")
        return Plan(commands, partial(on_phase, self._engine, moving, phase), notes)

    # Days.

    def _plan_end_day(self, chosen: Sequence[Instrument], _arguments: dict[str, Any], _reason: str) -> Plan:
        taken = [known for known in chosen if known.phase == Phase.CLOSED and not known.day_is_ended]
        if not taken:
            raise OperationRefused(f"{named(chosen)}: only the day of a closed instrument can be ended, and only once")
        return Plan([EndDay(known.symbol) for known in taken], partial(on_day_end, taken), _left(chosen, taken))

    def _plan_start_day(self, chosen: Sequence[Instrument], arguments: dict[str, Any], _reason: str) -> Plan:
        trade_date = _trade_date(arguments.get("trade_date"))
        taken = [known for known in chosen if known.phase == Phase.CLOSED and known.trade_date < trade_date]
        if not taken:
            raise OperationRefused(
                f"{named(chosen)}: a day begins for closed instruments only, and after the day that they had last"
            )
        open_day = [known for known in taken if known.trade_date and not known.day_is_ended]
        if open_day:
            raise OperationRefused(f"the day of {named(open_day)} has not ended; end it first")
        commands = [StartDay(known.symbol, trade_date) for known in taken]
        return Plan(commands, partial(on_day_start, taken, trade_date), _left(chosen, taken))


def _is_there(instrument: Instrument, phase: str, until_ns: int) -> bool:
    """Tell that a phase with that end would change nothing."""
    return instrument.phase == phase and instrument.phase_until_ns == until_ns


def _refuse(faults: Sequence[str]) -> None:
    """Refuse the whole action for what the core would refuse."""
    if faults:
        more = f" (and {len(faults) - FAULTS_NAMED_MAX} more)" if len(faults) > FAULTS_NAMED_MAX else ""
        raise OperationRefused(f"{' '.join(faults[:FAULTS_NAMED_MAX])}{more} Nothing was changed.")


def _endings(commands: Sequence[ChangePhase], phase: str) -> list[str]:
    """Say when a phase ends by itself."""
    after = PHASES[phase].after
    if not after:
        return []
    untils_ns = sorted({command.until_ns for command in commands if command.until_ns})
    sentences = []
    if untils_ns:
        last = f" to {utc_second(untils_ns[-1])}" if len(untils_ns) > 1 else ""
        sentences.append(f"It ends by itself at {utc_second(untils_ns[0])}{last} UTC; then {after} follows.")
    if any(not command.until_ns for command in commands):
        whose = " for the others" if untils_ns else ""
        sentences.append(f"It lasts{whose} until the schedule or an operator ends it.")
    return sentences


def _left(chosen: Sequence[Instrument], taken: Sequence[Instrument]) -> list[str]:
    symbols = {instrument.symbol for instrument in taken}
    left = [instrument for instrument in chosen if instrument.symbol not in symbols]
    return [f"Not closed, or there already, and left alone: {named(left)}."] if left else []


def _trade_date(value: object) -> int:
    """Read a day as YYYYMMDD."""
    try:
        return int(datetime.strptime(str(value), "%Y%m%d").strftime("%Y%m%d"))  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise OperationRefused(f"{value!r} is no trading day; write it as 20261123") from None


def _is(instruments: Sequence[Instrument]) -> str:
    return "is" if len(instruments) == 1 else "are"
