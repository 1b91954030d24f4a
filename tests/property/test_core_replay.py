"""A replay rebuilds the same state and the same events, in another process and whatever its hash seed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.property.test_core_model import random_rows, setup, stream
from tradsys_oms.core.engine import Engine

ROOT = Path(__file__).resolve().parents[2]

REPLAY = """
import hashlib, sys
import msgspec
from tradsys_oms.core.commands import Command
from tradsys_oms.core.engine import Engine
engine, digest, encoder = Engine(finished_orders_max=500), hashlib.sha256(), msgspec.msgpack.Encoder()
for seq, command in enumerate(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[Command]), 1):
    digest.update(encoder.encode(engine.apply(seq, seq, command)))
print(engine.state_hash(), digest.hexdigest(), engine.trade_count)
"""


@pytest.fixture(scope="module")
def journal() -> bytes:
    """Give a stream of commands as the journal keeps them."""
    return msgspec.msgpack.encode([*setup(), *stream(random_rows(11, 3_000))])


def replay(journal: bytes, hash_seed: str) -> str:
    """Replay in a process of its own; give the hash of its state and of its events."""
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", REPLAY], input=journal, capture_output=True, env=environment, check=True, timeout=60
    )
    return done.stdout.decode()


def test_two_processes_with_different_hash_seeds_agree(journal: bytes) -> None:
    first = replay(journal, "1")
    assert int(first.split()[2]) > 100
    assert replay(journal, "4242") == first


def test_the_state_hash_is_that_of_this_process_too(journal: bytes) -> None:
    engine = Engine(finished_orders_max=500)
    for seq, command in enumerate([*setup(), *stream(random_rows(11, 3_000))], 1):
        engine.apply(seq, seq, command)
    assert replay(journal, "7").split()[0] == engine.state_hash()
