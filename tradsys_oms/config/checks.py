"""Checks across keys: what each value alone can't show. One function per promise, all listed in `CHECKS`.

A check sees the values that are sound; one that needs a value which is faulty passes over it in silence, because that
fault is reported already.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Callable, Iterator
from typing import Final

from tradsys_oms.config.fix_model import ScheduleConfig, schedule_of
from tradsys_oms.config.kinds import Address
from tradsys_oms.config.schema import keys_of
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.hours.schedule import fault_of

INT64_MAX: Final = (1 << 63) - 1


def everybody_shows_who_he_is(values: Values, tree: TreeReader) -> None:
    """A session without password and certificate has to be owned up to."""
    if values.get("insecure") is not False:
        return
    certified = {entry["listener"] for entry in values["listeners"] if entry.get("client_ca") and "listener" in entry}
    every = {entry["listener"] for entry in values["listeners"] if "listener" in entry} or {"main"}
    for index, entry in enumerate(values["sessions"]):
        uses = set(entry.get("listeners") or every)
        if "password" in entry and entry["password"] is None and not uses <= certified:
            tree.fault(
                f"sessions[{index}].password",
                "the session can log on without a password, and without a certificate of its own",
                "give it a password, or listeners with client_ca only, or write insecure: true",
            )


def insecure_stays_local(values: Values, tree: TreeReader) -> None:
    """Nobody from another machine reaches a port that asks no password."""
    for key, address in _listen_addresses(values):
        if values.get("insecure") is True and not is_loopback(address.host):
            tree.fault(
                key,
                f"{address} can be reached from other machines, which insecure: true forbids",
                f"listen on 127.0.0.1:{address.port}",
            )


def clear_text_is_fenced(values: Values, tree: TreeReader) -> None:
    """A listener that others can reach, and that has no TLS, says who these others are."""
    if not values["listeners"] and values.get("insecure") is False:
        address = values["fix"].get("listen")
        if address is not None and not is_loopback(address.host):
            text = f"{address} can be reached by anybody, in clear text"
            tree.fault(
                "fix.listen", text, "give listeners in its place, with a certificate or a list of peers to allow"
            )
    for index, entry in enumerate(values["listeners"]):
        address = entry.get("listen")
        if address is None or is_loopback(address.host) or values.get("insecure") is True:
            continue
        if not (entry.get("certificate") or entry.get("allow") or entry.get("proxies")):
            text = f"{address} can be reached by anybody, in clear text"
            tree.fault(f"listeners[{index}].listen", text, "give it a certificate, or a list of peers to allow")


def listen_addresses_differ(values: Values, tree: TreeReader) -> None:
    """Two servers can't share a port."""
    first: dict[str, str] = {}
    for key, address in _listen_addresses(values):
        if address.port and str(address) in first:
            tree.fault(key, f"{address} is the address of {first[str(address)]} too", "give it a port of its own")
        first.setdefault(str(address), key)


def one_way_to_listen(values: Values, tree: TreeReader) -> None:
    """A list of listeners takes the place of fix.listen."""
    if values["listeners"] and "fix.listen" in tree.lines:
        tree.fault("fix.listen", "listeners are given, which take its place", "remove it")


def tls_is_whole(values: Values, tree: TreeReader) -> None:
    """A certificate comes with its key, and all files can be read."""
    for index, entry in enumerate(values["listeners"]):
        files = {name: entry.get(name) for name in ("certificate", "key", "client_ca")}
        for name, other in (("certificate", "key"), ("key", "certificate"), ("client_ca", "certificate")):
            if files[name] is not None and files[other] is None and other in entry:
                tree.fault(f"listeners[{index}].{name}", f"it needs {other} beside it")
        for name, path in files.items():
            if path is not None and not os.access(path, os.R_OK):
                tree.fault(f"listeners[{index}].{name}", f"the file {path} can't be read")


def references_are_known(values: Values, tree: TreeReader) -> None:
    """Listeners and schedules that sessions name are listed."""
    listeners = [entry["listener"] for entry in values["listeners"] if "listener" in entry] or ["main"]
    schedules = [entry["schedule"] for entry in values["schedules"] if "schedule" in entry]
    for index, entry in enumerate(values["sessions"]):
        for name in entry.get("listeners") or ():
            if name not in listeners:
                tree.fault(f"sessions[{index}].listeners", f"there is no listener {name}", near(name, listeners))
        name = entry.get("schedule")
        if name and name not in schedules:
            tree.fault(f"sessions[{index}].schedule", f"there is no schedule {name}", near(name, schedules))


def schedules_hold(values: Values, tree: TreeReader) -> None:
    """A schedule doesn't contradict itself."""
    for index, entry in enumerate(values["schedules"]):
        if len(entry) == len(keys_of(ScheduleConfig)):
            fault = fault_of(schedule_of(entry))
            if fault:
                tree.fault(f"schedules[{index}]", fault)


def versions_have_what_is_asked(values: Values, tree: TreeReader) -> None:
    """What a FIX version lacks can't be switched on for its sessions."""
    for index, entry in enumerate(values["sessions"]):
        version = entry.get("version", "")
        over_fixt = version in ("FIX.5.0", "FIX.5.0SP2")
        for name in ("other_versions", "cstm_appl_ver_id"):
            if version and entry.get(name) and not over_fixt:
                tree.fault(f"sessions[{index}].{name}", f"{version} does not go over FIXT.1.1")
        if version == "FIX.4.2" and entry.get("next_expected_msg_seq_num"):
            tree.fault(f"sessions[{index}].next_expected_msg_seq_num", "FIX.4.2 has no field 789")


def heartbeat_range_holds(values: Values, tree: TreeReader) -> None:
    """The smallest HeartBtInt isn't above the largest."""
    smallest, largest = (values["fix"].get(f"heart_bt_int_{end}_s") for end in ("min", "max"))
    if smallest is not None and largest is not None and smallest > largest:
        tree.fault("fix.heart_bt_int_min_s", f"{smallest} is above fix.heart_bt_int_max_s, which is {largest}")


def names_are_unique(values: Values, tree: TreeReader) -> None:
    """Each entry of a list has a name of its own."""
    for key, attribute, name in (
        ("members", "member", "id"),
        ("sessions", "session", "comp_id"),
        ("instruments", "symbol", "symbol"),
        ("listeners", "listener", "id"),
        ("schedules", "schedule", "id"),
        ("market_schedules", "schedule", "id"),
        ("groups", "group", "id"),
    ):
        first: dict[str, int] = {}
        for index, entry in enumerate(values[key]):
            value = entry.get(attribute)
            if value in first:
                line = tree.lines[f"{key}[{first[value]}].{name}"]
                tree.fault(f"{key}[{index}].{name}", f"{value} is there already, on line {line}")
            elif value is not None:
                first[value] = index


def sessions_belong_to_members(values: Values, tree: TreeReader) -> None:
    """Each session trades for a member that is listed."""
    members = [entry["member"] for entry in values["members"] if "member" in entry]
    for index, entry in enumerate(values["sessions"]):
        member = entry.get("member") or entry.get("session")
        if "member" in entry and member is not None and member not in members:
            hint = near(member, members) or f"list it under members: - id: {member}"
            tree.fault(f"sessions[{index}].member", f"there is no member {member}", hint)


def peers_are_not_us(values: Values, tree: TreeReader) -> None:
    """A broker with our own CompID could not be told from us."""
    for index, entry in enumerate(values["sessions"]):
        if "session" in entry and entry["session"] == values.get("comp_id"):
            tree.fault(f"sessions[{index}].comp_id", f"{entry['session']} is our own comp_id")


def instrument_steps_fit(values: Values, tree: TreeReader) -> None:
    """The reference price is on the tick, the largest quantity on the lot."""
    for index, entry in enumerate(values["instruments"]):
        for name, attribute, step_name in (
            ("reference_price", "reference_price_e8", "tick"),
            ("order_qty_max", "order_qty_max_e8", "lot"),
        ):
            value, step = entry.get(attribute), entry.get(f"{step_name}_e8")
            if value is not None and step is not None and value % step:
                tree.fault(f"instruments[{index}].{name}", f"it is not a multiple of {step_name}")


def notionals_fit_64_bits(values: Values, tree: TreeReader) -> None:
    """The value of the largest order at the top of the band can be kept in the journal, in ticks times lots."""
    for index, entry in enumerate(values["instruments"]):
        names = ("reference_price_e8", "price_band_bps", "tick_e8", "order_qty_max_e8", "lot_e8")
        price, band, tick, quantity, lot = (entry.get(name) for name in names)
        if None not in (price, band, tick, quantity, lot):
            ticks = price * (10_000 + band) // 10_000 // tick
            if ticks * (quantity // lot) > INT64_MAX:
                tree.fault(
                    f"instruments[{index}].order_qty_max",
                    "an order of this quantity at the top of the price band does not fit into 64 bits",
                    "lower order_qty_max, or take a larger tick or lot",
                )


CHECKS: Final[tuple[Callable[[Values, TreeReader], None], ...]] = (
    everybody_shows_who_he_is,
    insecure_stays_local,
    clear_text_is_fenced,
    listen_addresses_differ,
    one_way_to_listen,
    tls_is_whole,
    references_are_known,
    schedules_hold,
    versions_have_what_is_asked,
    heartbeat_range_holds,
    names_are_unique,
    sessions_belong_to_members,
    peers_are_not_us,
    instrument_steps_fit,
    notionals_fit_64_bits,
)


def _listen_addresses(values: Values) -> Iterator[tuple[str, Address]]:
    """Give the addresses that are listened on, each with its key."""
    keys = [(f"listeners[{index}].listen", entry.get("listen")) for index, entry in enumerate(values["listeners"])]
    for key, address in [*(keys or [("fix.listen", values["fix"].get("listen"))]), _http_listen(values)]:
        if address is not None:
            yield key, address


def _http_listen(values: Values) -> tuple[str, Address | None]:
    return "http.listen", values["http"].get("listen")


def near(name: str, names: list[str]) -> str:
    """Propose the name that is most like one that is not there; "" if none is."""
    matches = difflib.get_close_matches(name, names, 1)
    return f"did you mean {matches[0]}?" if matches else ""


def is_loopback(host: str) -> bool:
    """Tell that a host is this machine, and can't be another one."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
