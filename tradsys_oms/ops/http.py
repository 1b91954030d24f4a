"""HTTP for machines: /metrics for Prometheus, /healthz and /readyz for whoever watches or balances.

Served by a thread of its own out of snapshots, so that a slow or hostile client costs the trading loop nothing; the
number of requests at work and the time that each may take are bounded.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from tradsys_oms.ops.errors import HttpUnavailable
from tradsys_oms.ops.metrics import registry_of
from tradsys_oms.ops.snapshot import Snapshot

REQUESTS_AT_ONCE_MAX: Final = 16
REQUEST_TIMEOUT_S: Final = 10.0
LOOP_LAG_MAX_S: Final = 10.0
PLAIN_TEXT: Final = "text/plain; charset=utf-8"

log = structlog.get_logger(__name__)


class HttpServer(ThreadingHTTPServer):
    """The server; requests beyond the limit are cut without an answer."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(self, host: str, port: int, snapshot: Callable[[], Snapshot]) -> None:
        """Listen at once; `serve` answers."""
        self.snapshot = snapshot
        self.registry: CollectorRegistry = registry_of(snapshot)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._slots = threading.BoundedSemaphore(REQUESTS_AT_ONCE_MAX)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), name="http", daemon=True)
        super().__init__((host, port), RequestHandler)

    @property
    def port(self) -> int:
        """Give the port that is listened on, also where 0 was asked for."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind without looking the host's name up, which may wait for DNS."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.port

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the request a thread if one is free."""
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread could be started, so none gives the slot back
            self._slots.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer on the request's own thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong with a client; the others do not notice."""
        log.warning("http_request_failed", client=str(client_address), exc_info=True)


class RequestHandler(BaseHTTPRequestHandler):
    """Answers GET on three paths."""

    server: HttpServer
    timeout = REQUEST_TIMEOUT_S
    server_version = "tradsys"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer by path."""
        page = PAGES.get(self.path.partition("?")[0])
        status, kind, body = page(self.server) if page else (HTTPStatus.NOT_FOUND, PLAIN_TEXT, NOT_FOUND)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: a scrape every few seconds is no event."""


def start_http(host: str, port: int, snapshot: Callable[[], Snapshot]) -> HttpServer:
    """Listen on `host:port` and answer from a thread; `snapshot` is called on that thread for each request."""
    try:
        server = HttpServer(host, port, snapshot)
    except OSError as error:
        raise HttpUnavailable(
            f"HTTP can't listen on {host}:{port}: {error.strerror}; free the port or change http.listen"
        ) from error
    server.start()
    return server


Page = tuple[HTTPStatus, str, bytes]
NOT_FOUND: Final = b"there are /metrics, /healthz and /readyz\n"


def _metrics(server: HttpServer) -> Page:
    return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(server.registry)


def _healthz(server: HttpServer) -> Page:
    """Healthy: the loop turns and the journal can be written; anything else calls for a restart."""
    snapshot = server.snapshot()
    if not snapshot.is_journal_writable:
        return _unavailable("the journal can't be written to")
    if snapshot.loop_lag_s > LOOP_LAG_MAX_S:
        return _unavailable(f"the event loop has shown no sign of life for {snapshot.loop_lag_s:.0f} s")
    return HTTPStatus.OK, PLAIN_TEXT, b"ok\n"


def _readyz(server: HttpServer) -> Page:
    """Ready: orders are accepted."""
    snapshot = server.snapshot()
    if not snapshot.is_accepting:
        return _unavailable(snapshot.not_accepting_reason)
    return HTTPStatus.OK, PLAIN_TEXT, b"ready\n"


def _unavailable(sentence: str) -> Page:
    return HTTPStatus.SERVICE_UNAVAILABLE, PLAIN_TEXT, f"{sentence}\n".encode()


PAGES: Final[dict[str, Callable[[HttpServer], Page]]] = {
    "/metrics": _metrics,
    "/healthz": _healthz,
    "/readyz": _readyz,
}
