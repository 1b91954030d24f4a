"""FIX 4.4 messages of the load generator, encoded before the clock starts.

Written apart from the product's codec on purpose: a fault there must not hide in the messages that measure it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

BUY, SELL = "1", "2"


def encode(body: str) -> bytes:
    """Frame `body` ("35=...|34=..." with SOH at each end of field) with BeginString, BodyLength and CheckSum."""
    head = f"8=FIX.4.4\x019={len(body)}\x01{body}".encode("ascii")
    return head + b"10=%03d\x01" % (sum(head) % 256)


def header(msg_type: str, seq_num: int, sender: str, target: str) -> str:
    """Give MsgType and the header fields after it."""
    return f"35={msg_type}\x0134={seq_num}\x0149={sender}\x0152={utc_now()}\x0156={target}\x01"


def utc_now() -> str:
    """Give the time as a UTCTimestamp with milliseconds."""
    return datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]


class OrderWriter:
    """Encode NewOrderSingle (35=D) limit orders for ACME with ascending MsgSeqNum and unique ClOrdIDs."""

    def __init__(self, sender: str, target: str, first_seq_num: int) -> None:
        self._sender = sender
        self._target = target
        self._seq_num = itertools.count(first_seq_num)
        # ClOrdIDs must not repeat for a broker, over all runs against one daemon.
        self._prefix = datetime.now(UTC).strftime("%H%M%S%f")[:9]

    def limit(self, side: str, quantity: int, price: str) -> tuple[str, bytes]:
        """Give the ClOrdID and the message of the next order."""
        seq_num = next(self._seq_num)
        clord_id = f"{self._prefix}-{seq_num}"
        head = header("D", seq_num, self._sender, self._target)
        body = (
            f"{head}11={clord_id}\x0121=1\x0155=ACME\x0154={side}\x0160={utc_now()}\x01"
            f"38={quantity}\x0140=2\x0144={price}\x0159=0\x01"
        )
        return clord_id, encode(body)

    def crossing(self, count: int) -> Iterator[tuple[str, bytes]]:
        """Sell and buy in turn at one price: every second order fills the one before it, two reports per order."""
        for index in range(count):
            yield self.limit(BUY if index % 2 else SELL, 100, "100.00")

    def mixed(self, count: int) -> Iterator[tuple[str, bytes]]:
        """Of four orders two stay in the book for good, one rests, and one fills it."""
        shapes = ((SELL, "100.00"), (BUY, "99.50"), (BUY, "100.00"), (SELL, "100.50"))
        for index in range(count):
            side, price = shapes[index % 4]
            yield self.limit(side, 100, price)
