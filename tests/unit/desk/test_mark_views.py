"""What an operator sees and says of marks where venues say what instruments are worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import structs

from tests.unit.desk.desk_exchange import E8, DeskExchange, run
from tradsys_oms.core.commands import SetInstrument, SetVenue, VenueLink, VenueQuote

WHO = {"reason": "by hand", "user": "night"}


def quoted(exchange: DeskExchange, venue: str, bid: int, offer: int) -> None:
    """Let a venue tell its prices of ACME, in whole units."""
    exchange.submit(VenueQuote(venue, 0, "ACME", bid * E8, E8, offer * E8, E8))


def set_up(exchange: DeskExchange) -> None:
    """Let V1, and V2 in its absence, say what ACME is worth."""
    for venue in ("V1", "V2"):
        exchange.submit(SetVenue(venue, True))
        exchange.submit(VenueLink(venue, 0, True, "test"))
    (acme,) = (one for one in exchange.commands() if isinstance(one, SetInstrument) and one.symbol == "ACME")
    exchange.submit(structs.replace(acme, mark_venues=("V1", "V2")))


async def shown(exchange: DeskExchange, symbol: str = "ACME") -> str:
    (row,) = await exchange.ask("mark.list", symbol=symbol)
    row = {name: value for name, value in row.items() if value not in ("", False, [])}
    assert row.pop("since", "") or row["source"] in ("trade", "reference")
    return " ".join(f"{name} {value}" for name, value in row.items())


def test_a_mark_shows_who_said_it_and_whether_a_venue_says_it_now(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        set_up(exchange)
        venues = "mark_venues ['V1', 'V2']"
        assert await shown(exchange) == f"symbol ACME mark 100 source reference stale True {venues}"
        quoted(exchange, "V2", 101, 103)
        assert await shown(exchange) == f"symbol ACME mark 102 source quote by V2 quoting V2 {venues}"
        exchange.submit(VenueLink("V2", 0, False, "cut"))
        assert await shown(exchange) == f"symbol ACME mark 102 source quote by V2 stale True {venues}"
        await exchange.ask("mark.set", symbol="ACME", price="99", hold=True, **WHO)
        quoted(exchange, "V1", 104, 105)
        by = "by by hand (by night) held True"
        assert await shown(exchange) == f"symbol ACME mark 99 source operator {by} quoting V1 {venues}"
        assert await shown(exchange, "HOOLI") == "symbol HOOLI mark 100 source reference"

    run(tmp_path, scenario)


def test_stale_ones_are_those_whose_venues_say_nothing(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        set_up(exchange)
        rows: list[dict[str, Any]] = await exchange.ask("mark.list")
        assert [row["symbol"] for row in rows] == ["ACME", "HOOLI", "INIT"]
        assert [row["symbol"] for row in await exchange.ask("mark.list", stale=True)] == ["ACME"]
        quoted(exchange, "V1", 100, 101)
        assert await exchange.ask("mark.list", stale=True) == []

    run(tmp_path, scenario)


def test_positions_show_where_their_mark_comes_from(tmp_path: Path) -> None:
    async def scenario(exchange: DeskExchange) -> None:
        set_up(exchange)
        await exchange.ask("position.correct", member="A", symbol="ACME", quantity="5", price="100", **WHO)
        quoted(exchange, "V1", 101, 102)
        (row,) = await exchange.ask("position.list")
        assert row["mark_source"] == "quote"

    run(tmp_path, scenario)


def test_an_operator_is_told_how_long_a_mark_lasts(tmp_path: Path) -> None:
    marks = tmp_path / "marks.csv"
    marks.write_text("symbol,px\nACME,98\n")

    async def scenario(exchange: DeskExchange) -> None:
        set_up(exchange)
        asked = {"symbol": "ACME", "price": "99", "preview": True}
        (said, _) = (await exchange.ask("mark.set", **asked))["preview"]
        assert said == "ACME is worth 99 in place of 100, until its next trade or price of V1, V2."
        (said, _) = (await exchange.ask("mark.set", hold=True, **asked))["preview"]
        assert said == "ACME is worth 99 in place of 100, until its next trade."
        loaded = (await exchange.ask("mark.load", file=str(marks), preview=True))["preview"]
        assert loaded[1:] == ["Those with mark_venues get it until these say otherwise."]

    run(tmp_path / "journal", scenario)
