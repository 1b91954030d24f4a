"""A configuration file is taken as a whole, or refused with every fault in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.config import (
    Address,
    Config,
    ConfigInvalid,
    ConfigUnreadable,
    SessionConfig,
    find_state_dir,
    load_config,
)
from tradsys_oms.config.schema import keys_of

CONFIGS = Path(__file__).resolve().parents[3] / "config"
SOUND = """\
insecure: true
members:
  - id: FIRM
sessions:
  - {comp_id: BROKER, member: FIRM, version: FIX.4.4}
instruments:
  - {symbol: ACME, reference_price: 100}
"""
FAULTY = """\
comp_id: TRADSYS
comp_id: AGAIN
statedir: var/x
fix:
  listen: 0.0.0.0:9880
  logout_timeout_s: 1e3
  heart_bt_int_min_s: 50
  heart_bt_int_max_s: 5
  durability: os
http: 9881
journal:
  durability: fsyc
  segment_bytes_max: 3 KB
database:
  url: postgresql://user:secret@host/db
insecure: true
members:
  - id: FIRM
  - id: FIRM
  - {}
sessions:
  - {comp_id: FIRN, version: FIX.4.3}
  - {comp_id: ../x, version: FIX.4.4, member: FIRM}
  - [1]
instruments:
  - {symbol: ACME, tick: 0.03, reference_price: 100.00, order_qty_max: 1.000000001}
  - {symbol: ACME, reference_price: 1e2, currency: usd}
"""
SESSION_KEYS = ", ".join(keys_of(SessionConfig))
FAULTS = f"""\
2: comp_id: the key is given twice, first on line 1
3: statedir: there is no such key (did you mean state_dir?)
5: fix.listen: 0.0.0.0:9880 can be reached from other machines, which insecure: true forbids (listen on 127.0.0.1:9880)
6: fix.logout_timeout_s: '1e3' is not a whole number (whole number from 1 to 5; the default is 5)
7: fix.heart_bt_int_min_s: 50 is above fix.heart_bt_int_max_s, which is 5
9: fix.durability: there is no such key (did you mean journal.durability?)
10: http: it must be a mapping of keys to values (keys here are listen)
12: journal.durability: 'fsyc' is not among the values; did you mean fsync? (`fsync` or `os`; the default is fsync)
13: journal.segment_bytes_max: '3 KB' is not a size in bytes, as in 65536 or 64 MiB \
(size from 1 MiB to 4 GiB; the default is 256 MiB)
15: database.url: a password must not stand in this file; give the URL by reference \
(URL, or a reference: `{{env: NAME}}` or `{{file: PATH}}`)
19: members[1].id: FIRM is there already, on line 18
20: members[2].id: the key is missing (The firm's name; unique.)
22: sessions[0].version: 'FIX.4.3' is not among the values; did you mean FIX.4.4? \
(`FIX.4.2` or `FIX.4.4` or `FIX.5.0` or `FIX.5.0SP2`)
22: sessions[0].member: there is no member FIRN (did you mean FIRM?)
23: sessions[1].comp_id: '../x' does not have the right form \
(a name of up to 64 letters, digits, dots, dashes and underscores)
24: sessions[2]: it must be a mapping of keys to values (keys here are {SESSION_KEYS})
26: instruments[0].order_qty_max: 1.000000001 has more than 8 decimals \
(decimal from 0.00000001 to 10000000000; the default is 1000000)
26: instruments[0].reference_price: it is not a multiple of tick
27: instruments[1].reference_price: '1e2' is not a plain decimal number, as in 0.01 \
(decimal from 0.00000001 to 1000000000)
27: instruments[1].currency: 'usd' does not have the right form \
(a currency of three capital letters (ISO 4217); the default is USD)
27: instruments[1].symbol: ACME is there already, on line 26
"""


def load(folder: Path, text: str) -> Config:
    """Load `text` as a file."""
    path = folder / "tradsys.yaml"
    path.write_text(text)
    return load_config(path)


def faults_of(folder: Path, text: str) -> list[str]:
    """Load `text`, which must be faulty; give its faults without the file name."""
    with pytest.raises(ConfigInvalid) as caught:
        load(folder, text)
    return [str(fault).removeprefix(f"{folder}/tradsys.yaml:") for fault in caught.value.faults]


def test_all_faults_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert faults_of(tmp_path, FAULTY) == FAULTS.splitlines()


def test_the_error_prints_every_fault_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(tmp_path, "insecure: maybe\nnosuch: 1\n")
    first, *lines = str(caught.value).splitlines()
    assert first == f"{tmp_path}/tradsys.yaml is not a valid configuration: 2 faults"
    assert [line.split(": ")[0] for line in lines] == [f"{tmp_path}/tradsys.yaml:{line}" for line in (1, 2)]


def test_left_out_keys_get_their_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, SOUND)
    assert config.comp_id == "TRADSYS"
    assert config.fix.listen == Address("127.0.0.1", 9880)
    assert (config.fix.listen.host, config.fix.listen.port, config.http.port) == ("127.0.0.1", 9880, 9881)
    assert (config.fix.message_size_max, config.fix.pending_bytes_max) == (65_536, 64 << 20)
    assert (config.journal.durability, config.journal.segment_bytes_max) == ("fsync", 256 << 20)
    assert config.database.url is None
    assert config.path == tmp_path / "tradsys.yaml"


def test_a_session_without_a_member_trades_for_the_member_of_its_own_name(tmp_path: Path) -> None:
    config = load(tmp_path, SOUND.replace("member: FIRM, ", "").replace("id: FIRM", "id: BROKER"))
    assert [(session.session, session.member) for session in config.sessions] == [("BROKER", "BROKER")]


def test_decimals_are_exact_integers(tmp_path: Path) -> None:
    text = SOUND.replace("reference_price: 100", "reference_price: 0.30000003, tick: 0.00000003, lot: 0.5")
    (instrument,) = load(tmp_path, text + "    \n").instruments
    assert (instrument.reference_price_e8, instrument.tick_e8, instrument.lot_e8) == (30_000_003, 3, 50_000_000)
    assert instrument.price_band_bps == 2000


def test_words_that_yaml_takes_for_truth_or_numbers_stay_names(tmp_path: Path) -> None:
    text = SOUND.replace("FIRM", "NO").replace("BROKER", "0123").replace("ACME", "on")
    config = load(tmp_path, text)
    assert config.sessions[0].member == "NO"
    assert config.sessions[0].session == "0123"
    assert config.instruments[0].symbol == "on"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "[::1]"])
def test_loopback_may_listen_without_passwords(tmp_path: Path, host: str) -> None:
    config = load(tmp_path, f"{SOUND}fix: {{listen: '{host}:0'}}\n")
    assert str(config.fix.listen) == f"{host}:0"


def test_a_configuration_must_own_up_to_having_no_passwords(tmp_path: Path) -> None:
    expected = (
        "4: sessions[0].password: the session can log on without a password, and without a certificate of its own "
        "(give it a password, or listeners with client_ca only, or write insecure: true)"
    )
    assert faults_of(tmp_path, SOUND.replace("insecure: true", "")) == [expected.replace("4:", "5:")]
    assert faults_of(tmp_path, SOUND.replace("true", "false", 1)) == [expected.replace("4:", "5:")]


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ("http: {listen: '127.0.0.1:9880'}", "8: http.listen: 127.0.0.1:9880 is the address of fix.listen too"),
        ("http: {listen: '10.0.0.1:9'}", "8: http.listen: 10.0.0.1:9 can be reached from other machines"),
        ("comp_id: BROKER", "5: sessions[0].comp_id: BROKER is our own comp_id"),
        ("state_dir: ''", "8: state_dir: the path is empty"),
        ("engine: []", "8: engine: it must be a mapping"),
        ("engine: {open_orders_max: }", "8: engine.open_orders_max: the value is missing"),
        ("engine: {open_orders_max: 0}", "8: engine.open_orders_max: 0 is not between 1 and 100000000"),
        ("engine: {open_orders_max: [1]}", "8: engine.open_orders_max: it must be a single value"),
        ("database: {url: {env: A, file: B}}", "8: database.url: a reference is {env: NAME} or {file: PATH}"),
        ("database: {url: {env: TRADSYS_NONE}}", "8: database.url: the environment has no variable TRADSYS_NONE"),
        ("database: {url: {file: /nosuch/x}}", "8: database.url: the file /nosuch/x with the secret can't be read"),
        ("database: {url: 'mysql://host'}", "8: database.url: it is not a URL that begins with postgresql://"),
        ("database: {url: 'postgres:///d?password=x'}", "8: database.url: a password must not stand in this file"),
    ],
)
def test_one_fault(tmp_path: Path, added: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, f"{SOUND}{added}\n")
    assert found.startswith(fault)


def test_an_order_too_large_for_64_bits_is_a_fault(tmp_path: Path) -> None:
    text = SOUND.replace("reference_price: 100", "tick: 0.0001, reference_price: 1000000, lot: 0.00000001")
    (found,) = faults_of(tmp_path, text)
    assert found.startswith("7: instruments[0].order_qty_max: an order of this quantity")


@pytest.mark.parametrize("document", ["- a\n- b\n", "just words\n"])
def test_a_document_that_is_no_mapping(tmp_path: Path, document: str) -> None:
    (found,) = faults_of(tmp_path, document)
    assert found.startswith("1: it must be a mapping of keys to values (keys here are comp_id, ")


def test_what_is_no_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    (found,) = faults_of(tmp_path, "comp_id: A\nmembers: [1\nfix: 2\n")
    assert found.startswith("3: the file is not valid YAML: ")


def test_deep_nesting_is_refused_and_does_not_end_the_process(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "[" * 200_000) == ["1: the file nests deeper than 16 levels"]


def test_what_is_no_text_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tradsys.yaml"
    path.write_bytes(b"comp_id: A\n# \xff\n")
    with pytest.raises(ConfigInvalid, match=r":2: the file is not UTF-8 text"):
        load_config(path)


@pytest.mark.parametrize(("name", "reason"), [("nosuch.yaml", "No such file or directory"), (".", "Is a directory")])
def test_an_unreadable_file_is_one_sentence(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ConfigUnreadable, match=f"can't be read: {reason}"):
        load_config(tmp_path / name)


def test_secrets_come_from_the_environment_or_a_file_and_stay_out_of_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://user:pa55word@host/db"
    monkeypatch.setenv("TRADSYS_TEST_URL", url)
    (tmp_path / "url").write_text(f"{url}\n")
    for reference in ("{env: TRADSYS_TEST_URL}", f"{{file: {tmp_path / 'url'}}}"):
        config = load(tmp_path, f"{SOUND}database: {{url: {reference}}}\n")
        assert config.database.url == url
        assert "pa55word" not in repr(config)


def test_empty_sections_mean_their_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, "insecure: true\nfix:\nsessions:\nmembers: []\ndatabase: {url: null}\n")
    assert (config.fix.listen.port, config.sessions, config.members, config.database.url) == (9880, (), (), None)


def test_the_digest_changes_with_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, SOUND).sha256 != load(tmp_path, f"{SOUND}# a comment\n").sha256


@pytest.mark.parametrize(
    ("name", "ports", "state_dir"),
    [("quickstart", (9880, 9881), "var/quickstart"), ("demo", (9870, 9871), "var/demo")],
)
def test_the_quick_start_and_the_demo(name: str, ports: tuple[int, int], state_dir: str) -> None:
    config = load_config(CONFIGS / f"{name}.yaml")
    assert (config.comp_id, config.insecure, config.state_dir) == ("TRADSYS", True, Path(state_dir))
    assert (config.fix.listen.port, config.http.port) == ports
    assert {session.session: session.version for session in config.sessions} == {
        "BROKER42": "FIX.4.2",
        "BROKER44": "FIX.4.4",
        "BROKER50": "FIX.5.0SP2",
    }
    assert [instrument.symbol for instrument in config.instruments] == ["ACME", "GLOBEX", "INITECH", "HOOLI"]
    e8 = 100_000_000
    for instrument in config.instruments:
        assert (instrument.tick_e8, instrument.lot_e8, instrument.reference_price_e8) == (e8 // 100, e8, 100 * e8)
        assert (instrument.price_band_bps, instrument.order_qty_max_e8) == (2000, 1_000_000 * e8)


def test_the_benchmark_has_twenty_load_brokers_more() -> None:
    config = load_config(CONFIGS / "bench.yaml")
    versions = {session.session: session.version for session in config.sessions}
    (listener,) = config.all_listeners
    assert (listener.listen.port, config.http.port, config.state_dir) == (9890, 9891, Path("var/bench"))
    assert all(versions[f"LOAD{i}"] == "FIX.4.4" and versions[f"LOADA{i}"] == "FIX.4.2" for i in range(10))
    assert len(versions) == 23


def test_the_conformance_acceptor_is_what_the_scripts_expect() -> None:
    config = load_config(CONFIGS / "conformance.yaml")
    versions = {session.session: session.version for session in config.sessions}
    assert versions == {"TW42": "FIX.4.2", "TW44": "FIX.4.4", "TW50SP2": "FIX.5.0SP2", "TW": "FIX.5.0SP2"}
    assert config.comp_id == "ISLD"
    assert all(session.reset_on_logon for session in config.sessions)
    assert (config.fix.listen.port, config.http.port, config.state_dir) == (9860, 9861, Path("var/conformance"))


@pytest.mark.parametrize("more", ["", "nosuch: 1\n", "database: {url: {env: NOT_SET_ANYWHERE}}\n"])
def test_where_a_daemon_has_its_state_is_found_in_spite_of_other_faults(tmp_path: Path, more: str) -> None:
    path = tmp_path / "tradsys.yaml"
    path.write_text(f"{SOUND}{more}state_dir: var/here\n")
    assert find_state_dir(path) == Path("var/here")


def test_where_a_daemon_has_its_state_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "tradsys.yaml"
    path.write_text(SOUND)
    assert find_state_dir(path) == load_config(path).state_dir
    for faulty in ("statedir: var/here\n", "state_dir: [1]\n", "state_dir:\n"):
        path.write_text(SOUND + faulty)
        with pytest.raises(ConfigInvalid):
            find_state_dir(path)
