"""Garbage from one peer: nothing fails, and the neighbour does not notice."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import uvloop

from tests.unit.fix.acceptor_client import LOGON, Client, listening
from tests.unit.fix.session_peer import ORDER

ROUNDS = 150
BODIES = (
    ("D", ORDER["FIX.4.4"]),
    ("1", "112=X|"),
    ("2", "7=1|16=0|"),
    ("4", "123=Y|36=5|"),
    ("4", "36=5|"),
    ("3", "45=1|"),
    ("A", LOGON),
    ("5", "58=bye|"),
    ("j", "45=1|372=8|380=0|"),
    ("F", "11=C2|41=C1|55=ACME|54=1|60=20260101-00:00:00|"),
    ("zz", "1=1|"),
)


def garbled(client: Client, dice: random.Random) -> bytes:
    """Give a few messages, some of them with bytes changed, lost or doubled, or with fields of other messages."""
    pieces = []
    for _ in range(dice.randint(1, 6)):
        msg_type, body = dice.choice(BODIES)
        fields = body.split("|")[:-1]
        if dice.random() < 0.5:
            fields += dice.choice(BODIES)[1].split("|")[:-1]
            dice.shuffle(fields)
        if dice.random() < 0.3:
            fields.insert(
                0, dice.choice(("=", "x", "55", "34=", "34=-1", "52=now", "999999=1", "55=\xff=\x02", "43=Y", "122=x"))
            )
        number = dice.choice((None, None, None, 0, 1, 99, 10**17))
        raw = bytearray(client.make(msg_type, "".join(f"{field}|" for field in fields), seq_num=number))
        if dice.random() < 0.3:
            at = dice.randrange(len(raw))
            raw[at : at + dice.randint(0, 2)] = bytes(dice.randrange(256) for _ in range(dice.randint(0, 3)))
        pieces.append(bytes(raw))
    return b"".join(pieces)


def test_garbage_harms_nobody(tmp_path: Path) -> None:
    async def check(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
        async with listening(tmp_path, "BROKER", "NEIGHBOUR") as exchange:
            session = exchange.acceptor.sessions["BROKER"]
            neighbour = Client(exchange.acceptor.port, "NEIGHBOUR")
            await neighbour.logon()
            for number in range(ROUNDS):
                while session.is_online:
                    await asyncio.sleep(0.001)
                vandal = await Client(exchange.acceptor.port).connect()
                vandal.send("A", LOGON + "141=Y|")
                vandal.writer.write(garbled(vandal, dice))
                if dice.random() < 0.5:
                    await asyncio.sleep(0.001)
                vandal.writer.close()
                neighbour.send("1", f"112={number}|")
                assert (await neighbour.expect("0")).fields["112"] == str(number)
            assert (exchange.failure, exchange.acceptor.failures, session.counters.failures) == (None, 0, 0)
            assert session.counters.rejects > 0
            neighbour.writer.close()

    seed = random.SystemRandom().randrange(10**6)
    try:
        uvloop.run(check(seed))
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise
