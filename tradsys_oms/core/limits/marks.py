"""What was said of the worth of an instrument, beside the trades on our own book.

The mark is the price that came last, whoever said it. A trade writes its price into `Instrument.mark` and knows nothing
of this; who says something else writes it here and sets `mark` to 0. So a trade pays nothing for it, and which of the
two came last is plain.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

OPERATOR: Final = "operator"
"""By hand or by a file."""
QUOTE: Final = "quote"
"""The mid of the best bid and offer of a venue."""
EXECUTION: Final = "execution"
"""The price of an execution of ours at a venue."""


class SaidMark(Struct, frozen=True, array_like=True, gc=False):
    """A price in ticks, 0 for none so far: what it is, who said it, and when."""

    px: int = 0
    source: str = ""
    by: str = ""
    """The venue, or the reason of an operator."""
    time_ns: int = 0
    is_held: bool = False
    """What venues say changes nothing."""


NOTHING_SAID: Final = SaidMark()
