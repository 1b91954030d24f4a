"""Recovery: what a writer does with the files that it finds, before it appends to them.

A crash may leave one thing behind: bytes after the last good seal, of a batch that was never announced as durable.
They are cut off and reported. Everything else that fails the scan was durable once and is damage: recovery changes
nothing and raises. Three signs tell them apart: a valid seal behind the bad spot (a later batch exists, so this one
was durable), a synced durable mark that covers the bad spot, and a segment that is not there.

One sign speaks for a crash: the bad spot is in the very last batch, its seal reached the disk before its middle did
(power loss writes pages in any order), and the durable mark never got that far.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from tradsys_oms.journal.errors import JournalDamaged
from tradsys_oms.journal.mark import DurableMark, read_mark
from tradsys_oms.journal.records import FIRST_DIGEST
from tradsys_oms.journal.scan import Fault, Place, SegmentScan, find_seal, scan_segment
from tradsys_oms.journal.segments import list_segments, open_segment, sync_directory

_COPY_BYTES: Final = 1024 * 1024


class RecoveryReport(Struct, frozen=True):
    """What recovery found and did."""

    segments: int = 0
    batches: int = 0
    last_seq: int = 0
    truncated_file: str = ""
    truncated_offset: int = 0
    truncated_bytes: int = 0
    lost_entries: int = 0
    """Entries that the durable mark had promised and the files don't have: 0, but for power loss in mode "os"."""

    @property
    def sentence(self) -> str:
        """What an operator should read about it, "" if nothing was wrong."""
        cut = (
            f"Cut an unfinished batch of {self.truncated_bytes} bytes off {self.truncated_file} at offset "
            f"{self.truncated_offset}; the journal goes on after sequence {self.last_seq}."
            if self.truncated_bytes
            else ""
        )
        lost = f"{self.lost_entries} entries that had been durable are gone from its end." if self.lost_entries else ""
        return " ".join(part for part in (cut, lost) if part)


class Tip(NamedTuple):
    """Where a writer goes on: the last segment and the end of the chain in it."""

    path: Path
    first_seq: int
    journal_id: bytes
    end: Place


def recover(directory: Path, *, is_synced: bool) -> tuple[RecoveryReport, Tip | None]:
    """Bring the files into a state to append to; no tip means that there is no journal yet.

    Raise JournalDamaged, having changed nothing, if anything but an unfinished tail is wrong.
    """
    segments = list_segments(directory)
    mark = read_mark(directory)
    scans = _scan_all(segments)
    if mark is not None and scans and scans[0].journal_id not in (b"", mark.journal_id):
        mark = None
    later = [path for _, path in segments[len(scans) :]]
    whole = scans[:-1] if scans and scans[-1].end.offset == 0 else scans
    tip = _tip(whole[-1]) if whole else None
    last = scans[-1] if scans else None
    if last is not None and last.fault is not None:
        _refuse_damage(last, last.fault, later, mark)
    _refuse_missing_end(directory, tip, mark)
    report = _report(whole, mark)
    if last is not None and last.fault is not None:
        report = _cut(directory, last, later, report)
    if tip is not None and is_synced:
        _make_durable(directory, whole, tip, mark)
    return report, tip


def _report(scans: list[SegmentScan], mark: DurableMark | None) -> RecoveryReport:
    last_seq = scans[-1].end.seq if scans else 0
    return RecoveryReport(
        segments=len(scans),
        batches=sum(scan.batches for scan in scans),
        last_seq=last_seq,
        lost_entries=max(0, mark.seq - last_seq) if mark else 0,
    )


def _scan_all(segments: list[tuple[int, Path]]) -> list[SegmentScan]:
    """Scan segments in order, up to and with the first that isn't whole."""
    scans: list[SegmentScan] = []
    place, journal_id = Place(0, 0, FIRST_DIGEST), None
    for first_seq, path in segments:
        if first_seq != place.seq + 1:
            what = f"the segment that holds sequence {place.seq + 1} is missing before this one"
            raise JournalDamaged(path.name, 0, place.seq + 1, what)
        scan = scan_segment(path, first_seq, place, journal_id)
        scans.append(scan)
        if scan.fault is not None:
            break
        place, journal_id = scan.end._replace(offset=0), scan.journal_id
    return scans


def _refuse_damage(scan: SegmentScan, fault: Fault, later: list[Path], mark: DurableMark | None) -> None:
    """Raise JournalDamaged unless what follows the last good seal can be the trace of a crash."""
    damaged = JournalDamaged(scan.path.name, fault.offset, fault.seq, fault.what)
    if any(_has_seal(path) for path in later):
        raise damaged
    is_covered = mark is not None and (mark.segment, mark.offset) > (scan.first_seq, scan.end.offset)
    if scan.next_seal is not None:
        is_last_batch = scan.next_seal.offset == scan.size
        if not is_last_batch or mark is None or is_covered or not mark.is_synced:
            raise damaged
    elif mark is not None and mark.is_synced and is_covered and scan.size >= mark.offset:
        raise damaged


def _refuse_missing_end(directory: Path, tip: Tip | None, mark: DurableMark | None) -> None:
    """Raise JournalDamaged if a synced mark names a segment that isn't there."""
    if mark is not None and mark.is_synced and (tip is None or mark.segment > tip.first_seq):
        seq = tip.end.seq + 1 if tip else 1
        file = f"{mark.segment:020d}.tsj"
        what = f"the segment is missing or cut and {directory.name}/durable says that it was written"
        raise JournalDamaged(file, 0, seq, what)


def _has_seal(path: Path) -> bool:
    fd = open_segment(path)
    try:
        return find_seal(fd, 0, os.fstat(fd).st_size) is not None
    finally:
        os.close(fd)


def _cut(directory: Path, scan: SegmentScan, later: list[Path], report: RecoveryReport) -> RecoveryReport:
    """Take away all behind the last good seal; a segment without any goes as a whole."""
    cut_bytes = scan.size - scan.end.offset + sum(path.stat().st_size for path in later)
    for path in later:
        path.unlink()
    if scan.end.offset == 0:
        scan.path.unlink()
    else:
        os.truncate(scan.path, scan.end.offset)
    sync_directory(directory)
    return msgspec.structs.replace(
        report, truncated_file=scan.path.name, truncated_offset=scan.end.offset, truncated_bytes=cut_bytes
    )


def _tip(scan: SegmentScan) -> Tip:
    return Tip(scan.path, scan.first_seq, scan.journal_id, scan.end)


def _make_durable(directory: Path, scans: list[SegmentScan], tip: Tip, mark: DurableMark | None) -> None:
    """Sync all files: the process before may have died between its write and its sync, or run in mode "os".

    What lies behind the mark is written once more first. A sync that failed may have left pages that look clean and
    never reached the disk; only a new write makes the kernel try again.
    """
    if mark is not None and mark.segment <= tip.first_seq:
        _rewrite(tip.path, mark.offset if mark.segment == tip.first_seq else 0, tip.end.offset)
    for scan in scans:
        fd = open_segment(scan.path)
        try:
            os.fdatasync(fd)
        finally:
            os.close(fd)
    sync_directory(directory)


def _rewrite(path: Path, start: int, end: int) -> None:
    fd = open_segment(path, os.O_RDWR)
    try:
        while start < end:
            block = os.pread(fd, min(_COPY_BYTES, end - start), start)
            start += os.pwrite(fd, block, start)
    finally:
        os.close(fd)
