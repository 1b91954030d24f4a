"""What the limits cost: time for an order that is held against all of them, and memory of accounts with their own.

The same orders go into two engines in turns, one without limits, one with every limit of the table that an order can
pass on every level that may have it; the figure is the median of the differences. The memory is what a process of its
own grows by while accounts are declared and given limits.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from scripts.benchmarks.collector import as_in_the_daemon
from scripts.benchmarks.figures import Figure, MeasurementError, Options, progress
from scripts.benchmarks.idle_sessions import resident_kib
from tradsys_oms.core.commands import (
    Command,
    Limits,
    NewOrder,
    Scope,
    SetAccount,
    SetInstrument,
    SetLimits,
    SetMember,
    SetPosition,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import SCALE_E8, ExecType, OrdType
from tradsys_oms.core.limits.table import LIMITS

CHUNK = 1_000
"""Orders that one engine gets in one go, before the other has its turn."""
TURNS = 60
TURNS_QUICK = 4
ACCOUNTS_WEIGHED = 100_000
TICK_E8 = SCALE_E8 // 100
STEP_NS = 1_000_000
"""Between two orders: 1,000 a second."""
SCOPES = (
    Scope("all"),
    Scope("member", "A"),
    Scope("session", "A1"),
    Scope("account", "A", "house"),
    Scope("instrument", symbol="ACME"),
    Scope("holding", "A", "house", "ACME"),
)
NOT_PASSABLE = ("restriction",)
"""A limit that refuses all orders, or all but those that close."""
VALUES: dict[str, Any] = {
    "instruments": ("ACME", "OTHER"),
    "ord_types": (OrdType.MARKET, OrdType.LIMIT),
    "short_sale": "forbidden",
    "long_sale_covered": True,
    "collar_bps": 5_000,
    "collar_ticks": 5_000,
    "fat_finger_multiple": 1_000,
    "duplicate_window_ns": STEP_NS // 2,
}
"""What an order passes; the other limits are numbers that it does not come near."""
BY_UNIT = {"qty": 10**9 * SCALE_E8, "money": 10**10 * SCALE_E8, "count": 10**6, "ns": 10**9}


def measure(options: Options) -> Iterator[Figure]:
    """Time orders with and without limits; weigh accounts in a process of its own."""
    if "risk_check_us" in options.wanted:
        yield Figure("risk_check_us", check_us(TURNS_QUICK if options.repeats == 1 else TURNS), "us")
    if "risk_accounts_mib" in options.wanted:
        parent, child = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=weigh, args=(child,))
        process.start()
        yield Figure("risk_accounts_mib", parent.recv(), "MiB")
        process.join()


def check_us(turns: int) -> float:
    """Give the microseconds that the limits add to an order."""
    plain, limited = Market(is_limited=False), Market(is_limited=True)
    progress("risk: orders without limits and with all of them, in turns")
    with as_in_the_daemon():
        pairs = [(plain.chunk(), limited.chunk()) for _ in range(turns)]
    plain_us, limited_us = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    progress(
        f"risk: {plain_us:.2f} us without limits, {limited_us:.2f} us with them, {limited_us / plain_us:.2f} times"
    )
    return median(with_limits - without for without, with_limits in pairs)


class Market:
    """One account of one member in one instrument, which has traded."""

    def __init__(self, *, is_limited: bool) -> None:
        self.engine = Engine()
        self.seq = 0
        for command in reference_data():
            self.apply(command)
        if is_limited:
            for scope in SCOPES:
                self.apply(SetLimits(scope, all_limits(scope.level)))
        for number, side in enumerate("12"):
            self.apply(order(f"FIRST-{number}", number + 1, side, 10, 10_000))
        if self.engine.trade_count != 1:
            raise MeasurementError(f"risk: the first two orders made {self.engine.trade_count} trades, not 1")

    def apply(self, command: Command) -> None:
        """Apply a command as the next one."""
        self.seq += 1
        self.engine.apply(self.seq, self.seq * STEP_NS, command)

    def chunk(self) -> float:
        """Give the CPU time of an order in microseconds; all of them must be accepted."""
        apply, accepted = self.engine.apply, self.engine.order_count
        work = [(seq, seq * STEP_NS, passive_order(seq)) for seq in range(self.seq + 1, self.seq + 1 + CHUNK)]
        self.seq += CHUNK
        started_s = time.thread_time()
        for seq, time_ns, command in work:
            events = apply(seq, time_ns, command)
        elapsed_s = time.thread_time() - started_s
        if self.engine.order_count != accepted + CHUNK or len(events) != 1 or events[0].exec_type != ExecType.NEW:  # type: ignore[union-attr]
            raise MeasurementError(f"risk: {self.engine.order_count - accepted} of {CHUNK} orders were accepted")
        return elapsed_s / CHUNK * 1e6


def reference_data() -> Iterator[Command]:
    """Give the instrument, the member, its session and what its account holds."""
    price_e8, qty_max_e8 = 10_000 * TICK_E8, 1_000_000 * SCALE_E8
    yield SetInstrument("ACME", TICK_E8, SCALE_E8, price_e8, 2_000, qty_max_e8, 0, "USD", enabled=True)
    yield SetMember("A", enabled=True)
    yield SetSession("A1", "A", enabled=True)
    yield SetAccount("A", "house", enabled=True)
    yield SetPosition("A", "house", "ACME", 10**7 * SCALE_E8, price_e8, is_correction=False, reason="")


def all_limits(level: str) -> Limits:
    """Give a level every limit that it may have and an order can pass."""
    names = [name for name, kind in LIMITS.items() if level in kind.levels and name not in NOT_PASSABLE]
    values: dict[str, Any] = {name: VALUES.get(name, BY_UNIT.get(LIMITS[name].unit)) for name in names}
    return Limits(**values)


def passive_order(seq: int) -> NewOrder:
    """Make an order that rests, with texts and numbers of its own as if it came from a message."""
    side, distance = ("1", -1) if seq % 2 else ("2", 1)
    return order(f"ORDER-{seq:012d}", seq, side, 10 + seq % 50, 10_000 + distance * (100 + seq % 500))


def order(clord_id: str, number: int, side: str, qty: int, price: int) -> NewOrder:
    """Make an order of the account."""
    return NewOrder("A1", number, clord_id, "house", "ACME", side, "2", "0", qty * SCALE_E8, price * TICK_E8)


def weigh(answer: Connection) -> None:
    """Send how many MiB the process grows by with accounts that have limits."""
    engine, seq = Engine(), 0
    for command in reference_data():
        seq += 1
        engine.apply(seq, seq, command)
    gc.collect()
    before_kib = resident_kib(os.getpid())
    for number in range(ACCOUNTS_WEIGHED):
        name = f"ACCOUNT-{number:06d}"
        limits = Limits(
            order_qty_max_e8=(10**4 + number) * SCALE_E8,
            open_notional_max_e8=(10**7 + number) * SCALE_E8,
            gross_position_max_e8=(10**8 + number) * SCALE_E8,
            daily_loss_max_e8=(10**5 + number) * SCALE_E8,
        )
        for command in (SetAccount("A", name, enabled=True), SetLimits(Scope("account", "A", name), limits)):
            seq += 1
            engine.apply(seq, seq, command)
    answer.send((resident_kib(os.getpid()) - before_kib) / 1024)
