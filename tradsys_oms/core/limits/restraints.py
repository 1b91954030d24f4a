"""What stands against the orders of a scope: its limits, and the reasons for which it is blocked."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import NO_LIMITS, Limits, Scope

KILL: Final = "kill"
"""The kind of block that takes all open orders off and needs two people to go."""


class Restraints:
    """Limits and blocks of a scope."""

    __slots__ = ("blocks", "limits", "scope", "warned")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.limits: Limits = NO_LIMITS
        """As they are now: those of the configuration, with what operators have changed."""
        self.blocks: dict[str, str] = {}
        """Why no new orders are taken, by the kind of block; empty where they are."""
        self.warned: dict[str, None] = {}
        """Names of limits of which a warning was given."""

    def row(self) -> tuple[object, ...]:
        """Give all that it knows, for the hash of the state."""
        return (self.scope, self.limits, sorted(self.blocks.items()), sorted(self.warned))
