"""Secrets planted in Logons, good and malformed: none is in a log, a journal, a store, an error or a repr."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
import uvloop

from tests.unit.fix.acceptor_client import Client, listening, until
from tests.unit.fix.fix_exchange import settings_for
from tradsys_oms.fix.door.authentication import AuthenticationSettings
from tradsys_oms.fix.door.passwords import hash_password
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.ops.logging import configure_logging

SECRET = "pLaNtEd-1"  # noqa: S105 - planted to be looked for
NEW_SECRET = "pLaNtEd-2-long-enough"  # noqa: S105
WRONG_SECRET = "pLaNtEd-3-wrong"  # noqa: S105
MARK = "pLaNtEd"

LOGON = "98=0|108=30|"
BODIES = [
    f"553=BROKER|554={WRONG_SECRET}|",
    f"553={SECRET}|554={SECRET}|",
    f"553=BROKER|554={WRONG_SECRET}|925={NEW_SECRET}|",
    f"553=BROKER|554={SECRET}|925=pLaNtEd|",
    f"553=BROKER|554={SECRET}|95=9|96={SECRET}|",
    f"553=BROKER|554={SECRET}|95=3|96={SECRET}|",
    f"553=BROKER|554={SECRET}|95=99|96={SECRET}|",
    f"553=BROKER|554={SECRET}|554={SECRET}|",
    f"553=BROKER|554={SECRET}|{SECRET}=1|",
    f"553=BROKER|554={SECRET}|{SECRET}|",
    f"553=BROKER|0554={SECRET}|",
    f"553=BROKER|554=|925={NEW_SECRET}|",
    f"553=BROKER|554={SECRET}|141=Y|141={SECRET}|",
    f"553=BROKER|554={SECRET}|1402={SECRET}|",
]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Give what the daemon would write into its log, at its most talkative."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("debug", stream)
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def texts(folder: Path) -> str:
    """Give all that was written to disk."""
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


def garblings(raw: bytes) -> tuple[bytes, ...]:
    """Give a message as it is, with a wrong CheckSum, and cut off."""
    return raw, raw[:-4] + b"000\x01", raw[:-20]


async def plant(folder: Path) -> None:
    bounds = AuthenticationSettings(failure_delay_ms=1, failures_max=1000)
    async with listening(folder, authentication=bounds) as exchange:
        session = exchange.acceptor.sessions["BROKER"]
        for password_hash in (hash_password(SECRET), ""):
            exchange.acceptor.change_session(settings_for("BROKER", "FIX.4.4", password_hash=password_hash))
            for body in BODIES:
                for raw in garblings(Client(0).make("A", LOGON + body, seq_num=session.next_in)):
                    client = await Client(exchange.acceptor.port).connect(head=raw)
                    client.writer.write_eof()
                    while await client.reader.read(1000):
                        pass
                    client.writer.close()
                    await until(lambda: exchange.acceptor.connection_count == 0)
        assert exchange.acceptor.authentication.failures_total > 5
        client = Client(exchange.acceptor.port)
        client.seq_num = session.next_in - 1
        exchange.acceptor.change_session(settings_for("BROKER", "FIX.4.4", password_hash=hash_password(SECRET)))
        await client.logon(f"{LOGON}553=BROKER|554={SECRET}|925={NEW_SECRET}|")
        for body in BODIES:  # once more, in mid-session
            client.send("A", LOGON + body)
            await client.receive()
        assert MARK not in repr(session.settings)
        assert MARK not in json.dumps(exchange.log)
        assert session.settings.password_hash not in repr(session.settings)
        client.writer.close()


def test_secrets_are_in_nothing_that_is_kept(tmp_path: Path, logged: io.StringIO) -> None:
    uvloop.run(plant(tmp_path))
    lines = logged.getvalue()
    assert "authentication failed" in lines
    assert "session online" in lines
    assert MARK not in lines
    assert MARK not in texts(tmp_path)


@pytest.mark.parametrize("body", [body for body in BODIES if not {f"{SECRET}=1", SECRET} & set(body.split("|"))])
def test_secrets_are_in_no_repr_of_a_message(body: str) -> None:
    body = body.replace(f"553={SECRET}", "553=BROKER").replace(f"141={SECRET}", "141=N")  # no place for a secret
    message = parse(Client(0).make("A", LOGON + body))
    for shown in (repr(message), str(message.__rich_repr__())):
        assert MARK not in shown
        assert "553=BROKER" in shown


def test_secrets_are_in_no_traceback_with_variables(tmp_path: Path) -> None:
    message: Message = parse(Client(0).make("A", f"{LOGON}553=BROKER|554={SECRET}|"))

    def fail(message: Message) -> None:
        raise RuntimeError("a fault of ours")

    with pytest.raises(RuntimeError) as caught:
        fail(message)
    stack = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "554=***" in "".join(stack.format())
    assert SECRET not in "".join(stack.format()).replace(f'SECRET = "{SECRET}"', "")
