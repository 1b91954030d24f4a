"""What a link process is told about its venue, as one frozen value; the configuration makes it.

Nothing here is looked up later: secrets are values already, paths are absolute. `repr` shows no secret, so settings may
stand in a log or a traceback.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

NEVER = "never"
RECONNECT = "reconnect"


class VenueAddress(Struct, frozen=True):
    """Where a venue listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Give `host:port`, as status and logs show it."""
        return f"{self.host}:{self.port}"


class VenueTls(Struct, frozen=True, kw_only=True):
    """How the line to a venue is encrypted; its certificate is always checked, chain and host name."""

    ca_file: Path | None = None
    """Certificates of the authorities that we trust, PEM; None for those of the system."""
    cert_file: Path | None = None
    """Our own certificate, where the venue asks for one, and its key."""
    key_file: Path | None = None
    server_name: str = ""
    """The name that the certificate must be for, and that is sent as SNI; "" for the host of the address."""


class VenueCredentials(Struct, frozen=True, kw_only=True):
    """What a venue knows us by; which of them count is the dialect's business. `repr` shows none."""

    username: str = ""
    password: str = ""
    api_key: str = ""
    secret: str = ""
    private_key: bytes = b""
    """PEM."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Give those that go over the wire as they are."""
        return tuple(secret for secret in (self.password, self.api_key, self.secret) if secret)

    def __repr__(self) -> str:
        """Show nothing."""
        return "VenueCredentials(***)"


class VenueSettings(Struct, frozen=True, kw_only=True):
    """One venue, as its link and its adapter see it. Times are in the unit that ends their names."""

    venue: str
    dialect: str
    """Which adapter speaks with it."""
    addresses: tuple[VenueAddress, ...]
    """In the order in which they are tried."""
    sender_comp_id: str
    target_comp_id: str
    sender_sub_id: str = ""
    target_sub_id: str = ""
    on_behalf_of_comp_id: str = ""
    heart_bt_int_s: int = 30
    reset_on_logon: bool = False
    """Numbers begin at 1 at each logon: nothing is sent again by number, doubts are asked by status request."""
    logon_timeout_s: float = 10.0
    """An address counts as good only when the FIX session logs on within this time."""
    backoff_first_s: float = 1.0
    """Pause after the first round over all addresses without a logon; it doubles, with jitter."""
    backoff_max_s: float = 60.0
    fail_back: str = NEVER
    """`never`: a reconnect begins with the address that was good last; `reconnect`: with the first of the list."""
    tls: VenueTls | None = None
    credentials: VenueCredentials = VenueCredentials()
    symbols: dict[str, str] = {}
    """Our symbol to the venue's; those that are not named are the same there."""
    accounts: dict[str, str] = {}
    """Our account to the venue's; those that are not named are the same there."""
    owners: dict[str, tuple[str, str]] = {}
    """Their account to our member and account, for executions done elsewhere."""
    clord_id_prefix: str = ""
    """Before each ClOrdID, so that those of two journals can't be the same at a venue; letters and digits."""
    market_data: tuple[str, ...] = ()
    """Our symbols whose best prices we ask the venue for after each logon."""
    can_replace: bool = True
    can_mass_status: bool = False
    is_drop_copy: bool = False
    extra: dict[str, str] = {}
    """Options that only the dialect knows."""
    spool_bytes_max: int = 256 << 20
    """So much may wait for the core; beyond it the link logs out and reads no more, until there is room."""
    message_log_file_bytes_max: int = 64 << 20
    message_log_files_max: int = 5
    state_dir: Path
    """The link's own directory: spool, cursor, QuickFIX's store, message log."""
    journal_dir: Path
    socket_path: Path
    """The daemon's venue socket."""
    specs_dir: Path
    """Where `FIX44.xml` and the others are."""
