"""Power is lost at any moment, and with it any part of the end of the stores: no number is ever given to two messages,
every report comes at least once, each under its one ExecID, and marked where nobody can know.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import structlog
import uvloop

from tests.sim.power_loss_exchange import RUNNING, Broker, Machine
from tests.unit.fix.acceptor_client import until
from tradsys_oms.fix import store_mark
from tradsys_oms.fix.store_records import CRC, HEADER, IS_SKIP

SEEDS = 6
LIVES = 4
BUY, SELL = "1", "2"


@pytest.fixture(autouse=True)
def boot_id() -> Iterator[None]:
    """Put back what identifies the boot."""
    before = store_mark.BOOT_ID
    with structlog.testing.capture_logs():
        yield
    store_mark.BOOT_ID = before  # type: ignore[misc]


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test in a loop of its own, and stop what it has left running."""

    async def main() -> None:
        try:
            await test()
        finally:
            while RUNNING:
                await RUNNING[0].close()

    uvloop.run(main())


def record_ends(path: Path) -> list[int]:
    """Give the end of each record of a store."""
    data, ends = path.read_bytes(), [0]
    while ends[-1] < len(data):
        ends.append(ends[-1] + HEADER.size + HEADER.unpack_from(data, ends[-1])[0] + CRC.size)
    return ends


def cut(machine: Machine, session: str, size: int) -> None:
    with machine.store_file(session).open("r+b") as file:
        file.truncate(size)


async def trade(chance: random.Random, brokers: list[Broker], orders: int) -> None:
    """Trade, so that both get reports on their own and the other's orders; wait for some of them only."""
    for _ in range(orders):
        broker, side = chance.choice(list(zip(brokers, (BUY, SELL), strict=True)))
        broker.order(side)
        if chance.random() < 0.7:
            await broker.receive()


async def check(machine: Machine, brokers: list[Broker], lost_from: dict[str, int | None]) -> None:
    """Log on and see that everything is there; `lost_from` has how many reports each store had kept, None for all."""
    for broker in brokers:
        before = set(broker.reports)
        await broker.logon(machine)
        session = machine.daemon.acceptor.sessions[broker.comp_id]
        await broker.until(session.next_out)
        expected = machine.reports(broker.comp_id)
        assert list(broker.reports) == sorted(broker.reports, key=expected.index)
        assert set(broker.reports) == set(expected)
        kept = lost_from[broker.comp_id]
        unknown = set(expected[kept:]) if kept is not None else set()
        for exec_id, is_dup, is_poss_resend in broker.got:
            assert is_poss_resend == (exec_id in unknown)
            assert is_dup or is_poss_resend or exec_id not in before


def reports_up_to(machine: Machine, session: str, size: int) -> int:
    """Count the reports in the first bytes of a store."""
    data, at, count = machine.store_file(session).read_bytes(), 0, 0
    size = min(size, len(data))
    while at + HEADER.size <= size:
        length, flags, _, origin_seq, _ = HEADER.unpack_from(data, at)
        at += HEADER.size + length + CRC.size
        count += at <= size and origin_seq > 0 and not flags & IS_SKIP
    return count


async def traded(folder: Path, chance: random.Random) -> tuple[Machine, list[Broker]]:
    folder.mkdir()
    machine = Machine(folder)
    machine.boot_id.write_text("11" * 16)
    await machine.start()
    brokers = [await Broker(name).logon(machine) for name in ("A", "B")]
    await trade(chance, brokers, orders=12)
    await everything_received(machine, brokers)
    return machine, brokers


async def everything_received(machine: Machine, brokers: list[Broker]) -> None:
    for broker in brokers:
        await broker.settle()
    for broker in brokers:
        await broker.until(machine.daemon.acceptor.sessions[broker.comp_id].next_out)


def test_every_end_of_the_store_may_be_lost(tmp_path: Path) -> None:
    async def test() -> None:
        machine, brokers = await traded(tmp_path / "first", random.Random(1))  # noqa: S311
        ends = record_ends(machine.store_file("A"))
        sizes = [0, *ends[-6:], *(end - 7 for end in ends[-4:])]
        for size in sizes:
            other = machine.copy(tmp_path / f"cut{size}", is_new_boot=True)
            kept: dict[str, int | None] = {name: reports_up_to(other, name, 1 << 30) for name in "AB"}
            kept["A"] = reports_up_to(other, "A", size)
            cut(other, "A", size)
            await other.start()
            await check(other, [broker.copy() for broker in brokers], kept)
            await other.close()
        await machine.close()

    run(test)


@pytest.mark.parametrize("is_new_boot", [False, True])
def test_with_the_whole_store_nothing_comes_twice(tmp_path: Path, is_new_boot: bool) -> None:
    async def test() -> None:
        machine, brokers = await traded(tmp_path / "first", random.Random(2))  # noqa: S311
        other = await machine.copy(tmp_path / "second", is_new_boot=is_new_boot).start()
        skipped = {name: other.daemon.acceptor.sessions[name].next_out for name in "AB"}
        for broker in brokers:
            assert (skipped[broker.comp_id] == broker.next_in) == (not is_new_boot)
            again = broker.copy()
            await again.logon(other)
            await again.until(other.daemon.acceptor.sessions[broker.comp_id].next_out)
            assert again.got == []
        await other.close()
        await machine.close()

    run(test)


async def leave(machine: Machine, broker: Broker) -> None:
    """Break the connection."""
    broker.client.writer.close()
    await until(lambda: not machine.daemon.acceptor.sessions[broker.comp_id].is_online)


async def reports_for_one_who_is_away(machine: Machine, brokers: list[Broker]) -> tuple[Broker, list[str]]:
    """Have reports made for a broker that is away; give it, and those reports."""
    seller, buyer = brokers
    for _ in range(3):
        seller.order(SELL)
    await everything_received(machine, brokers)
    await leave(machine, seller)
    before = list(seller.reports)
    buyer.order(BUY)
    buyer.order(BUY)
    await buyer.settle()
    unsent = machine.reports(seller.comp_id)[len(before) :]
    assert unsent
    return seller, unsent


@pytest.mark.parametrize("restart", ["none", "kill", "new boot"])
def test_a_reset_carries_over_what_was_never_sent(tmp_path: Path, restart: str) -> None:
    async def test() -> None:
        machine, brokers = await traded(tmp_path / "first", random.Random(5))  # noqa: S311
        seller, unsent = await reports_for_one_who_is_away(machine, brokers)
        if restart != "none":
            machine = await machine.copy(tmp_path / "again", is_new_boot=restart == "new boot").start()
        await seller.logon(machine, is_reset=True)
        await seller.settle()
        marked = restart == "new boot"
        assert seller.got == [(exec_id, False, marked) for exec_id in unsent]
        assert sorted(seller.wire)[: len(unsent) + 1] == list(range(1, len(unsent) + 2))
        await leave(machine, seller)
        await seller.logon(machine, is_reset=True)
        await seller.settle()
        assert seller.got == [], "what was sent once is not carried over again"

    run(test)


@pytest.mark.parametrize("lost_bytes", [1, 300, 900])
def test_no_exec_id_names_two_things_when_the_end_of_the_journal_is_gone_too(tmp_path: Path, lost_bytes: int) -> None:
    async def test() -> None:
        machine, brokers = await traded(tmp_path / "first", random.Random(9))  # noqa: S311
        other = machine.copy(tmp_path / "second", is_new_boot=True)
        journal = other.state_dir / "journal"
        (journal / "durable").unlink()  # only the stores show what is gone
        segment = max(journal.glob("*.tsj"))
        with segment.open("r+b") as file:
            file.truncate(segment.stat().st_size - lost_bytes)
        await other.start()
        for broker in brokers:
            known = set(broker.reports)
            await broker.logon(other)
            await broker.until(other.daemon.acceptor.sessions[broker.comp_id].next_out)
            broker.order(BUY)  # under its old ClOrdID, or a new one: in any case something new
            await broker.settle()
            assert {exec_id for exec_id, is_dup, _ in broker.got if not is_dup}.isdisjoint(known)

    run(test)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_many_losses_one_after_the_other(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311

    async def test() -> None:
        machine, brokers = await traded(tmp_path / "0", chance)
        for life in range(1, LIVES):
            other = machine.copy(tmp_path / str(life), is_new_boot=True)
            other.boot_id.write_text(f"{chance.randrange(16**32):032x}")
            lost: dict[str, int | None] = {}
            for name in "AB":
                size = other.store_file(name).stat().st_size
                past = store_mark.StoreMark(other.state_dir / "store" / name)
                assert past.past is not None
                size = chance.randint(past.past.synced_bytes, size)
                past.close()
                lost[name] = reports_up_to(other, name, size)
                cut(other, name, size)
            await machine.close()
            machine = await other.start()
            await check(machine, brokers, lost)
            await trade(chance, brokers, orders=chance.randrange(20))
        await everything_received(machine, brokers)
        for broker in brokers:
            assert sorted(broker.reports) == sorted(machine.reports(broker.comp_id))
        await machine.close()

    run(test)
