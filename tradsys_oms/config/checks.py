"""Checks across keys: what each value alone can't show. One function per promise, all listed in `CHECKS`.

A check sees the values that are sound; one that needs a value which is faulty passes over it in silence, because that
fault is reported already.
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Callable
from typing import Final

from tradsys_oms.config.kinds import Address
from tradsys_oms.config.tree import TreeReader, Values

INT64_MAX: Final = (1 << 63) - 1


def insecure_is_said(values: Values, tree: TreeReader) -> None:
    """Sessions have no password, and a configuration has to own up to it."""
    if values.get("insecure") is False:
        tree.fault("insecure", "sessions have no password, which must be said here", "write insecure: true")


def insecure_stays_local(values: Values, tree: TreeReader) -> None:
    """Nobody from another machine reaches a port that asks no password."""
    for key in ("fix", "http"):
        address = values[key].get("listen")
        if values.get("insecure") is True and address is not None and not _is_loopback(address.host):
            tree.fault(
                f"{key}.listen",
                f"{address} can be reached from other machines, which insecure: true forbids",
                f"listen on 127.0.0.1:{address.port}",
            )


def listen_addresses_differ(values: Values, tree: TreeReader) -> None:
    """Two servers can't share a port."""
    fix, http = (values[key].get("listen") for key in ("fix", "http"))
    if isinstance(fix, Address) and fix == http and fix.port != 0:
        tree.fault("http.listen", f"{http} is the address of fix.listen too", "give it a port of its own")


def heartbeat_range_holds(values: Values, tree: TreeReader) -> None:
    """The smallest HeartBtInt isn't above the largest."""
    smallest, largest = (values["fix"].get(f"heart_bt_int_{end}_s") for end in ("min", "max"))
    if smallest is not None and largest is not None and smallest > largest:
        tree.fault("fix.heart_bt_int_min_s", f"{smallest} is above fix.heart_bt_int_max_s, which is {largest}")


def names_are_unique(values: Values, tree: TreeReader) -> None:
    """Members, sessions and instruments each have a name of their own."""
    for key, attribute, name in (
        ("members", "member", "id"),
        ("sessions", "session", "comp_id"),
        ("instruments", "symbol", "symbol"),
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
            near = difflib.get_close_matches(member, members, 1)
            hint = f"did you mean {near[0]}?" if near else f"list it under members: - id: {member}"
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
    insecure_is_said,
    insecure_stays_local,
    listen_addresses_differ,
    heartbeat_range_holds,
    names_are_unique,
    sessions_belong_to_members,
    peers_are_not_us,
    instrument_steps_fit,
    notionals_fit_64_bits,
)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
