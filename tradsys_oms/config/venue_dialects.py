"""Dialects of venues, as far as a configuration has to know them: what each can do, and what it needs.

The adapters that speak them are in `venues/adapters/`; configuration is read where these are not wanted, so their names
and abilities stand here too, and a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Dialect(Struct, frozen=True, kw_only=True):
    """What a venue of this dialect can do, and what its Logon needs."""

    can_replace: bool = True
    """It takes OrderCancelReplaceRequest (35=G)."""
    can_mass_status: bool = True
    """It answers OrderMassStatusRequest (35=AF)."""
    needed_credentials: tuple[str, ...] = ()
    """Keys of `credentials` without which nobody logs on."""
    needs_tls: bool = False
    """It is reached by TLS only."""


DIALECTS: Final[dict[str, Dialect]] = {
    "fix42": Dialect(can_mass_status=False),
    "fix44": Dialect(),
    "fix50sp2": Dialect(),
    "tradsys42": Dialect(can_mass_status=False),
    "tradsys44": Dialect(),
    "tradsys50sp2": Dialect(),
    "binance_spot": Dialect(
        can_replace=False, can_mass_status=False, needed_credentials=("api_key", "private_key"), needs_tls=True
    ),
    "coinbase_exchange": Dialect(
        can_replace=False,
        can_mass_status=False,
        needed_credentials=("api_key", "api_secret", "password"),
        needs_tls=True,
    ),
}
"""By name, as `venues[].dialect` has it."""
