"""The verbs of the desks: what they ask the daemon, what they show, and that nothing is done without a yes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.unit.clearing.test_clearing_rows import fill
from tests.unit.cli.test_cli_verbs import cells
from tradsys_oms.core.commands import AmendTrade, EngineStarted
from tradsys_oms.core.events import Detail, Refused
from tradsys_oms.desk.trade_records import UnknownTrade, read_trade
from tradsys_oms.journal.entries import encode_entry
from tradsys_oms.journal.writer import JournalWriter

Tradsys = Callable[..., tuple[int, str, str]]
Asked = list[tuple[str, dict[str, Any]]]
BECAUSE = ("--reason", "typo", "--yes")


@pytest.fixture(autouse=True)
def night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "night")


def done(asked: Asked) -> dict[str, Any]:
    """Give what was asked to be done, which was previewed before in the same words."""
    (verb, previewed), (same_verb, asked_for) = asked
    assert verb == same_verb
    assert (previewed.pop("preview"), asked_for.pop("preview")) == (True, False)
    assert previewed == asked_for
    assert (asked_for.pop("reason"), asked_for.pop("user")) == ("typo", "night")
    return {key: value for key, value in asked_for.items() if value not in ("", None)}


@pytest.mark.parametrize(
    ("arguments", "request_made"),
    [
        (("phase", "ACME", "closed"), {"action": "phase", "symbol": "ACME", "all": False, "phase": "closed"}),
        (("phase", "--group", "G", "closed"), {"action": "phase", "group": "G", "all": False, "phase": "closed"}),
        (("halt", "--all"), {"action": "halt", "all": True}),
        (("resume", "ACME", "--auction-s", "5"), {"action": "resume", "symbol": "ACME", "all": False, "auction_s": 5}),
        (("end-day", "--group", "G"), {"action": "end-day", "group": "G", "all": False}),
        (
            ("start-day", "ACME", "--date", "20261123"),
            {"action": "start-day", "symbol": "ACME", "all": False, "trade_date": "20261123"},
        ),
    ],
)
def test_the_market_is_operated_on(
    tradsys: Tradsys, config: Path, asked: Asked, arguments: tuple[str, ...], request_made: dict[str, Any]
) -> None:
    code, out, err = tradsys("market", *arguments, "-c", config, *BECAUSE)
    assert (code, out, err) == (0, "1 instrument from continuous to halted: ACME.\ndone\n", "")
    assert done(asked) == request_made


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("market", "halt"), "say which instruments: SYMBOL, --group or --all"),
        (("market", "halt", "ACME", "--all"), "say which instruments"),
        (("market", "phase", "closed"), "say which instruments"),
        (("market", "phase", "ACME"), "phases are closed, pre_open"),
        (("market", "phase", "ACME", "HOOLI", "closed"), "say [SYMBOL] PHASE"),
        (("market", "resume", "ACME", "--auction-s", "-1"), "--auction-s"),
        (("market", "start-day", "ACME"), "--date"),
        (("order", "cancel", "five"), "is not a valid integer"),
        (("order", "restate", "5", "--restatement-reason", "mood"), "'mood' is not one of"),
        (("order", "enter", "BROKER44", "up", "ACME"), "'up' is not one of"),
    ],
)
def test_wrong_usage_asks_for_nothing(
    tradsys: Tradsys, config: Path, asked: Asked, arguments: tuple[str, ...], sentence: str
) -> None:
    code, _, err = tradsys(*arguments, "-c", config, *BECAUSE)
    assert (code, asked) == (2, [])
    assert sentence in err


@pytest.mark.parametrize("verb", [("market", "halt", "ACME"), ("order", "cancel", "5"), ("trade", "bust", "8-1")])
def test_what_is_done_needs_a_reason_and_a_yes(
    tradsys: Tradsys, config: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    code, _, err = tradsys(*verb, "-c", config, "--yes")
    assert (code, asked) == (2, [])
    assert "--reason is needed" in err
    assert tradsys(*verb, "-c", config, "--preview")[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert tradsys(*verb, "-c", config, "--reason", "typo")[0] != 0
    assert [request["preview"] for _, request in asked] == [True, True]


def test_the_market_is_a_table(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    lines = tradsys("market", "list", "-c", config, "--group", "SHARES")[1].splitlines()
    assert asked == [("market.list", {"group": "SHARES"})]
    assert cells(lines[1]) == ["symbol", "group", "phase", "since", "until", "last px"]
    assert cells(lines[3]) == ["ACME", "SHARES", "halted", "20261121-09:00:00", "", "100"]
    _, out, _ = tradsys("market", "show", "ACME", "-c", config)
    assert dict(line.split(maxsplit=1) for line in out.splitlines() if " " in line.strip())["rules.matching"].strip()


def test_an_order_is_shown_before_and_after(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    code, out, _ = tradsys("order", "cancel", 5, "-c", config, *BECAUSE)
    lines = out.splitlines()
    assert (code, lines[0]) == (0, "Order 5 of FIRM will be canceled; what it has traded stays.")
    assert cells(lines[4]) == ["before", "5", "ACME", "buy", "10", "new"]
    assert cells(lines[5]) == ["after", "5", "ACME", "buy", "0", "canceled"]
    assert done(asked) == {"action": "cancel", "order_id": 5}


def test_an_order_by_telephone_is_entered(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    terms = ("BROKER44", "buy", "ACME", "--qty", "5", "--price", "99", "--account", "A1")
    code, out, err = tradsys("order", "enter", *terms, "-c", config, *BECAUSE)
    assert (code, out, err) == (0, "It is described.\norder 12\n", "")
    assert done(asked) == {
        "session": "BROKER44",
        "side": "buy",
        "symbol": "ACME",
        "order_qty": "5",
        "price": "99",
        "account": "A1",
        "time_in_force": "0",
        "located": False,
    }


def test_an_order_is_restated(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    terms = ("--qty", "5", "--price", "99.5", "--restatement-reason", "partial_decline")
    assert tradsys("order", "restate", 5, "-c", config, *terms, *BECAUSE)[0] == 0
    assert done(asked) == {
        "action": "restate",
        "order_id": 5,
        "order_qty": "5",
        "price": "99.5",
        "restatement_reason": "partial_decline",
    }


def test_a_trade_is_amended(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    _, out, _ = tradsys("trade", "bust", "8-1", "-c", config, *BECAUSE)
    lines = out.splitlines()
    assert cells(lines[4]) == ["before", "7", "FIRM", "sell", "4", "100", "filled"]
    assert cells(lines[5]) == ["after", "7", "FIRM", "sell", "0", "100", "new"]
    assert done(asked) == {"action": "bust", "trade_id": "8-1", "reinstate": False}
    asked.clear()
    assert tradsys("trade", "correct", "8-1", "--qty", "3", "--reinstate", "-c", config, *BECAUSE)[0] == 0
    assert done(asked) == {"action": "correct", "trade_id": "8-1", "quantity": "3", "reinstate": True}


def test_a_trade_is_shown_with_what_became_of_it(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    _, out, _ = tradsys("trade", "show", "8-1", "-c", config)
    assert "busted" in out
    assert "typo (by night)" in out
    shown = json.loads(tradsys("trade", "show", "8-1", "-c", config, "-o", "json")[1])
    assert shown["amendments"][0]["seq"] == 9


def write_trades(config: Path, count: int) -> None:
    """Journal `count` trades, one a record, all with order 1; the second one is corrected, the third one busted."""
    writer = JournalWriter.open(config.parent / "state" / "journal", "os")
    started = EngineStarted("1", "host", 1)
    writer.append(1, encode_entry(started, ()))
    for number in range(2, count + 2):
        events = [fill(number, "2", 0, True), fill(1, "1", 0, False)]
        writer.append(number, encode_entry(started, events))
    for seq, qty, px in ((3, 6, 10_000), (4, 9, 10_001), (4, 0, 0)):
        amend = AmendTrade(seq, 0, seq, 1, 10, 10_025, qty, px, False, "typo")
        writer.append(count + 2, encode_entry(amend, ()))
    refused = AmendTrade(5, 0, 5, 1, 10, 10_025, 0, 0, False, "typo")
    writer.append(count + 2, encode_entry(refused, (Refused("no"),)))
    writer.commit()
    writer.close()


def listed(tradsys: Tradsys, config: Path, *options: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(tradsys("trade", "list", "-c", config, "-o", "json", *options)[1])
    return rows


def test_trades_are_listed_out_of_the_journal(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    write_trades(config, 4)
    rows = listed(tradsys, config)
    assert [(row["trade_id"], row["status"], row["quantity"], row["price"]) for row in rows] == [
        ("2-0", "traded", "10", "100.25"),
        ("3-0", "corrected", "6", "100"),
        ("4-0", "busted", "0", "0"),
        ("5-0", "traded", "10", "100.25"),
    ]
    assert (rows[0]["sell_order_id"], rows[0]["buy_order_id"], rows[0]["aggressor"]) == (2, 1, "2")
    assert [row["trade_id"] for row in listed(tradsys, config, "--limit", 2)] == ["4-0", "5-0"]
    assert [row["trade_id"] for row in listed(tradsys, config, "--since", 4)] == ["4-0", "5-0"]
    assert [row["trade_id"] for row in listed(tradsys, config, "--order", 3)] == ["3-0"]
    assert listed(tradsys, config, "--order", 1) == rows
    assert listed(tradsys, config, "--symbol", "HOOLI") == []
    assert "100.25" in tradsys("trade", "list", "-c", config)[1]


def test_trades_at_venues_have_one_side(tradsys: Tradsys, config: Path, asked: Asked) -> None:
    writer = JournalWriter.open(config.parent / "state" / "journal", "os")
    started = EngineStarted("1", "host", 1)
    here = structs.replace(fill(1, "1", 0, False), detail=Detail(venue="V1", venue_exec_id="E1", venue_clord_id="1-0"))
    sold = structs.replace(here, order_id=2, side="5", trade_index=1)
    bust = structs.replace(
        here, exec_type="H", last_qty=0, last_px=0, detail=Detail(1, 0, trade_seq=1, trade_index=0, venue="V1")
    )
    writer.append(1, encode_entry(started, [here, sold]))
    writer.append(2, encode_entry(started, [bust]))
    writer.commit()
    writer.close()
    rows = listed(tradsys, config)
    assert [(row["trade_id"], row["status"], row["quantity"], row["venue"]) for row in rows] == [
        ("1-0", "busted", "0", "V1"),
        ("1-1", "traded", "10", "V1"),
    ]
    assert [(row["buy_order_id"], row["sell_order_id"], row["aggressor"]) for row in rows] == [(1, "", ""), ("", 2, "")]
    assert [row["trade_id"] for row in listed(tradsys, config, "--order", 2)] == []
    assert [row["trade_id"] for row in listed(tradsys, config, "--order", 1)] == ["1-0"]
    with pytest.raises(UnknownTrade, match="trade 1-1 was done at V1, which alone busts and corrects it"):
        read_trade(config.parent / "state" / "journal", "1-1")


def test_a_long_journal_is_read_backwards(
    tradsys: Tradsys, config: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_trades(config, 500)
    monkeypatch.setattr("tradsys_oms.cli.trade_rows.FIRST_PIECE", 7)
    everything = listed(tradsys, config, "--limit", 1000)
    assert [row["trade_id"] for row in everything] == [f"{seq}-0" for seq in range(2, 502)]
    assert [row["status"] for row in everything[:4]] == ["traded", "corrected", "busted", "traded"]
    assert listed(tradsys, config, "--limit", 30) == everything[-30:]
