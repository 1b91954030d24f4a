"""The command line in this process, and a real control socket for it to talk to."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tradsys_oms.cli.main import main
from tradsys_oms.errors import TradsysError
from tradsys_oms.ops.control import SOCKET_NAME, ControlServer

CONFIG = """\
insecure: true
state_dir: {state_dir}
members: [{{id: FIRM}}]
sessions: [{{comp_id: BROKER, member: FIRM, version: FIX.4.4}}]
instruments: [{{symbol: ACME, reference_price: 100}}]
"""
STATUS = {
    "version": "0.1.0",
    "pid": 42,
    "state": "running",
    "journal": {"last_seq": 9, "durable_seq": 9},
    "database": {"state": "up", "url": "postgresql://tradsys@/tradsys?host=/run/x"},
}
SESSIONS = [
    {"session": "BROKER", "online": True, "member": "FIRM", "address": "127.0.0.1:5000", "next_in": 7, "extra": None},
    {"session": "IDLE", "online": False, "member": "FIRM", "address": "", "next_in": 1, "extra": "x"},
]
ORDERS = [{"order_id": 5, "clord_id": "A\x1b[31m", "symbol": "ACME", "side": "1", "order_qty": "10", "price": "100.25"}]
BOOK = {
    "symbol": "ACME",
    "bids": [{"price": "99.5", "quantity": "10", "orders": 2}, {"price": "99", "quantity": "5", "orders": 1}],
    "asks": [{"price": "100.25", "quantity": "7", "orders": 1}],
    "orders_not_shown": 3,
}
MARKET: list[dict[str, Any]] = [
    {
        "symbol": "ACME",
        "group": "SHARES",
        "phase": "halted",
        "since": "20261121-09:00:00",
        "until": "",
        "last_px": "100",
    },
    {"symbol": "INIT", "group": "", "phase": "continuous", "since": "", "until": "", "last_px": None},
]
ORDER = {"order_id": 5, "symbol": "ACME", "side": "1", "leaves_qty": "10", "ord_status": "0"}
ORDER_ACT = {
    "order_id": 5,
    "action": "cancel",
    "preview": ["Order 5 of FIRM will be canceled; what it has traded stays."],
    "before": ORDER,
    "after": ORDER | {"leaves_qty": "0", "ord_status": "4"},
}
TRADE_SIDE = {"order_id": 7, "member": "FIRM", "side": "2", "last_qty": "4", "last_px": "100", "ord_status": "2"}
TRADE_ACT = {
    "trade_id": "8-1",
    "action": "bust",
    "preview": ["Trade 8-1 in ACME, 4 at 100, is busted; A and B get a report."],
    "sides": [{"when": "before", **TRADE_SIDE}, {"when": "after", **TRADE_SIDE, "last_qty": "0", "ord_status": "0"}],
}
TRADE = {
    "trade_id": "8-1",
    "status": "busted",
    "buy": {"order_id": 5},
    "amendments": [{"seq": 9, "time": "20261121-09:00:00.000", "status": "busted", "reason": "typo (by night)"}],
}
SCOPE = {"level": "member", "name": "FIRM", "limits": 2, "blocks": "kill", "open_orders": 3, "open_notional": "500"}
RISK = {
    "scope": "member FIRM",
    "blocks": {"kill": "runaway"},
    "limits": [{"limit": "open_notional_max", "value": "1000", "used": "500", "configured": "900", "changed": "1000"}],
}
BLOCK = {
    "level": "member",
    "name": "FIRM",
    "kind": "kill",
    "reason": "runaway",
    "cancels_refused": 1,
    "release_requested_by": "eve",
}
POSITION = {"member": "FIRM", "account": "A1", "symbol": "ACME", "quantity": "-5", "avg_px": "100"}
MARK = {"symbol": "ACME", "mark": "100", "source": "quote", "by": "V1", "since": "", "held": False}
VENUE = {
    "venue": "V1",
    "state": "logged on",
    "address": "127.0.0.1:9",
    "bars": {"breaker": "slow"},
    "orders_working": 1,
}
CHILD = {"clord_id": "9-1", "venue": "V1", "order_id": 9, "venue_order_id": "X7", "side": "1", "cum_qty": "0"}
SHOWN_VENUE = VENUE | {
    "link": {"spool_frames": 0},
    "orders": [CHILD],
    "reports_in_quarantine": [{"seq": 12, "clord_id": "9-1", "exec_id": "E1", "fault": "no symbol"}],
    "notes": [{"seq": 13, "kind": "worse_price", "clord_id": "9-1", "order_id": 9, "text": "at 101"}],
}
ROUTE = {"route": "R", "strategy": "failover", "venues": ["V1"], "conditions": [], "on": True}
EXPLAINED = {"route": "R", "fault": "", "explanation": ["route R: fits", "goes to V1"]}
RESOLVED = {"preview": ["9-1 works no more.", "4 more is filled for order 9."], "order": CHILD}
DESCRIBED = {"preview": ["It is described."]}
ACTIONS = (
    *("risk.set", "risk.lift", "risk.reset", "risk.block", "risk.unblock", "risk.restrict-short-sale"),
    *("kill.act", "kill.request-release", "kill.approve"),
    *("position.load", "position.correct", "mark.set", "mark.load"),
    *("venue.down", "venue.up", "route.switch"),
)
ANSWERS: dict[str, Any] = {
    **dict.fromkeys(ACTIONS, DESCRIBED),
    "venue.list": [VENUE],
    "venue.show": SHOWN_VENUE,
    "route.list": [ROUTE],
    "route.explain": EXPLAINED,
    "order.resolve": RESOLVED,
    "risk.list": [SCOPE],
    "risk.show": RISK,
    "kill.list": [BLOCK],
    "position.list": [POSITION],
    "mark.list": [MARK],
    "market.list": MARKET,
    "market.show": MARKET[0] | {"rules": {"matching": "price_time"}},
    "market.units": {"ACME": [1_000_000, 100_000_000]},
    "market.act": {"action": "halt", "instruments": 1, "preview": ["1 instrument from continuous to halted: ACME."]},
    "order.act": ORDER_ACT,
    "order.enter": DESCRIBED | {"order_id": 12},
    "trade.act": TRADE_ACT,
    "trade.show": TRADE,
}
"""What the daemon answers to the verbs of the desks."""

Tradsys = Callable[..., tuple[int, str, str]]


class Answerer:
    """A control server on a loop of its own; `asked` keeps the arguments of each request."""

    def __init__(self, path: Path) -> None:
        """Start to listen."""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._loop = asyncio.new_event_loop()
        self._server = ControlServer(
            path,
            {
                "status": self._handler("status", STATUS),
                "session.list": self._handler("session.list", SESSIONS),
                "order.list": self._handler("order.list", ORDERS),
                "book": self._book,
                **{verb: self._handler(verb, result) for verb, result in ANSWERS.items()},
            },
        )
        self._loop.run_until_complete(self._server.start())
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end the thread."""
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _handler(self, verb: str, result: Any) -> Callable[[dict[str, Any]], Any]:
        def answer(args: dict[str, Any]) -> Any:
            self.asked.append((verb, args))
            return result

        return answer

    def _book(self, args: dict[str, Any]) -> Any:
        self.asked.append(("book", args))
        if args["symbol"] != "ACME":
            raise TradsysError(f"there is no instrument {args['symbol']}")
        return BOOK


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Write a configuration with its state in the test's folder."""
    path = tmp_path / "tradsys.yaml"
    path.write_text(CONFIG.format(state_dir=tmp_path / "state"))
    return path


@pytest.fixture
def answers() -> dict[str, Any]:
    """Give what the daemon answers to each verb."""
    return {"status": STATUS, "session list": SESSIONS, "order list": ORDERS, "book ACME": BOOK, "market list": MARKET}


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Answer on the control socket of that configuration; gives the list that each request is added to."""
    (tmp_path / "state").mkdir()
    running = Answerer(tmp_path / "state" / SOCKET_NAME)
    yield running.asked
    running.close()


@pytest.fixture
def tradsys(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tradsys:
    """Run the command line as a user does: arguments -> exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tradsys", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return run
