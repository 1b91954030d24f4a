"""The gate over a real Unix socket: each frame counts once, is acknowledged when durable, and no link hurts another."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import msgspec
import pytest

from tests.unit.venue_lines.links import Exchange, Link, report, run, until, up
from tradsys_oms.core.commands import BarVenue, BlockSession, QuarantineReport, VenueLink, VenueQuote
from tradsys_oms.core.events import VenueOrder
from tradsys_oms.venue_lines import line as venue_line
from tradsys_oms.venue_lines.frames import FRAME_BYTES_MAX
from tradsys_oms.venue_lines.gate import GONE, LINES_MAX, NEW_LIFE, SILENCE_MAX_S


def quote(frame: int, venue: str = "V1", bid_px: int = 99 * 10**8) -> VenueQuote:
    return VenueQuote(venue, frame, "ACME", bid_px, 10**8, 101 * 10**8, 10**8)


def test_a_link_is_told_where_to_begin_and_its_frames_are_acknowledged(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, welcome = await Link.welcomed(exchange)
        assert welcome == ["welcome", 0, 4], "SetVenue of V1 is record 4"
        for number in (1, 2, 3):
            link.frame(number, up(number, is_logged_on=number != 2))
        await link.hear_until(["ack", 3])
        assert exchange.sequencer.journal.durable_seq >= exchange.engine.last_seq
        assert exchange.commands(VenueLink) == [up(1), up(2, is_logged_on=False), up(3)]
        assert exchange.gate.frames == {"V1": 3}

    run(tmp_path, scenario)


def test_one_acknowledgement_stands_for_all_of_a_batch(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        for number in range(1, 2001):
            link.frame(number, quote(number))
        heard = await link.hear_until(["ack", 2000])
        numbers = [word[1] for word in heard]
        assert numbers == sorted(set(numbers)), "each says more than the one before"
        assert len(heard) <= exchange.sequencer.journal.statistics.batches

    run(tmp_path, scenario)


def test_frames_that_come_again_are_acknowledged_again_and_count_once(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        for number in (1, 2):
            link.frame(number, quote(number))
        await link.hear_until(["ack", 2])
        last_seq = exchange.engine.last_seq
        link.frame(1, quote(1))
        assert await link.hear() == ["ack", 2]
        assert exchange.engine.last_seq == last_seq
        await link.close()
        await until(lambda: not exchange.gate.lines)
        link, welcome = await Link.welcomed(exchange)
        assert welcome == ["welcome", 2, 4]
        link.frame(2, quote(2))
        assert await link.hear() == ["ack", 2]
        link.frame(3, quote(3))
        await link.hear_until(["ack", 3])
        assert exchange.commands(VenueQuote) == [quote(1), quote(2), quote(3)]

    run(tmp_path, scenario)


def test_what_was_taken_is_known_after_a_restart_of_the_daemon(tmp_path: Path) -> None:
    async def first(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        link.frame(1, up(1))
        await link.hear_until(["ack", 1])

    async def second(exchange: Exchange) -> None:
        _, welcome = await Link.welcomed(exchange)
        assert welcome == ["welcome", 1, 4]

    run(tmp_path, first)
    run(tmp_path, second)


def test_no_line_is_up_in_a_new_life_before_its_link_says_so(tmp_path: Path) -> None:
    async def killed(exchange: Exchange) -> None:
        exchange.sequencer.submit(up(1))

    async def restarted(exchange: Exchange) -> None:
        assert exchange.commands(VenueLink) == [up(1), VenueLink("V1", 0, False, NEW_LIFE)]
        assert not exchange.engine.routing.venues["V1"].is_logged_on

    run(tmp_path, killed)
    run(tmp_path, restarted)


def test_a_link_hears_of_requests_when_they_are_durable(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        other, _ = await Link.welcomed(exchange, "V2")
        for one, venue in ((link, "V1"), (other, "V2")):
            one.frame(1, up(1, venue))
            await one.hear_until(["ack", 1])
        clord_id = exchange.order()
        seq = int(clord_id.partition("-")[0])
        assert await link.hear() == ["durable", seq]
        assert exchange.sequencer.journal.durable_seq >= seq
        assert [event.venue for _, event in exchange.released if isinstance(event, VenueOrder)] == ["V1"]
        other.frame(2, up(2, "V2"))
        assert await other.hear() == ["ack", 2], "nothing was for it"

    run(tmp_path, scenario)


def test_a_link_that_is_gone_is_a_line_that_is_down(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        link.frame(1, up(1))
        await link.hear_until(["ack", 1])
        await link.close()
        await until(lambda: not exchange.engine.routing.venues["V1"].is_logged_on)
        await exchange.sequencer.committed()
        assert exchange.commands(VenueLink) == [up(1), VenueLink("V1", 0, False, GONE)]
        link, _ = await Link.welcomed(exchange)
        await link.close()
        await until(lambda: not exchange.gate.lines)
        assert len(exchange.commands(VenueLink)) == 2, "it was not up"

    run(tmp_path, scenario)


@pytest.mark.parametrize(
    ("venue", "words"),
    [
        ("V1", "venue V1 has a link already: process 42"),
        ("OFF", "venue OFF is not enabled in the configuration of the daemon"),
        ("NONE", "there is no venue 'NONE'; the configuration of the daemon names them"),
    ],
)
def test_who_is_not_wanted_is_refused_with_a_sentence(tmp_path: Path, venue: str, words: str) -> None:
    async def scenario(exchange: Exchange) -> None:
        present, _ = await Link.welcomed(exchange)
        link, answer = await Link.welcomed(exchange, venue)
        assert answer == ["refused", words]
        assert await link.hear() == []
        present.frame(1, up(1))
        await present.hear_until(["ack", 1])

    run(tmp_path, scenario)


BAD_NUMBER = b"\x93\xa5hello\xa2V1\xa2xx"


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (struct.pack(">I", FRAME_BYTES_MAX + 1), f"a frame has at most {FRAME_BYTES_MAX} bytes"),
        (struct.pack(">I", 2) + b"\xc1\xc1", "a frame of the link can't be read"),
        (struct.pack(">I", 3) + b"\x91\xa1x", "a frame of the link can't be read"),
        (struct.pack(">I", len(BAD_NUMBER)) + BAD_NUMBER, "a frame of the link can't be read"),
        (struct.pack(">I", 0), "a frame of the link can't be read"),
    ],
)
@pytest.mark.parametrize("is_welcome", [False, True])
def test_a_link_that_says_what_the_protocol_has_not_is_cut_alone(
    tmp_path: Path, payload: bytes, words: str, is_welcome: bool
) -> None:
    async def scenario(exchange: Exchange) -> None:
        good, _ = await Link.welcomed(exchange, "V2")
        link = (await Link.welcomed(exchange))[0] if is_welcome else await Link.connect(exchange)
        link.raw(payload)
        refused = await link.hear()
        assert refused[0] == "refused"
        assert words in refused[1]
        assert await link.hear() == []
        good.frame(1, up(1, "V2"))
        await good.hear_until(["ack", 1])
        assert (await Link.welcomed(exchange))[1][0] == "welcome", "it may begin again"

    run(tmp_path, scenario)


def test_a_gap_and_a_frame_of_another_venue_change_nothing(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        for number, command, words in (
            (2, quote(2), "frame 2 can't follow frame 0"),
            (1, quote(2), "frame 1 of V1 has a command of V1, frame 2"),
            (1, quote(1, "V2"), "frame 1 of V1 has a command of V2, frame 1"),
        ):
            link, _ = await Link.welcomed(exchange)
            link.frame(number, command)
            refused = await link.hear()
            assert words in refused[1]
            await until(lambda: not exchange.gate.lines)
        assert exchange.commands(VenueQuote) == []

    run(tmp_path, scenario)


def test_a_link_journals_nothing_but_what_a_venue_says(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        for command in (BarVenue("V1", "operator", False, "x"), BlockSession("S", True, "x")):
            link, _ = await Link.welcomed(exchange)
            link.frame(1, command)
            assert "can't be read" in (await link.hear())[1]
            await until(lambda: not exchange.gate.lines)
        assert exchange.commands(BarVenue, BlockSession) == []

    run(tmp_path, scenario)


def test_frames_before_the_welcome_and_a_second_hello_are_faults(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        early = await Link.connect(exchange)
        early.frame(1, up(1))
        assert await early.hear() == ["refused", "a link sends no frames before it is welcome"]
        link, _ = await Link.welcomed(exchange)
        link.say("hello", "V2", 1, "")
        assert await link.hear() == ["refused", "a link says hello once"]

    run(tmp_path, scenario)


def test_a_number_beyond_all_bounds_is_put_into_quarantine_and_the_line_goes_on(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        link.frame(1, quote(1, bid_px=2**63))
        link.frame(2, report(2, "1-0", reason=-(2**62) - 1))
        link.frame(3, quote(3))
        await link.hear_until(["ack", 3])
        kept = exchange.commands(QuarantineReport)
        assert [(one.frame, one.fault) for one in kept if isinstance(one, QuarantineReport)] == [
            (1, "bid_px_e8 is beyond all bounds: 9223372036854775808"),
            (2, "reason is beyond all bounds: -4611686018427387905"),
        ]

    run(tmp_path, scenario)


def test_frames_may_come_in_any_pieces(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        for number in (1, 2):
            payload = msgspec.msgpack.encode(("frame", number, quote(number)))
            for byte in struct.pack(">I", len(payload)) + payload:
                link.raw(bytes((byte,)))
                await asyncio.sleep(0)
        await link.hear_until(["ack", 2])

    run(tmp_path, scenario)


def test_no_more_is_read_than_may_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venue_line, "FRAMES_WAITING_MAX", 50)
    monkeypatch.setattr(venue_line, "FRAMES_PER_TURN", 10)

    async def scenario(exchange: Exchange) -> None:
        most = 0
        submit = exchange.sequencer.submit

        def counted(command: VenueQuote) -> int:
            nonlocal most
            seq = submit(command)
            most = max(most, seq - exchange.sequencer.journal.durable_seq)
            return seq

        link, _ = await Link.welcomed(exchange)
        exchange.sequencer.submit = counted  # type: ignore[method-assign,assignment]
        for number in range(1, 3001):
            link.frame(number, quote(number))
        await link.hear_until(["ack", 3000])
        assert 0 < most <= 70

    run(tmp_path, scenario)


def test_a_link_that_does_not_read_hears_the_last_word_when_it_does(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        line = exchange.gate.lines["V1"]
        line.pause_writing()
        for number in range(1, 4):
            link.frame(number, up(number))
            await until(lambda: exchange.engine.routing.venues["V1"].frame == number)  # noqa: B023
            await exchange.sequencer.committed()
        line.resume_writing()
        assert await link.hear() == ["ack", 3]

    run(tmp_path, scenario)


def test_connections_are_bounded_and_those_without_a_hello_are_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venue_line, "HELLO_TIMEOUT_S", 0.5)

    async def scenario(exchange: Exchange) -> None:
        many = [await Link.connect(exchange) for _ in range(LINES_MAX)]
        beyond = await Link.connect(exchange)
        assert await beyond.hear() == ["refused", f"there are {LINES_MAX} connections already"]
        for link in many:
            assert await link.hear() == ["refused", "no hello within 0 s"]
        assert (await Link.welcomed(exchange))[1][0] == "welcome"

    run(tmp_path, scenario)


def test_a_link_that_hangs_is_cut(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        seen_s = exchange.gate.lines["V1"].seen_s
        exchange.gate.tick(seen_s + SILENCE_MAX_S)
        assert exchange.gate.lines
        exchange.gate.tick(seen_s + SILENCE_MAX_S + 1)
        assert await link.hear() == []
        await until(lambda: not exchange.gate.lines)

    run(tmp_path, scenario)


def test_a_stop_takes_what_links_still_say(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        link.frame(1, up(1))
        await link.hear_until(["ack", 1])
        stopping = asyncio.create_task(exchange.gate.stop(20))
        assert await link.hear() == ["stop"]
        link.frame(2, up(2, is_logged_on=False))
        await link.hear_until(["ack", 2])
        await link.close()
        await stopping
        assert exchange.commands(VenueLink) == [up(1), up(2, is_logged_on=False)]
        assert not exchange.gate.path.exists()

    run(tmp_path, scenario)


def test_a_stop_does_not_wait_for_a_link_that_does_not_go(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        link, _ = await Link.welcomed(exchange)
        link.frame(1, up(1))
        await link.hear_until(["ack", 1])
        await exchange.gate.stop(0.05)
        await exchange.sequencer.committed()
        assert exchange.commands(VenueLink)[-1] == VenueLink("V1", 0, False, GONE)

    run(tmp_path, scenario)


def test_how_a_link_is_can_be_seen(tmp_path: Path) -> None:
    async def scenario(exchange: Exchange) -> None:
        assert exchange.gate.status("V1") == {}
        link, _ = await Link.welcomed(exchange)
        link.say("status", {"spool_frames": 7, "state": "logged on", "pid": 0})
        await until(lambda: exchange.gate.status("V1").get("spool_frames") == 7)
        assert exchange.gate.status("V1")["pid"] == 42

    run(tmp_path, scenario)
