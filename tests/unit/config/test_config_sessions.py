"""The configuration of the front door: listeners, passwords, schedules, and what sessions have in common."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from tests.unit.config.test_config_load import SOUND, faults_of, load
from tradsys_oms.config import Address

HASH = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA"
SECURE = f"""\
members:
  - id: FIRM
sessions:
  - {{comp_id: BROKER, member: FIRM, version: FIX.4.4, password: "{HASH}"}}
"""


def test_a_session_with_a_password_needs_no_word_about_insecurity(tmp_path: Path) -> None:
    (session,) = load(tmp_path, SECURE).sessions
    assert session.password == HASH
    assert HASH not in repr(session)


def test_a_password_may_come_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADSYS_TEST_HASH", HASH)
    (session,) = load(tmp_path, SECURE.replace(f'"{HASH}"', "{env: TRADSYS_TEST_HASH}")).sessions
    assert session.password == HASH


def test_what_is_no_hash_is_never_shown(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, SECURE.replace(HASH, "hunter2"))
    assert fault.startswith(
        "4: sessions[0].password: it is not an argon2id hash; `tradsys session hash-password` makes"
    )
    assert "hunter2" not in fault


def test_without_listeners_there_is_the_one_of_fix_listen(tmp_path: Path) -> None:
    (listener,) = load(tmp_path, f"{SOUND}fix: {{listen: 127.0.0.1:9}}\n").all_listeners
    assert (listener.listener, listener.listen, listener.certificate) == ("main", Address("127.0.0.1", 9), None)


def test_listeners_take_its_place(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    pem.write_text("")
    text = f"""{SECURE}listeners:
  - {{id: open, listen: 10.0.0.1:1, allow: [10.0.0.0/8, "::1"]}}
  - {{id: tls, listen: 10.0.0.1:2, certificate: {pem}, key: {pem}, client_ca: {pem}, logon_timeout_s: 3}}
  - {{id: proxied, listen: 10.0.0.1:3, proxies: [10.0.0.7]}}
"""
    first, second, third = load(tmp_path, text).all_listeners
    assert first.allow == ("10.0.0.0/8", "::1")
    assert (second.certificate, second.client_ca, second.logon_timeout_s) == (pem, pem, 3)
    assert third.proxies == ("10.0.0.7",)


def test_a_certificate_is_as_good_as_a_password(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    pem.write_text("")
    text = f"""{SECURE.replace(f', password: "{HASH}"', "")}listeners:
  - {{id: tls, listen: 10.0.0.1:2, certificate: {pem}, key: {pem}, client_ca: {pem}}}
"""
    assert load(tmp_path, text).sessions[0].password is None
    beside = "  - {id: local, listen: 127.0.0.1:3}\n"
    (fault,) = faults_of(tmp_path, text + beside)
    assert "without a password, and without a certificate" in fault
    assert load(tmp_path, text.replace("FIX.4.4", "FIX.4.4, listeners: [tls]") + beside)


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ("fix: {listen: 10.0.0.1:1}", "5: fix.listen: 10.0.0.1:1 can be reached by anybody, in clear text"),
        ("listeners: [{id: A, listen: 10.0.0.1:1}]", "5: listeners[0].listen: 10.0.0.1:1 can be reached by anybody"),
        (
            f"listeners: [{{id: A, listen: 127.0.0.1:1, key: {__file__}}}]",
            "5: listeners[0].key: it needs certificate beside it",
        ),
        ("listeners: [{id: A, listen: 127.0.0.1:1, allow: 10.0.0.0/8}]", "5: listeners[0].allow: it must be a list"),
        (
            "listeners: [{id: A, listen: 127.0.0.1:1, allow: [10.0.0.1/8]}]",
            "5: listeners[0].allow[0]: '10.0.0.1/8' is neither an address nor a block of addresses",
        ),
        (
            "schedules: [{id: A, time_zone: Mars/Phobos, start: 09:00, end: 17:00}]",
            "5: schedules[0].time_zone: there is",
        ),
        ("schedules: [{id: A, time_zone: UTC, start: 9, end: 17:00}]", "5: schedules[0].start: '9' is not a time"),
        ("schedules: [{id: A, time_zone: UTC, start: 09:00, end: 17:00, days: [monday]}]", "5: schedules[0].days[0]: "),
        ("message_log: {file_bytes_max: 1}", "5: message_log.file_bytes_max: 1 is not between 64 KiB and 4 GiB"),
    ],
)
def test_faults_of_the_front_door(tmp_path: Path, added: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, f"{SECURE}{added}\n")
    assert found.startswith(fault)


def test_listen_and_listeners_exclude_each_other(tmp_path: Path) -> None:
    added = "fix: {listen: 127.0.0.1:1}\nlisteners: [{id: A, listen: 127.0.0.1:2}]\n"
    (found,) = faults_of(tmp_path, SECURE + added)
    assert found == "5: fix.listen: listeners are given, which take its place (remove it)"


def test_two_listeners_need_two_addresses_and_two_names(tmp_path: Path) -> None:
    added = "listeners: [{id: A, listen: 127.0.0.1:2}, {id: A, listen: 127.0.0.1:2}]\n"
    assert faults_of(tmp_path, SECURE + added) == [
        "5: listeners[1].listen: 127.0.0.1:2 is the address of listeners[0].listen too (give it a port of its own)",
        "5: listeners[1].id: A is there already, on line 5",
    ]


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("listeners: [mian]", "there is no listener mian (did you mean main?)"),
        ("schedule: day", "there is no schedule day"),
        ("other_versions: [FIX.5.0]", "FIX.4.4 does not go over FIXT.1.1"),
        ("cstm_appl_ver_id: X", "FIX.4.4 does not go over FIXT.1.1"),
    ],
)
def test_faults_of_a_session(tmp_path: Path, key: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, SECURE.replace("FIX.4.4", f"FIX.4.4, {key}"))
    assert found == f"4: sessions[0].{key.split(':')[0]}: {fault}"


def test_fix_42_has_no_next_expected_number(tmp_path: Path) -> None:
    (found,) = faults_of(tmp_path, SECURE.replace("FIX.4.4", "FIX.4.2, next_expected_msg_seq_num: true"))
    assert found == "4: sessions[0].next_expected_msg_seq_num: FIX.4.2 has no field 789"


def test_a_schedule_has_days_times_and_holidays(tmp_path: Path) -> None:
    text = f"""{SECURE}schedules:
  - {{id: night, time_zone: America/New_York, start: 17:00, end: "16:00:30", days: [sun, mon], holidays: [2026-12-25]}}
  - {{id: week, time_zone: UTC, start: 00:00, end: 22:00, start_day: mon, end_day: fri, reset: false}}
"""
    night, week = load(tmp_path, text).schedules
    assert (night.start, night.end, night.days) == (time(17), time(16, 0, 30), (6, 0))
    assert night.holidays == (date(2026, 12, 25),)
    assert (week.start_day, week.end_day, week.reset, week.days) == (0, 4, False, (0, 1, 2, 3, 4))


def test_sessions_share_what_a_merge_key_names(tmp_path: Path) -> None:
    text = f"""\
x-common: &common
  version: FIX.4.4
  password: {HASH}
  messages_per_s: 50
members:
  - id: A
  - id: B
sessions:
  - {{<<: *common, comp_id: A}}
  - {{<<: *common, comp_id: B, messages_per_s: 7}}
"""
    assert [session.messages_per_s for session in load(tmp_path, text).sessions] == [50, 7]
    found = faults_of(tmp_path, text.replace("  messages_per_s: 50", "  mesages_per_s: 50"))
    assert len(found) == 2  # one for each session that it came into
    assert all("there is no such key (did you mean messages_per_s?)" in fault for fault in found)


def test_a_merge_key_names_a_mapping(tmp_path: Path) -> None:
    (found,) = faults_of(tmp_path, "x-a: &a [1]\nfix: {<<: *a}\n")
    assert found == "2: fix: << must name a mapping that has no << itself, as in <<: *defaults"
