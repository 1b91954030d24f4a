"""Settings, requests and messages for the tests of adapters."""

from __future__ import annotations

from pathlib import Path

from msgspec import convert

from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace
from tradsys_oms.venues.adapters.adapter import Adapter, Field
from tradsys_oms.venues.adapters.registry import make_adapter
from tradsys_oms.venues.settings import VenueAddress, VenueCredentials, VenueSettings

E8 = 100_000_000
NOW_NS = 1_767_258_000_123_456_789
NOW = "20260101-09:00:00.123"
PLACE = "41-2"


def settings(
    dialect: str,
    *,
    symbols: dict[str, str] | None = None,
    accounts: dict[str, str] | None = None,
    extra: dict[str, str] | None = None,
    market_data: tuple[str, ...] = (),
    is_drop_copy: bool = False,
    credentials: VenueCredentials | None = None,
) -> VenueSettings:
    nowhere = Path("nowhere")
    return VenueSettings(
        venue="XV",
        dialect=dialect,
        addresses=(VenueAddress("localhost", 1),),
        sender_comp_id="TRADSYS",
        target_comp_id="XV",
        symbols=symbols or {},
        accounts=accounts or {},
        extra=extra or {},
        market_data=market_data,
        is_drop_copy=is_drop_copy,
        credentials=credentials or VenueCredentials(),
        state_dir=nowhere,
        journal_dir=nowhere,
        socket_path=nowhere,
        specs_dir=nowhere,
    )


BINANCE_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
-----END PRIVATE KEY-----
"""
"""The example of Binance's page on signing a Logon; it is no secret."""
CREDENTIALS = {
    "binance_spot": VenueCredentials(
        api_key="sBRXrJx2DsOraMXOaUovEhgVRcjOvCtQwnWj8VxkOh1xqboS02SPGfKi2h8spZJb", private_key=BINANCE_KEY
    ),
    "coinbase_exchange": convert(
        {"api_key": "key-1", "password": "phrase", "secret": "c2VjcmV0IG9mIHRlc3Rz"}, VenueCredentials
    ),
    "fix44": convert({"username": "u", "password": "p"}, VenueCredentials),
}


def any_adapter(
    dialect: str,
    *,
    symbols: dict[str, str] | None = None,
    extra: dict[str, str] | None = None,
    is_drop_copy: bool = False,
) -> Adapter:
    """Make an adapter, with credentials where it needs some."""
    given = settings(
        dialect, symbols=symbols, extra=extra, is_drop_copy=is_drop_copy, credentials=CREDENTIALS.get(dialect)
    )
    return make_adapter(given)


def plain(dialect: str, **more: dict[str, str]) -> Adapter:
    """Make an adapter that needs no credentials."""
    return make_adapter(settings(dialect, **more))  # type: ignore[arg-type]


def order(
    *,
    side: str = "1",
    ord_type: str = "2",
    time_in_force: str = "0",
    price: int | None = 10 * E8,
    account: str = "A1",
    symbol: str = "ACME",
    instructions: Instructions | None = None,
) -> VenueOrder:
    return VenueOrder("XV", 7, "ALPHA", account, symbol, side, ord_type, time_in_force, 100 * E8, price, instructions)


def replace(
    *,
    ord_type: str = "2",
    time_in_force: str = "0",
    venue_order_id: str = "V9",
    symbol: str = "ACME",
    instructions: Instructions | None = None,
) -> VenueReplace:
    return VenueReplace(
        *("XV", 7, "40-1", "39-0", venue_order_id, "A1", symbol, "1", ord_type, time_in_force),
        *(150 * E8, 1_050_000_000, instructions),
    )


def cancel(*, venue_order_id: str = "V9", symbol: str = "ACME") -> VenueCancel:
    return VenueCancel("XV", 7, "40-1", "39-0", venue_order_id, "A1", symbol, "1", 100 * E8)


def query(*, clord_id: str = "40-1", venue_order_id: str = "V9", symbol: str = "ACME") -> VenueQuery:
    return VenueQuery("XV", clord_id, "39-0", venue_order_id, "A1", symbol, "1")


def fields(text: str) -> list[Field]:
    """Take a body like "11=C1|55=ACME" apart."""
    pairs = (field.partition("=") for field in text.split("|"))
    return [(int(tag), value) for tag, _, value in pairs]


def line(body: tuple[Field, ...] | list[Field]) -> str:
    """Write a body like "11=C1|55=ACME"."""
    return "|".join(f"{tag}={value}" for tag, value in body)
