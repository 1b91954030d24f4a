"""All dialects by name: what each can do, and the adapter that speaks it."""

from __future__ import annotations

from typing import Final

from tradsys_oms.venues.adapters.adapter import Adapter, Dialect
from tradsys_oms.venues.adapters.binance_spot import BinanceSpot
from tradsys_oms.venues.adapters.coinbase_exchange import CoinbaseExchange
from tradsys_oms.venues.adapters.errors import DialectUnknown
from tradsys_oms.venues.adapters.tradsys import Tradsys42, Tradsys44, Tradsys50sp2
from tradsys_oms.venues.adapters.versions import Fix42, Fix44, Fix50sp2
from tradsys_oms.venues.settings import VenueSettings

ADAPTERS: Final[dict[str, type[Adapter]]] = {
    adapter.dialect.name: adapter
    for adapter in (Fix42, Fix44, Fix50sp2, Tradsys42, Tradsys44, Tradsys50sp2, BinanceSpot, CoinbaseExchange)
}
DIALECTS: Final[dict[str, Dialect]] = {name: adapter.dialect for name, adapter in ADAPTERS.items()}


def make_adapter(settings: VenueSettings) -> Adapter:
    """Give the adapter of a venue; raise DialectUnknown or CredentialsUnusable."""
    adapter = ADAPTERS.get(settings.dialect)
    if adapter is None:
        raise DialectUnknown(f"There is no dialect {settings.dialect!r}: it is one of {', '.join(ADAPTERS)}.")
    return adapter(settings)
