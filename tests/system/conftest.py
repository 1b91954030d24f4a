"""Fixtures of the system tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.system.trading_system import TradingSystem
from tradsys_oms.clearing.embedded import embedded_postgres


@pytest.fixture
def system(tmp_path: Path) -> Iterator[TradingSystem]:
    """Give a daemon that is configured, but not started."""
    made = TradingSystem(tmp_path)
    yield made
    made.close()


@pytest.fixture
def running(system: TradingSystem) -> TradingSystem:
    """Give a daemon that takes orders."""
    system.daemon.start()
    return system


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one PostgreSQL for all tests here."""
    with embedded_postgres(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """Give an empty database."""
    name = f"t{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("@/tradsys?", f"@/{name}?")
