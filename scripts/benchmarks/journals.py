"""Journals on disk, prepared for the measurements that read one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tradsys_oms.core.commands import Command
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.writer import JournalWriter

BATCH_COMMANDS = 200
"""About what one commit of the daemon holds under load."""


def prepare(directory: Path, commands: Iterable[tuple[int, int, Command]]) -> tuple[int, int]:
    """Write a new journal of `commands` and their events; give its last sequence and the number of executions in it."""
    engine = Engine()
    executions = 0
    writer = JournalWriter.open(directory, "os")
    try:
        for seq, time_ns, command in commands:
            events = engine.apply(seq, time_ns, command)
            executions += sum(isinstance(event, Execution) for event in events)
            writer.append(time_ns, encode_entry(command, events))
            if seq % BATCH_COMMANDS == 0:
                writer.commit()
        writer.commit()
        return writer.last_seq, executions
    finally:
        writer.close()
