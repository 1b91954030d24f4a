"""A stream with a difference, made small: commands are dropped one by one while a difference remains.

A dropped command leaves an `EntryLost` in its place, so that OrderIDs stay what they were. At the end the places are
closed up and the OrderIDs in the commands follow, if the difference survives that.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from tests.property.proof.invariants import Fault
from tests.property.proof.pairing import Pair, Step, brief
from tradsys_oms.core.commands import AmendTrade, CancelOne, Command, EntryLost, RestateOne

Factory = Callable[[], Pair]


def fault_of(steps: list[Step], make: Factory) -> str:
    """Run a stream; give what is wrong with it, "" for nothing."""
    pair = make()
    try:
        for time_ns, command in steps:
            pair.step(time_ns, command)
        pair.look_at_all()
    except Fault as error:
        return f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"crash {type(error).__name__}: {error}"
    return ""


def kind_of(fault: str) -> str:
    """Give what has to stay the same: a stop of the core is of another kind than a wrong report."""
    return "stop" if " stops: " in fault else fault.split(":")[0]


def shrink(steps: list[Step], make: Factory) -> tuple[list[Step], str]:
    """Drop what the fault doesn't need; give the rest and the fault."""
    fault = fault_of(steps, make)
    size = max(len(steps) // 2, 1)
    while size:
        place, before = 0, steps
        while place < len(steps):
            part = [(time_ns, EntryLost()) for time_ns, _ in steps[place : place + size]]
            fewer = [*steps[:place], *part, *steps[place + size :]]
            is_less = any(not isinstance(one, EntryLost) for _, one in steps[place : place + size])
            if is_less and kind_of(fault_of(fewer, make)) == kind_of(fault):
                steps = fewer
            place += size
        size = 1 if size == 1 and steps is not before else size // 2
    closed = close_up(steps)
    steps = closed if kind_of(fault_of(closed, make)) == kind_of(fault) else steps
    return steps, fault_of(steps, make)


def close_up(steps: list[Step]) -> list[Step]:
    """Take the empty places out, and let the OrderIDs in commands follow."""
    seqs: dict[int, int] = {}
    for seq, (_, command) in enumerate(steps, 1):
        if not isinstance(command, EntryLost):
            seqs[seq] = len(seqs) + 1
    return [(time_ns, renumber(command, seqs)) for time_ns, command in steps if not isinstance(command, EntryLost)]


def renumber(command: Command, seqs: dict[int, int]) -> Command:
    if isinstance(command, CancelOne | RestateOne):
        return replace(command, order_id=seqs.get(command.order_id, 0))
    if isinstance(command, AmendTrade):
        first, second = seqs.get(command.first_order_id, 0), seqs.get(command.second_order_id, 0)
        place = seqs.get(command.trade_seq, 0)
        return replace(command, trade_seq=place, first_order_id=first, second_order_id=second)
    order_id = getattr(command, "order_id", "")
    if isinstance(order_id, str) and order_id.isdigit():
        return replace(command, order_id=str(seqs.get(int(order_id), 0)))
    return command


def as_code(steps: list[Step]) -> str:
    """Print a stream as Python that a test can hold."""
    lines = [f"    ({time_ns}, {brief(command)})," for time_ns, command in steps]
    return "\n".join(["steps: list[Step] = [", *lines, "]"])
