"""What an operator does with `tradsys session`, on a real daemon: previews, reasons, and what holds after a kill -9."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certification.broker import Broker
from tests.system.operating import ACCEPTED, ask, metrics, reload, show, trade, tradsys, until
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem

ACTIONS = ("logout", "disable", "enable", "reset", "set-seq")
NUMBERS = ("--in", "20", "--out", "30")
BUY = "1"


def operate(system: TradingSystem, action: str, session: str, *more: str) -> str:
    """Do it, with a reason that names it; gives what it prints."""
    done = tradsys(system, "session", action, session, "--reason", f"because of {action}", "--yes", *more, user="night")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("done\n")
    return done.stdout


def refused(system: TradingSystem, *arguments: str) -> str:
    """Give the sentence for what can't be done."""
    done = tradsys(system, "session", *arguments)
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("tradsys: ")
    return done.stderr.removeprefix("tradsys: ").strip()


def journal(system: TradingSystem, session: str) -> list[dict[str, Any]]:
    """Give what `tradsys journal show` says about a session."""
    done = tradsys(system, "journal", "show", "--session", session, "-o", "json")
    assert done.returncode == 0, done.stderr
    entries: list[dict[str, Any]] = json.loads(done.stdout)
    return entries


def numbers(system: TradingSystem, session: str) -> tuple[int, int]:
    facts = show(system, session)
    return facts["next_in"], facts["next_out"]


def cannot_log_on(system: TradingSystem, session: str) -> bool:
    with RawPeer(system.fix_port, session) as peer:
        peer.send("A", "98=0|108=30|")
        return peer.is_closed()


@pytest.mark.parametrize("action", ACTIONS)
def test_a_preview_says_what_would_happen_and_changes_nothing(running: TradingSystem, action: str) -> None:
    more = NUMBERS if action == "set-seq" else ()
    with RawPeer(running.fix_port, "BROKER44") as peer:
        peer.logon()
        trade(peer, "P1")
        if action in ("reset", "set-seq"):
            peer.logout()
            until(lambda: not show(running, "BROKER44")["online"], "the Logout")
        before = show(running, "BROKER44")
        entries = len(journal(running, "BROKER44"))
        done = tradsys(running, "session", action, "BROKER44", "--preview", *more)
        assert done.returncode == 0, done.stderr
        assert "BROKER44" in done.stdout
        assert show(running, "BROKER44") == before | {"pending_age_s": show(running, "BROKER44")["pending_age_s"]}
        assert len(journal(running, "BROKER44")) == entries


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_nothing_is_done_without_a_yes(running: TradingSystem, answer: str) -> None:
    done = tradsys(running, "session", "disable", "BROKER44", "--reason", "test", told=answer)
    assert done.returncode != 0
    assert "Do it?" in done.stdout
    assert show(running, "BROKER44")["state"] == "offline"
    done = tradsys(running, "session", "disable", "BROKER44", "--reason", "test", told="y\n")
    assert done.returncode == 0
    assert show(running, "BROKER44")["state"] == "disabled by the operator"


def test_what_is_not_possible_gets_a_sentence(running: TradingSystem) -> None:
    for verb in (("show", "NOBODY"), *((action, "NOBODY", "--preview") for action in ACTIONS)):
        assert refused(running, *verb) == "there is no session 'NOBODY'; `tradsys session list` lists them"
    assert refused(running, "logout", "BROKER44", "--preview") == "session BROKER44 is not logged on"
    assert "say which number" in refused(running, "set-seq", "BROKER44", "--preview")
    for option, number in (("--in", 1 << 40), ("--out", 999_999_999)):
        too_large = refused(running, "set-seq", "BROKER44", option, str(number), "--preview")
        assert "is no sequence number: it is a whole number from 1 to 900000000" in too_large
    long = refused(running, "disable", "BROKER44", "--reason", "x" * 201, "--yes")
    assert "the reason has 201 characters" in long
    for wrong in (("set-seq", "BROKER44", "--in", "0"), ("set-seq", "BROKER44", "--in", "-1"), ("explode", "BROKER44")):
        assert tradsys(running, "session", *wrong).returncode == 2
    for reason in ((), ("--reason", "  ")):
        done = tradsys(running, "session", "disable", "BROKER44", "--yes", *reason)
        assert done.returncode == 2
        assert "--reason is needed" in done.stderr
    assert show(running, "BROKER44")["state"] == "offline"


def test_numbers_do_not_change_under_a_session_that_is_logged_on(running: TradingSystem) -> None:
    with RawPeer(running.fix_port, "BROKER44") as peer:
        peer.logon()
        for action, more in (("reset", ()), ("set-seq", NUMBERS)):
            sentence = refused(running, action, "BROKER44", *more, "--reason", "test", "--yes")
            assert "is logged on: its numbers can't change under it" in sentence
        trade(peer, "L1")


def test_a_logout_is_a_logout(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    operate(running, "logout", "BROKER44")
    broker.wait_for(lambda b: any(m["35"] == "5" for m in b.admin), "the Logout")
    broker.drop()  # QuickFIX 1.16 writes its next Logon to the old connection, and does not connect again
    broker = running.broker("BROKER44")
    broker.order("O1", "ACME", BUY, "1", "90")
    broker.wait_for(lambda b: any(m.get("11") == "O1" for m in b.log), "to trade again")
    (entry,) = (entry for entry in journal(running, "BROKER44") if entry["command"] == "LogoutSession")
    assert entry["reason"] == "because of logout (by night)"
    assert not show(running, "BROKER44")["last_end_was_a_drop"]


def test_disabled_means_disabled_until_it_is_enabled(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    neighbour = running.broker("BROKER42")
    operate(running, "disable", "BROKER44")
    broker.wait_for(lambda b: not b.online.is_set(), "the Logout")
    assert refused(running, "disable", "BROKER44", "--preview") == "session BROKER44 is disabled already"
    broker.drop()
    until(lambda: not show(running, "BROKER44")["online"], "the end of the connection")
    assert cannot_log_on(running, "BROKER44")
    reload(running)
    assert cannot_log_on(running, "BROKER44"), "a reload does not enable it"
    running.daemon.kill()
    running.daemon.start()
    assert cannot_log_on(running, "BROKER44"), "a kill -9 does not enable it"
    assert show(running, "BROKER44")["state"] == "disabled by the operator"
    assert metrics(running)['tradsys_sessions{state="disabled by the operator"}'] == 1
    operate(running, "enable", "BROKER44")
    running.broker("BROKER44").order("E1", "ACME", BUY, "1", "90")
    running.brokers["BROKER44"].expect(f150=ACCEPTED)
    neighbour.wait_for(lambda b: b.online.is_set(), "the neighbour to be back")
    commands = [entry for entry in journal(running, "BROKER44") if entry["command"] == "BlockSession"]
    assert [entry["is_blocked"] for entry in commands] == [True, False]
    assert [entry["reason"] for entry in commands] == [
        "because of disable (by night)",
        "because of enable (by night)",
    ]


def go_on(system: TradingSystem, broker: Broker, clord_id: str) -> None:
    broker.order(clord_id, "ACME", BUY, "1", "90")
    broker.wait_for(lambda b: any(m.get("11") == clord_id for m in b.log), f"the report of {clord_id}")
    assert show(system, broker.comp_id)["online"]


@pytest.mark.parametrize("end", ["nothing", "kill -9", "stop"])
@pytest.mark.parametrize("comp_id", ["BROKER42", "BROKER44", "BROKER50"])
def test_numbers_on_the_wire_are_as_they_were_set(running: TradingSystem, comp_id: str, end: str) -> None:
    version = {"BROKER42": "FIX.4.2", "BROKER44": "FIX.4.4", "BROKER50": "FIX.5.0SP2"}[comp_id]
    with RawPeer(running.fix_port, comp_id, version) as peer:
        peer.logon()
        trade(peer, "W1")
        peer.logout()
    until(lambda: not show(running, comp_id)["online"], "the Logout")
    said = operate(running, "set-seq", comp_id, *NUMBERS)
    assert "will expect MsgSeqNum 20 in place of 4" in said
    assert "will send MsgSeqNum 30 next in place of 4" in said
    if end != "nothing":
        running.daemon.kill() if end == "kill -9" else running.daemon.stop()
        running.daemon.start()
    assert numbers(running, comp_id) == (20, 30)
    with RawPeer(running.fix_port, comp_id, version, next_out=20) as peer:
        assert peer.logon()["34"] == "30"
        peer.order("W2", price="90")
        report = peer.expect("8")
        assert (report["34"], report["11"]) == ("31", "W2")
        peer.send("2", "7=1|16=30|")
        gap = peer.expect("4")
        assert (gap["34"], gap["36"], gap["123"], gap["43"]) == ("1", "31", "Y", "Y")
        peer.logout()
    entry = next(entry for entry in journal(running, comp_id) if entry["command"] == "SetNumbers")
    assert (entry["next_in"], entry["next_out"], entry["reason"]) == (20, 30, "because of set-seq (by night)")


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_reset_begins_both_numbers_again(running: TradingSystem, is_killed: bool) -> None:
    with RawPeer(running.fix_port, "BROKER44") as peer:
        peer.logon()
        trade(peer, "R1")
        peer.logout()
    until(lambda: not show(running, "BROKER44")["online"], "the Logout")
    operate(running, "reset", "BROKER44")
    if is_killed:
        running.daemon.kill()
        running.daemon.start()
    assert numbers(running, "BROKER44") == (1, 1)
    with RawPeer(running.fix_port, "BROKER44") as peer:
        assert peer.logon()["34"] == "1"
        trade(peer, "R2")
    assert [entry["reason"] for entry in journal(running, "BROKER44") if entry["command"] == "SessionReset"] == [
        "because of reset (by night)"
    ]


def test_what_an_operator_was_told_is_done_holds_after_a_kill(running: TradingSystem) -> None:
    for number in range(10, 60, 10):
        told = {"session": "BROKER44", "action": "set-seq", "next_in": number, "next_out": 70 - number}
        ask(running, "session.act", reason="test", **told)
        running.daemon.kill()
        running.daemon.start()
        assert numbers(running, "BROKER44") == (number, 70 - number)


def test_a_real_engine_goes_on_after_its_numbers_were_moved(running: TradingSystem) -> None:
    broker = running.broker("BROKER44")
    go_on(running, broker, "Q1")
    broker.stop()
    until(lambda: not show(running, "BROKER44")["online"], "the Logout")
    next_in, next_out = numbers(running, "BROKER44")
    operate(running, "set-seq", "BROKER44", "--out", str(next_out + 10))
    broker = running.broker("BROKER44")  # it sees a gap, asks, and gets a gap fill
    go_on(running, broker, "Q2")
    assert any(message["35"] == "2" for message in broker.sent_admin)
    broker.stop()
    until(lambda: not show(running, "BROKER44")["online"], "the Logout")
    next_in, _ = numbers(running, "BROKER44")
    operate(running, "set-seq", "BROKER44", "--in", str(next_in - 1))
    broker = running.broker("BROKER44")  # we see a gap, ask, and get what we had already: a Logout
    go_on(running, broker, "Q3")
    assert any(message["35"] == "2" for message in broker.admin)


def test_a_hash_of_a_password_can_be_put_into_the_configuration(system: TradingSystem) -> None:
    done = tradsys(system, "session", "hash-password", told="open sesame\nopen sesame\n")
    assert done.returncode == 0, done.stderr
    hashed = done.stdout.strip()
    assert hashed.startswith("$argon2id$")
    assert "open sesame" not in done.stdout + done.stderr
    wrong = tradsys(system, "session", "hash-password", told="one\nother\n")
    assert wrong.returncode != 0
    system.settings["sessions"][1]["password"] = hashed
    system.write_config()
    system.daemon.start()
    with RawPeer(system.fix_port, "BROKER44") as peer:
        peer.logon("553=BROKER44|554=open sesame|")
