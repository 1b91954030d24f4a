"""CPU time of the FIX layer for one order in and one report out: no network, no core, validation on.

The real acceptor and connection work on a transport in memory: bytes are framed, parsed, judged and delivered to an
application that answers each order with one ExecutionReport, which is numbered, stored and written, with one flush for
each batch. What is measured is the process time of this one thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from scripts.benchmarks import collector
from scripts.benchmarks.figures import Figure, MeasurementError, Options, scratch
from scripts.benchmarks.orders import OrderWriter, encode, header
from scripts.fuzzing.memory_transport import Peer
from scripts.fuzzing.parts import silence
from tradsys_oms.fix.acceptor import Acceptor, AcceptorSettings
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.validation import build_validators

SENDER, TARGET = "LOAD0", "TRADSYS"
BATCH_MESSAGES = 64
"""So many orders come in one read of the socket, and their reports go out with one flush."""
WARM_UP_MESSAGES = 2_000
REPORT = (
    "37=18364758544493064\x0111={}\x0117=1836475854449306400\x01150=0\x0139=0\x0155=ACME\x0154=1\x0138=100\x0140=2\x01"
    "44=100\x0159=0\x01151=100\x0114=0\x016=0\x0160=20260131-09:30:00.123\x01"
)


class Reporter:
    """The application: one report for each order, when the batch that brought it is through."""

    acceptor: Acceptor

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.delivered = 0

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        """Send the next report that was prepared."""
        index = self.delivered
        self.delivered = index + 1
        self.acceptor.send_report(SENDER, "8", self.bodies[index], now_ns, (index + 1, 0))

    def message_refused(self, session: str, msg_seq_num: int) -> None:
        """Nothing is journaled here."""

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Nothing is journaled here."""

    def session_offline(self, session: str, msg_seq_num: int, reason: str, is_drop: bool) -> None:
        """Nothing is journaled here."""

    def session_reset(self, session: str, reason: str) -> int:
        """Begin a new store."""
        return 1

    def reserve_numbers(self, session: Session, ceiling: int) -> None:
        """They are reserved at once."""
        session.numbers.reserved(session.store.epoch, ceiling)

    def password_changed(self, session: str, password_hash: str) -> None:
        """Nobody has a password here."""

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """All is durable at once."""
        function(*args)


def measure(options: Options) -> Iterator[Figure]:
    """Give the median of the repeats."""
    silence()
    values_us = [asyncio.run(pair_us(options.pairs)) for _ in range(options.repeats)]
    yield Figure("fix_session_pair_us", median(values_us), "us")


async def pair_us(count: int) -> float:
    """Give the CPU time of one pair, over `count` of them on a fresh session."""
    with scratch("session-pair") as folder:
        application = Reporter()
        acceptor = make_acceptor(application, folder)
        peer = Peer(acceptor)
        peer.feed(encode(header("A", 1, SENDER, TARGET) + "98=0\x01108=30\x01141=Y\x01"))
        orders = list(OrderWriter(SENDER, TARGET, 2).crossing(WARM_UP_MESSAGES + count))
        application.bodies = [REPORT.format(clord_id) for clord_id, _ in orders]
        messages = [message for _, message in orders]
        run(peer, batches(messages[:WARM_UP_MESSAGES]))
        steady = batches(messages[WARM_UP_MESSAGES:])
        with collector.as_in_the_daemon():
            started_ns = time.process_time_ns()
            run(peer, steady)
            elapsed_ns = time.process_time_ns() - started_ns
        check(application, acceptor, len(orders))
        await peer.leave()
        acceptor.close()
    return elapsed_ns / count / 1000


def make_acceptor(application: Reporter, folder: Path) -> Acceptor:
    """Make an acceptor with one session, which does not listen."""

    def failed(error: BaseException) -> None:
        raise error

    acceptor = application.acceptor = Acceptor(application, build_validators(specs_dir()), AcceptorSettings(), failed)
    settings = SessionSettings(
        session=SENDER, comp_id=TARGET, peer_comp_id=SENDER, begin_string="FIX.4.4", appl_version="FIX.4.4"
    )
    acceptor.add_session(settings, OutboundStore.open(folder, 0), 1)
    return acceptor


def batches(messages: list[bytes]) -> list[bytes]:
    """Join the messages that come with one read."""
    return [b"".join(messages[at : at + BATCH_MESSAGES]) for at in range(0, len(messages), BATCH_MESSAGES)]


def run(peer: Peer, chunks: list[bytes]) -> None:
    """Hand all chunks in; what is written is dropped, as a socket would take it."""
    feed, written = peer.feed, peer.transport.written
    for chunk in chunks:
        feed(chunk)
        written.clear()


def check(application: Reporter, acceptor: Acceptor, count: int) -> None:
    """Every order was delivered and every report is stored, or the figure is worth nothing."""
    session = acceptor.sessions[SENDER]
    got = application.delivered, session.store.next_seq_num - 2, session.counters.messages_out - 1
    if got != (count, count, count):
        raise MeasurementError(f"of {count} orders and reports {got} were delivered, stored and written")
