"""A link's settings, made of the configuration. Here the secrets of one venue are fetched, and of no other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tradsys_oms.config import Config
from tradsys_oms.config.checks import near
from tradsys_oms.config.market_data import quoted_symbols
from tradsys_oms.config.secrets import SecretReference
from tradsys_oms.config.venue_model import VenueCredentialsConfig, VenueTlsConfig
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.venues.settings import VenueAddress, VenueCredentials, VenueSettings, VenueTls

SOCKET_NAME: Final = "venues.sock"
"""In the state directory: where the daemon listens for links."""
VENUES_DIR: Final = "venues"
"""In the state directory: a folder for each link."""


class VenueUnknown(TradsysError):
    """The configuration has no venue of that name."""


class VenueSecretMissing(TradsysError):
    """A secret of a venue can't be had where the configuration says that it is."""


def venue_settings(config: Config, name: str) -> VenueSettings:
    """Make the settings of a venue's link; raise `VenueUnknown`, or `VenueSecretMissing` with all that are missing."""
    venue = next((entry for entry in config.venues if entry.venue == name), None)
    if venue is None:
        hint = near(name, [entry.venue for entry in config.venues])
        raise VenueUnknown(f"{config.path} has no venue {name}{f'; {hint}' if hint else ''}")
    state_dir = config.state_dir.absolute()
    return VenueSettings(
        venue=name,
        dialect=venue.dialect,
        addresses=tuple(VenueAddress(address.host, address.port) for address in venue.addresses),
        sender_comp_id=venue.sender_comp_id,
        target_comp_id=venue.target_comp_id,
        sender_sub_id=venue.sender_sub_id,
        target_sub_id=venue.target_sub_id,
        on_behalf_of_comp_id=venue.on_behalf_of_comp_id,
        heart_bt_int_s=venue.heart_bt_int_s,
        reset_on_logon=venue.reset_on_logon,
        logon_timeout_s=venue.logon_timeout_s,
        backoff_first_s=venue.back_off_first_ms / 1000,
        backoff_max_s=venue.back_off_max_s,
        fail_back=venue.fail_back,
        tls=_tls(venue.tls),
        credentials=_credentials(config.path, name, venue.credentials),
        symbols=dict(venue.symbols),
        accounts=dict(venue.accounts),
        market_data=quoted_symbols(config, venue),
        can_replace=venue.can_replace,
        can_mass_status=venue.can_mass_status,
        is_drop_copy=venue.drop_copy,
        extra=dict(venue.options),
        spool_bytes_max=venue.spool_bytes_max,
        message_log_file_bytes_max=config.message_log.file_bytes_max,
        message_log_files_max=config.message_log.files_max,
        state_dir=state_dir / VENUES_DIR / name,
        journal_dir=state_dir / "journal",
        socket_path=state_dir / SOCKET_NAME,
        specs_dir=specs_dir(),
    )


def _tls(given: VenueTlsConfig | None) -> VenueTls | None:
    if given is None:
        return None
    return VenueTls(
        ca_file=_absolute(given.ca_file),
        cert_file=_absolute(given.cert_file),
        key_file=_absolute(given.key_file),
        server_name=given.server_name,
    )


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def _credentials(path: Path, venue: str, given: VenueCredentialsConfig) -> VenueCredentials:
    faults: list[str] = []

    def fetch(name: str, reference: SecretReference | None) -> str:
        try:
            return reference.fetch() if reference is not None else ""
        except ValueError as error:
            faults.append(f"{name}: {error}")
            return ""

    found = VenueCredentials(
        username=given.username,
        password=fetch("password", given.password),
        api_key=fetch("api_key", given.api_key),
        secret=fetch("api_secret", given.api_secret),
        private_key=fetch("private_key", given.private_key).encode(),
    )
    if faults:
        raise VenueSecretMissing(f"{path}: credentials of venue {venue} can't be had: {'; '.join(faults)}")
    return found
