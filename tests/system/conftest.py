"""Fixtures of the system tests."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.system.floor import Floor, Trader
from tests.system.trading_system import VERSIONS, TradingSystem
from tradsys_oms.clearing.embedded import embedded_postgres

LOG_CHARS = 4_000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a failure show the ends of the logs of the daemons that took part."""
    report = yield
    if report.failed:
        used = getattr(item, "funcargs", {}).values()
        systems = {id(known): known for known in (getattr(one, "system", one) for one in used)}
        for known in systems.values():
            if isinstance(known, TradingSystem) and known.daemon.log.exists():
                text = known.daemon.log.read_text(errors="replace")
                report.sections.append((f"the end of {known.daemon.log}", text[-LOG_CHARS:]))
    return report


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


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """Run one daemon for all cases of a module."""
    system = TradingSystem(tmp_path_factory.mktemp("floor"))
    try:
        yield Floor(system).start()
    finally:
        system.close()


@pytest.fixture
def floor(whole_floor: Floor) -> Iterator[Floor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


@pytest.fixture(params=VERSIONS)
def trader(floor: Floor, request: pytest.FixtureRequest) -> Trader:
    """Give a broker of each version."""
    return floor.trader(request.param)


@pytest.fixture
def symbol(floor: Floor) -> str:
    """Give an instrument that no other case has."""
    return floor.symbol()
