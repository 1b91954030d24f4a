"""The way back: what was written is read again, lines of others too, from the end, and across rotations."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix import message_tail
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.errors import MessageLogUnavailable
from tradsys_oms.fix.message_files import RotatingFile
from tradsys_oms.fix.message_lines import IN, OUT, Record, Stamps, blob_lines, message_lines, read_line, remark_line
from tradsys_oms.fix.message_tail import Tail

STAMP = Stamps().write(1_769_851_800_999_999_999)
TIME = "20260131-09:30:00.999999"
ORDER = encode("FIX.4.4", "35=D\x0134=2\x01", "55=ACME\x01")
BARRED = ORDER.replace(b"\x01", b"|")

bodies = st.text(st.characters(max_codepoint=255), max_size=30).map(lambda text: f"58={text}\x01")


@given(st.lists(bodies, min_size=1, max_size=5))
def test_no_byte_is_lost(texts: list[str]) -> None:
    messages = [encode("FIX.4.4", "35=B\x0134=1\x01", text) for text in texts]
    lines = message_lines(STAMP + IN, messages) + blob_lines(STAMP + OUT, b"".join(messages))
    assert lines.count(b"\n") == 2 * len(messages)
    records = [record for line in lines.split(b"\n")[:-1] for record in read_line(line + b"\n")]
    assert records == [Record(TIME, way, raw) for way in ("IN", "OUT") for raw in messages]


def test_a_data_field_may_hold_what_looks_like_a_message() -> None:
    inner = ORDER.decode("latin-1")
    outer = encode("FIX.4.4", "35=B\x0134=1\x01", f"354={len(inner)}\x01355={inner}\x01")
    lines = blob_lines(STAMP + OUT, ORDER + outer + ORDER)
    assert lines == b"".join(STAMP + OUT + message + b"\n" for message in (ORDER, outer, ORDER))


def test_remarks() -> None:
    line = remark_line(STAMP, "disconnected: a\\b \n ü")
    assert list(read_line(line)) == [Record(TIME, "", b"", "disconnected: a\\b \n ü")]


@pytest.mark.parametrize(
    ("line", "records"),
    [
        (ORDER, [Record("", "", ORDER)]),
        (ORDER + b"\r\n", [Record("", "", ORDER)]),
        (BARRED, [Record("", "", ORDER)]),
        (ORDER.replace(b"\x01", b"^A"), [Record("", "", ORDER)]),
        (ORDER + ORDER, [Record("", "", ORDER), Record("", "", ORDER)]),
        (b"20260131-09:30:00.123456789 : " + ORDER, [Record("20260131-09:30:00.123456789", "", ORDER)]),
        (b"<20260131-09:30:00, FIX.4.4:A->B, incoming> (" + BARRED, [Record("20260131-09:30:00", "", ORDER)]),
        (b"8=FIX.4.4|9=5|35=", [Record("", "", b"8=FIX.4.4\x019=5\x0135=")]),
        (BARRED + b"8=FIX.4.4|9=5|", [Record("", "", ORDER), Record("", "", b"8=FIX.4.4\x019=5\x01")]),
        (b"8=FIX.4.4|9=5|35=A|554=hunter2|", [Record("", "", b"8=FIX.4.4\x019=5\x0135=A\x01554=***\x01")]),
        (b"20260131-09:30:00 session created", []),
        (b"", []),
    ],
)
def test_lines_of_others(line: bytes, records: list[Record]) -> None:
    assert list(read_line(line)) == records


def write(path: Path, *numbers: int) -> None:
    """Append lines to a session's log as the daemon does, with a rotation after every third."""
    file = RotatingFile(path, 18, 4)
    for number in numbers:
        file.write(b"%05d\n" % number)
    file.close()


def numbers_of(lines: object) -> list[int]:
    return [int(line) for line in lines]  # type: ignore[attr-defined]


@pytest.mark.parametrize("block", [1, 7, 64, 1 << 16])
def test_the_last_lines_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(message_tail, "BLOCK_BYTES", block)
    path = tmp_path / "A.log"
    write(path, *range(1, 18))
    with path.open("ab") as file:
        file.write(b"half")
    with Tail(path) as tail:
        assert numbers_of(tail.backwards()) == list(range(17, 6, -1))
        assert list(tail.new_lines()) == []
        with path.open("ab") as file:
            file.write(b" done\n")
        assert list(tail.new_lines()) == [b"half done\n"]


def test_an_empty_log_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "A.log").touch()
    with Tail(tmp_path / "A.log") as tail:
        assert list(tail.backwards()) == []
        assert list(tail.new_lines()) == []


@pytest.mark.parametrize("step", [1, 2, 3, 5, 8])
def test_following_survives_rotations(tmp_path: Path, step: int) -> None:
    path = tmp_path / "A.log"
    write(path, 1, 2)
    with Tail(path) as tail:
        for begin in range(3, 100, step):
            write(path, *range(begin, begin + step))
            assert numbers_of(tail.new_lines()) == list(range(begin, begin + step))
        assert numbers_of(tail.backwards())[-1] > 0


def test_what_was_written_just_before_a_rotation_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "A.log"
    write(path, 1)
    with Tail(path) as tail:
        age_of = tail._age

        def write_first(file: int) -> int:
            monkeypatch.setattr(tail, "_age", age_of)
            write(path, 2, 3, 4, 5)
            return age_of(file)

        monkeypatch.setattr(tail, "_age", write_first)
        assert numbers_of(tail.new_lines()) == [2, 3, 4, 5]


def test_in_the_midst_of_a_rotation_it_waits(tmp_path: Path) -> None:
    path = tmp_path / "A.log"
    write(path, 1)
    with Tail(path) as tail:
        path.rename(tmp_path / "A.log.1")
        assert list(tail.new_lines()) == []
        assert list(tail.new_lines()) == []
        write(path, 2)
        assert numbers_of(tail.new_lines()) == [2]


def test_a_reader_that_was_left_behind_goes_on_with_the_oldest_file(tmp_path: Path) -> None:
    path = tmp_path / "A.log"
    write(path, 1)
    with Tail(path) as tail:
        write(path, *range(2, 30))
        assert numbers_of(tail.new_lines()) == [2, 3, *range(19, 30)]


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MessageLogUnavailable, match=r"A\.log can't be read: No such file"):
        Tail(tmp_path / "A.log")
    (tmp_path / "A.log").mkdir()
    with pytest.raises(MessageLogUnavailable, match=r"A\.log can't be read: Is a directory"):
        Tail(tmp_path / "A.log")
