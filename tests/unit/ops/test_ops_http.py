"""Metrics and health, asked over real HTTP."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tradsys_oms.ops.errors import HttpUnavailable
from tradsys_oms.ops.http import REQUESTS_AT_ONCE_MAX, HttpServer, start_http
from tradsys_oms.ops.snapshot import (
    DatabaseSample,
    Histogram,
    MemberSample,
    PortfolioMemberSample,
    PortfolioSample,
    RiskSample,
    SessionSample,
    Snapshot,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"
BUSY = Snapshot(
    version="1.2.3",
    started_at_s=1000.0,
    is_accepting=True,
    sessions=(
        SessionSample(session="A", version="FIX.4.2", online=True, messages_in=3, messages_out=5),
        SessionSample(session="B", version="FIX.4.4", online=False, rejects=2),
    ),
    trades=7,
    orders=9,
    orders_open=2,
    journal_last_seq=12,
    journal_durable_seq=11,
    journal_sync=Histogram((0.001, 0.01), (4, 2, 1), 0.5),
    risk=RiskSample(
        warnings={("member", "open_notional_max"): 3},
        blocks={("account", "kill"): 1},
        rejects={"collar_percent": 4},
        members=(MemberSample(member="ALPHA", open_notional=1000.5, day_profit=-7.25),),
    ),
    database=DatabaseSample(is_up=True, lag_records=1, lag_s=0.25, rows_written=40),
    child_restarts={"clearing": 2},
)


class Daemon:
    """What the HTTP server looks at."""

    def __init__(self) -> None:
        """Begin as a daemon that works."""
        self.snapshot = BUSY


@pytest.fixture
def daemon() -> Daemon:
    """Give a daemon whose snapshot the test may change."""
    return Daemon()


@pytest.fixture
def server(daemon: Daemon) -> Iterator[HttpServer]:
    """Serve that daemon's snapshot on a free port."""
    running = start_http("127.0.0.1", 0, lambda: daemon.snapshot)
    yield running
    running.stop()


def get(server: HttpServer, path: str, method: str = "GET") -> tuple[int, str]:
    """Ask; give status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def samples(text: str) -> dict[str, float]:
    """Read the exposition as Prometheus does: name and labels -> value."""
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_show_the_snapshot(server: HttpServer) -> None:
    status, text = get(server, "/metrics")
    found = samples(text)
    assert status == 200
    assert found["tradsys_build_info version=1.2.3"] == 1
    assert found["tradsys_trades_total"] == 7
    assert found["tradsys_orders_open"] == 2
    assert found["tradsys_accepting_orders"] == 1
    assert found["tradsys_session_messages_in_total session=A version=FIX.4.2"] == 3
    assert found["tradsys_session_online session=B version=FIX.4.4"] == 0
    assert found["tradsys_journal_durable_seq"] == 11
    assert found["tradsys_database_lag_seconds"] == 0.25
    assert found["tradsys_risk_warnings_total level=member limit=open_notional_max"] == 3
    assert found["tradsys_risk_blocks kind=kill level=account"] == 1
    assert found["tradsys_risk_rejects_total limit=collar_percent"] == 4
    assert found["tradsys_risk_open_notional member=ALPHA"] == 1000.5
    assert found["tradsys_risk_day_profit member=ALPHA"] == -7.25
    assert found["tradsys_child_restarts_total child=clearing"] == 2
    assert found["tradsys_journal_sync_duration_seconds_bucket le=0.01"] == 6
    assert found["tradsys_journal_sync_duration_seconds_count"] == 7
    assert found["tradsys_journal_sync_duration_seconds_sum"] == 0.5


def test_the_risk_of_each_member_is_shown(server: HttpServer, daemon: Daemon) -> None:
    members = (PortfolioMemberSample("ALPHA", 1.5, 2.5, 3.0, 4.0), PortfolioMemberSample("BETA", 0.0, 0.0, 0.0, 0.0))
    portfolio = PortfolioSample(is_up=True, runs=3, limits_passed=1, blocks_waiting=2, members=members)
    daemon.snapshot = msgspec.structs.replace(BUSY, portfolio=portfolio)
    found = samples(get(server, "/metrics")[1])
    assert (found["tradsys_portfolio_up"], found["tradsys_portfolio_runs_total"]) == (1, 3)
    assert (found["tradsys_portfolio_limits_passed"], found["tradsys_portfolio_blocks_waiting"]) == (1, 2)
    kinds = ("var", "es", "stress_loss", "margin")
    assert [found[f"tradsys_portfolio_{kind} member=ALPHA"] for kind in kinds] == [1.5, 2.5, 3, 4]
    assert found["tradsys_portfolio_var member=BETA"] == 0


def test_every_scrape_sees_the_present(server: HttpServer, daemon: Daemon) -> None:
    daemon.snapshot = msgspec.structs.replace(BUSY, trades=8)
    assert samples(get(server, "/metrics")[1])["tradsys_trades_total"] == 8


def test_every_metric_is_documented(server: HttpServer) -> None:
    names = {family.name for family in text_string_to_metric_families(get(server, "/metrics")[1])}
    documented = {name.removesuffix("_total") for name in re.findall(r"^\| `(tradsys_\w+)`", PAGE.read_text(), re.M)}
    assert documented == names


@pytest.mark.parametrize(
    ("path", "change", "status", "body"),
    [
        ("/healthz", {}, 200, "ok\n"),
        ("/healthz", {"is_accepting": False}, 200, "ok\n"),
        ("/healthz", {"is_journal_writable": False}, 503, "the journal can't be written to\n"),
        ("/healthz", {"loop_lag_s": 12.0}, 503, "the event loop has shown no sign of life for 12 s\n"),
        ("/readyz", {}, 200, "ready\n"),
        ("/readyz?verbose", {}, 200, "ready\n"),
        ("/readyz", {"is_accepting": False, "not_accepting_reason": "it replays"}, 503, "it replays\n"),
        ("/", {}, 404, "there are /metrics, /healthz and /readyz\n"),
        ("/metrics/../x", {}, 404, "there are /metrics, /healthz and /readyz\n"),
    ],
)
def test_pages(
    server: HttpServer, daemon: Daemon, path: str, change: dict[str, object], status: int, body: str
) -> None:
    daemon.snapshot = msgspec.structs.replace(BUSY, **change)
    assert get(server, path) == (status, body)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_get_is_served(server: HttpServer, method: str) -> None:
    assert get(server, "/metrics", method)[0] == 501


def test_a_port_in_use_is_one_sentence_with_address_and_key(server: HttpServer) -> None:
    with pytest.raises(HttpUnavailable) as caught:
        start_http("127.0.0.1", server.port, lambda: BUSY)
    assert str(caught.value) == (
        f"HTTP can't listen on 127.0.0.1:{server.port}: Address already in use; free the port or change http.listen"
    )


def test_the_port_is_free_again_after_stop() -> None:
    first = start_http("127.0.0.1", 0, lambda: BUSY)
    port = first.port
    get(first, "/healthz")
    first.stop()
    second = start_http("127.0.0.1", port, lambda: BUSY)
    assert get(second, "/healthz") == (200, "ok\n")
    second.stop()


def test_idle_connections_are_bounded_and_do_not_stop_it(server: HttpServer) -> None:
    idle = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(REQUESTS_AT_ONCE_MAX + 1)]
    try:
        assert idle[-1].recv(1) == b"", "the connection above the limit is closed"
    finally:
        for connection in idle:
            connection.close()
    answers: Callable[[], bool] = lambda: _answers(server)  # noqa: E731
    assert any(answers() for _ in range(1000)), "closed connections make room again"


def _answers(server: HttpServer) -> bool:
    try:
        return get(server, "/healthz")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def test_a_machine_without_threads_left_does_not_stop_it(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refuse)
        assert not any(_answers(server) for _ in range(REQUESTS_AT_ONCE_MAX + 1))
    assert _answers(server)


def test_a_snapshot_that_fails_costs_one_request_only() -> None:
    broken = [True]

    def snapshot() -> Snapshot:
        if broken[0]:
            raise RuntimeError("dictionary changed size during iteration")
        return BUSY

    server = start_http("127.0.0.1", 0, snapshot)
    try:
        assert not _answers(server)
        broken[0] = False
        assert _answers(server)
    finally:
        server.stop()
