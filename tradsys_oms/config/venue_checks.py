"""Checks of venues across keys; as in `checks`, one function per promise.

`tree` is the reader of the file in which the venues stand. A check sees the values that are sound, and passes over one
that is missing in silence, because it is reported already.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Final

from tradsys_oms.config.checks import is_loopback, near
from tradsys_oms.config.schema import keys_of
from tradsys_oms.config.secrets import SecretReference
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.config.venue_dialects import DIALECTS, OPTIONS, Dialect
from tradsys_oms.config.venue_model import VenueCredentialsConfig

COMP_IDS: Final = ("sender_comp_id", "sender_sub_id", "target_comp_id", "target_sub_id")


def venue_names_are_unique(values: Values, tree: TreeReader) -> None:
    """Each venue and each route has a name of its own."""
    for section, attribute in (("venues", "venue"), ("routes", "route")):
        first: dict[str, int] = {}
        for index, entry in enumerate(values[section]):
            key, name = f"{section}[{index}].id", entry.get(attribute)
            if name in first:
                tree.fault(key, f"{name} is there already, on line {first[name]}")
            elif name is not None:
                first[name] = tree.lines[key]


def venue_sessions_differ(values: Values, tree: TreeReader) -> None:
    """No two FIX sessions are the same one: same CompIDs at the same address."""
    first: dict[tuple[object, ...], tuple[str, int]] = {}
    for index, entry in enumerate(values["venues"]):
        comp_ids = [entry.get(name) for name in COMP_IDS]
        if None in comp_ids or "addresses" not in entry or "venue" not in entry:
            continue
        key = f"venues[{index}].sender_comp_id"
        for address in entry["addresses"]:
            other = first.setdefault((*comp_ids, address), (entry["venue"], index))
            if other[1] != index:
                text = f"{entry['sender_comp_id']} is logged on to {entry['target_comp_id']} at {address}"
                tree.fault(key, f"{text} by venue {other[0]} already", "one session would log the other one out")
                break


def dialects_get_what_they_need(values: Values, tree: TreeReader) -> None:
    """A venue has the credentials of its dialect, and no others, TLS where it is needed, and heartbeats in time."""
    for key, entry, dialect in _with_dialect(values):
        for name, text, hint in _needs(entry, dialect):
            tree.fault(f"{key}.{name}", f"{entry['dialect']} {text}", hint)


def _needs(entry: Values, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    given = entry.get("credentials", {})
    for name in dialect.credentials:
        if name in given and not given[name]:
            yield "credentials", f"needs {name}", f"give {name}: {_form(name)}"
    known = (*dialect.credentials, *dialect.credentials_optional)
    for name, value in given.items():
        if value and name not in known:
            yield f"credentials.{name}", f"has no use for {name}", f"it takes {', '.join(known) or 'none'}"
    if dialect.needs_tls and _has_no_tls(entry):
        yield "tls", "is reached by TLS only", "give tls: {}, or more of its keys"
    largest_s = dialect.heart_bt_int_max_s
    if largest_s and entry.get("heart_bt_int_s", 0) > largest_s:
        yield "heart_bt_int_s", f"takes {largest_s} at most", ""


def _form(name: str) -> str:
    is_secret = keys_of(VenueCredentialsConfig)[name].default is None
    return "{env: NAME} or {file: PATH}" if is_secret else "..."


def venues_can_do_what_is_said(values: Values, tree: TreeReader) -> None:
    """What a dialect can't do is not switched on, and what it does anyway not off."""
    for key, entry, dialect in _with_dialect(values):
        for name, can in (("can_replace", dialect.can_replace), ("can_mass_status", dialect.can_mass_status)):
            if entry.get(f"{name}_given") and not can:
                tree.fault(f"{key}.{name}", f"{entry['dialect']} can't do that", "remove it")
        if dialect.resets_on_logon and entry.get("reset_on_logon_given") is False:
            tree.fault(f"{key}.reset_on_logon", f"{entry['dialect']} resets at each Logon", "remove it")


def options_are_those_of_the_dialect(values: Values, tree: TreeReader) -> None:
    """A dialect knows all options that are given to it, and they have the right form."""
    members = _listed(values, "members", "member")
    for path, entry, dialect in _with_dialect(values):
        for name, value in entry.get("options", ()):
            key = f"{path}.options.{name}"
            if name not in dialect.options:
                hint = near(name, list(dialect.options)) or f"it has {', '.join(dialect.options) or 'none'}"
                tree.fault(key, f"{entry['dialect']} has no option {name}", hint)
                continue
            try:
                OPTIONS[name].kind.parse(value)
            except ValueError as error:
                tree.fault(key, str(error), OPTIONS[name].kind.describe())
                continue
            member = value.partition("/")[0]
            if name == "owner" and member not in members:
                tree.fault(key, f"there is no member {member}", near(member, list(members)))


def lines_are_encrypted(values: Values, tree: TreeReader) -> None:
    """Orders and passwords leave this machine in clear text only where somebody has owned up to it."""
    for index, entry in enumerate(values["venues"]):
        if entry.get("insecure") is not False or not _has_no_tls(entry):
            continue
        far = [address for address in entry.get("addresses", ()) if not is_loopback(address.host)]
        if far:
            text = f"{far[0]} is on another machine, and would be reached in clear text"
            tree.fault(f"venues[{index}].addresses", text, "give tls: {}, or write insecure: true in this venue")


def venue_tls_is_whole(values: Values, tree: TreeReader) -> None:
    """Our certificate comes with its key."""
    for index, entry in enumerate(values["venues"]):
        tls = entry.get("tls") or {}
        for name, other in (("cert_file", "key_file"), ("key_file", "cert_file")):
            if tls.get(name) is not None and other in tls and tls[other] is None:
                tree.fault(f"venues[{index}].tls.{name}", f"it needs {other} beside it")


def back_off_grows(values: Values, tree: TreeReader) -> None:
    """The first wait isn't above the last."""
    for index, entry in enumerate(values["venues"]):
        first_ms, most_s = entry.get("back_off_first_ms"), entry.get("back_off_max_s")
        if first_ms is not None and most_s is not None and first_ms > most_s * 1000:
            key = f"venues[{index}].back_off_first_ms"
            tree.fault(key, f"{first_ms} ms is above back_off_max_s, which is {most_s} s")


def venue_symbols_are_known(values: Values, tree: TreeReader) -> None:
    """What a venue trades is listed among the instruments: all else would have no tick and no lot."""
    symbols = _listed(values, "instruments", "symbol")
    for index, entry in enumerate(values["venues"]):
        for number, (symbol, _) in enumerate(entry.get("symbols", ())):
            if symbol not in symbols:
                key = _name_key(f"venues[{index}].symbols", symbol, number, tree)
                tree.fault(key, f"there is no instrument {symbol}", near(symbol, list(symbols)))


def drop_copies_name_members(values: Values, tree: TreeReader) -> None:
    """Accounts of a drop copy are those of a member; those of orders are as orders have them."""
    members = _listed(values, "members", "member")
    for index, entry in enumerate(values["venues"]):
        is_drop_copy = entry.get("drop_copy")
        if is_drop_copy is None:
            continue
        path = f"venues[{index}].accounts"
        for number, (account, _) in enumerate(entry.get("accounts", ())):
            key = _name_key(path, account, number, tree)
            member, slash, _name = account.rpartition("/")
            if bool(slash) != is_drop_copy:
                form = "MEMBER/ACCOUNT in a drop copy" if is_drop_copy else "ACCOUNT; MEMBER/ is for drop copies"
                tree.fault(key, f"{account} does not have the right form", form)
            elif slash and member not in members:
                tree.fault(key, f"there is no member {member}", near(member, list(members)))
        if is_drop_copy and entry.get("accounts") == () and "owner" not in dict(entry.get("options", ())):
            text = "a drop copy needs the accounts whose executions it tells about"
            tree.fault(path, text, "give accounts: {MEMBER/ACCOUNT: their name}, or the option owner")


VENUE_CHECKS: Final[tuple[Callable[[Values, TreeReader], None], ...]] = (
    venue_names_are_unique,
    venue_sessions_differ,
    dialects_get_what_they_need,
    venues_can_do_what_is_said,
    options_are_those_of_the_dialect,
    lines_are_encrypted,
    venue_tls_is_whole,
    back_off_grows,
    venue_symbols_are_known,
    drop_copies_name_members,
)


def accounts_are_declared(values: Values, tree: TreeReader, declared: dict[str, dict[str, bool]]) -> None:
    """Accounts that venues and routes name can be in orders: a member that declares accounts takes no others."""
    members = list(_listed(values, "members", "member"))
    everybody = _accounts_of(members, declared)
    for section in ("venues", "routes"):
        for index, entry in enumerate(values[section]):
            known = _accounts_of(entry["members"], declared) if entry.get("members") else everybody
            names = [name[0] if section == "venues" else name for name in entry.get("accounts", ())]
            for number, name in enumerate(names):
                member, slash, account = name.rpartition("/")
                possible = _accounts_of([member], declared) if slash else known
                if possible is not None and account not in possible:
                    key = _name_key(f"{section}[{index}].accounts", name, number, tree)
                    tree.fault(key, f"no member has an account {account}")


def _accounts_of(members: Sequence[str], declared: dict[str, dict[str, bool]]) -> Container[str] | None:
    """Give all accounts of some members, None if one of them takes any."""
    if not members or not all(declared.get(member) for member in members):
        return None
    return declared[members[0]] if len(members) == 1 else frozenset().union(*(declared[member] for member in members))


def secrets_can_be_had(values: Values, tree: TreeReader) -> None:
    """Secrets and files of venues whose link the daemon runs can be read; those of others are their own business."""
    for index, entry in enumerate(values["venues"]):
        if not (entry.get("enabled") and entry.get("supervise")):
            continue
        for name, reference in entry.get("credentials", {}).items():
            if isinstance(reference, SecretReference):
                try:
                    reference.fetch()
                except ValueError as error:
                    tree.fault(f"venues[{index}].credentials.{name}", str(error))
        for name in ("ca_file", "cert_file", "key_file"):
            path = (entry.get("tls") or {}).get(name)
            if path is not None and not os.access(path, os.R_OK):
                tree.fault(f"venues[{index}].tls.{name}", f"the file {path} can't be read")


def _with_dialect(values: Values) -> Iterator[tuple[str, Values, Dialect]]:
    for index, entry in enumerate(values["venues"]):
        if "dialect" in entry:
            yield f"venues[{index}]", entry, DIALECTS[entry["dialect"]]


def _has_no_tls(entry: Values) -> bool:
    return "tls" in entry and entry["tls"] is None


def _listed(values: Values, section: str, attribute: str) -> dict[str, None]:
    return {entry[attribute]: None for entry in values[section] if attribute in entry}


def _name_key(path: str, name: str, number: int, tree: TreeReader) -> str:
    """Give the key of an entry that is a mapping's or a list's."""
    of_mapping = f"{path}.{name}"
    return of_mapping if of_mapping in tree.lines else f"{path}[{number}]"
