"""Output formats: every reading verb gives plain data, and this prints them as a table or as one JSON document.

What brokers sent may stand in a table, so characters that would steer a terminal are replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

Row = Mapping[str, Any]
Words = Mapping[str, Mapping[Any, str]]
NO_WORDS: Final[Words] = {}
UNLIMITED_WIDTH: Final = 1000
"""Lines are not folded where no terminal is: a program reads them."""


def show_json(data: object) -> None:
    """Print one JSON document."""
    click.echo(msgspec.json.format(msgspec.json.encode(data), indent=2))


def show_rows(rows: Sequence[Row], output: str, columns: Sequence[str], none: str, words: Words = NO_WORDS) -> None:
    """Print rows; `columns` come first in a table, whatever else the rows have after them; `none` if there are none.

    `words` has for some columns what a table shows in place of codes.
    """
    if output == "json":
        show_json(rows)
    elif rows:
        spoken = [dict(row) | {key: words[key].get(row[key], row[key]) for key in words if key in row} for row in rows]
        _print(_table(spoken, columns))
    else:
        click.echo(none)


def show_facts(facts: Row, output: str) -> None:
    """Print one nested mapping; in a table each value stands beside its path."""
    if output == "json":
        show_json(facts)
        return
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    for path, value in _flat(facts, ""):
        table.add_row(_cell(path), _cell(value))
    _print(table)


def show_book(book: Row, output: str) -> None:
    """Print bids and offers beside each other, the best on top, and how many open orders are not among them."""
    if output == "json":
        show_json(book)
        return
    from rich.table import Table

    table = Table(title=_cell(book["symbol"]), title_justify="left")
    for heading in ("orders", "bid quantity", "bid", "offer", "offer quantity", "orders"):
        table.add_column(heading, justify="right")
    bids, asks = book["bids"], book["asks"]
    for depth in range(max(len(bids), len(asks))):
        bid = _level(bids, depth, ("orders", "quantity", "price"))
        ask = _level(asks, depth, ("price", "quantity", "orders"))
        table.add_row(*bid, *ask)
    _print(table)
    if book.get("orders_not_shown"):
        _print(f"and {book['orders_not_shown']} open orders that the book does not show: tradsys order list --open")


def _level(levels: Sequence[Row], depth: int, keys: Sequence[str]) -> list[RenderableType]:
    return [_cell(levels[depth][key]) if depth < len(levels) else "" for key in keys]


def _table(rows: Sequence[Row], columns: Sequence[str]) -> RenderableType:
    from rich.table import Table

    present = dict.fromkeys(key for row in rows for key in row)
    names = [*(name for name in columns if name in present), *(name for name in present if name not in columns)]
    table = Table()
    for name in names:
        is_number = all(isinstance(row.get(name), int) and not isinstance(row.get(name), bool) for row in rows)
        table.add_column(_cell(name.replace("_", " ")), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    return table


def _flat(facts: Row, path: str) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in facts.items():
        below = f"{path}.{key}" if path else key
        flat += _flat(value, below) if isinstance(value, Mapping) else [(below, value)]
    return flat


def _cell(value: object) -> Text:
    from rich.text import Text

    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case list() | tuple():
            text = ", ".join(map(str, value))
        case _:
            text = str(value)
    return Text(printable(text))


def printable(text: str) -> str:
    """Replace characters that would steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _print(table: RenderableType) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=UNLIMITED_WIDTH)
    console.print(table)
