"""From what a peer asks for to what an order is: instructions in units of 1e-8 become ticks and lots."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.book.special import Special
from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.fields import ExecInst, TriggerPriceType
from tradsys_oms.core.matching.self_trade import INSTRUCTIONS, key_of_instructions
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.reference.members import Member

PAST: Final = "ExpireTime (126) or ExpireDate (432) is past"


def is_past(special: Special, instrument: Instrument, time_ns: int) -> bool:
    """Tell that the time or the trading day until which an order is good has gone by."""
    return 0 < special.expire_ns <= time_ns or 0 < special.expire_date < instrument.trade_date


def make_special(asked: Instructions, instrument: Instrument, firm: Member, seq: int, price: int) -> Special:
    """Make what an order is beyond a plain one; `price` is its Price (44) in ticks, 0 for none."""
    tick_e8, lot_e8, exec_inst = instrument.tick_e8, instrument.lot_e8, asked.exec_inst
    return Special(
        instructions=asked,
        arrival=seq,
        stop_px=(asked.stop_px_e8 or 0) // tick_e8,
        trigger="" if asked.stop_px_e8 is None else asked.trigger_price_type or TriggerPriceType.LAST_TRADE,
        display_qty=(asked.display_qty_e8 or 0) // lot_e8,
        is_hidden=asked.display_qty_e8 == 0,
        min_qty=asked.min_qty_e8 // lot_e8,
        is_all_or_none=ExecInst.ALL_OR_NONE in exec_inst,
        is_post_only=ExecInst.POST_ONLY in exec_inst,
        cancels_on_halt=ExecInst.CANCEL_ON_HALT in exec_inst,
        peg="" if asked.peg_is_fixed else asked.peg_price_type,
        peg_offset=asked.peg_offset_e8 // tick_e8,
        peg_limit=price if asked.peg_price_type and not asked.peg_is_fixed else 0,
        expire_ns=asked.expire_time_ns,
        expire_date=asked.expire_date,
        self_trade_key=key_of_instructions(asked, firm),
        self_trade=INSTRUCTIONS.get(asked.self_match_instruction, ""),
    )
