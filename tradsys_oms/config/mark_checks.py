"""Checks of marks across keys: the venues that say what instruments are worth are there, and trade them.

They look at venues, which may stand in a file of their own, but the faults are those of the main file.
"""

from __future__ import annotations

from collections.abc import Mapping

from tradsys_oms.config.checks import near
from tradsys_oms.config.tree import TreeReader, Values


def marks_come_from_venues(values: Values, tree: TreeReader) -> None:
    """Venues that say what instruments are worth are listed, and trade them; `tree` is the main file's."""
    venues = {entry["venue"]: entry for entry in values["venues"] if "venue" in entry}
    for section in ("groups", "instruments"):
        for index, entry in enumerate(values[section]):
            _check_names(f"{section}[{index}].mark_venues", entry, venues, tree)
    groups = {entry["group"]: entry for entry in values["groups"] if "group" in entry}
    for index, entry in enumerate(values["instruments"]):
        own, symbol = entry.get("mark_venues", ()), entry.get("symbol")
        key, names = f"instruments[{index}].mark_venues", own
        if own is None:
            key, names = f"instruments[{index}]", groups.get(entry.get("group", ""), {}).get("mark_venues")
        for name in names or ():
            if symbol and not _trades(venues.get(name, {}), symbol):
                tree.fault(key, f"{name}, one of its mark_venues, does not trade {symbol}")


def _check_names(key: str, entry: Values, venues: Mapping[str, Values], tree: TreeReader) -> None:
    for number, name in enumerate(entry.get("mark_venues") or ()):
        if name not in venues:
            tree.fault(f"{key}[{number}]", f"there is no venue {name}", near(name, list(venues)))


def _trades(venue: Values, symbol: str) -> bool:
    """Tell that a venue trades one of our symbols, as far as its values are sound."""
    return not venue.get("symbols") or symbol in dict(venue["symbols"])
