"""FIX messages on the command line: which ones, and in which form. What peers sent can't steer the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import click
import msgspec

from tradsys_oms.cli.output import show_json
from tradsys_oms.fix.message_lines import Record, read_line
from tradsys_oms.fix.readable import MessageReader, field_lines, printable, summary

MSG_TYPE_LENGTH_MAX: Final = 3
"""What is longer is the name of a message."""
_MSG_TYPE: Final = re.compile(rb"\x01[ ]*0*35=([^\x01]*)")


class Chooser:
    """Chooses messages by MsgType, `types` with commas between, and by a text in them; "" chooses all.

    Raises click.BadParameter for a message that no dictionary has.
    """

    def __init__(self, types: str, text: str) -> None:
        self._text = text.encode("utf-8", "surrogateescape")
        self._msg_types: set[bytes] = set()
        for name in filter(None, (part.strip() for part in types.split(","))):
            found = {name} if len(name) <= MSG_TYPE_LENGTH_MAX else MessageReader().msg_types_named(name)
            if not found:
                raise click.BadParameter(f"no dictionary has a message {name!r}", param_hint="'--type'")
            self._msg_types |= {msg_type.encode() for msg_type in found}

    def choose(self, lines: Iterable[bytes]) -> Iterator[Record]:
        """Give what is wanted of some lines."""
        return (record for line in lines for record in read_line(line) if self._is_wanted(record))

    def _is_wanted(self, record: Record) -> bool:
        if self._msg_types:
            found = _MSG_TYPE.search(record.raw)
            if found is None or found.group(1) not in self._msg_types:
                return False
        return self._text in (record.raw.replace(b"\x01", b"|") or record.remark.encode())


class MessagePrinter:
    """Prints messages in one form (`line`, `fields`, `raw`), as text or as JSON: a list, or documents in a stream."""

    def __init__(self, form: str, output: str, *, is_stream: bool) -> None:
        self._form = form
        self._output = output
        self._is_stream = is_stream
        self._reader = MessageReader()

    def print(self, records: Iterable[Record]) -> int:
        """Print messages as they come, and give their number."""
        if self._output == "json" and not self._is_stream:
            documents = [self._document(record) for record in records]
            show_json(documents)
            return len(documents)
        count = 0
        for record in records:
            count += 1
            if self._output == "json":
                click.echo(msgspec.json.encode(self._document(record)))
            else:
                self._print_text(record)
        return count

    def _document(self, record: Record) -> dict[str, Any]:
        place = {"time": record.time, "direction": record.direction}
        if not record.raw:
            return {**place, "remark": record.remark}
        if self._form == "raw":
            return {**place, "raw": record.raw.decode("latin-1")}
        return {**place, **msgspec.to_builtins(self._reader.read(record.raw))}

    def _print_text(self, record: Record) -> None:
        place = "".join(f"{part} " for part in (record.time, f"{record.direction:<3}" if record.time else "") if part)
        if not record.raw:
            click.echo(f"{place}{printable(record.remark)}")
        elif self._form == "raw":
            click.echo(place + printable(record.raw.decode("latin-1").replace("\x01", "|")))
        else:
            message = self._reader.read(record.raw)
            click.echo(place + summary(message))
            if self._form == "fields":
                click.echo("".join(f"{line}\n" for line in field_lines(message)))
