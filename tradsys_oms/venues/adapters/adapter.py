"""An adapter: requests of the core in the words of one venue, and what the venue says as commands of the core.

It is pure: it knows no socket, file, FIX engine or clock, and what it gives depends on its settings and arguments
alone. A link owns one and asks it four things: what to add to a Logon (`logon_fields`), what to ask for after it
(`subscriptions`), what to send (`encode`) and what has come (`decode`). Fields are pairs of tag and value in the order
of the wire; a field may be there more than once, in groups.

Each request has a place in the journal, `sequence-index`. A venue knows it by the ClOrdID (11) that `clord_id` makes of
it, within the length and the alphabet of the venue; `place_of` is the way back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec import Struct

from tradsys_oms.core.commands.base import JournaledCommand
from tradsys_oms.core.events import VenueRequest
from tradsys_oms.venues.adapters.errors import CredentialsUnusable
from tradsys_oms.venues.settings import VenueSettings

Field = tuple[int, str]


class Group(Struct, frozen=True, gc=False):
    """A repeating group of a message out; the first field of each entry is the same tag."""

    count_tag: int
    entries: tuple[tuple[Field, ...], ...]


class Outgoing(Struct, frozen=True, gc=False):
    """A message for a venue: its body, without header and trailer."""

    msg_type: str
    fields: tuple[Field, ...]
    groups: tuple[Group, ...] = ()
    """The groups of the body; their counts and entries are not in `fields`."""


class Dialect(Struct, frozen=True):
    """What venues that speak a dialect are and can do, as data for links and for checks of the configuration."""

    name: str
    begin_string: str
    default_appl_ver_id: str = ""
    """DefaultApplVerID (1137), "" for none."""
    dictionary: str = ""
    """The version whose dictionary of ours has all messages of the venue; "" where messages can't be checked by one."""
    can_replace: bool = True
    """It takes OrderCancelReplaceRequest (35=G)."""
    can_query: bool = True
    """It answers OrderStatusRequest (35=H). Without, nobody can be asked about an order in doubt."""
    can_mass_status: bool = False
    """It answers OrderMassStatusRequest (35=AF)."""
    can_quote: bool = False
    """It gives its best bid and offer in the session of the orders."""
    credentials: tuple[str, ...] = ()
    """Fields of `VenueCredentials` that it must have."""
    credentials_optional: tuple[str, ...] = ()
    """Fields of those that it may have."""
    resets_on_logon: bool = False
    """Sequence numbers begin with 1 at each Logon, and nothing is ever sent again."""
    needs_tls: bool = False
    heart_bt_int_max_s: int = 0
    """The largest HeartBtInt (108) that it takes, 0 for any."""
    options: Mapping[str, str] = {}
    """Keys of the settings' `extra` that it knows, and what each is, in one sentence."""


class Adapter(ABC):
    """Translates for one venue. Its subclasses are the dialects."""

    dialect: ClassVar[Dialect]

    def __init__(self, settings: VenueSettings) -> None:
        """Raise CredentialsUnusable where a credential is missing or can't be used."""
        self.settings = settings
        for name in self.dialect.credentials:
            if not getattr(settings.credentials, name):
                raise CredentialsUnusable(
                    f"Venue {settings.venue} speaks {self.dialect.name} and needs the credential {name!r}: add it."
                )

    @abstractmethod
    def logon_fields(self, sending_time: str, msg_seq_num: int, sender: str, target: str) -> list[Field]:
        """Give the fields that our Logon has beyond those of the FIX engine (98, 108, 141, 1137).

        `sending_time` is the text of SendingTime (52) in the same Logon. Where a field of data (96) is among them, its
        length (95) stands before it.
        """

    @abstractmethod
    def subscriptions(self) -> list[Outgoing]:
        """Give what is to be sent after each Logon."""

    @abstractmethod
    def encode(self, place: str, request: VenueRequest, now_ns: int) -> Outgoing:
        """Say a request, whose place is `place`, in the words of the venue; raise NotSendable with a sentence."""

    @abstractmethod
    def decode(
        self, msg_type: str, fields: Sequence[Field], ref_clord_id: str = "", ref_msg_type: str = ""
    ) -> list[JournaledCommand]:
        """Read a message of the venue as commands with frame 0; those about nothing of ours give none.

        `fields` may have header and trailer or not. For a Reject (35=3), `ref_clord_id` and `ref_msg_type` are ClOrdID
        (11) and MsgType (35) of our message that RefSeqNum (45) names, "" if not known. Raises nothing: what can't be
        read becomes a QuarantineReport.
        """

    @abstractmethod
    def clord_id(self, place: str) -> str:
        """Give the ClOrdID (11) of a request."""

    @abstractmethod
    def place_of(self, clord_id: str) -> str:
        """Give the place of a request by its ClOrdID, "" for what is not ours."""

    def reconnect_reason(self, msg_type: str, fields: Sequence[Field]) -> str:
        """Say why the link has to log out and connect anew now, in the venue's words; "" for no reason."""
        return ""
