"""What QuickFIX's file store tells about its last life: the last request that it was given, and if it can be used.

A store is three files: `body`, all messages that were sent, one behind the other; `header`, a line "number,offset,size"
for each; `seqnums`, the two next numbers. QuickFIX believes them as they are, so they are looked at before it does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tradsys_oms.venues.places import NOWHERE, Place, read_place

CHUNK_BYTES: Final = 1 << 20
SUFFIXES: Final = ("body", "header", "seqnums", "session")
_REQUEST: Final = re.compile(rb"\x0135=[DFGq]\x01(?:(?!\x018=FIX)[\x01-\xff])*?\x0111=([^\x01]+)\x01")
_NUMBERS: Final = re.compile(rb"\s*(\d{1,20}) : (\d{1,20})\s*\Z")
_HEADER_TAIL_BYTES: Final = 4096


def store_file(folder: Path, session: str, suffix: str) -> Path:
    """Name a file of a session's store; `session` is "BeginString-SenderCompID-TargetCompID"."""
    return folder / f"{session}.{suffix}"


def last_sent(body: Path, place_of: Callable[[str], str]) -> Place:
    """Give the highest place of our requests in the body of a store, `NOWHERE` for none.

    Requests are sent in the order of their places, so the file is read from its end, until there is one.
    """
    try:
        with body.open("rb") as file:
            end = os.fstat(file.fileno()).st_size
            rest = b""
            while end > 0:
                start = max(end - CHUNK_BYTES, 0)
                file.seek(start)
                data = file.read(end - start) + rest
                found = [read_place(place_of(item.decode("latin-1"))) for item in _REQUEST.findall(data)]
                if any(found) and max(found) > NOWHERE:
                    return max(found)
                first = data.find(b"8=FIX", 1)
                rest, end = data[: first if first > 0 else len(data)][: CHUNK_BYTES // 4], start
    except FileNotFoundError:
        pass
    return NOWHERE


def fault_of(folder: Path, session: str) -> str:
    """Say what is wrong with a store, "" for nothing, and for no store at all."""
    files = {suffix: store_file(folder, session, suffix) for suffix in SUFFIXES}
    there = [suffix for suffix, path in files.items() if path.exists()]
    if not there:
        return ""
    if len(there) < len(SUFFIXES):
        missing = ", ".join(suffix for suffix in SUFFIXES if suffix not in there)
        return f"the store of {session} has no {missing}"
    numbers = files["seqnums"].read_bytes()
    found = _NUMBERS.match(numbers)
    if found is None:
        return f"the numbers in {files['seqnums'].name} can't be read"
    return _header_fault(files, int(found.group(1)))


def _header_fault(files: dict[str, Path], next_sender: int) -> str:
    body_bytes = files["body"].stat().st_size
    with files["header"].open("rb") as file:
        file.seek(max(os.fstat(file.fileno()).st_size - _HEADER_TAIL_BYTES, 0))
        lines = file.read().split()
    if not lines:
        return f"{files['header'].name} is empty and messages were sent" if body_bytes else ""
    parts = lines[-1].split(b",")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return f"the end of {files['header'].name} can't be read"
    number, offset, size = map(int, parts)
    if offset + size > body_bytes:
        return f"{files['header'].name} names message {number}, which {files['body'].name} does not have"
    if number >= next_sender + 1:
        return f"message {number} was sent, and the next number is {next_sender}"
    with files["body"].open("rb") as file:
        file.seek(offset)
        message = file.read(size)
    if not message.startswith(b"8=FIX") or b"\x0134=%d\x01" % number not in message:
        return f"{files['body'].name} has something else where message {number} should be"
    return ""


def move_aside(folder: Path, session: str, stamp: int) -> Path:
    """Put the files of a store into a folder of their own, from which QuickFIX does not read; gives the folder."""
    aside = folder / f"damaged-{stamp}"
    aside.mkdir(parents=True)
    for suffix in SUFFIXES:
        path = store_file(folder, session, suffix)
        if path.exists():
            path.rename(aside / path.name)
    return aside


def sent_message(folder: Path, session: str, number: int) -> str:
    """Give a message that was sent, by MsgSeqNum; "" if the store does not have it."""
    prefix = b"%d," % number
    try:
        lines = store_file(folder, session, "header").read_bytes().split()
        line = next((line for line in reversed(lines) if line.startswith(prefix)), b"")
        parts = line.split(b",")
        if len(parts) != 3:
            return ""
        with store_file(folder, session, "body").open("rb") as file:
            file.seek(int(parts[1]))
            return file.read(int(parts[2])).decode("latin-1")
    except (OSError, ValueError):
        return ""
