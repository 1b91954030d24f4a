"""`scripts/bench` in its shortest form, and the load generator behind it: what it counts is what was there."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from scripts.benchmarks.client import EXECUTION_REPORT, Counter, Latencies
from scripts.benchmarks.figures import ROOT
from scripts.benchmarks.orders import OrderWriter
from scripts.benchmarks.processes import free_port
from tradsys_oms.fix.framing import Framer

TIMEOUT_S = 120


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.benchmarks", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def figures(result: subprocess.CompletedProcess[str]) -> dict[str, tuple[float, str]]:
    lines: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    return {line["name"]: (line["value"], line["unit"]) for line in lines}


def bench_config(folder: Path, state_dir: Path) -> Path:
    settings = yaml.safe_load((ROOT / "config" / "bench.yaml").read_text())
    settings["listeners"][0]["listen"] = f"127.0.0.1:{free_port()}"
    settings["http"]["listen"] = f"127.0.0.1:{free_port()}"
    settings["state_dir"] = str(state_dir)
    path = folder / "bench.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def test_floods_and_paced_orders_against_the_daemon_and_quickfix(tmp_path: Path) -> None:
    config = bench_config(tmp_path, tmp_path / "bench")
    names = ("fix_flood_orders_per_s", "quickfix_python_orders_per_s", "fix_flood_ratio", "fix_paced_p99_us")
    result = bench("--quick", "--orders", "400", "--config", str(config), "--only", *names)
    assert result.returncode == 0, result.stderr
    measured = figures(result)
    assert {name: unit for name, (_, unit) in measured.items()} == {
        "fix_flood_orders_per_s": "orders/s",
        "fix_paced_p99_us": "us",
        "quickfix_python_orders_per_s": "orders/s",
        "fix_flood_ratio": "ratio",
    }
    assert all(value > 0 for value, _ in measured.values())


def test_the_core_replay_and_projector_are_measured() -> None:
    names = ("core_commands_per_s", "core_command_p99_us", "replay_commands_per_s", "projector_rows_per_s")
    result = bench("--quick", "--only", *names)
    assert result.returncode == 0, result.stderr
    measured = figures(result)
    assert sorted(measured) == sorted(names)
    assert all(value > 0 for value, _ in measured.values())


def test_routing_and_links_are_measured_alone_and_in_the_exchange(tmp_path: Path) -> None:
    config = bench_config(tmp_path, tmp_path / "bench")
    names = ("routing_us", "venue_report_us", "venue_link_orders_per_s", "venue_link_order_us", "venue_orders_per_s")
    result = bench("--quick", "--orders", "1500", "--config", str(config), "--only", *names)
    assert result.returncode == 0, result.stderr
    measured = figures(result)
    assert {name: unit for name, (_, unit) in measured.items()} == {
        name: "orders/s" if name.endswith("per_s") else "us" for name in names
    }
    assert all(value > 0 for value, _ in measured.values())


def test_a_state_directory_that_is_not_the_benchmark_s_is_never_wiped(tmp_path: Path) -> None:
    state_dir = tmp_path / "production"
    state_dir.mkdir()
    (state_dir / "journal").write_text("dear")
    config = bench_config(tmp_path, state_dir)
    result = bench("--quick", "--config", str(config), "--only", "fix_flood_orders_per_s")
    assert result.returncode == 1
    assert "a state directory that may be wiped is named bench" in result.stderr
    assert result.stdout == ""
    assert (state_dir / "journal").read_text() == "dear"


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    result = bench("--only", "fix_flod_orders_per_s")
    assert result.returncode == 2
    assert "fix_flood_orders_per_s" in result.stderr


def test_a_report_cut_in_two_at_any_byte_is_counted_once() -> None:
    stream = b"8=FIX.4.4\x019=20" + EXECUTION_REPORT + b"34=2\x01" + EXECUTION_REPORT + b"10=000\x01"
    for cut in range(1, len(stream)):
        near, far = socket.socketpair()
        with near, far:
            near.setblocking(False)
            counter = Counter(near)
            for part in (stream[:cut], stream[cut:]):
                far.sendall(part)
                while not counter.available():
                    pass
            assert not counter.available()
            assert counter.count == 2
            assert counter.data() == stream


def test_a_latency_is_that_of_the_first_report_of_its_order() -> None:
    def report(clord_id: str) -> bytes:
        return b"8=FIX.4.4\x019=9\x0135=8\x0111=" + clord_id.encode() + b"\x0158=x\x0110=000\x01"

    latencies = Latencies(["A", "B"])
    latencies.sent(0, 1_000)
    latencies.sent(1, 2_000)
    stream = report("A") + b"8=FIX.4.4\x019=5\x0135=0\x0110=000\x01" + report("A") + report("B")
    latencies.received(stream[:20], 5_000)
    assert latencies.missing == 2
    latencies.received(stream[20:-10], 6_000)
    assert (latencies.values, latencies.missing) == ([5_000, 0], 1)
    latencies.received(stream[-10:], 7_000)
    assert (latencies.values, latencies.missing) == ([5_000, 5_000], 0)


def test_orders_are_framed_rightly_and_numbered_without_a_gap() -> None:
    orders = list(OrderWriter("LOAD0", "TRADSYS", 2).crossing(4))
    framer = Framer(65_536)
    assert framer.feed(b"".join(message for _, message in orders)) == [message for _, message in orders]
    assert framer.garbled_count == 0
    assert [
        message.count(b"\x01%b\x01" % f"34={number}".encode()) for number, (_, message) in enumerate(orders, 2)
    ] == [1] * 4
    assert len({clord_id for clord_id, _ in orders}) == 4


def test_the_session_pair_is_measured_on_the_session_layer_alone() -> None:
    result = bench("--quick", "--only", "fix_session_pair_us")
    assert result.returncode == 0, result.stderr
    assert list(figures(result)) == ["fix_session_pair_us"]
