"""Sessions follow the configuration: their stores are opened before anything is changed, all or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.brokers import Brokers, make_acceptor
from tradsys_oms.config import Config, load_config
from tradsys_oms.core.commands import Command, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.fix.errors import StoreUnavailable
from tradsys_oms.gateway import Gateway

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


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "tradsys.yaml"
    path.write_text(CONFIG.format(state_dir=tmp_path / "state"))
    return load_config(path)


@pytest.fixture
def brokers(config: Config) -> Brokers:
    """Give the keeper of sessions of an exchange that knows them all, but has no store open yet."""
    engine = Engine()
    commands: tuple[Command, ...] = (
        SetMember("A", True),
        SetMember("B", True),
        SetSession("A", "A", True),
        SetSession("B", "B", False),
    )
    for seq, command in enumerate(commands, 1):
        engine.apply(seq, seq, command)
    gateway = Gateway(engine.instruments, {})
    gateway.acceptor = make_acceptor(config, gateway, lambda error: pytest.fail(str(error)))
    return Brokers(engine, gateway.acceptor, gateway, config.state_dir / "journal")


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
    for store in stores.values():
        store.close()
