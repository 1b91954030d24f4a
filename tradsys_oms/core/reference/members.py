"""Members: the firms that trade, and the ClOrdIDs that each of them has used.

A ClOrdID is unique per member, not per session: a firm may cancel over one session what it entered over another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import Scope, SetMember
from tradsys_oms.core.limits.usage import Usage

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.limits.account import Account


class Member:
    """A firm; `clord_ids` maps every ClOrdID it has used to its order, None where the order was rejected."""

    __slots__ = (
        "accounts",
        "clearing_member",
        "clord_ids",
        "declared_count",
        "enabled",
        "firm_name",
        "name",
        "self_trade",
        "self_trade_key",
        "self_trade_scope",
        "usage",
    )

    def __init__(self, command: SetMember) -> None:
        self.name = command.member
        self.clord_ids: dict[str, Order | None] = {}
        self.accounts: dict[str, Account] = {}
        self.declared_count = 0
        """Accounts that are declared."""
        self.usage = Usage(Scope("member", self.name))
        self.adopt(command)

    @property
    def declares_accounts(self) -> bool:
        """It has no accounts but those that are declared."""
        return self.declared_count > 0

    def adopt(self, command: SetMember) -> None:
        """Take the values of `command`."""
        self.enabled = command.enabled
        self.firm_name = command.firm
        self.clearing_member = command.clearing_member
        """The member that clears for it, and may block it and see its limits; "" for none."""
        self.self_trade = command.self_trade
        """What happens when its own orders meet, "" for a trade as any other."""
        self.self_trade_scope = command.self_trade_scope
        is_firm = command.self_trade_scope == "firm" and command.firm
        self.self_trade_key = (f"firm {command.firm}" if is_firm else f"member {self.name}") if self.self_trade else ""
        """Orders with the same key are its own, "" where that does not matter."""
