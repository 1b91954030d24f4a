"""What a venue with fewer words than the standard takes of an order: everything else is refused in a sentence."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from tradsys_oms.core.commands import PLAIN, Instructions
from tradsys_oms.venues.adapters.errors import NotSendable

INSTRUCTIONS: Final = {
    "stop_px_e8": "StopPx (99)",
    "trigger_price_type": "TriggerPriceType (1107)",
    "display_qty_e8": "DisplayQty (1138)",
    "min_qty_e8": "MinQty (110)",
    "exec_inst": "ExecInst (18)",
    "peg_price_type": "PegPriceType (1094)",
    "peg_offset_e8": "PegOffsetValue (211)",
    "peg_is_fixed": "PegMoveType (835)",
    "expire_time_ns": "ExpireTime (126)",
    "expire_date": "ExpireDate (432)",
    "self_match_id": "SelfMatchPreventionID (2362)",
    "self_match_instruction": "SelfMatchPreventionInstruction (2964)",
}
"""Fields of `Instructions`, and their names in FIX."""


def refuse_others(dialect: str, name: str, value: str, taken: Container[str]) -> None:
    """Raise NotSendable for a value of a field that is not taken."""
    if value not in taken:
        raise NotSendable(f"{dialect} takes no {name} {value}.")


def refuse_beyond(dialect: str, asked: Instructions, taken: Container[str]) -> None:
    """Raise NotSendable for the first instruction, by its name in `Instructions`, that is not taken."""
    for field, name in INSTRUCTIONS.items():
        value = getattr(asked, field)
        if field not in taken and value != getattr(PLAIN, field):
            raise NotSendable(f"{dialect} takes no {name}.")
