"""From layers to limits: what each scope has after its own keys lie over those of its level, and what is wrong there.

A layer is what one place in a file says about a scope. The layers of a scope lie one over the other, and of each key
the uppermost counts. Scopes with the same limits share one object, because a hundred thousand accounts have a few.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from tradsys_oms.config.checks import near
from tradsys_oms.config.limit_keys import LEVELS, NAMES, QUANTITIES
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.core.commands import Limits
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.limits.table import WINDOWS

LISTS: Final = ("instruments", "ord_types")
PROPOSED_FROM_MAX: Final = 200_000
"""So many names are compared with what was written, to propose the nearest: it takes its time."""


class Layer(Struct, frozen=True):
    """What one place says: limits by attribute, None for none."""

    values: Values
    tree: TreeReader
    path: str

    def fault(self, attribute: str, text: str, hint: str = "") -> None:
        """Record a fault at a key of this place."""
        self.tree.fault(f"{self.path}.{NAMES[attribute]}", text, hint)


class Layers:
    """Makes limits of layers."""

    def __init__(self, lots_e8: Mapping[str, int | None]) -> None:
        """Begin with the instruments that there are, each with its lot, None where that is faulty."""
        self._lots_e8 = lots_e8
        self._shared: dict[Limits, Limits] = {}
        self._known: dict[tuple[Any, ...], Limits | None] = {}
        self._reported: dict[tuple[str, str], None] = {}
        self._compared = 0

    def check(self, level: str, layer: Layer) -> None:
        """Look at what a layer says by itself, and take out what is not for the level."""
        for attribute, value in list(layer.values.items()):
            if level not in LEVELS[attribute]:
                hint = f"it is for {', '.join(LEVELS[attribute])}"
                layer.fault(attribute, f"there is no such limit for the level {level}", hint)
                del layer.values[attribute]
            if attribute in LISTS and value == ():
                layer.fault(attribute, "nothing is named, so nothing could be traded", "restriction: block says so")
        for symbol in layer.values.get("instruments") or ():
            if symbol not in self._lots_e8:
                layer.fault("instruments", f"there is no instrument {symbol}", self.near(symbol, self._lots_e8))

    def default(self, level: str, layer: Layer) -> None:
        """Look at the layer under all scopes of a level."""
        self.check(level, layer)
        self._whole(dict(layer.values), [layer])

    def limits(self, layers: list[Layer], symbol: str = "") -> Limits | None:
        """Give the limits of a scope by its layers, the uppermost first and its level's default last; None for none.

        `symbol` is its instrument, whose lot quantities are held against.
        """
        key = (symbol, *(tuple(layer.values.items()) for layer in layers))
        if key not in self._known:
            merged: Values = {}
            for layer in reversed(layers):
                merged.update(layer.values)
            is_whole = self._whole(merged, layers[:-1]) and self._fits(merged, layers, self._lots_e8.get(symbol))
            limits = _limits_of(merged)
            if not is_whole:
                return limits  # its faults are reported for each scope
            self._known[key] = limits and self._shared.setdefault(limits, limits)
        return self._known[key]

    def near(self, name: str, names: Mapping[str, object]) -> str:
        """Propose the nearest of the names that there are, until too many were compared."""
        self._compared += len(names)
        return near(name, list(names)) if self._compared <= PROPOSED_FROM_MAX else ""

    def _whole(self, merged: Values, layers: list[Layer]) -> bool:
        """Tell whether limits and their windows come together; `layers` are those that are to blame if not."""
        is_whole = True
        for count, window in WINDOWS.items():
            if count in merged and merged[count] is None:
                merged.pop(window, None)  # lifted
            given, missing = (window, count) if merged.get(count) is None else (count, window)
            if merged.get(given) is None or merged.get(missing) is not None:
                continue
            for layer in layers:
                if given in layer.values or missing in layer.values:
                    where = given if given in layer.values else missing
                    layer.fault(where, f"{NAMES[given]} needs {NAMES[missing]} beside it")
                    is_whole = False
                    break
        return is_whole

    def _fits(self, merged: Values, layers: list[Layer], lot_e8: int | None) -> bool:
        """Tell whether quantities are whole lots."""
        off = [name for name in QUANTITIES if lot_e8 is not None and (merged.get(name) or 0) % lot_e8]
        for name in off:
            layer = next(layer for layer in layers if name in layer.values)
            if (layer.path, name) not in self._reported:
                text = f"{format_e8(merged[name])} is not a multiple of the lot {format_e8(lot_e8 or 0)}"
                layer.fault(name, text)
                self._reported[layer.path, name] = None
        return not off


def _limits_of(merged: Values) -> Limits | None:
    """Make limits; what says nothing is left out, and the order of lists says nothing."""
    given: dict[str, Any] = {
        name: tuple(sorted(value)) if name in LISTS else value
        for name, value in merged.items()
        if value is not None and value is not False
    }
    return Limits(**given) if given else None
