"""Accounts of members: declared by the configuration, or made by the first order that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import Scope
from tradsys_oms.core.limits.usage import Usage

if TYPE_CHECKING:
    from tradsys_oms.core.limits.holding import Holding
    from tradsys_oms.core.reference.members import Member


class Account(Usage):
    """An account, and what it holds by symbol."""

    __slots__ = ("enabled", "holdings", "is_declared", "member")

    def __init__(self, member: Member, account: str, *, is_declared: bool) -> None:
        super().__init__(Scope("account", member.name, account), member.usage.unvalued)
        self.member = member
        self.is_declared = is_declared
        """The configuration names it."""
        self.enabled = True
        self.holdings: dict[str, Holding] = {}

    def row(self) -> tuple[object, ...]:
        """Give all that it knows."""
        return (*super().row(), self.is_declared, self.enabled)
