"""A message that is one of a series is judged as one that comes alone: same deliveries, same answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.fix.fix_exchange import settings_for, validators
from tests.unit.fix.session_peer import ORDER, START_NS, Peer, brief
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.patterns import ALIKE_MIN, Patterns
from tradsys_oms.fix.timestamps import utc_timestamp

TRAINING = ALIKE_MIN + 3
"""Orders that make a pattern, and two that are read by it."""
FIELDS = [("35", "D"), ("34", "?"), ("49", "BROKER"), ("56", "TRADSYS"), ("52", utc_timestamp(START_NS))]
Changes = list[tuple[int, str]]


class Way:
    """The way of a peer's bytes into its session: through patterns, or without."""

    def __init__(self, folder: Path, version: str = "FIX.4.4", *, has_patterns: bool) -> None:
        self.peer = Peer(folder, version)
        self.peer.logon()
        self.patterns = Patterns() if has_patterns else None
        self.framer = Framer(1 << 16, self.patterns)
        self.next = 2
        self.last: Message | None = None

    def order(self, changes: Changes = (), begin: str = "") -> list[str]:  # type: ignore[assignment]
        """Send an order with some values changed; those of 34 are added to the right number."""
        peer = self.peer
        fields = [*FIELDS, *(pair.split("=", 1) for pair in ORDER[peer.version].strip("|").split("|"))]
        values = [str(self.next) if tag == "34" else value for tag, value in fields]
        for index, value in changes:
            values[index % len(values)] = value
        text = "".join(f"{tag}={value}\x01" for (tag, _), value in zip(fields, values, strict=True))
        raw = encode(begin or peer.session.begin_string, text, "")
        done: list[str] = []
        for frame in self.framer.feed(raw):
            self.last = message = self.patterns.parse(frame) if self.patterns is not None else parse(frame)
            done += brief(peer.placed(message, peer.session.receive(message, peer.now_ns)))
        self.next = peer.session.next_in
        return done

    def train(self) -> None:
        """Send what makes a pattern."""
        for _ in range(TRAINING):
            assert self.order() == [f"deliver {self.next - 1}"]


@contextmanager
def both_ways(version: str = "FIX.4.4") -> Iterator[tuple[Way, Way]]:
    with TemporaryDirectory() as folder:
        quick, plain = (
            Way(Path(folder) / name, version, has_patterns=has_patterns)
            for name, has_patterns in (("quick", True), ("plain", False))
        )
        quick.train()
        plain.train()
        yield quick, plain
        for way in (quick, plain):
            way.peer.session.store.close()


def has_short_way(way: Way) -> bool:
    """Tell if the last message was taken on trust in those before it."""
    message = way.last
    return message is not None and message.series is not None and message.series.judge is way.peer.session._judge


NAMES = ["", "D", "8", "0", "A", "Y", "BROKER", "STRANGER", "TRADSYS", "ACME", "x=y", "\xe9"]
NUMBERS = ["1", "2", "7", "999", "-1", "1e3", "100.5"]
TIMES = ["20260101-00:00:00", "20260101-00:00:00.1", "20260101-00:00:09.123", "20260101-09:00:00", "20261301-00:00:00"]
changed = st.sampled_from(NAMES + NUMBERS + TIMES)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 20), changed), max_size=2), min_size=1, max_size=4))
def test_both_ways_do_the_same(orders: list[Changes]) -> None:
    with both_ways() as (quick, plain):
        assert has_short_way(quick)
        for changes in orders:
            assert quick.order(changes) == plain.order(changes)
            sessions = quick.peer.session, plain.peer.session
            assert len({(s.next_in, s.state, len(s.held), s.gap_end) for s in sessions}) == 1


@pytest.mark.parametrize("version", sorted(ORDER))
@pytest.mark.parametrize(
    ("changes", "begin"),
    [
        ([(2, "STRANGER")], ""),
        ([(3, "STRANGER")], ""),
        ([(0, "8")], ""),
        ([], "FIX.4.1"),
        ([(4, "20250101-00:00:00.000")], ""),
        ([(4, "20260101-00:00:00.00x")], ""),
        ([(8, "x")], ""),
        ([(9, "many")], ""),
        ([(1, "1")], ""),
        ([(1, "99")], ""),
    ],
)
def test_what_is_wrong_is_seen_in_the_midst_of_a_series(version: str, changes: Changes, begin: str) -> None:
    with both_ways(version) as (quick, plain):
        assert has_short_way(quick)
        done = quick.order(changes, begin)
        assert done == plain.order(changes, begin)
        assert not any(line.startswith("deliver") for line in done)


def test_other_settings_judge_a_series_anew() -> None:
    with both_ways() as (quick, _):
        session = quick.peer.session
        few = settings_for("BROKER", "FIX.4.4", fields_max=10)
        session.configure(few, validators())
        (done,) = quick.order()
        assert "limit 10" in done
        session.configure(settings_for("BROKER", "FIX.4.4"), validators())
        assert quick.order() == [f"deliver {session.next_in - 1}"]
        assert has_short_way(quick)


def test_a_new_logon_judges_a_series_anew() -> None:
    with both_ways("FIX.5.0SP2") as (quick, _):
        before = quick.peer.session._judge
        quick.peer.session.agree(quick.peer.message("A", 1, "98=0|108=30|1137=9|"))
        assert quick.peer.session._judge is not before
        quick.order()
        assert has_short_way(quick)


@pytest.mark.parametrize("group", ["453=1|448=X|447=D|452=1|", "453=0|"])
def test_no_series_is_more_than_values(group: str) -> None:
    """A message with a group is judged as a whole each time."""
    with TemporaryDirectory() as folder:
        way = Way(Path(folder), has_patterns=True)
        peer, session = way.peer, way.peer.session
        assert way.patterns is not None
        for body in (*[ORDER["FIX.4.4"] + group] * TRAINING, ORDER["FIX.4.4"] + group.replace("453=", "453=2")):
            (frame,) = way.framer.feed(peer.message("D", session.next_in, body).raw)
            way.last = message = way.patterns.parse(frame)
            done = brief(peer.placed(message, session.receive(message, peer.now_ns)))
            assert message.series is None or not has_short_way(way)
            assert done == [f"deliver {message.msg_seq_num}"] or "453=2" in body
        assert "371=453|373=16" in done[0].replace("372=D|", "")
        assert message.series is not None
        session.store.close()
