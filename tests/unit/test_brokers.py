"""Sessions follow the configuration: their stores are opened before anything is changed, all or none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradsys_oms.brokers import Brokers, make_acceptor
from tradsys_oms.config import Config, load_config
from tradsys_oms.core.commands import (
    CancelOrder,
    Command,
    Instructions,
    NewOrder,
    SetInstrument,
    SetMember,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import SCALE_E8 as E8
from tradsys_oms.fix.errors import StoreUnavailable
from tradsys_oms.fix.reserved_numbers import CHUNK
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.gateway import Gateway
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.recovery import replay
from tradsys_oms.sequencer import Sequencer

CONFIG = """
comp_id: TRADSYS
insecure: true
state_dir: {state_dir}
members: [{{id: A}}, {{id: B}}]
sessions:
  - {{comp_id: A, version: FIX.4.4}}
  - {{comp_id: B, version: FIX.4.2, enabled: false}}
instruments:
  - {{symbol: ACME, tick: 0.01, lot: 1, reference_price: 100, price_band_percent: 20, order_qty_max: 1_000}}
"""


COMMANDS: tuple[Command, ...] = (
    SetMember("A", True),
    SetMember("B", True),
    SetSession("A", "A", True),
    SetSession("B", "B", False),
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "tradsys.yaml"
    path.write_text(CONFIG.format(state_dir=tmp_path / "state"))
    return load_config(path)


def failed(error: BaseException) -> None:
    pytest.fail(str(error))


@pytest.fixture
def gateway(config: Config) -> Iterator[Gateway]:
    """Give the gateway of an exchange that knows all sessions, on a journal of its own."""
    loop = asyncio.new_event_loop()
    writer = JournalWriter.open(config.state_dir / "journal", "os")
    engine = Engine()
    gateway = Gateway(engine.instruments, {})
    gateway.sequencer = Sequencer(engine, writer, loop, gateway.release, gateway.released, failed)
    gateway.acceptor = make_acceptor(config, gateway, failed)
    for command in COMMANDS:
        gateway.sequencer.submit(command)
    yield gateway
    loop.run_until_complete(gateway.sequencer.journal.drain())
    gateway.acceptor.close()
    gateway.sequencer.journal.close()
    writer.close()
    loop.close()


@pytest.fixture
def brokers(config: Config, gateway: Gateway) -> Brokers:
    """Give the keeper of its sessions, which has no store open yet."""
    return Brokers(gateway.sequencer.engine, gateway.acceptor, gateway, config.state_dir / "journal")


def open_files(folder: Path) -> list[str]:
    """List the files below a folder that this process has open."""
    links = (str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return [target for target in links if target.startswith(str(folder))]


def test_a_store_that_cant_be_opened_leaves_none_open(config: Config, brokers: Brokers) -> None:
    stores = config.state_dir / "store"
    stores.mkdir(parents=True)
    (stores / "B").write_text("not a directory")
    with pytest.raises(StoreUnavailable):
        brokers.open_stores(config)
    assert open_files(stores) == []


def test_a_disabled_session_has_its_store_and_is_opened_once(config: Config, brokers: Brokers) -> None:
    stores = brokers.open_stores(config)
    assert list(stores) == ["A", "B"]
    brokers.follow(config, stores)
    assert brokers.open_stores(config) == {}


def test_numbers_are_reserved_before_any_is_used(config: Config, brokers: Brokers, gateway: Gateway) -> None:
    brokers.follow(config, brokers.open_stores(config))
    numbers = gateway.acceptor.sessions["A"].numbers
    assert (gateway.sequencer.engine.sessions["A"].reserved_out, numbers.ceiling) == (CHUNK + 1, 0)
    gateway.sequencer.journal._loop.run_until_complete(gateway.sequencer.journal.drain())
    assert numbers.ceiling == CHUNK + 1


def test_records_that_only_a_store_shows_are_counted(config: Config, brokers: Brokers) -> None:
    store = OutboundStore.open(config.state_dir / "store" / "A", 0)
    store.append(1, b"report", (len(COMMANDS) + 3, 0), False)
    store.close()
    stores = brokers.open_stores(config)
    assert brokers.lost_entries(stores) == 3
    assert brokers.lost_entries({}) == 0
    brokers.follow(config, stores)


STOP = Instructions(stop_px_e8=100 * E8)
"""A stop that trades at 100 trigger."""
TRADING: tuple[Command, ...] = (
    SetInstrument("ACME", 1_000_000, E8, 100 * E8, 2000, 1000 * E8, 0, "USD", True),
    SetSession("B", "B", True),
    NewOrder("B", 1, "B1", "", "ACME", "1", "4", "0", E8, 101 * E8, instructions=STOP),
    NewOrder("A", 1, "A1", "", "ACME", "2", "2", "0", E8, 100 * E8),
    NewOrder("A", 2, "A2", "", "ACME", "1", "2", "0", E8, 100 * E8),
)


def test_an_event_without_words_is_passed_over_now_and_after_a_restart(
    config: Config, brokers: Brokers, gateway: Gateway
) -> None:
    brokers.follow(config, brokers.open_stores(config))
    journal, store = gateway.sequencer.journal, gateway.acceptor.sessions["B"].store
    first = store.next_seq_num
    for command in TRADING:
        gateway.sequencer.submit(command)
        gateway.refresh_units()
    journal._loop.run_until_complete(journal.drain())
    past = replay(Engine(), read_entries(config.state_dir / "journal"))
    place, last = store.last_origin, past.last_reports["B"]
    assert store.next_seq_num == first + 1, "FIX 4.2 has a word for New, and none for Triggered"
    assert place < last

    gateway.last_reports = past.last_reports
    brokers._make_up_reports(["B"])
    assert (store.next_seq_num, store.last_origin) == (first + 1, place)

    gateway.sequencer.submit(CancelOrder("B", 2, "B2", "B1", "", "ACME", "1"))
    journal._loop.run_until_complete(journal.drain())
    assert store.next_seq_num == first + 2
    assert store.last_origin > last, "the report that follows takes the place of the one without words"
    gateway.last_reports = {"B": store.last_origin}
    brokers._make_up_reports(["B"])
    assert store.next_seq_num == first + 2
