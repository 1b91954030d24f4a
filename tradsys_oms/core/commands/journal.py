"""The journal itself: where a run begins, and where a record is missing."""

from __future__ import annotations

from tradsys_oms.core.commands.base import JournaledCommand


class EngineStarted(JournaledCommand, frozen=True, tag=1):
    """The daemon opened the journal for writing; marks a run in the audit trail."""

    version: str
    host: str
    pid: int


class EntryLost(JournaledCommand, frozen=True, tag=8):
    """Takes the place of a record that was durable and is gone, so that its number never names anything else."""
