"""Rows of reference data: instruments and members as last set."""

from __future__ import annotations

from tradsys_oms.clearing.copy_text import clean, number_e8
from tradsys_oms.core.commands import SetInstrument, SetMember


def member_row(command: SetMember, seq: int, moment: str) -> str:
    """Give the row of a member firm."""
    return f"{clean(command.member)}\t{_flag(command.enabled)}\t{seq}\t{moment}\t{clean(command.firm)}"


def instrument_row(command: SetInstrument, seq: int, moment: str) -> str:
    """Give the row of an instrument."""
    notional_max = number_e8(command.order_notional_max_e8) if command.order_notional_max_e8 else ""
    return (
        f"{clean(command.symbol)}\t{command.tick_e8}\t{command.lot_e8}\t{number_e8(command.tick_e8)}\t"
        f"{number_e8(command.lot_e8)}\t{number_e8(command.reference_price_e8)}\t{command.price_band_bps}\t"
        f"{number_e8(command.order_qty_max_e8)}\t{notional_max}\t{clean(command.currency)}\t{_flag(command.enabled)}\t"
        f"{seq}\t{moment}\t{clean(command.underlying)}\t{_flag(command.has_phases)}"
    )


def _flag(value: bool) -> str:
    return "t" if value else "f"
