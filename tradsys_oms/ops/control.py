"""Control socket: how the command line talks to a running daemon.

A Unix stream socket in the state directory, open to the daemon's own user only. Requests and answers are JSON, one per
line: `{"verb": "status", "args": {}}` is answered by `{"ok": true, "result": ...}` or by `{"ok": false, "error": "a
sentence"}`. Connections, sizes and idle times are bounded, because the socket lives on the loop that trades.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from inspect import isawaitable
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import structlog
from msgspec import Struct

from tradsys_oms.errors import TradsysError
from tradsys_oms.ops.local_socket import bind_socket
from tradsys_oms.ops.peers import meet

SOCKET_NAME: Final = "control.sock"
CONNECTIONS_MAX: Final = 16
REQUEST_BYTES_MAX: Final = 65_536
IDLE_TIMEOUT_S: Final = 60.0

Handler: TypeAlias = Callable[[dict[str, Any]], Any]
"""Takes the arguments of a request, gives a result that JSON can hold, or what can be awaited for it.

It is quick, because it runs on the event loop."""

log = structlog.get_logger(__name__)


class Request(Struct, forbid_unknown_fields=True):
    """One line from a client."""

    verb: str
    args: dict[str, Any] = {}


class ControlServer:
    """Serves verbs to local clients."""

    def __init__(self, path: Path, handlers: dict[str, Handler]) -> None:
        """Prepare to serve `handlers` (verb -> callable) on the socket `path`."""
        self.path = path
        self._handlers = handlers
        self._decoder = msgspec.json.Decoder(Request)
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], None] = {}

    async def start(self) -> None:
        """Listen; replace the socket that a dead daemon left behind."""
        listener = bind_socket(self.path, "control socket", CONNECTIONS_MAX)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=REQUEST_BYTES_MAX)

    async def stop(self) -> None:
        """Stop listening, end all connections and remove the socket."""
        if self._server is None:
            return
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._connections) >= CONNECTIONS_MAX:
            writer.close()
            return
        self._connections[task] = None
        try:
            meet(writer)
            await self._answer_all(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the client went away, fell asleep, or the daemon stops: nothing is owed to it
        finally:
            del self._connections[task]
            writer.close()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(IDLE_TIMEOUT_S):
                try:
                    line = await reader.readline()
                except ValueError:
                    writer.write(_error(f"a request has at most {REQUEST_BYTES_MAX} bytes"))
                    return
                if not line:
                    return
                writer.write(await self._answer(line))
                await writer.drain()

    async def _answer(self, line: bytes) -> bytes:
        """Turn a request into its answer, when it is known; no error of a handler passes this boundary."""
        try:
            request = self._decoder.decode(line)
            handler = self._handlers.get(request.verb)
            if handler is None:
                return _error(f"there is no verb {request.verb!r}; verbs are {', '.join(self._handlers)}")
            result = handler(request.args)
            if isawaitable(result):
                result = await result
            return msgspec.json.encode({"ok": True, "result": result}) + b"\n"
        except TradsysError as error:
            return _error(str(error))
        except msgspec.DecodeError as error:
            return _error(f"the request is not valid: {error}")
        except Exception:
            log.exception("control_request_failed", request=line[:200].decode("utf-8", "replace"))
            return _error("the daemon failed to answer; its log says why")


def _error(sentence: str) -> bytes:
    return msgspec.json.encode({"ok": False, "error": sentence}) + b"\n"
