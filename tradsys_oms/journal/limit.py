"""How far a reader may go: the durable mark, and where there is none, the last valid seal of the files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tradsys_oms.journal.errors import JournalDamaged
from tradsys_oms.journal.mark import DurableMark, MarkReader
from tradsys_oms.journal.scan import Place, SegmentScan, scan_segment
from tradsys_oms.journal.segments import list_segments, read_head


class Limit(NamedTuple):
    """The last durable sequence and the place behind its seal."""

    segment: int
    offset: int
    seq: int


class DurableLimit:
    """Ask again and again how far a journal is durable; cheap while nothing has changed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._marks = MarkReader(directory)
        self._mark: DurableMark | None = None
        self._limit: Limit | None = None
        self._sizes: list[tuple[int, int]] = []

    def read(self, read_seq: int) -> Limit | None:
        """Give the limit, None while there is no journal; `read_seq` is the last sequence that the caller has.

        Raise JournalDamaged if the journal ends before `read_seq`: the caller knows more than the files.
        """
        mark = self._marks.read()
        if mark is None:
            self._limit = self._last_seal()
        elif mark is not self._mark:
            self._limit = Limit(mark.segment, mark.offset, mark.seq)
            if mark.seq < read_seq:  # without a writer the mark may be older than the files: ask those
                self._limit = self._last_seal()
        self._mark = mark
        if self._limit is not None and self._limit.seq < read_seq:
            file = f"{self._limit.segment:020d}.tsj"
            what = f"the journal ends here and sequence {read_seq} was read from it before"
            raise JournalDamaged(file, self._limit.offset, self._limit.seq, what)
        return self._limit

    def close(self) -> None:
        """Let the mark's file go."""
        self._marks.close()

    def _last_seal(self) -> Limit | None:
        segments = list_segments(self._directory)
        sizes = [(first_seq, path.stat().st_size) for first_seq, path in segments]
        if self._limit is not None and sizes == self._sizes:
            return self._limit
        self._sizes = sizes
        for first_seq, path in reversed(segments):
            scan = _scan_alone(path, first_seq)
            if scan is not None and scan.end.offset > 0:
                return Limit(first_seq, scan.end.offset, scan.end.seq)
        return None


def _scan_alone(path: Path, first_seq: int) -> SegmentScan | None:
    """Scan a segment on its own word about the chain before it; raise JournalDamaged if a seal follows a fault."""
    head = read_head(path)
    if head is None:
        return None
    start = Place(0, first_seq - 1, head.digest)
    scan = scan_segment(path, first_seq, start, None)
    if scan.next_seal is not None:  # a writer may have finished the batch between two of our reads: look again
        again = scan_segment(path, first_seq, start, None)
        if again.fault is not None and again.next_seal is not None and again.end == scan.end:
            raise JournalDamaged(path.name, again.fault.offset, again.fault.seq, again.fault.what)
        scan = again
    return scan
