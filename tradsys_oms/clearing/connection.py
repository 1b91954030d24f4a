"""Connections to Postgres, and how a database is named where people read it."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Final
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tradsys_oms.clearing.errors import DatabaseUnavailableError

_DEFAULTS: Final[dict[str, Any]] = {
    "application_name": "tradsys",
    "connect_timeout": 5,
    # A server that vanished without a word is noticed within about 20 s.
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def connect(url: str, autocommit: bool = False) -> psycopg.Connection[Any]:
    """Connect to the database at `url`; what the URL says itself goes before our own settings.

    Raises DatabaseUnavailableError.
    """
    try:
        parameters = _DEFAULTS | {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.Error:
        # libpq's own words would show the whole text, with its password.
        raise DatabaseUnavailableError("The text of database.url is not a PostgreSQL URL: correct it.") from None
    try:
        return psycopg.connect(make_conninfo("", **parameters), autocommit=autocommit)
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise DatabaseUnavailableError(f"No connection to {safe_url(url)}: {reason}") from error


def safe_url(url: str) -> str:
    """Give `url` without its password, as a URL."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "the configured database (its URL can't be read)"
    hosts = str(parts.get("host") or "").split(",")
    ports = str(parts.get("port") or "").split(",")
    user = f"{quote(str(parts['user']), safe='')}@" if parts.get("user") else ""
    database = quote(str(parts.get("dbname") or ""), safe="")
    if hosts[0].startswith("/"):
        return f"postgresql://{user}/{database}?host={quote(','.join(hosts), safe='/')}"
    named = [f"[{host}]" if ":" in host else host for host in hosts]
    places = [f"{host}:{port}" if port else host for host, port in zip_longest(named, ports, fillvalue=ports[-1])]
    return f"postgresql://{user}{','.join(places)}/{database}"
