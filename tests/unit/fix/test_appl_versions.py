"""Which application version a session over FIXT speaks, and which a message is judged by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fix.fix_exchange import make, settings_for, validators
from tests.unit.fix.session_peer import Peer, brief
from tradsys_oms.fix.actions import Action
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message import Message, parse

BOTH = ("FIX.5.0SP2", "FIX.5.0")
SP2_ONLY = "11=C1|55=ACME|54=1|38=100|40=2|44=10|60=20260101-00:00:00|2362=X|"
"""An order with SelfMatchPreventionID, which FIX 5.0 does not have."""
UNKNOWN_TAG = "3 45=2|371=2362|372=D|373=0|58=Invalid tag number|"
WRONG_VERSION = "3 45=2|371=1128|372=D|373=18|58=Invalid/Unsupported Application Version|"


def peer_of_both(tmp_path: Path, appl_ver_id: str = "9", more: str = "") -> Peer:
    peer = Peer(tmp_path, "FIX.5.0SP2", appl_versions=BOTH)
    answer = brief(peer.logon(1, f"98=0|108=30|1137={appl_ver_id}|{more}"))
    assert answer == ["online 1", f"A 98=0|108=30|1137={appl_ver_id}|"]
    return peer


def refused(actions: list[Action]) -> str:
    """Give the Text of the Logout that refuses a Logon."""
    logout, disconnect = brief(actions)
    text = logout.removeprefix("5 58=").removesuffix("|")
    assert disconnect == f"disconnect: Logon refused: {text}"
    return text


def sent(peer: Peer, msg_type: str = "8") -> str:
    return peer.session.send(msg_type, "37=1\x01", peer.now_ns).decode().replace("\x01", "|")


@pytest.mark.parametrize(("appl_ver_id", "version"), [("9", "FIX.5.0SP2"), ("7", "FIX.5.0")])
def test_the_logon_chooses_the_version(tmp_path: Path, appl_ver_id: str, version: str) -> None:
    peer = peer_of_both(tmp_path, appl_ver_id)
    assert peer.session.appl_version == version
    assert brief(peer.say("D", 2, SP2_ONLY)) == (["deliver 2"] if version == "FIX.5.0SP2" else [UNKNOWN_TAG])


def test_the_version_holds_until_the_next_logon(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2", appl_versions=BOTH)
    assert peer.session.appl_version == "FIX.5.0SP2"
    peer.logon(1, "98=0|108=30|1137=7|")
    peer.session.connection_lost()
    assert peer.session.appl_version == "FIX.5.0"
    assert refused(peer.logon(2, "98=0|108=30|1137=6|")) == "DefaultApplVerID (1137) must be 9 or 7"
    assert peer.session.appl_version == "FIX.5.0"
    peer.logon(2, "98=0|108=30|1137=9|")
    assert peer.session.appl_version == "FIX.5.0SP2"


def test_a_logon_in_mid_session_chooses_again(tmp_path: Path) -> None:
    peer = peer_of_both(tmp_path)
    assert brief(peer.say("A", 1, "98=0|108=30|141=Y|1137=7|"))[-1] == "A 98=0|108=30|141=Y|1137=7|"
    assert peer.session.appl_version == "FIX.5.0"
    assert brief(peer.say("A", 1, "98=0|108=30|141=Y|1137=8|")) == ["5 58=DefaultApplVerID (1137) must be 9 or 7|"]
    assert peer.session.appl_version == "FIX.5.0"


@pytest.mark.parametrize(
    ("default", "named", "body", "outcome"),
    [
        ("9", "9", SP2_ONLY, "deliver 2"),
        ("7", "9", SP2_ONLY, "deliver 2"),
        ("9", "7", SP2_ONLY, UNKNOWN_TAG),
        ("9", "7", SP2_ONLY.removesuffix("2362=X|"), "deliver 2"),
        ("9", "8", SP2_ONLY, WRONG_VERSION),
        ("7", "6", SP2_ONLY.removesuffix("2362=X|"), WRONG_VERSION),
    ],
)
def test_a_message_is_judged_by_the_version_that_it_names(
    tmp_path: Path, default: str, named: str, body: str, outcome: str
) -> None:
    peer = peer_of_both(tmp_path, default)
    assert brief(peer.say("D", 2, body, f1128=named)) == [outcome]
    assert peer.session.appl_version == {"9": "FIX.5.0SP2", "7": "FIX.5.0"}[default]
    assert brief(peer.order(3)) == ["deliver 3"]


def test_a_message_behind_a_gap_keeps_its_version(tmp_path: Path) -> None:
    peer = peer_of_both(tmp_path, "7")
    assert brief(peer.say("D", 3, SP2_ONLY, f1128="9")) == ["2 7=2|16=0|"]
    assert brief(peer.order(2)) == ["deliver 2", "deliver 3"]


def test_reports_of_a_session_of_several_versions_name_theirs(tmp_path: Path) -> None:
    peer = peer_of_both(tmp_path)
    assert "|1128=9|37=1|" in sent(peer)
    peer.session.connection_lost()
    peer.logon(2, "98=0|108=30|1137=7|")
    assert "|1128=7|37=1|" in sent(peer)
    stored = [message.raw.decode() for message in peer.session.store.read(1, 2)]
    assert ["1128=9" in stored[0], "1128=7" in stored[1]] == [True, True], "what is resent has lost its version"
    assert "1128=" not in sent(peer, "0")
    assert "1128=" not in sent(Peer(tmp_path / "other", "FIX.5.0"))


@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4"])
def test_sessions_of_other_transports_have_one_version(tmp_path: Path, version: str) -> None:
    peer = Peer(tmp_path, version)
    peer.logon()
    assert (peer.session.appl_version, peer.session.stamp) == (version, "")
    (reject,) = brief(peer.order(2, f1128="9"))
    assert reject.startswith("3 45=2|371=1128|372=D|373=0|")


# Custom versions and extension packs.


def test_a_custom_version_is_agreed_on(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2", cstm_appl_ver_id="OURS")
    assert refused(peer.logon(1, "98=0|108=30|1408=THEIRS|")) == "DefaultCstmApplVerID (1408) must be OURS"
    assert brief(peer.logon(1, "98=0|108=30|1408=OURS|"))[-1] == "A 98=0|108=30|1137=9|1408=OURS|"
    assert brief(peer.order(2, f1129="OURS")) == ["deliver 2"]
    (reject,) = brief(peer.order(3, f1129="THEIRS"))
    assert reject.startswith("3 45=3|371=1129|372=D|373=18|")


def test_without_a_custom_version_none_is_taken(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.5.0")
    assert refused(peer.logon(1, "98=0|108=30|1408=THEIRS|")) == "DefaultCstmApplVerID (1408) must be left out"
    peer.logon()
    (reject,) = brief(peer.order(2, f1129="THEIRS"))
    assert reject.startswith("3 45=2|371=1129|372=D|373=18|")


def test_a_logon_may_leave_the_custom_version_to_us(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.5.0", cstm_appl_ver_id="OURS")
    assert brief(peer.logon()) == ["online 1", "A 98=0|108=30|1137=7|1408=OURS|"]


def test_extension_packs_change_nothing(tmp_path: Path) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2")
    peer.logon(1, "98=0|108=30|1407=99|")
    assert brief(peer.order(2, f1156="240")) == ["deliver 2"]
    (reject,) = brief(peer.say("D", 3, SP2_ONLY + "4999=1|", f1156="999"))
    assert reject.startswith("3 45=3|371=4999|372=D|373=0|")


# Versions of a MsgType (NoMsgTypes 384).


def test_a_msg_type_may_have_a_default_of_its_own(tmp_path: Path) -> None:
    peer = peer_of_both(tmp_path, "7", "384=2|372=D|385=S|1130=9|1410=Y|372=8|385=R|1130=7|1410=Y|")
    assert brief(peer.say("D", 2, SP2_ONLY)) == ["deliver 2"]
    order_of_50 = SP2_ONLY.removesuffix("2362=X|")
    assert brief(peer.say("D", 3, order_of_50, f1128="7")) == ["deliver 3"]
    (reject,) = brief(peer.say("G", 4, "41=C1|" + SP2_ONLY))
    assert reject.startswith("3 45=4|371=2362|372=G|373=0|")
    assert brief(peer.say("G", 5, "41=C1|" + SP2_ONLY, f1128="9")) == ["deliver 5"]
    peer.session.connection_lost()
    peer.logon(6, "98=0|108=30|1137=7|")
    (reject,) = brief(peer.say("D", 7, SP2_ONLY))
    assert reject.startswith("3 45=7|371=2362|")


@pytest.mark.parametrize(
    "entry",
    [
        "372=D|385=S|",
        "372=D|385=S|1130=4|",
        "372=D|385=S|1130=4|1410=N|",
        "372=A|385=S|1130=4|1410=Y|",
        "372=D|385=S|1406=7|1410=Y|",
        "372=D|385=S|1130=9|1406=7|1410=Y|",
    ],
)
def test_what_the_peer_only_says_about_its_msg_types_changes_nothing(tmp_path: Path, entry: str) -> None:
    peer = peer_of_both(tmp_path, "9", f"384=1|{entry}")
    assert brief(peer.say("D", 2, SP2_ONLY)) == ["deliver 2"]
    assert peer.session.check_unmarked == peer.session.versions._checks["FIX.5.0SP2"]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("372=D|385=S|1130=6|1410=Y|", "RefApplVerID (1130) of MsgType D must be 9 or 7"),
        ("372=D|385=S|1131=X|1410=Y|", "RefCstmApplVerID (1131) of MsgType D must be left out"),
        (
            "372=8|385=R|1130=7|1410=Y|",
            "RefApplVerID (1130) of MsgType 8, which we send, must be DefaultApplVerID (1137), 9",
        ),
        ("372=D|1130=7|1410=Y|", "MsgDirection (385) of MsgType D is missing"),
    ],
)
def test_a_default_of_a_msg_type_that_can_not_be_had_is_refused(tmp_path: Path, entry: str, text: str) -> None:
    peer = Peer(tmp_path, "FIX.5.0SP2", appl_versions=BOTH)
    assert refused(peer.logon(1, f"98=0|108=30|384=1|{entry}")) == text
    assert (peer.session.is_online, peer.session.next_in) == (False, 1)


# New settings.


def order(peer: Peer, seq_num: int) -> Message:
    return peer.message("D", seq_num, SP2_ONLY)


def test_new_settings_keep_what_was_agreed_on(tmp_path: Path) -> None:
    peer = peer_of_both(tmp_path, "7", "384=1|372=D|385=S|1130=9|1410=Y|")
    session = peer.session
    wider = settings_for("BROKER", "FIX.5.0", appl_versions=("FIX.5.0", "FIX.5.0SP2"))
    assert session.fits(wider)
    session.configure(wider, validators())
    assert (session.appl_version, session.check(order(peer, 2))) == ("FIX.5.0", None)
    narrower = settings_for("BROKER", "FIX.5.0")
    assert not session.fits(narrower)
    assert not session.fits(settings_for("BROKER", "FIX.5.0", appl_versions=BOTH, cstm_appl_ver_id="X"))
    assert not session.fits(settings_for("BROKER", "FIX.4.4"))
    session.configure(narrower, validators())
    assert session.appl_version == "FIX.5.0"
    assert session.check(order(peer, 2)) is not None
    session.configure(settings_for("BROKER", "FIX.5.0SP2"), validators())
    assert session.appl_version == "FIX.5.0SP2"


def test_a_session_that_is_offline_takes_another_version_at_once(tmp_path: Path) -> None:
    exchange = make(tmp_path)
    session = exchange.serve(settings_for("BROKER", "FIX.5.0SP2"))
    exchange.acceptor.change_session(settings_for("BROKER", "FIX.5.0"))
    assert session.appl_version == "FIX.5.0"
    logon = Peer(tmp_path / "peer", "FIX.5.0").message("A", 1, "98=0|108=30|1137=7|")
    assert exchange.acceptor.find(logon) is session


# The short way.

HEADERS = ["", "1128=7|", "1128=9|", "1128=8|", "1129=X|", "1128=9|1129=X|", "1128=9|1128=7|", "1128=7|1128=9|"]
BODIES = [SP2_ONLY, SP2_ONLY.removesuffix("2362=X|"), SP2_ONLY + "1128=9|", SP2_ONLY.replace("54=1", "54=H"), "11=C1|"]


@pytest.mark.parametrize("group", ["", "384=1|372=D|385=S|1130=9|1410=Y|"])
@pytest.mark.parametrize("default", ["7", "9"])
@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("body", BODIES)
def test_the_short_way_takes_nothing_that_its_version_refuses(
    tmp_path: Path, group: str, default: str, header: str, body: str
) -> None:
    session = peer_of_both(tmp_path, default, group).session
    head = "35=D\x0134=2\x0149=BROKER\x0156=TRADSYS\x0152=20260101-00:00:00\x01"
    message = parse(encode("FIXT.1.1", head, (header + body).replace("|", "\x01")))
    fault = session.check(message)
    if not header:
        assert session.check_unmarked(message) == fault
    elif fault is not None:
        assert session.check_unmarked(message) is not None
