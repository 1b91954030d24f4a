"""Executions done elsewhere that are remembered, so that each counts once, and can be corrected and busted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

if TYPE_CHECKING:
    from tradsys_oms.core.commands import DropCopy
    from tradsys_oms.core.limits.holding import Holding

EXEC_IDS_MAX: Final = 1_000_000
"""ExecIDs that are remembered, over all venues."""


class Elsewhere(Struct, gc=False):
    """An execution done elsewhere as it is now."""

    exec_id: str
    """Its first one."""
    holding: Holding
    side: str
    qty: int
    """Bought, or below 0 sold, in lots; 0 for one that was busted."""
    px: int
    seq: int
    """Journal sequence of the command that brought it."""

    def is_of(self, command: DropCopy) -> bool:
        """Tell that a command names the same account, symbol and side."""
        scope = self.holding.scope
        names = (command.member, command.account, command.symbol, command.side)
        return names == (scope.name, scope.account, scope.symbol, self.side)


class Told(Struct, frozen=True, gc=False):
    """What came with an ExecID."""

    exec_type: str
    exec_ref_id: str
    last_qty_e8: int
    last_px_e8: int
    execution: Elsewhere

    def is_same(self, command: DropCopy) -> bool:
        """Tell that a command with the same ExecID says the same again."""
        before = (self.exec_type, self.exec_ref_id, self.last_qty_e8, self.last_px_e8)
        now = (command.exec_type, command.exec_ref_id, command.last_qty_e8, command.last_px_e8)
        return before == now and self.execution.is_of(command)


class Executions:
    """What came with each ExecID of each venue; beyond `most` of them the oldest is forgotten."""

    __slots__ = ("_most", "_oldest", "_told")

    def __init__(self, most: int = EXEC_IDS_MAX) -> None:
        self._most = most
        self._told: dict[tuple[str, str], Told] = {}
        self._oldest: deque[tuple[str, str]] = deque()

    def __len__(self) -> int:
        return len(self._told)

    def find(self, venue: str, exec_id: str) -> Told | None:
        """Give what came with an ExecID, None if it never came or was forgotten."""
        return self._told.get((venue, exec_id))

    def remember(self, command: DropCopy, execution: Elsewhere) -> None:
        """Keep what came with an ExecID that is new."""
        key = command.venue, command.exec_id
        contents = (command.exec_type, command.exec_ref_id, command.last_qty_e8, command.last_px_e8)
        self._told[key] = Told(*contents, execution)
        self._oldest.append(key)
        if len(self._oldest) > self._most:
            del self._told[self._oldest.popleft()]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Give all that is remembered, the oldest first, for the hash of the state."""
        for key, told in self._told.items():
            now = told.execution
            contents = (told.exec_type, told.exec_ref_id, told.last_qty_e8, told.last_px_e8)
            yield ("elsewhere", *key, *contents, now.exec_id, now.holding.scope, now.side, now.qty, now.px, now.seq)
