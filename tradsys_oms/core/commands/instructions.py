"""What an order asks for beyond quantity, price and time in force; plain orders have none of it."""

from __future__ import annotations

from msgspec import Struct, structs


class Instructions(Struct, frozen=True, array_like=True, gc=False):
    """Instructions of an order in the asker's own numbers, as the peer sent them; each default means: not asked for.

    Reports carry the same object back, so that a peer sees what it asked for.
    """

    stop_px_e8: int | None = None
    """StopPx (99)."""
    trigger_price_type: str = ""
    """TriggerPriceType (1107): "1" best offer, "2" last trade, "3" best bid; "" stands for the last trade."""
    display_qty_e8: int | None = None
    """DisplayQty (1138) or MaxFloor (111): what others may see at a time; 0 hides the order."""
    min_qty_e8: int = 0
    """MinQty (110)."""
    exec_inst: str = ""
    """Values of ExecInst (18) that change something, sorted, without blanks: 6 (ParticipateDontInitiate),
    G (AllOrNone), J (ReinstateOnTradingHalt), K (CancelOnTradingHalt). Pegs are in `peg_price_type`."""
    peg_price_type: str = ""
    """PegPriceType (1094): "2" mid price, "4" market (the other side), "5" primary (the own side)."""
    peg_offset_e8: int = 0
    """PegOffsetValue (211), added to the price that the peg follows."""
    peg_is_fixed: bool = False
    """PegMoveType (835) 1: the price is taken once, when the order comes; with a market peg that is "at best"."""
    expire_time_ns: int = 0
    """ExpireTime (126), nanoseconds since 1970 UTC."""
    expire_date: int = 0
    """ExpireDate (432) as YYYYMMDD: the last trading day of the order."""
    self_match_id: str = ""
    """SelfMatchPreventionID (2362)."""
    self_match_instruction: str = ""
    """SelfMatchPreventionInstruction (2964): "1" cancel the aggressive, "2" the passive order, "3" both."""
    max_floor: bool = False
    """The quantity to show came as MaxFloor (111), and goes back as such."""
    cash_order_qty_e8: int | None = None
    """CashOrderQty (152): the money that came in place of OrderQty (38), from which the core has made that."""
    cash_px_e8: int = 0
    """The price at which the core has done so; 0 in what a peer sends."""
    is_manual: bool = False
    """ManualOrderIndicator (1028): the order was taken by telephone."""
    lost_clord_id: str = ""
    """ClOrdID (11) of a message with that order that had not arrived then; it is refused should it come."""


PLAIN = Instructions()
"""An order that asks for nothing of it."""


def wanted_of_market(asked: Instructions) -> Instructions | None:
    """Give what is asked of a market: all but how the order, or its quantity, came to us; None for nothing."""
    if asked.cash_order_qty_e8 is None and not asked.is_manual:
        return None if asked is PLAIN else asked
    wanted = structs.replace(asked, cash_order_qty_e8=None, cash_px_e8=0, is_manual=False, lost_clord_id="")
    return None if wanted == PLAIN else wanted
