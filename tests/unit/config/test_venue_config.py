"""Venues and routes of a configuration: what is read, and every fault of theirs with its place."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from tests.unit.config.test_config_load import CONFIGS, SOUND, faults_of, load
from tradsys_oms.config import Address, ConfigInvalid, load_config
from tradsys_oms.config.route_model import RouteHoursConfig
from tradsys_oms.config.secrets import SecretReference
from tradsys_oms.config.venue_model import VenueTlsConfig
from tradsys_oms.hours.schedule import Schedule

VENUE = "id: ALPHA, dialect: fix44, addresses: ['127.0.0.1:9000'], sender_comp_id: US, target_comp_id: THEM"
VENUES = f"venues: [{{{VENUE}}}]\n"
ROUTE = "id: out, strategy: failover, venues: [ALPHA]"


def venue(more: str) -> str:
    """Give a sound configuration whose line 9 is a venue with more keys."""
    return f"{SOUND}venues:\n  - {{{VENUE}, {more}}}\n"


def routes(*entries: str) -> str:
    """Give a sound configuration with routes from line 10 on."""
    return SOUND + VENUES + "routes:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def test_without_any_there_are_none(tmp_path: Path) -> None:
    config = load(tmp_path, SOUND)
    assert (config.venues, config.routes, config.venues_file) == ((), (), None)


def test_a_venue_has_defaults(tmp_path: Path) -> None:
    (found,) = load(tmp_path, SOUND + VENUES).venues
    assert (found.venue, found.dialect, found.addresses) == ("ALPHA", "fix44", (Address("127.0.0.1", 9000),))
    assert (found.enabled, found.supervise, found.drop_copy, found.tls) == (True, True, False, None)
    assert (found.symbols, found.accounts, found.credentials.password) == ((), (), None)
    assert (found.pending_reports, found.on_reconnect, found.fail_back) == ("at_once", "keep", "never")
    assert (found.heart_bt_int_s, found.logon_timeout_s, found.answer_timeout_ms) == (30, 10, 5_000)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [("fix42", (True, False, False)), ("fix44", (True, True, False)), ("binance_spot", (False, False, True))],
)
def test_what_a_venue_can_do_is_as_its_dialect_says(
    tmp_path: Path, dialect: str, expected: tuple[bool, bool, bool]
) -> None:
    secrets = ", tls: {}, credentials: {api_key: {env: PATH}, private_key: {env: PATH}}" * (dialect == "binance_spot")
    (found,) = load(tmp_path, SOUND + VENUES.replace("fix44", dialect).replace("}]", f"{secrets}}}]")).venues
    assert (found.can_replace, found.can_mass_status, found.reset_on_logon) == expected


def test_what_a_venue_can_do_may_be_said(tmp_path: Path) -> None:
    (found,) = load(tmp_path, venue("can_replace: false, can_mass_status: false, reset_on_logon: true")).venues
    assert (found.can_replace, found.can_mass_status, found.reset_on_logon) == (False, False, True)


def test_names_elsewhere_are_a_mapping_or_a_list(tmp_path: Path) -> None:
    (mapping,) = load(tmp_path, venue("symbols: {ACME: 'AC ME'}, accounts: {A1: x, A2: A1}")).venues
    assert (mapping.symbols, mapping.accounts) == ((("ACME", "AC ME"),), (("A1", "x"), ("A2", "A1")))
    (plain,) = load(tmp_path, venue("symbols: [ACME]")).venues
    assert plain.symbols == (("ACME", "ACME"),)


def test_a_drop_copy_names_members_or_one_owner_of_all(tmp_path: Path) -> None:
    (found,) = load(tmp_path, venue("drop_copy: true, accounts: {FIRM/A: x, FIRM/: y}")).venues
    assert found.accounts == (("FIRM/A", "x"), ("FIRM/", "y"))
    (found,) = load(tmp_path, venue("drop_copy: true, options: {owner: FIRM/, clord_id_prefix: FIRM}")).venues
    assert found.options == (("owner", "FIRM/"), ("clord_id_prefix", "FIRM"))


def test_an_empty_tls_section_is_tls(tmp_path: Path) -> None:
    (found,) = load(tmp_path, venue("tls: {}").replace("127.0.0.1", "10.0.0.1")).venues
    assert found.tls == VenueTlsConfig()


def test_a_route_is_read(tmp_path: Path) -> None:
    hours = "{time_zone: Europe/Berlin, start: '09:00', end: '17:30', days: [mon], holidays: [2026-12-25]}"
    first, second = load(
        tmp_path,
        routes(
            f"{ROUTE}, symbols: [ACME], sessions: [BROKER], ex_destinations: [XX], order_qty_min: 0.5, hours: {hours}",
            "id: rest, strategy: split, venues: [ALPHA], weights: [3], on_none_up: book",
        ),
    ).routes
    assert (first.symbols, first.sessions, first.ex_destinations) == (("ACME",), ("BROKER",), ("XX",))
    assert (first.order_qty_min_e8, first.order_qty_max_e8) == (50_000_000, None)
    assert first.hours == RouteHoursConfig(
        time_zone="Europe/Berlin", start=time(9), end=time(17, 30), days=(0,), holidays=(date(2026, 12, 25),)
    )
    assert first.hours.schedule("out") == Schedule(
        schedule="out",
        time_zone="Europe/Berlin",
        start=time(9),
        end=time(17, 30),
        days=(0,),
        holidays=frozenset({date(2026, 12, 25)}),
    )
    assert (second.strategy, second.weights, second.hours) == ("split", (3,), None)
    assert (second.on_refused, second.on_unfilled, second.on_none_up) == ("next", "return", "book")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("colour: red", "colour: there is no such key"),
        ("heart_bt_int: 1", "heart_bt_int: there is no such key (did you mean heart_bt_int_s?)"),
        ("symbols: {ACMY: X}", "symbols.ACMY: there is no instrument ACMY (did you mean ACME?)"),
        ("symbols: [ACMY]", "symbols[0]: there is no instrument ACMY (did you mean ACME?)"),
        ("symbols: ACME", "symbols: it must be a mapping of our names to theirs, or a list, as in [ACME]"),
        ("symbols: {ACME: }", "symbols.ACME: it must be a single name"),
        ("symbols: [ACME, '*']", "symbols[1]: '*' does not have the right form (a symbol of up to"),
        ("symbols: [ACME, ACME]", "symbols[1]: ACME is there already, on line 9"),
        ("symbols: [[ACME]]", "symbols[0]: it must be a single name"),
        ("symbols: {ACME: a, ACME: b}", "symbols.ACME: ACME is there already, on line 9"),
        ("accounts: {A: x, B: x}", "accounts.B: x is the name there of another one already, on line 9"),
        ("accounts: {FIRM/A: x}", "accounts.FIRM/A: FIRM/A does not have the right form (ACCOUNT; MEMBER/ is"),
        ("accounts: {A: x}, drop_copy: true", "accounts.A: A does not have the right form (MEMBER/ACCOUNT in"),
        ("accounts: {FIRN/A: x}, drop_copy: true", "accounts.FIRN/A: there is no member FIRN (did you mean FIRM?)"),
        ("drop_copy: true", "accounts: a drop copy needs the accounts whose executions it tells about"),
        ("options: {owner: FIRM/A, prefix: x}", "options.prefix: fix44 has no option prefix"),
        ("options: {clord_id_prefix: a-b}", "options.clord_id_prefix: 'a-b' does not have the right form (up to 16"),
        ("options: {owner: FIRN/A}", "options.owner: there is no member FIRN (did you mean FIRM?)"),
        ("tls: {cert_file: /dev/null}", "tls.cert_file: it needs key_file beside it"),
        ("tls: {key_file: /dev/null}", "tls.key_file: it needs cert_file beside it"),
        ("tls: {ca_file: /nosuch}", "tls.ca_file: the file /nosuch can't be read"),
        ("tls: [1]", "tls: it must be a mapping"),
        ("back_off_first_ms: 2_000, back_off_max_s: 1", "back_off_first_ms: 2000 ms is above back_off_max_s"),
        ("credentials: {api_key: {env: PATH}}", "credentials.api_key: fix44 has no use for api_key (it takes username"),
        ("credentials: {password: {env: NOSUCH_X}}", "credentials.password: the environment has no variable NOSUCH_X"),
        ("credentials: {password: {file: /nosuch}}", "credentials.password: the file /nosuch with the secret can't be"),
        (
            "credentials: {password: {file: /dev/null}}",
            "credentials.password: the secret in {file: /dev/null} is empty",
        ),
        ("credentials: {password: {vault: x}}", "credentials.password: a reference is {env: NAME} or {file: PATH}"),
    ],
)
def test_one_fault_of_a_venue(tmp_path: Path, more: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, venue(more))
    assert found.startswith(f"9: venues[0].{fault}")


def test_the_dialect_must_be_known(tmp_path: Path) -> None:
    (found,) = faults_of(tmp_path, (SOUND + VENUES).replace("fix44", "binance"))
    assert found.startswith("8: venues[0].dialect: 'binance' is not among the values; did you mean binance_spot?")


def test_a_dialect_gets_what_it_needs(tmp_path: Path) -> None:
    text = venue("heart_bt_int_s: 90, can_replace: true, can_mass_status: true, reset_on_logon: false")
    assert [fault.split(" (")[0] for fault in faults_of(tmp_path, text.replace("fix44", "binance_spot"))] == [
        "9: venues[0].credentials: binance_spot needs api_key",
        "9: venues[0].credentials: binance_spot needs private_key",
        "9: venues[0].tls: binance_spot is reached by TLS only",
        "9: venues[0].heart_bt_int_s: binance_spot takes 60 at most",
        "9: venues[0].can_replace: binance_spot can't do that",
        "9: venues[0].can_mass_status: binance_spot can't do that",
        "9: venues[0].reset_on_logon: binance_spot resets at each Logon",
    ]


def test_clear_text_to_another_machine_must_be_owned_up_to(tmp_path: Path) -> None:
    text = SOUND + VENUES.replace("127.0.0.1", "venue.example.com")
    assert faults_of(tmp_path, text) == [
        "8: venues[0].addresses: venue.example.com:9000 is on another machine, and would be reached in clear text "
        "(give tls: {}, or write insecure: true in this venue)"
    ]
    assert load(tmp_path, text.replace("}]", ", insecure: true}]")).venues[0].insecure


def test_addresses_can_be_connected_to(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, (SOUND + VENUES).replace("'127.0.0.1:9000'", "'127.0.0.1:0', x, 'x:1', 'x:1'"))
    assert [fault.split(" (")[0] for fault in faults] == [
        "8: venues[0].addresses[0]: port 0 can't be connected to",
        "8: venues[0].addresses[1]: 'x' is not HOST:PORT, as in 127.0.0.1:9880",
        "8: venues[0].addresses[3]: x:1 is there already, on line 8",
    ]


def test_names_and_sessions_are_there_once(tmp_path: Path) -> None:
    other = VENUE.replace("ALPHA", "BETA")
    text = f"{SOUND}venues:\n  - {{{VENUE}}}\n  - {{{VENUE.replace('US', 'WE')}}}\n  - {{{other}}}\n"
    assert faults_of(tmp_path, text) == [
        "10: venues[1].id: ALPHA is there already, on line 9",
        "11: venues[2].sender_comp_id: US is logged on to THEM at 127.0.0.1:9000 by venue ALPHA already "
        "(one session would log the other one out)",
    ]
    apart = f"{SOUND}venues:\n  - {{{VENUE}}}\n  - {{{other.replace('9000', '9001')}}}\n"
    assert [entry.venue for entry in load(tmp_path, apart).venues] == ["ALPHA", "BETA"]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("id: out, strategy: best", "strategy: 'best' is not among the values"),
        ("id: out, strategy: failover", "venues: strategy failover needs venues"),
        ("id: out, strategy: book, venues: [ALPHA]", "venues: strategy book sends nothing to venues (remove them)"),
        ("id: out, strategy: failover, venues: [ALPHB]", "venues[0]: there is no venue ALPHB (did you mean ALPHA?)"),
        ("id: out, strategy: split, venues: [ALPHA]", "weights: strategy split needs a weight for each venue"),
        (f"{ROUTE}, weights: [1]", "weights: they are for strategy split only"),
        (f"{ROUTE}, symbols: [ACMY]", "symbols[0]: there is no instrument ACMY (did you mean ACME?)"),
        (f"{ROUTE}, members: [FIRN]", "members[0]: there is no member FIRN (did you mean FIRM?)"),
        (f"{ROUTE}, sessions: [BROKEN]", "sessions[0]: there is no session BROKEN (did you mean BROKER?)"),
        (f"{ROUTE}, order_qty_min: 2, order_qty_max: 1", "order_qty_min: it is above order_qty_max"),
        (f"{ROUTE}, hours: {{start: '09:00', end: '10:00'}}", "hours.time_zone: the key is missing"),
        (
            f"{ROUTE}, hours: {{time_zone: UTC, start: '09:00', end: '10:00', days: []}}",
            "hours: there are no days on which it opens",
        ),
        (f"{ROUTE}, on_refused: retry", "on_refused: 'retry' is not among the values"),
    ],
)
def test_one_fault_of_a_route(tmp_path: Path, entry: str, fault: str) -> None:
    (found,) = faults_of(tmp_path, routes(entry))
    assert found.startswith(f"10: routes[0].{fault}")


def test_routes_lead_to_venues_that_take_their_orders(tmp_path: Path) -> None:
    text = SOUND + (
        "  - {symbol: OTHER, reference_price: 1}\n"
        "venues:\n"
        f"  - {{{VENUE}, symbols: [OTHER]}}\n"
        f"  - {{{VENUE.replace('ALPHA', 'COPY').replace('9000', '9')}, drop_copy: true, accounts: {{FIRM/: x}}}}\n"
        "routes:\n"
        "  - {id: out, strategy: failover, venues: [ALPHA, COPY], symbols: [ACME]}\n"
        "  - {id: one, strategy: venue, venues: [ALPHA, COPY]}\n"
    )
    assert faults_of(tmp_path, text) == [
        "13: routes[0].venues[0]: ALPHA trades none of the symbols of this route (it trades OTHER)",
        "13: routes[0].venues[1]: COPY is a drop copy, which takes no orders (remove it)",
        "14: routes[1].venues[1]: COPY is a drop copy, which takes no orders (remove it)",
        "14: routes[1].venues: strategy venue sends to the first one only "
        "(remove the others, or take strategy failover)",
    ]


HOURS = "hours: {time_zone: UTC, start: '09:00', end: '10:00'}"


@pytest.mark.parametrize(
    ("first", "second", "is_reached"),
    [
        ("", "", False),
        ("", "symbols: [ACME]", False),
        ("symbols: [ACME]", "", True),
        ("symbols: [ACME]", "symbols: [ACME], members: [FIRM]", False),
        ("members: [FIRM]", "symbols: [ACME]", True),
        ("order_qty_min: 5", "order_qty_min: 6", False),
        ("order_qty_min: 5", "order_qty_min: 4", True),
        ("order_qty_max: 5", "order_qty_max: 6", True),
        ("order_qty_max: 5", "order_qty_max: 5", False),
        ("ex_destinations: [X]", "ex_destinations: [X, Y]", True),
        ("ex_destinations: [X, Y]", "ex_destinations: [X]", False),
        (HOURS, "", True),
        (HOURS, HOURS, False),
    ],
)
def test_a_route_behind_one_that_takes_all_is_a_fault(
    tmp_path: Path, first: str, second: str, is_reached: bool
) -> None:
    text = routes(f"{ROUTE}, {first}", f"{ROUTE.replace('out', 'late')}, {second}").replace(", }", "}")
    if is_reached:
        assert [route.route for route in load(tmp_path, text).routes] == ["out", "late"]
    else:
        assert faults_of(tmp_path, text) == [
            "11: routes[1]: no order comes here: route out, on line 10, takes them all (put this one before it)"
        ]


def test_more_names_than_there_may_be_are_a_fault(tmp_path: Path) -> None:
    options = ", ".join(f"option_{number}: x" for number in range(101))
    (found,) = faults_of(tmp_path, venue(f"options: {{{options}}}"))
    assert found == "9: venues[0].options: 101 entries are more than 100"


def test_accounts_are_those_that_orders_may_have(tmp_path: Path) -> None:
    text = venue("accounts: {A1: x, A9: y}").replace("id: FIRM", "id: FIRM\n    accounts: [A1, A2]")
    text += f"routes:\n  - {{{ROUTE}, accounts: [A2, A3]}}\n"
    assert faults_of(tmp_path, text) == [
        "10: venues[0].accounts.A9: no member has an account A9",
        "12: routes[0].accounts[1]: no member has an account A3",
    ]
    free = text.replace("  - id: FIRM", "  - id: FREE\n  - id: FIRM")
    assert load(tmp_path, free).routes[0].accounts == ("A2", "A3")


def test_a_file_of_their_own_has_its_own_lines(tmp_path: Path) -> None:
    (tmp_path / "venues.yaml").write_text(f"{VENUES}routes:\n  - {{{ROUTE}}}\n  - {{{ROUTE}, symbols: [ACMY]}}\n")
    file = tmp_path / "venues.yaml"
    assert faults_of(tmp_path, f"{SOUND}venues_file: venues.yaml\nstate: x\n") == [
        "9: state: there is no such key (did you mean state_dir?)",
        f"{file}:4: routes[1].id: out is there already, on line 3",
        f"{file}:4: routes[1].symbols[0]: there is no instrument ACMY (did you mean ACME?)",
        f"{file}:4: routes[1]: no order comes here: route out, on line 3, takes them all (put this one before it)",
    ]
    file.write_text(f"{VENUES}routes:\n  - {{{ROUTE}}}\n")
    config = load(tmp_path, f"{SOUND}venues_file: venues.yaml\n")
    assert [entry.venue for entry in config.venues] == ["ALPHA"]
    assert [entry.route for entry in config.routes] == ["out"]


def test_a_file_of_their_own_takes_the_place_of_the_lists(tmp_path: Path) -> None:
    (tmp_path / "venues.yaml").write_text("")
    (found,) = faults_of(tmp_path, f"{SOUND}{VENUES}venues_file: venues.yaml\n")
    assert found == ("8: venues: venues_file is given, which takes its place (move it there, or remove venues_file)")
    (found,) = faults_of(tmp_path, f"{SOUND}venues_file: nosuch.yaml\n")
    assert found.startswith("8: venues_file: the configuration")
    (tmp_path / "venues.yaml").write_text("venues: ]")
    (found,) = faults_of(tmp_path, f"{SOUND}venues_file: venues.yaml\n")
    assert found.startswith(f"{tmp_path}/venues.yaml:1: the file is not valid YAML")


def test_secrets_are_looked_for_where_the_daemon_needs_them(tmp_path: Path) -> None:
    missing = "credentials: {password: {env: NOSUCH_X}}"
    for more in ("enabled: false", "supervise: false"):
        (found,) = load(tmp_path, venue(f"{missing}, {more}")).venues
        assert found.credentials.password == SecretReference("env", "NOSUCH_X")
    with pytest.raises(ConfigInvalid):
        load(tmp_path, venue(missing))
    assert load_config(tmp_path / "tradsys.yaml", with_risk=False).venues[0].venue == "ALPHA"


def test_no_secret_is_ever_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENUE_PASSWORD", "hunter2")
    config = load(tmp_path, venue("credentials: {username: u, password: {env: VENUE_PASSWORD}}"))
    assert "hunter2" not in repr(config)
    (found,) = faults_of(tmp_path, venue("credentials: {password: hunter2}"))
    assert found.startswith("9: venues[0].credentials.password: a secret must not stand in this file")
    assert "hunter2" not in found


def test_the_example_fits_the_quick_start(tmp_path: Path) -> None:
    text = (CONFIGS / "quickstart.yaml").read_text() + f"\nvenues_file: {CONFIGS / 'venues.yaml'}\n"
    config = load(tmp_path, text)
    assert [entry.venue for entry in config.venues] == ["NORTH", "SOUTH", "BINANCE", "COPIES"]
    assert [entry.strategy for entry in config.routes] == ["book", "split", "best_price", "failover"]
