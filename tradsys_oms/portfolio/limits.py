"""Limits of portfolio risk: which are passed, and the blocks that the daemon is asked for, once per passing.

A limit is passed while the value, rounded to cents, is above it. When it begins to be, the scope is to be blocked; when
it is no more, the next passing counts anew. The block is never taken away here: an operator does that, and the same
passing doesn't set it again. What was asked for is kept in a file, so that a restart asks for nothing twice. Where the
file was not yet written, the journal knows: a scope that has a block of the kind `portfolio` needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import structlog

from tradsys_oms.config.portfolio_model import PortfolioLimitConfig
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.ops.errors import ControlRefused, DaemonNotRunning
from tradsys_oms.portfolio.assessment import ACCOUNT, MEMBER, Risk
from tradsys_oms.portfolio.status import NAME

VERB: Final = "risk.block"
KIND: Final = "portfolio"
CENTS: Final = 2
REASON_LENGTH_MAX: Final = 200
"""As for reasons that operators give."""
Scope: TypeAlias = tuple[str, str, str]
"""Level, member, account."""
Ask: TypeAlias = Callable[..., Any]
"""Sends a verb with arguments to the daemon; raises DaemonNotRunning or ControlRefused."""

_log: Final = structlog.get_logger("portfolio")


def passed_limits(risk: Risk, limits: PortfolioLimitConfig | None) -> dict[str, str]:
    """Give the limits that a risk is above, each with a sentence."""
    if limits is None:
        return {}
    values = (
        ("var_max", "VaR", risk.measure.var, limits.var_max_e8),
        ("es_max", "expected shortfall", risk.measure.es, limits.es_max_e8),
        ("stress_loss_max", f"loss in scenario {risk.stress_scenario}", risk.stress_loss, limits.stress_loss_max_e8),
    )
    return {
        name: f"{what} of {risk} is {value:.2f}, above {name} {format_e8(limit_e8)}"
        for name, what, value, limit_e8 in values
        if limit_e8 is not None and round(value, CENTS) > limit_e8 / SCALE_E8
    }


def limits_by_scope(limits: Sequence[PortfolioLimitConfig]) -> dict[Scope, PortfolioLimitConfig]:
    """Give the limits by the scope that they are about."""
    return {
        (MEMBER if entry.account is None else ACCOUNT, entry.member, entry.account or ""): entry for entry in limits
    }


class Passings:
    """Which limits are passed, and which of these passings the daemon knows about."""

    def __init__(self, path: Path, ask: Ask) -> None:
        """Go on with the passings that the file `path` has; a file that can't be read counts as none."""
        self._path = path
        self._ask = ask
        self._known: dict[Scope, list[str]] = _read(path)
        self._waiting: dict[Scope, dict[str, str]] = {}
        self.asked = 0
        self.trouble = ""
        """Why the last request for a block failed; "" if it did not."""

    @property
    def waiting(self) -> int:
        """Count the scopes whose block the daemon doesn't know about yet."""
        return len(self._waiting)

    def follow(self, passed: dict[Scope, dict[str, str]], blocked: Container[Scope]) -> None:
        """Take over what a run found: by scope, the limits that are passed; then ask for what is new."""
        known = {
            scope: [limit for limit in limits if limit in passed.get(scope, {})]
            for scope, limits in self._known.items()
        }
        known = {scope: limits for scope, limits in known.items() if limits}
        self._waiting = {}
        for scope, limits in passed.items():
            new = {limit: text for limit, text in limits.items() if limit not in known.get(scope, ())}
            if not new:
                continue
            if scope in blocked:
                known.setdefault(scope, []).extend(new)
            else:
                self._waiting[scope] = new
        self._keep(known)
        self.retry()

    def retry(self) -> None:
        """Ask for the blocks that the daemon doesn't know about; those that it can't be asked for stay waiting."""
        trouble = ""
        for scope, limits in list(self._waiting.items()):
            level, name, account = scope
            reason = _reason(limits)
            try:
                self._ask(VERB, level=level, name=name, account=account, kind=KIND, reason=reason, user=NAME)
            except (DaemonNotRunning, ControlRefused) as error:
                trouble = str(error)
                if isinstance(error, DaemonNotRunning):
                    break
                continue
            _log.warning("limit_passed", level=level, member=name, account=account, reason=reason)
            self.asked += 1
            del self._waiting[scope]
            self._keep(self._known | {scope: [*self._known.get(scope, []), *limits]})
        if trouble and trouble != self.trouble:
            _log.error("block_not_set", error=trouble, waiting=len(self._waiting))
        self.trouble = trouble

    def _keep(self, known: dict[Scope, list[str]]) -> None:
        """Remember what the daemon knows, here and in the file."""
        if known == self._known:
            return
        self._known = known
        temporary = self._path.with_name(f".{self._path.name}.new")
        try:
            temporary.write_bytes(msgspec.json.encode([(*scope, limits) for scope, limits in known.items()]) + b"\n")
            temporary.replace(self._path)
        except OSError as error:
            # After a restart a block may be asked for again, which does no harm.
            _log.warning("passings_not_kept", file=str(self._path), error=error.strerror)


def _reason(limits: dict[str, str]) -> str:
    """Give the sentences of limits as the daemon takes a reason: one line of so many characters that can be printed."""
    text = "; ".join(limits.values())
    line = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return line if len(line) <= REASON_LENGTH_MAX else f"{line[: REASON_LENGTH_MAX - 3]}..."


def _read(path: Path) -> dict[Scope, list[str]]:
    try:
        rows = msgspec.json.decode(path.read_bytes(), type=list[tuple[str, str, str, list[str]]])
    except (OSError, msgspec.MsgspecError):
        return {}
    return {(level, member, account): limits for level, member, account, limits in rows}
