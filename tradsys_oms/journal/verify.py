"""The audit: prove the whole journal from its files alone, with or without a daemon running, and change nothing.

Unlike recovery it doesn't stop at the first fault: it goes on behind the next valid seal, so that one report names
every place that needs a look. Bytes behind the last seal are the tail of a daemon that runs or crashed, and no fault,
unless the durable mark says that they were finished once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from msgspec import Struct, field

from tradsys_oms.journal.errors import JournalUnavailable
from tradsys_oms.journal.mark import DurableMark, read_mark
from tradsys_oms.journal.records import FIRST_DIGEST
from tradsys_oms.journal.scan import Fault, Place, SegmentScan, scan_segment
from tradsys_oms.journal.segments import list_segments

FAULTS_MAX: Final = 100


class VerifyReport(Struct):
    """What an audit found."""

    status: Literal["clean", "damaged", "unavailable"] = "clean"
    records: int = 0
    batches: int = 0
    segments: int = 0
    first_seq: int = 0
    last_seq: int = 0
    journal_id: str = ""
    faults: list[str] = field(default_factory=list)
    """One sentence each, with file, offset and sequence; at most `FAULTS_MAX`."""
    notes: list[str] = field(default_factory=list)
    """What is worth knowing and no fault."""


def verify(directory: Path) -> VerifyReport:
    """Audit the journal in `directory`."""
    audit = _Audit(directory)
    try:
        audit.run()
    except (JournalUnavailable, OSError) as error:
        audit.report.status = "unavailable"
        audit.report.faults.append(str(error))
    return audit.report


class _Audit:
    """One walk over all segments."""

    def __init__(self, directory: Path) -> None:
        self.report = VerifyReport()
        self._directory = directory
        self._mark: DurableMark | None = None
        self._journal_id: bytes | None = None
        self._place = Place(0, 0, FIRST_DIGEST)

    def run(self) -> None:
        """Read the mark first: the files can only be further on."""
        self._mark = read_mark(self._directory)
        segments = list_segments(self._directory)
        if not segments:
            raise JournalUnavailable(f"There is no journal in {self._directory}; check the path.")
        for index, (first_seq, path) in enumerate(segments):
            self._segment(path, first_seq, is_last=index == len(segments) - 1)
        report = self.report
        report.segments, report.last_seq = len(segments), self._place.seq
        report.first_seq = 1 if report.records else 0
        report.journal_id = self._journal_id.hex() if self._journal_id else ""
        self._check_end(segments[-1][1])
        if report.faults:
            report.status = "damaged"

    def _segment(self, path: Path, first_seq: int, *, is_last: bool) -> None:
        due = self._place.seq + 1
        if first_seq != due:
            self._fault(path, Fault(0, due, f"the segment that holds sequence {due} is missing before this one"))
        start = self._place._replace(offset=0, seq=first_seq - 1)
        scan = self._scan(path, first_seq, start)
        while scan.fault is not None and scan.next_seal is not None:
            self._fault(path, scan.fault)
            scan = self._scan(path, first_seq, scan.next_seal)
        if scan.fault is not None:
            self._tail(scan, scan.fault, is_last=is_last)
        self._journal_id = self._journal_id or scan.journal_id or None

    def _scan(self, path: Path, first_seq: int, start: Place) -> SegmentScan:
        """Scan on from `start`; a fault counts if it is still there when its seal was seen before the look."""
        scan = scan_segment(path, first_seq, start, self._journal_id, has_crc_check=True)
        self._count(scan, start)
        if scan.next_seal is not None and scan.end.offset > 0:
            start = scan.end
            scan = scan_segment(path, first_seq, start, self._journal_id, has_crc_check=True)
            self._count(scan, start)
        return scan

    def _count(self, scan: SegmentScan, start: Place) -> None:
        self.report.batches += scan.batches
        self.report.records += scan.end.seq - start.seq
        self._place = scan.end

    def _tail(self, scan: SegmentScan, fault: Fault, *, is_last: bool) -> None:
        mark = self._mark
        is_promised = mark is not None and (mark.segment, mark.offset) > (scan.first_seq, scan.end.offset)
        if not is_last or is_promised:
            self._fault(scan.path, fault)
            return
        self.report.notes.append(
            f"{scan.path.name} has {scan.size - scan.end.offset} bytes behind its last seal at offset "
            f"{scan.end.offset}: an unfinished batch of a daemon that runs or crashed."
        )

    def _check_end(self, path: Path) -> None:
        mark = self._mark
        if mark is not None and mark.journal_id == self._journal_id and mark.seq > self._place.seq:
            what = f"the journal ends here and was durable up to sequence {mark.seq}"
            self._fault(path, Fault(self._place.offset, self._place.seq, what))

    def _fault(self, path: Path, fault: Fault) -> None:
        if len(self.report.faults) < FAULTS_MAX:
            self.report.faults.append(f"{path.name} offset {fault.offset} sequence {fault.seq}: {fault.what}.")
