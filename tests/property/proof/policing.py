"""Blocks, kill switches and their release, by chance."""

from __future__ import annotations

from tests.property.proof.limiting import Limiting
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command, Scope

OPERATORS = ("ann", "bob")
BLOCKABLE = ("all", "member", "session", "account", "instrument")


class Policing(Limiting):
    """Makes them."""

    def block(self) -> Command:
        chance, scope = self.chance, self.scope()
        if scope.level not in BLOCKABLE and chance.random() < 0.9:
            scope = Scope("account", scope.name, scope.account)
        kind = self.odd("mood", chance.choice(("operator", "kill", "kill", "portfolio", "clearing")), 0.03)
        is_canceling = chance.random() < (0.95 if kind == "kill" else 0.4)
        return commands.Block(scope, kind, is_canceling, "ann", self.odd("", "by chance", 0.03))

    def unblock(self) -> Command:
        """Take a block away, mostly one that is there; the kill switch takes two people."""
        chance, gate = self.chance, self.exchange.gate
        if gate.releases and chance.random() < 0.6:
            return commands.ApproveRelease(chance.choice(list(gate.releases)), chance.choice(OPERATORS))
        blocked = [(scope, kind) for scope, kinds in gate.blocks.items() for kind in kinds]
        if not blocked and "gate" in self.shape.features and chance.random() < 0.9:
            return self.change_limits()
        if not blocked or chance.random() < 0.05:
            return chance.choice(
                (
                    commands.Unblock(self.scope(), "operator", "ann", "by chance"),
                    commands.RequestRelease(self.scope(), "ann", "by chance"),
                    commands.ApproveRelease(self.scope(), "ann"),
                )
            )
        scope, kind = chance.choice(blocked)
        if kind == "kill" and chance.random() < 0.9:
            return commands.RequestRelease(scope, chance.choice(OPERATORS), "by chance")
        return commands.Unblock(scope, kind, "ann", "by chance")
