"""A broker's side on a bare socket, without an engine's manners: it says what a test wants said, and nothing else."""

from __future__ import annotations

import socket
import ssl
import time

from certification.broker import Fields, parse
from certification.patience import PATIENCE_S

BEGIN_STRINGS = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4", "FIX.5.0": "FIXT.1.1", "FIX.5.0SP2": "FIXT.1.1"}
APPL_VER_IDS = {"FIX.5.0": "1137=7|", "FIX.5.0SP2": "1137=9|"}


class RawPeer:
    """One connection; `body` has | for SOH."""

    def __init__(
        self,
        port: int,
        comp_id: str,
        version: str = "FIX.4.4",
        *,
        next_out: int = 1,
        target: str = "TRADSYS",
        tls: ssl.SSLContext | None = None,
        first: bytes = b"",
    ) -> None:
        self.comp_id, self.version, self.target, self.next_out = comp_id, version, target, next_out
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.sendall(first)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._rest = b""

    def __enter__(self) -> RawPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def drop(self) -> None:
        """Break the connection without a Logout."""
        self.socket.close()

    def make(self, msg_type: str, body: str = "", *, seq_num: int | None = None, header: str = "") -> bytes:
        """Make a message with the next number, or with another one."""
        if seq_num is None:
            seq_num, self.next_out = self.next_out, self.next_out + 1
        stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        head = f"35={msg_type}|49={self.comp_id}|56={self.target}|34={seq_num}|{header}52={stamp}|"
        text = (head + body).replace("|", "\x01")
        message = f"8={BEGIN_STRINGS[self.version]}\x019={len(text)}\x01{text}"
        return f"{message}10={sum(message.encode()) % 256:03d}\x01".encode()

    def send(self, msg_type: str, body: str = "", *, seq_num: int | None = None, header: str = "") -> None:
        """Send a message."""
        self.socket.sendall(self.make(msg_type, body, seq_num=seq_num, header=header))

    def logon(self, more: str = "") -> Fields:
        """Log on, which must succeed; gives the Logon that came back."""
        self.send("A", f"98=0|108=30|{APPL_VER_IDS.get(self.version, '')}{more}")
        return self.expect("A")

    def order(self, clord_id: str, side: str = "1", *, time_in_force: str = "0", price: str = "100") -> None:
        """Send a Limit order for 1 ACME."""
        stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        handling = "21=1|" if self.version == "FIX.4.2" else ""
        order = f"11={clord_id}|{handling}55=ACME|54={side}|38=1|40=2|44={price}|59={time_in_force}|60={stamp}|"
        self.send("D", order)

    def logout(self) -> None:
        """Log out, and wait for the answer and the end of the connection."""
        self.send("5")
        while self.next()["35"] != "5":
            pass
        assert self.is_closed()
        self.socket.close()

    def next(self) -> Fields:
        """Give the next message."""
        while True:
            end = self._rest.find(b"\x0110=")
            if end >= 0 and end + 8 <= len(self._rest):
                message, self._rest = self._rest[: end + 8], self._rest[end + 8 :]
                return parse(message.decode("latin-1"))
            data = self.socket.recv(65_536)
            assert data, "the daemon closed the connection"
            self._rest += data

    def expect(self, msg_type: str) -> Fields:
        """Give the next message, which must be of this type."""
        message = self.next()
        assert message["35"] == msg_type, message
        return message

    def first(self) -> Fields | None:
        """Give the next message, None where the connection ends without one."""
        if not self._rest:
            self._rest = self.socket.recv(65_536)
        return self.next() if self._rest else None

    def is_closed(self) -> bool:
        """Tell if the connection ends now, without another message."""
        try:
            return not self._rest and self.socket.recv(65_536) == b""
        except (ConnectionError, ssl.SSLError):
            return True
