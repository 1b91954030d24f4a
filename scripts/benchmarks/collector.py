"""Python's garbage collector around a measurement."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from tradsys_oms.daemon import GARBAGE_THRESHOLDS


@contextmanager
def off() -> Iterator[None]:
    """Keep the load generator's own collector from pausing inside a measurement."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def as_in_the_daemon() -> Iterator[None]:
    """Freeze what is there now, and let the youngest generation be collected rarely."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
