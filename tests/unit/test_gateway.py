"""The gateway prints what the core did, each report on its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tradsys_oms.brokers import Brokers, make_acceptor
from tradsys_oms.config import load_config
from tradsys_oms.core.commands import Command, NewOrder, SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution, StatusUnknown
from tradsys_oms.core.fields import SCALE_E8 as E8
from tradsys_oms.disconnects import Disconnects
from tradsys_oms.gateway import Gateway
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.sequencer import Sequencer

CONFIG = """
comp_id: TRADSYS
insecure: true
state_dir: {state_dir}
members: [{{id: A}}]
sessions: [{{comp_id: A, version: FIX.4.4}}]
instruments: [{{symbol: ACME, reference_price: 100}}]
"""
MEMBER: tuple[Command, ...] = (SetMember("A", True), SetSession("A", "A", True))
ACME = SetInstrument("ACME", E8 // 100, E8, 100 * E8, 2000, 1_000 * E8, 0, "USD", True)
ORDER = NewOrder("A", 2, "C1", "", "ACME", "1", "2", "0", E8, 100 * E8)


def failed(error: BaseException) -> None:
    pytest.fail(str(error))


def test_a_report_that_cannot_be_made_keeps_no_other_one_back(tmp_path: Path) -> None:
    path = tmp_path / "tradsys.yaml"
    path.write_text(CONFIG.format(state_dir=tmp_path))
    config = load_config(path)
    elsewhere = Engine()
    *_, (accepted, *_) = (elsewhere.apply(seq, seq, one) for seq, one in enumerate((*MEMBER, ACME, ORDER), 1))
    assert isinstance(accepted, Execution)
    answer = StatusUnknown("A", "A", "C2", "NONE", "ACME", "1", "", "Unknown order")

    async def main() -> None:
        writer = JournalWriter.open(tmp_path / "journal", "os")
        engine = Engine()
        gateway = Gateway(engine.instruments, {})  # it was never told of ACME's tick and lot
        loop = asyncio.get_running_loop()
        sequencer = gateway.sequencer = Sequencer(engine, writer, loop, gateway.release, gateway.released, failed)
        gateway.acceptor = make_acceptor(config, gateway, failed)
        gateway.disconnects = Disconnects(engine, sequencer)
        for command in MEMBER:
            sequencer.submit(command)
        brokers = Brokers(engine, gateway.acceptor, gateway, writer.directory)
        brokers.follow(config, brokers.open_stores(config))
        await sequencer.journal.drain()
        gateway.release(9, 9, [accepted, answer])
        gateway.released()
        session = gateway.acceptor.sessions["A"]
        (report,) = session.store.read(1, session.next_out - 1)
        assert b"\x0111=C2\x01" in report.raw
        assert gateway.acceptor.failures == 1
        await sequencer.journal.drain()
        gateway.acceptor.close()
        sequencer.journal.close()
        writer.close()

    with capture_logs() as logs:
        asyncio.run(main())
    assert [(record["event"], record["seq"], record["index"]) for record in logs] == [("report_failed", 9, 0)]
