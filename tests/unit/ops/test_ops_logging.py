"""What stands in the log, and what must not."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tradsys_oms.ops.logging import configure_logging


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Log into a text; put the logging of the test run back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    made = io.StringIO()
    configure_logging("info", made)
    yield made
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def records(stream: io.StringIO) -> list[dict[str, object]]:
    """Read the log, one JSON object per line."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_records_are_json_lines_with_time_level_and_origin(stream: io.StringIO) -> None:
    structlog.get_logger("tradsys.test").info("session_online", session="A", next_in=3)
    (record,) = records(stream)
    assert str(record.pop("timestamp")).endswith("Z")
    assert record == {
        "event": "session_online",
        "session": "A",
        "next_in": 3,
        "level": "info",
        "logger": "tradsys.test",
    }


def test_the_standard_librarys_records_look_the_same(stream: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Task %s was lost", "x")
    (record,) = records(stream)
    assert (record["event"], record["level"], record["logger"]) == ("Task x was lost", "error", "asyncio")


def test_levels_below_are_left_out(stream: io.StringIO) -> None:
    structlog.get_logger("tradsys.test").debug("noise")
    logging.getLogger("asyncio").debug("noise")
    assert records(stream) == []


def test_secrets_are_removed_wherever_they_stand(stream: io.StringIO) -> None:
    log = structlog.get_logger("tradsys.test")
    frame = b"35=A\x01554=hunter2\x01108=30\x01"
    log.info("logon", fields={"password": "hunter2", "554": "hunter2", "49": "A", "deep": [{"925": "hunter2"}]})
    log.info("raw", message="35=A\x0149=A\x01554=hunter2\x0195=7\x0196=hunter2\x01925=hunter2\x0110=000\x01")
    log.info("raw", message=b"554=hunter2\x0110=000\x01", readable="553=A|554=hunter2|108=30")
    log.info("database", url="postgresql://user:hunter2@host/db")
    try:
        raise ValueError(f"bad frame {frame!r}")
    except ValueError:
        log.exception("failed")
    assert "hunter2" not in stream.getvalue()
    first, second, third, fourth, fifth = records(stream)
    assert first["fields"] == {"password": "***", "554": "***", "49": "A", "deep": [{"925": "***"}]}
    assert second["message"] == "35=A\x0149=A\x01554=***\x0195=7\x0196=***\x01925=***\x0110=000\x01"
    assert third["readable"] == "553=A|554=***|108=30"
    assert fourth["url"] == "postgresql://user:***@host/db"
    assert r"bad frame b'35=A\x01554=***\x01108=30\x01'" in str(fifth["exception"])


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_tracebacks_on_a_terminal_are_plain_and_show_no_secret_of_a_local_variable(stream: io.StringIO) -> None:
    terminal = Terminal()
    configure_logging("info", terminal)
    secret_local = "hunter2"  # noqa: S105
    try:
        raise ValueError(f"bad frame 554={secret_local}")
    except ValueError:
        structlog.get_logger("tradsys.terminal").exception("failed")
    text = terminal.getvalue()
    assert "Traceback (most recent call last)" in text
    assert "bad frame 554=***" in text
    assert "hunter2" not in text


def test_a_traceback_is_not_taken_for_a_message(stream: io.StringIO) -> None:
    source = "\n" * 95 + "values = 1 / int(text)\n"
    try:
        exec(compile(source, "fix96.py", "exec"), {"text": "0"})  # noqa: S102 - a fault in line 96
    except ZeroDivisionError:
        structlog.get_logger("tradsys.test").exception("failed")
    text = str(records(stream)[0]["exception"])
    assert 'File "fix96.py", line 96' in text
    assert text.endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    "text",
    [
        "35=A\x010554=hunter2\x01108=30\x01",
        "35=A\x01554 =hunter2\x01108=30\x01",
        "35=A\x01554=hun\nter2\x01108=30\x01",
        "35=A\x01554=hun\x01ter2\x01108=30\x01",
        "35=A\x0195=9\x0196=hun\x0158=ter2\x01108=30\x01",
        "35=A\x011401=7\x011402=hunter2\x01108=30\x01",
        "35=A|1404=hunter2|108=30",
        "554=hunter2",
    ],
)
def test_secrets_of_odd_messages_are_removed(stream: io.StringIO, text: str) -> None:
    log = structlog.get_logger("tradsys.test")
    for value in (text, text.encode(), repr(text), f"bad frame {text.encode()!r}"):
        log.info("odd", value=value)
    assert "ter2" not in stream.getvalue()


def test_what_json_does_not_know_is_printed_as_text(stream: io.StringIO) -> None:
    structlog.get_logger("tradsys.test").info("odd", value=complex(1, 2))
    assert records(stream)[0]["value"] == "(1+2j)"
