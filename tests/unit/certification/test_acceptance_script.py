"""Reading scripts, and making messages of their lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from certification.acceptance.errors import BadOption, ScriptUnreadable
from certification.acceptance.message import extend_logon, fill_in, readable, rename_comp_ids
from certification.acceptance.runner import parse_comp_ids, parse_fields
from certification.acceptance.script import Act, Step, parse_script

NOW = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)


def soh(text: str) -> bytes:
    return text.replace("|", "\x01").encode()


def test_lines_become_steps() -> None:
    script = b"# why\n\niCONNECT\r\ni2,CONNECT\nI8=FIX\x01\nE2,8=FIX\x01\ne2,DISCONNECT\niDISCONNECT \n"
    assert parse_script(script) == [
        Step(3, Act.CONNECT),
        Step(4, Act.CONNECT, 2),
        Step(5, Act.SEND, 1, b"8=FIX\x01"),
        Step(6, Act.EXPECT, 2, b"8=FIX\x01"),
        Step(7, Act.AWAIT_DISCONNECT, 2),
        Step(8, Act.DISCONNECT),
    ]


@pytest.mark.parametrize("line", [b"eCONNECT", b"iWAIT", b"X8=FIX", b"connect"])
def test_a_line_that_is_no_step_is_named(line: bytes) -> None:
    with pytest.raises(ScriptUnreadable, match="line 2 is no step"):
        parse_script(b"iCONNECT\n" + line)


def test_a_script_needs_a_step() -> None:
    with pytest.raises(ScriptUnreadable, match="no step"):
        parse_script(b"# nothing\n\n")


def test_length_checksum_and_times_are_filled_in() -> None:
    assert fill_in(soh("8=FIX.4.4|35=0|52=<TIME>|"), NOW) == soh("8=FIX.4.4|9=26|35=0|52=20260101-12:00:30|10=206|")
    assert b"52=20260101-12:02:31\x01" in fill_in(soh("8=FIX.4.4|52=<TIME+121>|"), NOW)
    assert b"52=20260101-11:58:29\x01" in fill_in(soh("8=FIX.4.4|52=<TIME-121>|"), NOW)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("8=FIX.4.4|9=7|35=0|", "8=FIX.4.4|9=7|35=0|10=165|"),
        ("8=FIX.4.4|35=0|10=1|", "8=FIX.4.4|9=5|35=0|10=1|"),
        ("8=FIX.4.4|35=0|9=5|", "8=FIX.4.4|35=0|9=5|10=163|"),
        ("9=5|8=FIX.4.4|", "9=5|8=FIX.4.4|"),
        ("8=FIX", "8=FIX"),
    ],
)
def test_what_is_written_out_is_kept(text: str, filled: str) -> None:
    assert readable(fill_in(soh(text), NOW)) == filled


def test_comp_ids_are_renamed_in_their_own_tags_only() -> None:
    text = soh("8=FIX.4.4|49=TW|56=ISLD|115=TW|58=49=TW|")
    assert rename_comp_ids(text, {b"TW": b"ME"}) == soh("8=FIX.4.4|49=ME|56=ISLD|115=TW|58=49=TW|")


def test_only_a_logon_gets_further_fields_and_in_front_of_its_checksum() -> None:
    fields = parse_fields("553=u|554=p")
    assert extend_logon(soh("8=FIX.4.4|35=A|98=0|"), fields) == soh("8=FIX.4.4|35=A|98=0|553=u|554=p|")
    assert extend_logon(soh("8=FIX.4.4|35=A|10=1|"), fields) == soh("8=FIX.4.4|35=A|553=u|554=p|10=1|")
    assert extend_logon(soh("8=FIX.4.4|35=0|"), fields) == soh("8=FIX.4.4|35=0|")


def test_options_that_mean_nothing_are_refused_without_repeating_secrets() -> None:
    assert parse_comp_ids(["TW44=ME", "ISLD=YOU"]) == {b"TW44": b"ME", b"ISLD": b"YOU"}
    with pytest.raises(BadOption, match="OLD=NEW"):
        parse_comp_ids(["TW44"])
    with pytest.raises(BadOption) as refused:
        parse_fields("password=geheim")
    assert "geheim" not in str(refused.value)
