"""What an operator sees of marks: what each instrument is worth, who said so and when, and whether venues quote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tradsys_oms.core.engine import Engine
from tradsys_oms.core.reference.instruments import Instrument
from tradsys_oms.core.routing.venue_marks import quoting
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.plain_values import utc_second
from tradsys_oms.fix.decimals import format_ticks

TRADE: Final = "trade"
REFERENCE: Final = "reference"


class MarkViews:
    """Read-only views of marks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {"mark.list": self.list_marks}

    def list_marks(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List marks by symbol.

        Arguments: symbol: "" for all; stale: true for those only whose venues say nothing now.
        """
        symbol, engine = str(arguments.get("symbol") or ""), self._engine
        known = [find_instrument(engine, symbol)] if symbol else [one for _, one in sorted(engine.instruments.items())]
        rows = [self._row(instrument) for instrument in known]
        return [row for row in rows if row["stale"]] if arguments.get("stale") else rows

    def _row(self, instrument: Instrument) -> dict[str, Any]:
        said, source = instrument.said, mark_source(instrument)
        is_said = source not in (TRADE, REFERENCE)
        venue = quoting(self._engine.routing.venues, instrument)
        return {
            "symbol": instrument.symbol,
            "mark": format_ticks(instrument.mark_px, instrument.tick_e8),
            "source": source,
            "by": said.by if is_said else "",
            "since": utc_second(said.time_ns) if is_said else "",
            "held": is_said and said.is_held,
            "quoting": venue,
            "stale": bool(instrument.mark_venues) and not venue,
            "mark_venues": list(instrument.mark_venues),
        }


def mark_source(instrument: Instrument) -> str:
    """Say where the mark of an instrument comes from: trade, operator, quote, execution or reference."""
    if instrument.mark:
        return TRADE
    return instrument.said.source or REFERENCE


def lasts(instrument: Instrument, is_held: bool) -> str:
    """Say until when a mark that an operator sets counts."""
    if is_held or not instrument.mark_venues:
        return "until its next trade"
    return f"until its next trade or price of {', '.join(instrument.mark_venues)}"
