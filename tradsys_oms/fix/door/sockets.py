"""The listening sockets of one address: a host name may stand for several, of IPv4 and IPv6."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from tradsys_oms.fix.errors import ListenFailed

BACKLOG: Final = 1024


class Sockets:
    """Sockets that listen, all on the same port."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets

    def __iter__(self) -> Iterator[socket.socket]:
        return iter(self._sockets)

    @property
    def port(self) -> int:
        """Give the port that is listened on."""
        port: int = self._sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        """Listen no more."""
        for there in self._sockets:
            there.close()


async def listen(host: str, port: int) -> Sockets:
    """Listen on all addresses of a host, on any free port for 0; raises ListenFailed with one sentence."""
    opened: list[socket.socket] = []
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, *_, address in dict.fromkeys(found):
            free_port = opened[0].getsockname()[1] if opened else port
            opened.append(_listen_on(family, (address[0], free_port, *address[2:])))
    except OSError as error:
        for there in opened:
            there.close()
        raise ListenFailed(
            f"Can't listen for FIX on {host}:{port}: {error.strerror or error}. Stop what listens there, or choose "
            f"another address in fix.listen."
        ) from error
    return Sockets(opened)


def _listen_on(family: int, address: tuple[object, ...]) -> socket.socket:
    there = socket.socket(family, socket.SOCK_STREAM)
    try:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(AttributeError):  # IPv4 has a socket of its own
            if family == socket.AF_INET6:
                there.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        there.bind(address)
        there.listen(BACKLOG)
        there.setblocking(False)
    except OSError:
        there.close()
        raise
    return there
