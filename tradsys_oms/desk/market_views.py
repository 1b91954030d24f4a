"""What an operator sees of the market: each instrument's phase, its auction, and the rules that it trades by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tradsys_oms.config.model import Config
from tradsys_oms.core.commands import MarketRules
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.phases.phases import PHASES
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.desk.plain_values import utc_second
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.decimals import format_ticks

PERCENT_E8: Final = 1_000_000
"""A basis point in percent, in units of 1e-8."""
NS_PER_S: Final = 1_000_000_000
SHORT_SALE_ENDS: Final = ("an operator lifts it", "the end of this trading day", "the end of the next trading day")


class UnknownSymbol(TradsysError):
    """There is no instrument of that name."""


class MarketViews:
    """Read-only views of the market of a running daemon; `groups` gives the group of each symbol that has one."""

    def __init__(self, engine: Engine, groups: Callable[[], Mapping[str, str]]) -> None:
        self._engine, self._groups = engine, groups

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"market.list": self.market_list, "market.show": self.market_show, "market.units": self.market_units}

    def market_list(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List the instruments by symbol; arguments: group, "" for all."""
        wanted, groups = str(arguments.get("group", "")), self._groups()
        return [
            self._row(instrument, groups.get(symbol, ""))
            for symbol, instrument in sorted(self._engine.instruments.items())
            if wanted in ("", groups.get(symbol))
        ]

    def market_show(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Show everything about the market of one instrument; arguments: symbol."""
        instrument = find_instrument(self._engine, str(arguments.get("symbol", "")))
        return self._row(instrument, self._groups().get(instrument.symbol, "")) | {
            "reason": instrument.phase_reason,
            "next_phases": list(PHASES[instrument.phase].next_phases),
            "takes_orders": PHASES[instrument.phase].takes_orders and instrument.enabled,
            "enabled": instrument.enabled,
            "has_phases": instrument.has_phases,
            "day_is_ended": instrument.day_is_ended,
            "auction_px": _price(instrument, instrument.auction_px),
            "close_px": _price(instrument, instrument.close_px),
            "short_sale_restricted": instrument.short_sale_restricted,
            "short_sale_until": SHORT_SALE_ENDS[instrument.short_sale_day_ends] * instrument.short_sale_restricted,
            "underlying": instrument.underlying,
            "orders_open": sum(1 for _ in instrument.book.open_orders()),
            "subscribers": list(instrument.subscribers),
            "rules": _rules(instrument.rules),
        }

    def market_units(self, _arguments: dict[str, Any]) -> dict[str, list[int]]:
        """Give tick and lot of each instrument in units of 1e-8: what the journal counts in."""
        return {symbol: [known.tick_e8, known.lot_e8] for symbol, known in self._engine.instruments.items()}

    def _row(self, instrument: Instrument, group: str) -> dict[str, Any]:
        is_auction = PHASES[instrument.phase].is_auction
        price, qty, imbalance = self._engine.indication(instrument.symbol) if is_auction else (0, 0, 0)
        return {
            "symbol": instrument.symbol,
            "group": group,
            "phase": instrument.phase,
            "since": utc_second(instrument.phase_since_ns),
            "until": utc_second(instrument.phase_until_ns),
            "trade_date": str(instrument.trade_date or ""),
            "last_px": _price(instrument, instrument.last_px),
            "indicative_px": _price(instrument, price),
            "indicative_qty": format_ticks(qty, instrument.lot_e8) if is_auction else None,
            "imbalance_qty": format_ticks(imbalance, instrument.lot_e8) if is_auction else None,
        }


def groups_of(config: Config) -> dict[str, str]:
    """Give the group of each instrument that has one, by symbol."""
    return {entry.symbol: entry.group for entry in config.instruments if entry.group}


def find_instrument(engine: Engine, symbol: str) -> Instrument:
    """Give an instrument by its name, or raise `UnknownSymbol`."""
    instrument = engine.instruments.get(symbol)
    if instrument is None:
        raise UnknownSymbol(f"there is no instrument {symbol!r}; `tradsys market list` lists them")
    return instrument


def _rules(rules: MarketRules) -> dict[str, Any]:
    return {
        "matching": rules.matching,
        "lead_member": rules.lead_member,
        "lead_share_percent": _percent(rules.lead_share_bps),
        "market_protection_percent": _percent(rules.market_protection_bps),
        "static_band_percent": _percent(rules.static_band_bps),
        "dynamic_band_percent": _percent(rules.dynamic_band_bps),
        "breaker_percent": _percent(rules.breaker_bps),
        "breaker_window_s": rules.breaker_window_ns // NS_PER_S,
        "volatility_auction_s": rules.auction_ns // NS_PER_S,
        "halt_s": rules.halt_ns // NS_PER_S,
        "short_sale_trigger_percent": _percent(rules.short_sale_trigger_bps),
    }


def _percent(bps: int) -> str:
    return format_ticks(bps, PERCENT_E8)


def _price(instrument: Instrument, ticks: int) -> str | None:
    return format_ticks(ticks, instrument.tick_e8) if ticks else None
