"""A replay rebuilds the same state and the same events, in another process and whatever its hash seed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from certification.patience import PATIENCE_S
from tests.property.proof.bulk import shape_of
from tests.property.proof.markets import FEATURES, Shape
from tests.property.proof.pairing import Pair, run
from tradsys_oms.core.commands import Command
from tradsys_oms.core.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
FINISHED_ORDERS_MAX = 500
"""So few that a replay has to forget the same ones."""
REPLAYED = FEATURES - {"few_fills", "few_orders"}

REPLAY = """
import hashlib, sys
import msgspec
from tradsys_oms.core.commands import Command
from tradsys_oms.core.engine import Engine
engine, digest, encoder = Engine(finished_orders_max=int(sys.argv[1])), hashlib.sha256(), msgspec.msgpack.Encoder()
for time_ns, command in msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[tuple[int, Command]]):
    digest.update(encoder.encode(engine.apply(engine.last_seq + 1, time_ns, command)))
print(engine.state_hash(), digest.hexdigest(), engine.trade_count)
"""


SHAPES = {"all": Shape(7, REPLAYED), "some": shape_of(31, REPLAYED), "plain": Shape(7, frozenset())}


@pytest.fixture(scope="module", params=SHAPES)
def journal(request: pytest.FixtureRequest) -> bytes:
    """Give a stream of commands as the journal keeps them."""
    return journal_of(SHAPES[request.param])


def journal_of(shape: Shape) -> bytes:
    """Make commands for a market of such a shape, as the journal keeps them."""
    return msgspec.msgpack.encode(run(shape, 3_000, Pair(is_alone=True)))


def replay(journal: bytes, hash_seed: str, project: Path = ROOT) -> str:
    """Replay in a process of its own; give the hash of its state and of its events, and the number of trades."""
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(project)}
    program = [sys.executable, "-c", REPLAY, str(FINISHED_ORDERS_MAX)]
    done = subprocess.run(program, input=journal, capture_output=True, env=environment, check=True, timeout=PATIENCE_S)
    return done.stdout.decode()


def test_two_processes_with_different_hash_seeds_agree(journal: bytes) -> None:
    first = replay(journal, "1")
    assert int(first.split()[2]) > 50
    assert replay(journal, "4242") == first


def test_the_state_hash_is_that_of_this_process_too(journal: bytes) -> None:
    engine = Engine(finished_orders_max=FINISHED_ORDERS_MAX)
    for time_ns, command in msgspec.msgpack.decode(journal, type=list[tuple[int, Command]]):
        engine.apply(engine.last_seq + 1, time_ns, command)
    assert replay(journal, "7").split()[0] == engine.state_hash()
