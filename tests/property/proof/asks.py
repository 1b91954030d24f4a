"""What orders of a stream ask for: any OrdType and instruction, mostly in combinations that go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tests.property.proof.dates import later
from tests.property.proof.markets import LOT_E8, SECOND_NS, TICK_E8
from tradsys_oms.core.commands import PLAIN, Instructions
from tradsys_oms.core.fields import TimeInForce
from tradsys_oms.core.phases.phases import Phase

if TYPE_CHECKING:
    from tests.property.naive.things import Order
    from tests.property.proof.drawing import Drawing

LEAST_FILLS = frozenset(("min_qty", "all_or_none"))
"""Not where a command makes few fills: how the core counts what a least fill may take is its own business."""
Asked = tuple[str, str, Instructions | None, int | None, int]
"""OrdType, TimeInForce, instructions, price and quantity."""


def ask(it: Drawing, symbol: str, side: str) -> Asked:
    """Make an order."""
    chance, features = it.chance, it.shape.features
    qty_e8 = it.qty_e8()
    special = chance.random() * 100 < it.shape.special_percent
    kind = order_type(it, symbol) if special else chance.choice("2222221")
    tif = chance.choice(times(it, symbol, kind))
    if "few_fills" in features:
        tif = tif.replace(TimeInForce.FOK, TimeInForce.IOC)
    fields: dict[str, Any] = {}
    if special:
        fields = extras(it, kind, tif, qty_e8)
    if kind in "34":
        fields["stop_px_e8"] = it.price_e8(symbol, side)
        if chance.random() < 0.4:
            fields["trigger_price_type"] = chance.choice("123")
    if kind == "P":
        fields |= peg(it)
    if tif == "6":
        fields |= end(it, symbol)
    if "self_trade" in features and chance.random() < 0.2:
        fields["self_match_id"] = chance.choice("xy")
        fields["self_match_instruction"] = chance.choice(("", "1", "2", "3"))
    has_price = (
        kind in "24"
        or (kind == "P" and "peg_limit" in features and chance.random() < 0.4)
        or (kind != "P" and chance.random() < 0.05)
    )
    has_price = has_price and not (kind in "24" and it.odd("x", "", 0.01))
    price_e8 = it.price_e8(symbol, side) if has_price else None
    asks = replace(PLAIN, **fields)
    return kind, tif, None if asks == PLAIN else asks, price_e8, qty_e8


def order_type(it: Drawing, symbol: str) -> str:
    features = it.shape.features
    kinds = "22222222" + "1" * 2
    kinds += "3344" if "stop" in features else ""
    kinds += "PPP" if "peg" in features else ""
    kinds += "K" if "market_to_limit" in features else ""
    return it.odd("9", it.chance.choice(kinds), 0.005)


def times(it: Drawing, symbol: str, kind: str) -> str:
    """Give the TimeInForces to choose from."""
    known = it.exchange.instruments.get(symbol)
    phase = known.phase if known else Phase.CONTINUOUS
    features = it.shape.features
    if it.odd("x", "", 0.03):
        return "01234567" if "phases" in features else "012346"
    good_till = "6" if "good_till" in features else ""
    if kind in "34PK9":
        return "001" + good_till
    auctions = "57" if "phases" in features else ""
    if phase == Phase.CONTINUOUS:
        return "0007"[: 4 if auctions else 3] + "34" if kind == "1" else "0000111134" + good_till + auctions
    opening = "2" if phase in (Phase.PRE_OPEN, Phase.OPENING_AUCTION) else ""
    return "0001" + auctions + opening + good_till


def extras(it: Drawing, kind: str, tif: str, qty_e8: int) -> dict[str, Any]:
    """Give instructions for a special order."""
    chance, features = it.chance, it.shape.features
    if "few_fills" in features:
        features -= LEAST_FILLS
    lots = max(qty_e8 // LOT_E8, 1)
    least = chance.randint(1, lots) * LOT_E8
    offers: list[tuple[str, str, dict[str, Any]]] = [
        ("iceberg", "24KP", {"display_qty_e8": chance.randint(1, lots) * LOT_E8}),
        ("iceberg", "24KP", {"display_qty_e8": chance.randint(1, 3) * LOT_E8, "max_floor": True}),
        ("hidden", "2P", {"display_qty_e8": 0}),
        ("min_qty", "2P", {"min_qty_e8": least}),
        ("min_qty", "2", {"min_qty_e8": least, "display_qty_e8": 0}),
        ("all_or_none", "2", {"exec_inst": "G"}),
        ("post_only", "2P", {"exec_inst": "6"}),
        ("phases", "12", {"exec_inst": "K"}),
    ]
    if kind == "1" and tif == "3" and "min_qty" in features and chance.random() < 0.5:
        return {"min_qty_e8": least}
    if tif == "3" and kind == "2":
        offers = [offer for offer in offers if offer[0] in ("min_qty", "all_or_none")][:2]
    is_wild = bool(it.odd("x", "", 0.04))
    fitting = [extra for feature, kinds, extra in offers if feature in features and (kind in kinds or is_wild)]
    if not fitting or tif in "4" or (tif in "257" and not is_wild) or chance.random() < 0.3:
        return {}
    return chance.choice(fitting)


def peg(it: Drawing) -> dict[str, Any]:
    offset = it.chance.choice((0, 0, 0, 1, -1, 2)) * TICK_E8
    fields: dict[str, Any] = {"peg_price_type": it.odd("", it.chance.choice("2455"), 0.01)}
    return fields | {"peg_offset_e8": offset, "peg_is_fixed": it.chance.random() < 0.2}


def end(it: Drawing, symbol: str) -> dict[str, Any]:
    """Give an end for GTD."""
    known = it.exchange.instruments.get(symbol)
    day = later(known.trade_date if known else 0, it.chance.randint(0, 3))
    if it.chance.random() < 0.5:
        return {"expire_date": day}
    return {"expire_time_ns": it.now_ns + it.chance.randint(0, 20) * SECOND_NS}


def changed_asks(it: Drawing, order: Order, asks: Instructions) -> Instructions:
    """Change one instruction, mostly one that may be changed."""
    chance = it.chance
    if asks.stop_px_e8 is not None and chance.random() < 0.7:
        return replace(asks, stop_px_e8=it.price_e8(order.symbol, order.side))
    if asks.display_qty_e8:
        return replace(asks, display_qty_e8=max(asks.display_qty_e8 + chance.choice((-1, 1)) * LOT_E8, LOT_E8))
    if asks.min_qty_e8:
        return replace(asks, min_qty_e8=max(asks.min_qty_e8 + chance.choice((-2, 1)) * LOT_E8, LOT_E8))
    if asks.peg_price_type:
        return replace(asks, peg_offset_e8=chance.choice((0, 1, -1)) * TICK_E8)
    if it.shape.special_percent and it.odd("x", "", 0.3):
        return replace(asks, **chance.choice(({"exec_inst": "G"}, {"display_qty_e8": LOT_E8}, {"min_qty_e8": LOT_E8})))
    return asks
