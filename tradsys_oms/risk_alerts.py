"""What goes on in pre-trade risk, for those on duty: a line in the log, and counters for Prometheus.

Warnings and blocks are events of the core and come here when they are durable. A refused order is counted by the limit
that its Text (58) begins with, so the core needs no counters of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import structlog

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.events import BlockChanged, CancelRejected, LimitNear, OrderRejected
from tradsys_oms.core.limits.names import shown_name
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.limits.table import LIMITS

log = structlog.get_logger(__name__)

LIMIT_NAMES: Final = frozenset(shown_name(name) for name in LIMITS)
BLOCKED: Final = "block"
"""Counted in place of a limit where a block has refused the order."""
BLOCK_WORDS: Final = "takes no new orders"
NOTED: Final = (LimitNear, BlockChanged, OrderRejected, CancelRejected)


class RiskAlerts:
    """Counters since the start of the daemon; other threads may read them."""

    def __init__(self) -> None:
        self.warnings: Counter[tuple[str, str]] = Counter()
        """By level and limit."""
        self.rejects: Counter[str] = Counter()
        """By limit, or `block`."""
        self.blocks: dict[tuple[Scope, str], None] = {}
        """Scope and kind of each block that is in force."""

    def begin(self, scopes: Iterable[Restraints]) -> None:
        """Take note of the blocks that are in force already."""
        self.blocks = {(found.scope, kind): None for found in scopes for kind in found.blocks}

    def note(self, event: LimitNear | BlockChanged | OrderRejected | CancelRejected) -> None:
        """Log and count an event."""
        if isinstance(event, LimitNear):
            self.warnings[event.scope.level, event.limit] += 1
            facts = {"scope": str(event.scope), "limit": event.limit, "value": event.value, "usage": event.usage}
            log.warning("limit_near", **facts)
        elif isinstance(event, BlockChanged):
            if event.is_blocked:
                self.blocks[event.scope, event.kind] = None
            else:
                self.blocks.pop((event.scope, event.kind), None)
            log.warning(
                "blocked" if event.is_blocked else "unblocked",
                scope=str(event.scope),
                kind=event.kind,
                reason=event.reason,
            )
        else:
            limit = limit_of(event.text)
            if limit:
                self.rejects[limit] += 1


def limit_of(text: str) -> str:
    """Give the limit that refused an order with this Text (58), `block` for a block, "" for any other reason."""
    name, of, _ = text.partition(" of ")
    if of and name in LIMIT_NAMES:
        return name
    return BLOCKED if BLOCK_WORDS in text else ""
