"""What may be asked for (section 2), and the checks of quantity and price; the first fault decides."""

from __future__ import annotations

from collections.abc import Iterator

from tests.property.naive.settling import price_max
from tests.property.naive.short_selling import is_refused
from tests.property.naive.things import Exchange, Instrument
from tradsys_oms.core.commands import PLAIN, Instructions, NewOrder, ReplaceOrder
from tradsys_oms.core.fields import OrdRejReason, OrdType, Side, TimeInForce

GOOD_FOR_LONGER = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
STAYING = (*GOOD_FOR_LONGER, TimeInForce.GTX, TimeInForce.ATC, TimeInForce.OPG)
MARKET_ONLY = (TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.OPG, TimeInForce.ATC)
IN_AUCTIONS = (TimeInForce.GTC, TimeInForce.GTD, TimeInForce.GTX)
ANY = (*STAYING, TimeInForce.IOC, TimeInForce.FOK)
UNSUPPORTED = OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC
STOPS = (OrdType.STOP, OrdType.STOP_LIMIT)


NONE = -1


def fault(x: Exchange, command: NewOrder | ReplaceOrder, instrument: Instrument) -> int:
    """Give the OrdRejReason, -1 for none."""
    reason = fault_of_terms(x, command, instrument)
    if reason:
        return reason
    if is_refused(command, instrument):
        return OrdRejReason.EXCHANGE_OPTION
    x.gate.accounts[x.member_of(command.session), getattr(command, "account", "")] = None
    if x.is_full and isinstance(command, NewOrder):
        return OrdRejReason.ORDER_EXCEEDS_LIMIT
    if isinstance(command, NewOrder):
        return NONE  # limits are asked before its end
    return ends(x, command.instructions or PLAIN, instrument) or NONE


def fault_of_terms(x: Exchange, command: NewOrder | ReplaceOrder, instrument: Instrument) -> int:
    """Give the OrdRejReason of what is asked for, whatever the book; 0 for none."""
    asks = command.instructions or PLAIN
    return (
        may_trade(x, command, instrument)
        or (UNSUPPORTED if any(oddities(command, asks, instrument)) else 0)
        or taken_now(x, command, asks, instrument)
        or quantity(command, instrument)
        or parts(command, asks, instrument)
        or prices(command, asks, instrument)
        or notional(command, instrument)
    )


def may_trade(x: Exchange, command: NewOrder | ReplaceOrder, instrument: Instrument) -> int:
    member, is_enabled = x.sessions[command.session]
    if not x.members[member].enabled or not is_enabled:
        return OrdRejReason.OTHER
    return 0 if instrument.data.enabled else OrdRejReason.EXCHANGE_CLOSED


def taken_now(x: Exchange, command: NewOrder | ReplaceOrder, asks: Instructions, instrument: Instrument) -> int:
    """Look at what the phase takes (section 11)."""
    rules = instrument.phase_rules
    if not rules.takes_orders or command.symbol in x.uncrossing:
        return OrdRejReason.EXCHANGE_CLOSED
    is_continuous_only = (
        asks.display_qty_e8 == 0
        or asks.min_qty_e8 != 0
        or "G" in asks.exec_inst
        or "6" in asks.exec_inst
        or asks.peg_is_fixed
    )
    is_taken = command.ord_type in rules.ord_types and command.time_in_force in rules.times_in_force
    return 0 if is_taken and (instrument.is_continuous or not is_continuous_only) else UNSUPPORTED


def oddities(command: NewOrder | ReplaceOrder, asks: Instructions, instrument: Instrument) -> Iterator[bool]:
    """Go through the tables of section 2 and of the phases: True for what is not supported, or not together."""
    kind, tif = command.ord_type, command.time_in_force
    yield bool(command.unsupported) or command.currency not in ("", instrument.data.currency)
    yield command.side not in (Side.BUY, Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT)
    yield kind not in (OrdType.MARKET, OrdType.LIMIT, *STOPS, OrdType.MARKET_TO_LIMIT, OrdType.PEGGED)
    yield tif not in allowed_times(kind, instrument)
    yield (asks.stop_px_e8 is not None) != (kind in STOPS)
    yield kind not in STOPS and asks.trigger_price_type != ""
    yield from odd_parts(kind, tif, asks)
    yield from odd_flags(kind, tif, asks, instrument)
    yield from odd_pegs(kind, asks)
    yield bool(asks.expire_date) + bool(asks.expire_time_ns) != (tif == TimeInForce.GTD)


def allowed_times(kind: str, instrument: Instrument) -> tuple[str, ...]:
    if kind == OrdType.MARKET:
        return MARKET_ONLY if instrument.is_continuous else MARKET_ONLY + IN_AUCTIONS
    return ANY if kind == OrdType.LIMIT else GOOD_FOR_LONGER


def odd_parts(kind: str, tif: str, asks: Instructions) -> Iterator[bool]:
    shown_e8, least_e8 = asks.display_qty_e8, asks.min_qty_e8
    if shown_e8:
        kinds = (OrdType.LIMIT, OrdType.STOP_LIMIT, OrdType.MARKET_TO_LIMIT, OrdType.PEGGED)
        yield kind not in kinds or tif not in STAYING
        yield least_e8 > 0 or "G" in asks.exec_inst
    if shown_e8 == 0:
        yield kind not in (OrdType.LIMIT, OrdType.PEGGED) or tif not in GOOD_FOR_LONGER
    if least_e8:
        yield kind not in (OrdType.LIMIT, OrdType.PEGGED) and (kind, tif) != (OrdType.MARKET, TimeInForce.IOC)
        yield tif not in (*GOOD_FOR_LONGER, TimeInForce.IOC)
        yield "G" in asks.exec_inst or "6" in asks.exec_inst


def odd_flags(kind: str, tif: str, asks: Instructions, instrument: Instrument) -> Iterator[bool]:
    if "G" in asks.exec_inst:
        yield kind != OrdType.LIMIT or tif not in (*GOOD_FOR_LONGER, TimeInForce.IOC)
        yield "6" in asks.exec_inst
    if "6" in asks.exec_inst:
        yield kind not in (OrdType.LIMIT, OrdType.PEGGED) or tif not in GOOD_FOR_LONGER
    if "G" in asks.exec_inst or asks.min_qty_e8:
        yield instrument.rules.matching == "pro_rata"
    yield "J" in asks.exec_inst and "K" in asks.exec_inst


def odd_pegs(kind: str, asks: Instructions) -> Iterator[bool]:
    is_peg = kind == OrdType.PEGGED
    yield is_peg != bool(asks.peg_price_type)
    yield not is_peg and (asks.peg_offset_e8 != 0 or asks.peg_is_fixed)


def quantity(command: NewOrder | ReplaceOrder, instrument: Instrument) -> int:
    if command.order_qty_e8 <= 0 or command.order_qty_e8 % instrument.data.lot_e8:
        return OrdRejReason.INCORRECT_QUANTITY
    return OrdRejReason.ORDER_EXCEEDS_LIMIT if command.order_qty_e8 > instrument.data.order_qty_max_e8 else 0


def parts(command: NewOrder | ReplaceOrder, asks: Instructions, instrument: Instrument) -> int:
    """Judge DisplayQty and MinQty."""
    for part_e8 in (asks.display_qty_e8 or 0, asks.min_qty_e8):
        if not 0 <= part_e8 <= command.order_qty_e8 or part_e8 % instrument.data.lot_e8:
            return OrdRejReason.INCORRECT_QUANTITY
    return 0


def prices(command: NewOrder | ReplaceOrder, asks: Instructions, instrument: Instrument) -> int:
    """Judge Price, StopPx and PegOffsetValue."""
    reason = 0
    if command.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT):
        reason = OrdRejReason.OTHER if command.price_e8 is None else price(command.price_e8, instrument)
    elif has_optional_price(command) and command.price_e8 is not None:
        reason = price(command.price_e8, instrument)
    if not reason and asks.stop_px_e8 is not None:
        reason = stop_price(asks.stop_px_e8, instrument)
    if not reason and asks.peg_offset_e8 % instrument.data.tick_e8:
        reason = OrdRejReason.INVALID_PRICE_INCREMENT
    return reason


def stop_price(price_e8: int, instrument: Instrument) -> int:
    if price_e8 <= 0:
        return OrdRejReason.OTHER
    return OrdRejReason.INVALID_PRICE_INCREMENT if price_e8 % instrument.data.tick_e8 else 0


def has_optional_price(command: NewOrder | ReplaceOrder) -> bool:
    """A peg may have a limit; what is left over as limit may get another one."""
    is_left_over = command.ord_type == OrdType.MARKET_TO_LIMIT and isinstance(command, ReplaceOrder)
    return command.ord_type == OrdType.PEGGED or is_left_over


def price(price_e8: int, instrument: Instrument) -> int:
    data = instrument.data
    if price_e8 % data.tick_e8:
        return OrdRejReason.INVALID_PRICE_INCREMENT
    if price_e8 <= 0:
        return OrdRejReason.OTHER
    if data.price_band_bps:
        width_e8 = data.reference_price_e8 * data.price_band_bps // 10_000
        is_outside = abs(price_e8 - data.reference_price_e8) > width_e8
        return OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND if is_outside else 0
    return OrdRejReason.ORDER_EXCEEDS_LIMIT if price_e8 // data.tick_e8 > price_max(instrument) else 0


def notional(command: NewOrder | ReplaceOrder, instrument: Instrument) -> int:
    """Price times quantity; without a price the highest of the band, or the reference price, counts."""
    data = instrument.data
    if not data.order_notional_max_e8:
        return 0
    worst = price_max(instrument) if data.price_band_bps else instrument.reference_px
    if command.price_e8 is not None and command.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT, OrdType.PEGGED):
        worst = command.price_e8 // data.tick_e8
    most = data.order_notional_max_e8 * 100_000_000 // (data.tick_e8 * data.lot_e8)
    is_too_much = worst * (command.order_qty_e8 // data.lot_e8) > most
    return OrdRejReason.ORDER_EXCEEDS_LIMIT if is_too_much else 0


def ends(x: Exchange, asks: Instructions, instrument: Instrument) -> int:
    """An order whose time is past is refused."""
    is_past = 0 < asks.expire_time_ns <= x.now_ns or 0 < asks.expire_date < instrument.trade_date
    return OrdRejReason.OTHER if is_past else 0
