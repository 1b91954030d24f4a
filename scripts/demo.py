"""The main job, shown: brokers trade over FIX with a real daemon, a limit and the kill switch stop one of them, orders
go to venues, Postgres has what all did.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from certification.broker import Broker, Fields  # noqa: E402
from certification.daemon import Daemon  # noqa: E402
from scripts.demo_risk import limit  # noqa: E402
from scripts.demo_venues import market, route  # noqa: E402
from tradsys_oms.clearing.queries import executions, trades, venue_trades  # noqa: E402
from tradsys_oms.config.load import load_config  # noqa: E402
from tradsys_oms.fix.dictionary import Dictionary, specs_dir  # noqa: E402
from tradsys_oms.fix.printing import readable_line  # noqa: E402

CONFIG = Path("config/demo.yaml")
STATE_NAME = "demo"
"""Only a state directory of that name is ever emptied."""
REPORT_COLUMNS = {
    "35": "message",
    "11": "ClOrdID",
    "41": "OrigClOrdID",
    "150": "ExecType",
    "39": "OrdStatus",
    "55": "Symbol",
    "54": "Side",
    "38": "OrderQty",
    "44": "Price",
    "32": "LastQty",
    "31": "LastPx",
    "30": "LastMkt",
    "14": "CumQty",
    "151": "LeavesQty",
    "6": "AvgPx",
    "58": "Text",
}
EXECUTION_COLUMNS = tuple(
    [
        "exec_id",
        "time",
        "member",
        "order_id",
        "clord_id",
        "exec_type",
        "ord_status",
        "symbol",
        "side",
        "order_qty",
        "price",
        "last_qty",
        "last_px",
        "cum_qty",
        "leaves_qty",
        "avg_px",
        "trade_id",
    ]
)
TRADE_COLUMNS = tuple(
    ["trade_id", "trade_date", "symbol", "price", "quantity", "notional", "currency", "buy_member", "sell_member"]
)
VENUE_TRADE_COLUMNS = tuple(
    ["trade_id", "venue", "venue_exec_id", "symbol", "side", "price", "quantity", "notional", "member", "clord_id"]
)
SPECS = {"FIX.4.2": "FIX42.xml", "FIX.4.4": "FIX44.xml", "FIX.5.0SP2": "FIX50SP2.xml"}
BUY, SELL = "1", "2"

out = Console(width=200 if not sys.stdout.isatty() else None)


def trade(broker42: Broker, broker44: Broker, broker50: Broker) -> None:
    """Rest, partial fill, full fill, replace, cancel, and what is refused."""
    out.print("[bold]BROKER44 (FIX 4.4) offers 100 ACME at 100.00: the order rests")
    broker44.order("A-1", "ACME", SELL, "100", "100.00", extra={1: "HOUSE"})
    broker44.expect(f35="8", f150="0", f39="0")
    out.print("[bold]BROKER42 (FIX 4.2) buys 40: both get a fill, the offer is partially filled")
    broker42.order("B-1", "ACME", BUY, "40", "100.00")
    broker42.expect(f35="8", f150="0")
    broker42.expect(f35="8", f150="2", f32="40", f31="100")
    broker44.expect(f35="8", f150="F", f39="1", f151="60")
    out.print("[bold]BROKER50 (FIX 5.0 SP2) bids 100.05 for 60: it trades at the resting price, the offer is filled")
    broker50.order("C-1", "ACME", BUY, "60", "100.05")
    broker50.expect(f35="8", f150="0")
    broker50.expect(f35="8", f150="F", f31="100", f39="2")
    broker44.expect(f35="8", f150="F", f39="2", f151="0")
    out.print("[bold]BROKER50 bids for GLOBEX, replaces the order, and cancels it")
    broker50.order("C-2", "GLOBEX", BUY, "200", "99.50", time_in_force="1")
    broker50.expect(f35="8", f150="0")
    broker50.replace("C-3", "C-2", "GLOBEX", BUY, "300", "99.60")
    broker50.expect(f35="8", f150="5", f11="C-3", f41="C-2", f151="300")
    broker50.cancel("C-4", "C-3", "GLOBEX", BUY, "300")
    broker50.expect(f35="8", f150="4", f39="4", f11="C-4", f41="C-3")
    out.print("[bold]What is refused: an unknown symbol, a price outside of the band, a cancel that comes too late")
    broker42.order("B-2", "NOSUCH", BUY, "10", "1.00")
    broker42.expect(f35="8", f150="8", f39="8")
    broker44.order("A-2", "ACME", BUY, "10", "130.00")
    broker44.expect(f35="8", f150="8", f39="8")
    broker44.cancel("A-3", "A-1", "ACME", SELL, "100")
    broker44.expect(f35="9", f102="0", f39="2")


def show_reports(broker: Broker) -> None:
    """Print what a broker got, with the words of its version's dictionary."""
    dictionary = Dictionary.load(specs_dir() / SPECS[broker.version])
    table = Table(title=f"What {broker.comp_id} got over {broker.version}", title_justify="left")
    used = [tag for tag in REPORT_COLUMNS if any(tag in report for report in broker.log)]
    for tag in used:
        table.add_column(REPORT_COLUMNS[tag], overflow="fold")
    for report in broker.log:
        table.add_row(*(worded(dictionary, report, tag) for tag in used))
    out.print(table)
    fill = next((raw for raw in broker.raw_log if b"\x0132=" in raw), None)
    if fill is not None:
        transport = Dictionary.load(specs_dir() / "FIXT11.xml")
        out.print(f"its first fill in full: {readable_line(fill, [dictionary, transport])}\n", markup=False)


def worded(dictionary: Dictionary, report: Fields, tag: str) -> str:
    """Give a value and, where the dictionary has a word for it, that word."""
    value = report.get(tag, "")
    field = dictionary.fields_by_tag.get(tag)
    word = field.enums.get(value, "") if field and tag not in ("55",) else ""
    return f"{value} {word.lower().replace('_', ' ')}".strip()


def show_rows(title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Print rows of Postgres."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
    out.print(table)


def show_database(url: str) -> None:
    """Print the executions and trades as they stand in Postgres."""
    show_rows(
        "Postgres: executions",
        [row | {"time": f"{row['transact_time']:%H:%M:%S.%f}"} for row in executions(url, 100)],
        EXECUTION_COLUMNS,
    )
    show_rows(
        "Postgres: trades",
        trades(url, 100),
        TRADE_COLUMNS,
    )
    show_rows("Postgres: trades at venues", venue_trades(url, 100), VENUE_TRADE_COLUMNS)


def main(config_path: Path = CONFIG) -> int:
    """Run the demo; 0 when all went as it should."""
    config = load_config(config_path)
    if config.state_dir.name != STATE_NAME:
        out.print(f"{config_path}: the state directory of a demo is named {STATE_NAME}, not {config.state_dir.name}")
        return 2
    shutil.rmtree(config.state_dir, ignore_errors=True)
    config.state_dir.parent.mkdir(parents=True, exist_ok=True)
    log = config.state_dir.parent / "demo.log"
    log.unlink(missing_ok=True)
    daemon = Daemon(config_path, config.http.port, log, ROOT)
    brokers: list[Broker] = []
    with (
        tempfile.TemporaryDirectory(prefix="tradsys-demo-") as folder,
        market(config, Path(folder), daemon, out) as venues,
    ):
        out.print(f"[bold]tradsys run -c {config_path}[/bold]  (its log: {log})")
        daemon.start()
        try:
            for session in config.sessions:
                broker = Broker(
                    session.session,
                    session.version,
                    config.all_listeners[0].listen.port,
                    Path(folder) / session.session,
                    specs=specs_dir(),
                )
                brokers.append(broker.start())
                out.print(f"{session.session} logged on with {session.version}")
            trade(*brokers)
            limit(daemon, brokers[2], out)
            route(venues, brokers[1])
            for broker in brokers:
                show_reports(broker)
            show_database(daemon.wait_projected()["url"])
        finally:
            for broker in brokers:
                broker.stop()
            code = daemon.stop()
    out.print(f"the daemon stopped cleanly: exit code {code}" if code == 0 else f"the daemon ended with {code}")
    return code


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
