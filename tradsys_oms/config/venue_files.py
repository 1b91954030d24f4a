"""Venues and routes in a file of their own: what the main file says about them, or the file that it names instead."""

from __future__ import annotations

from pathlib import Path

from tradsys_oms.config.document import compose, read_bytes
from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable
from tradsys_oms.config.schema import keys_of
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.config.venue_model import VenuesFile


def read_venues(values: Values, tree: TreeReader, folder: Path) -> TreeReader:
    """Put venues and routes of `venues_file` into `values`; give the reader whose lines and faults are about them.

    That is `tree`, the one of the main file, where no file is named. A path is relative to `folder`.
    """
    name = values.get("venues_file")
    if name is None:
        return tree
    for key in keys_of(VenuesFile):
        if key in tree.lines:
            tree.fault(key, "venues_file is given, which takes its place", "move it there, or remove venues_file")
    path = folder / name
    below, node = TreeReader(str(path), VenuesFile), None
    try:
        node = compose(path, read_bytes(path))
    except ConfigUnreadable as error:
        tree.fault("venues_file", str(error))
    except ConfigInvalid as error:
        below.faults += error.faults
    values |= {key: [] for key in keys_of(VenuesFile)} | below.section(VenuesFile, node, "")
    return below
