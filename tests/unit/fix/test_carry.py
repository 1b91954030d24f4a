"""What is carried over into a new epoch keeps its version, and says once that it may have been sent before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fix.session_peer import Peer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.session import Session

REPORT = "37=1\x0111=C1\x0117=1\x01150=8\x0139=8\x0155=ACME\x0154=1\x0114=0\x01151=0\x016=0\x01103=1\x01"
NOW_NS = 1_767_225_600_000_000_000


def begin_again(session: Session, epoch: int, *, is_offered: bool) -> Message:
    """Begin an epoch, and give the one message that is carried over into it."""
    if is_offered:
        session.store.offering(session.next_out)
    session.restart_output(epoch)
    assert session.carry_over(NOW_NS) == 1
    (kept,) = session.store.read(1, 1)
    return parse(kept.raw)


@pytest.mark.parametrize(("is_offered", "times"), [(False, 0), (True, 1)])
@pytest.mark.parametrize(("versions", "stamps"), [((), 0), (("FIX.5.0SP2", "FIX.5.0"), 1)])
def test_a_report_has_its_version_and_its_warning_once(
    tmp_path: Path, is_offered: bool, times: int, versions: tuple[str, ...], stamps: int
) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2", appl_versions=versions)
    peer.session.send("8", REPORT, NOW_NS)
    for epoch in (1, 2, 3):
        report = begin_again(peer.session, epoch, is_offered=is_offered)
        assert (report.tags.count("1128"), report.tags.count("97")) == (stamps, times)
        assert peer.session.check(report) is None or peer.session.check(report).business  # type: ignore[union-attr]
    peer.session.store.close()


def test_a_report_keeps_the_version_in_which_it_was_made(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2", appl_versions=("FIX.5.0SP2", "FIX.5.0"))
    peer.session.send("8", REPORT, NOW_NS)
    peer.session.agree(peer.message("A", 1, "98=0|108=30|1137=7|"))
    assert begin_again(peer.session, 1, is_offered=True).fields["1128"] == "9"
    peer.session.store.close()
