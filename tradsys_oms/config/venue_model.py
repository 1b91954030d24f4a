"""The configuration of other markets: venues, how their FIX sessions are reached, and the routes that lead to them.

Secrets are never in here: a credential is kept as the reference that names it, and fetched by the link process of its
venue alone (`venue_settings`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Struct

from tradsys_oms.config.kinds import COMP_ID, MIB, Address, Boolean, Choice, FilePath, Integer, Many, Size, Text
from tradsys_oms.config.route_model import RouteConfig
from tradsys_oms.config.schema import Group, Key, ListOf
from tradsys_oms.config.secrets import SecretReference
from tradsys_oms.config.venue_dialects import DIALECTS, Dialect
from tradsys_oms.config.venue_kinds import ACCOUNT_NAMES, HOST_NAME, OPTIONS, SYMBOL_NAMES, Secret, VenueAddress

DAY_S: Final = 86_400
MINUTE_MS: Final = 60_000
VENUES_MAX: Final = 100
ROUTES_MAX: Final = 1_000


class VenueTlsConfig(Struct, frozen=True, kw_only=True):
    """TLS to a venue. The section may be empty: the system's certificates, and the name of the address, are used."""

    ca_file: Annotated[
        Path | None, Key(FilePath(), "Certificates in PEM that sign the venue's; without it, those of the system.")
    ] = None
    cert_file: Annotated[
        Path | None, Key(FilePath(), "Our certificate chain in PEM, for a venue that asks for one.")
    ] = None
    key_file: Annotated[Path | None, Key(FilePath(), "The private key of cert_file in PEM.")] = None
    server_name: Annotated[
        str, Key(HOST_NAME, "The name that the venue's certificate must have; without it, the host of the address.")
    ] = ""


class VenueCredentialsConfig(Struct, frozen=True, kw_only=True):
    """What the Logon to a venue needs. Secrets are given by reference only."""

    username: Annotated[str, Key(Text(r"[!-~]{1,64}", "a text without spaces"), "Username (553) of our Logon.")] = ""
    password: Annotated[SecretReference | None, Key(Secret(), "Password (554) of our Logon.")] = None
    api_key: Annotated[SecretReference | None, Key(Secret(), "The key by which the venue knows us.")] = None
    api_secret: Annotated[SecretReference | None, Key(Secret(), "What Logons are signed with by HMAC.")] = None
    private_key: Annotated[
        SecretReference | None, Key(Secret(), "The Ed25519 key in PEM that Logons are signed with.")
    ] = None


class VenueConfig(Struct, frozen=True, kw_only=True):
    """Another market, and our FIX session there."""

    venue: Annotated[str, Key(COMP_ID, "Its name; unique.", name="id")]
    dialect: Annotated[str, Key(Choice(tuple(DIALECTS)), "How it speaks FIX: see the dialects below.")]
    enabled: Annotated[bool, Key(Boolean(), "One that is not enabled gets no orders, and its line is not kept up.")] = (
        True
    )
    addresses: Annotated[
        tuple[Address, ...],
        Key(Many(VenueAddress(), 8, True), "Where it is; tried in order until one logs us on."),
    ]
    sender_comp_id: Annotated[str, Key(COMP_ID, "SenderCompID (49): how the venue knows us.")]
    target_comp_id: Annotated[str, Key(COMP_ID, "TargetCompID (56): the venue.")]
    sender_sub_id: Annotated[str, Key(COMP_ID, "SenderSubID (50) of all that we send.")] = ""
    target_sub_id: Annotated[str, Key(COMP_ID, "TargetSubID (57) of all that we send.")] = ""
    on_behalf_of_comp_id: Annotated[str, Key(COMP_ID, "OnBehalfOfCompID (115) of all that we send.")] = ""
    heart_bt_int_s: Annotated[int, Key(Integer(1, 3600), "HeartBtInt (108) of our Logon.")] = 30
    reset_on_logon_given: Annotated[
        bool | None,
        Key(
            Boolean(),
            "Our Logon says ResetSeqNumFlag (141) Y: what was missed is not sent again, and orders in doubt are asked "
            "for. Without it, as its dialect.",
            name="reset_on_logon",
        ),
    ] = None
    logon_timeout_s: Annotated[
        int, Key(Integer(1, 60), "An address that has not logged us on after this time is given up for the next one.")
    ] = 10
    insecure: Annotated[
        bool, Key(Boolean(), "Must be true for a venue on another machine that is reached without TLS.")
    ] = False
    tls: Annotated[VenueTlsConfig | None, Key(Group(VenueTlsConfig, True), "With this section, TLS 1.2 or later.")] = (
        None
    )
    credentials: Annotated[
        VenueCredentialsConfig, Key(Group(VenueCredentialsConfig), "What its Logon needs: see the dialects below.")
    ]
    symbols: Annotated[
        tuple[tuple[str, str], ...],
        Key(SYMBOL_NAMES, "Our symbols that it trades, each with its name there; none for all, by our names."),
    ] = ()
    accounts: Annotated[
        tuple[tuple[str, str], ...],
        Key(
            ACCOUNT_NAMES,
            "Our accounts, each with its name there; others by our names. Of a drop copy, as MEMBER/ACCOUNT: "
            "executions of accounts that are not here are refused.",
        ),
    ] = ()
    options: Annotated[
        tuple[tuple[str, str], ...], Key(OPTIONS, "What only its dialect knows: see the dialects below.")
    ] = ()
    pending_reports: Annotated[
        Literal["at_once", "of_venue"],
        Key(
            Choice(("at_once", "of_venue")),
            "When brokers see Pending New, Cancel and Replace: when the request goes out, or only when the venue says "
            "so.",
        ),
    ] = "at_once"
    can_replace_given: Annotated[
        bool | None,
        Key(
            Boolean(),
            "It takes replaces; else an order is canceled there and routed anew. Without it, as its dialect.",
            name="can_replace",
        ),
    ] = None
    can_mass_status_given: Annotated[
        bool | None,
        Key(Boolean(), "It answers mass status requests. Without it, as its dialect.", name="can_mass_status"),
    ] = None
    on_reconnect: Annotated[
        Literal["keep", "cancel"],
        Key(Choice(("keep", "cancel")), "What becomes of orders open there when its line comes back."),
    ] = "keep"
    drop_copy: Annotated[
        bool, Key(Boolean(), "It takes no orders: it tells about executions that our accounts had elsewhere.")
    ] = False
    supervise: Annotated[
        bool, Key(Boolean(), "The daemon runs its link; else somebody else does, with `tradsys venue run`.")
    ] = True
    fail_back: Annotated[
        Literal["never", "reconnect"],
        Key(
            Choice(("never", "reconnect")),
            "After another address than the first has logged us on: stay there, or begin with the first one when the "
            "line has to be made again.",
        ),
    ] = "never"
    back_off_first_ms: Annotated[
        int, Key(Integer(10, MINUTE_MS), "The wait after the first round through all addresses.")
    ] = 500
    back_off_max_s: Annotated[int, Key(Integer(1, 3600), "It doubles with each round, up to this.")] = 30
    answer_timeout_ms: Annotated[
        int, Key(Integer(100, 600_000), "A request that is not answered after this time is asked about.")
    ] = 5_000
    pending_max_s: Annotated[
        int,
        Key(
            Integer(0, DAY_S),
            "A request that it calls pending for longer is left to an operator (`tradsys order resolve`); 0 for never.",
        ),
    ] = 300
    latency_max_ms: Annotated[
        int, Key(Integer(0, 600_000), "The circuit breaker opens when answers take longer than this; 0 for never.")
    ] = 0
    latency_orders: Annotated[int, Key(Integer(1, 1_000_000), "So many answers in a row must be that late.")] = 10
    rejects_max: Annotated[
        int, Key(Integer(0, 1_000_000), "So many refusals in rejects_window_s open the circuit breaker; 0 for never.")
    ] = 20
    rejects_window_s: Annotated[int, Key(Integer(1, DAY_S), "The window of rejects_max.")] = 10
    probes: Annotated[
        int, Key(Integer(1, 1000), "A half-open circuit breaker closes after so many orders were answered well.")
    ] = 3
    spool_bytes_max: Annotated[
        int,
        Key(
            Size(MIB, 4096 * MIB),
            "With more than this not taken by the daemon, the link logs out: the venue keeps the rest.",
        ),
    ] = 256 * MIB

    @property
    def abilities(self) -> Dialect:
        """Give what its dialect can do and needs."""
        return DIALECTS[self.dialect]

    @property
    def reset_on_logon(self) -> bool:
        """Tell that numbers begin with 1 at each Logon."""
        given = self.reset_on_logon_given
        return self.abilities.resets_on_logon if given is None else given

    @property
    def can_replace(self) -> bool:
        """Tell that it takes OrderCancelReplaceRequest."""
        given = self.can_replace_given
        return self.abilities.can_replace if given is None else given

    @property
    def can_mass_status(self) -> bool:
        """Tell that it answers OrderMassStatusRequest."""
        given = self.can_mass_status_given
        return self.abilities.can_mass_status if given is None else given


class VenuesFile(Struct, frozen=True, kw_only=True):
    """A file of its own for venues and routes."""

    venues: Annotated[tuple[VenueConfig, ...], Key(ListOf(VenueConfig, VENUES_MAX), "Other markets.")] = ()
    routes: Annotated[
        tuple[RouteConfig, ...], Key(ListOf(RouteConfig, ROUTES_MAX), "Which orders go there; the first that fits.")
    ] = ()
