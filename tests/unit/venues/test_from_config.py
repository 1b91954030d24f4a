"""A link's settings are what the configuration says of its venue, with the secrets of that venue only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.config import Config, load_config
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.venues.from_config import VenueSecretMissing, VenueUnknown, venue_settings
from tradsys_oms.venues.settings import VenueAddress, VenueCredentials, VenueSettings, VenueTls

CONFIG = """\
insecure: true
state_dir: {folder}/state
message_log: {{file_bytes_max: 1 MiB, files_max: 3}}
members: [{{id: FIRM}}]
sessions: [{{comp_id: BROKER, member: FIRM, version: FIX.4.4}}]
instruments:
  - {{symbol: ACME, reference_price: 100}}
  - {{symbol: GONE, reference_price: 100, enabled: false}}
  - {{symbol: HOOLI, reference_price: 100}}
venues:
  - id: PLAIN
    dialect: fix44
    addresses: [127.0.0.1:9000]
    sender_comp_id: US
    target_comp_id: PLAIN
  - id: FULL
    dialect: binance_spot
    addresses: [a.example.com:1, "[::1]:2"]
    sender_comp_id: US
    target_comp_id: SPOT
    sender_sub_id: DESK
    target_sub_id: FLOOR
    on_behalf_of_comp_id: BEHALF
    heart_bt_int_s: 5
    logon_timeout_s: 3
    back_off_first_ms: 250
    back_off_max_s: 9
    fail_back: reconnect
    tls: {{ca_file: {folder}/ca.pem, server_name: a.example.com}}
    credentials: {{api_key: {{env: LINK_API_KEY}}, private_key: {{file: {folder}/key.pem}}}}
    symbols: {{ACME: ACMEUSDT}}
    accounts: {{A: b}}
    options: {{clord_id_prefix: TS}}
    spool_bytes_max: 2 MiB
    supervise: false
  - id: COPIES
    dialect: fix42
    addresses: [127.0.0.1:9000]
    sender_comp_id: US
    target_comp_id: COPIES
    drop_copy: true
    accounts: {{FIRM/A: x}}
    credentials: {{username: us, password: {{env: LINK_PASSWORD}}}}
    enabled: false
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("LINK_API_KEY", "k-123")
    (tmp_path / "key.pem").write_text("-----KEY-----\n")
    return _load(tmp_path)


def _load(folder: Path, more: str = "", keys: dict[str, str] | None = None) -> Config:
    """Load the configuration with `more` sections, and `keys` of instruments by symbol."""
    path, text = folder / "tradsys.yaml", CONFIG.format(folder=folder)
    for symbol, added in (keys or {}).items():
        text = text.replace(f"symbol: {symbol}, ", f"symbol: {symbol}, {added}{', ' if added else ''}")
    path.write_text(text + more)
    return load_config(path, with_risk=False)


def test_all_of_it_gets_there(config: Config, tmp_path: Path) -> None:
    assert venue_settings(config, "FULL") == VenueSettings(
        venue="FULL",
        dialect="binance_spot",
        addresses=(VenueAddress("a.example.com", 1), VenueAddress("::1", 2)),
        sender_comp_id="US",
        target_comp_id="SPOT",
        sender_sub_id="DESK",
        target_sub_id="FLOOR",
        on_behalf_of_comp_id="BEHALF",
        heart_bt_int_s=5,
        reset_on_logon=True,
        logon_timeout_s=3,
        backoff_first_s=0.25,
        backoff_max_s=9,
        fail_back="reconnect",
        tls=VenueTls(ca_file=tmp_path / "ca.pem", server_name="a.example.com"),
        credentials=VenueCredentials(api_key="k-123", private_key=b"-----KEY-----"),
        symbols={"ACME": "ACMEUSDT"},
        accounts={"A": "b"},
        can_replace=False,
        can_mass_status=False,
        extra={"clord_id_prefix": "TS"},
        spool_bytes_max=2 << 20,
        message_log_file_bytes_max=1 << 20,
        message_log_files_max=3,
        state_dir=tmp_path / "state" / "venues" / "FULL",
        journal_dir=tmp_path / "state" / "journal",
        socket_path=tmp_path / "state" / "venues.sock",
        specs_dir=specs_dir(),
    )


def test_defaults_and_what_the_dialect_can_do(config: Config) -> None:
    settings = venue_settings(config, "PLAIN")
    assert (settings.tls, settings.credentials) == (None, VenueCredentials())
    assert (settings.can_replace, settings.can_mass_status, settings.reset_on_logon) == (True, True, False)
    assert (settings.fail_back, settings.market_data, settings.extra) == ("never", (), {})


def test_paths_do_not_depend_on_where_the_link_is_started(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    path = config.path
    path.write_text(path.read_text().replace(f"{path.parent}/", ""))
    monkeypatch.chdir(path.parent)
    settings = venue_settings(load_config(path, with_risk=False), "FULL")
    assert settings.state_dir == path.parent / "state" / "venues" / "FULL"
    assert settings.tls is not None
    assert settings.tls.ca_file == path.parent / "ca.pem"


def test_a_venue_that_is_not_there_is_named_with_the_nearest(config: Config) -> None:
    with pytest.raises(VenueUnknown, match=r"has no venue FUL; did you mean FULL\?$"):
        venue_settings(config, "FUL")
    with pytest.raises(VenueUnknown, match=r"has no venue \?$"):
        venue_settings(config, "?")


def test_a_link_asks_for_the_secrets_of_its_own_venue_only(config: Config) -> None:
    assert venue_settings(config, "FULL").credentials.api_key == "k-123"
    with pytest.raises(VenueSecretMissing) as caught:
        venue_settings(config, "COPIES")
    assert str(caught.value).endswith(
        "credentials of venue COPIES can't be had: password: the environment has no variable LINK_PASSWORD"
    )


def test_all_secrets_that_are_missing_are_named(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINK_API_KEY", "")
    (tmp_path / "key.pem").unlink()
    with pytest.raises(VenueSecretMissing) as caught:
        venue_settings(config, "FULL")
    words = str(caught.value)
    assert "api_key: the secret in {env: LINK_API_KEY} is empty" in words
    assert f"private_key: the file {tmp_path}/key.pem with the secret can't be read" in words


def test_settings_show_no_secret(config: Config) -> None:
    assert "k-123" not in repr(venue_settings(config, "FULL"))


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("{id: a, strategy: failover, venues: [PLAIN]}", ()),
        ("{id: a, strategy: best_price, venues: [FULL]}", ()),
        ("{id: a, strategy: best_price, venues: [FULL, PLAIN]}", ("ACME", "HOOLI")),
        ("{id: a, strategy: best_price, venues: [PLAIN], symbols: [HOOLI, GONE]}", ("HOOLI",)),
    ],
)
def test_prices_are_asked_for_where_routes_look_at_them(tmp_path: Path, routes: str, expected: tuple[str, ...]) -> None:
    config = _load(tmp_path, f"routes: [{routes}]\n")
    assert venue_settings(config, "PLAIN").market_data == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ()),
        ("mark_venues: [COPIES]", ()),
        ("mark_venues: [PLAIN]", ("HOOLI",)),
        ("group: shares", ("HOOLI",)),
        ("group: shares, mark_venues: []", ()),
        ("group: shares, mark_venues: [COPIES, PLAIN]", ("HOOLI",)),
    ],
)
def test_prices_are_asked_for_where_they_are_marks(tmp_path: Path, more: str, expected: tuple[str, ...]) -> None:
    config = _load(tmp_path, "groups: [{id: shares, mark_venues: [PLAIN]}]\n", {"HOOLI": more})
    assert venue_settings(config, "PLAIN").market_data == expected


def test_prices_are_asked_for_once_by_routes_and_marks(tmp_path: Path) -> None:
    routes = "routes: [{id: a, strategy: best_price, venues: [PLAIN], symbols: [HOOLI]}]\n"
    config = _load(tmp_path, routes, {"ACME": "mark_venues: [PLAIN]", "HOOLI": "mark_venues: [PLAIN]"})
    assert venue_settings(config, "PLAIN").market_data == ("ACME", "HOOLI")


def test_a_venue_that_gives_no_prices_is_asked_for_none(tmp_path: Path, config: Config) -> None:
    marked = _load(tmp_path, keys={"ACME": "mark_venues: [FULL]"})
    assert config.path == marked.path
    assert venue_settings(marked, "FULL").market_data == ()
