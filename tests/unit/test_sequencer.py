"""The sequencer on a real journal: nothing is released before it is durable, and all of it in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from certification.patience import PATIENCE_S
from tradsys_oms import sequencer as sequencer_module
from tradsys_oms.core.commands import ChangePhase, GoOn, NewOrder, SetInstrument, SetMember, SetSession, StartDay
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event
from tradsys_oms.core.work import FILLS_MAX
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.sequencer import Sequencer

ACME = SetInstrument("ACME", 1_000_000, 100_000_000, 10_000_000_000, 2000, 100_000_000_000, 0, "USD", True)
REFERENCE_DATA = (SetMember("M", True), SetSession("S", "M", True), ACME)


def order(number: int, symbol: str = "ACME", side: str = "1") -> NewOrder:
    return NewOrder("S", number, f"C{number}", "", symbol, side, "2", "0", 100_000_000, 10_000_000_000)


class Recorder:
    """Notes what is released, and how far the journal was durable at that moment."""

    def __init__(self) -> None:
        self.sequencer: Sequencer
        self.seen: list[tuple[str, int]] = []

    def release(self, seq: int, time_ns: int, events: Sequence[Event]) -> None:
        assert self.sequencer.journal.durable_seq >= seq
        self.seen.append(("events", seq))

    def note(self, what: str) -> None:
        self.seen.append((what, self.sequencer.journal.durable_seq))


def run(directory: Path, scenario: Callable[[Sequencer, Recorder], Awaitable[None]]) -> list[tuple[str, int]]:
    recorder = Recorder()

    async def main() -> None:
        writer = JournalWriter.open(directory, "fsync")
        failures: list[BaseException] = []
        loop = asyncio.get_running_loop()
        recorder.sequencer = sequencer = Sequencer(
            Engine(), writer, loop, recorder.release, lambda: recorder.note("batch"), failures.append
        )
        for command in REFERENCE_DATA:
            sequencer.submit(command)
        await sequencer.journal.drain()
        recorder.seen.clear()
        await scenario(sequencer, recorder)
        await sequencer.journal.drain()
        sequencer.journal.close()
        writer.close()
        assert failures == []

    asyncio.run(main())
    return recorder.seen


def test_events_and_deferred_calls_come_in_the_order_of_input_when_they_are_durable(tmp_path: Path) -> None:
    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None:
        sequencer.submit(order(1))
        sequencer.after_commit(recorder.note, "answer")
        sequencer.submit(order(2))
        assert recorder.seen == []

    seen = run(tmp_path, scenario)
    assert [what for what, _ in seen] == ["events", "answer", "events", "batch"]
    assert [entry.seq for entry in read_entries(tmp_path)] == [1, 2, 3, 4, 5]


def test_a_deferred_call_happens_at_once_when_nothing_waits(tmp_path: Path) -> None:
    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None:
        sequencer.after_commit(recorder.note, "at once")
        assert recorder.seen == [("at once", 3)]

    run(tmp_path, scenario)


def test_a_command_submitted_while_releasing_is_released_after_it(tmp_path: Path) -> None:
    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None:
        sequencer.submit(order(1))

        def deferred() -> None:
            sequencer.submit(order(2))
            recorder.note("deferred")

        sequencer.after_commit(deferred)
        sequencer.after_commit(recorder.note, "later")

    seen = run(tmp_path, scenario)
    assert [what for what, _ in seen] == ["events", "deferred", "later", "batch", "events", "batch"]


def test_a_fault_in_one_release_keeps_nothing_behind_it_waiting(tmp_path: Path) -> None:
    told: list[BaseException] = []

    def fail() -> None:
        raise ValueError("a fault of ours")

    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
        sequencer.submit(order(1))
        sequencer.after_commit(fail)
        sequencer.after_commit(recorder.note, "answer")
        sequencer.submit(order(2))
        async with asyncio.timeout(PATIENCE_S):
            await sequencer.committed()
        sequencer.after_commit(recorder.note, "at once")
        assert recorder.seen[-1] == ("at once", 5)

    seen = run(tmp_path, scenario)
    assert [what for what, _ in seen] == ["events", "answer", "events", "batch", "at once"]
    assert [str(error) for error in told] == ["a fault of ours"]


def test_time_in_the_journal_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([3_000, 1_000, 2_000])
    monkeypatch.setattr("tradsys_oms.sequencer.time.time_ns", lambda: next(clock))

    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None: ...

    run(tmp_path, scenario)
    times = [entry.time_ns for entry in read_entries(tmp_path)]
    assert times == sorted(set(times))


def test_a_command_that_cannot_be_applied_is_a_broken_promise_and_not_journaled(tmp_path: Path) -> None:
    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None:
        sequencer.submit(order(1))
        with pytest.raises(InvariantError):
            sequencer.submit(order(1))

    run(tmp_path, scenario)
    assert [entry.seq for entry in read_entries(tmp_path)] == [1, 2, 3, 4]


def test_who_waits_for_a_command_goes_on_when_it_is_durable_and_released(tmp_path: Path) -> None:
    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None:
        await sequencer.committed()
        recorder.note("idle")
        seq = sequencer.submit(order(1))
        await sequencer.committed()
        assert sequencer.journal.durable_seq >= seq
        recorder.note("committed")

    seen = run(tmp_path, scenario)
    assert [what for what, _ in seen][:2] == ["idle", "events"]
    assert "committed" in [what for what, _ in seen]


@pytest.mark.parametrize("bytes_max", [0, 1 << 30])
def test_what_a_command_left_to_do_is_gone_on_with_and_other_input_comes_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_max: int
) -> None:
    monkeypatch.setattr(sequencer_module, "GO_ON_BYTES_MAX", bytes_max)
    pairs = FILLS_MAX * 2 + 1

    async def scenario(sequencer: Sequencer, recorder: Recorder) -> None:
        sequencer.submit(structs.replace(ACME, symbol="GLOBEX", has_phases=True))
        sequencer.submit(StartDay("GLOBEX", 20261120))
        sequencer.submit(ChangePhase("GLOBEX", "opening_auction", "by hand"))
        for number in range(2 * pairs):
            sequencer.submit(order(number + 1, "GLOBEX", "12"[number % 2]))
        sequencer.submit(ChangePhase("GLOBEX", "continuous", "by hand"))
        assert list(sequencer.engine.unfinished) == ["GLOBEX"]
        sequencer.submit(order(2 * pairs + 1))
        await sequencer.journal.drain()
        assert not sequencer.engine.unfinished
        assert sequencer.engine.trade_count == pairs

    run(tmp_path, scenario)
    last = [type(entry.command) for entry in read_entries(tmp_path)][-4:]
    assert last == [ChangePhase, NewOrder, GoOn, GoOn]
