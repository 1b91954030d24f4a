"""A file of prices is taken as a whole, or refused with every fault and its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tradsys_oms.clearing.prices import Price
from tradsys_oms.portfolio import price_file
from tradsys_oms.portfolio.price_file import PriceFileInvalid, PriceFileUnreadable, read_prices

TODAY = date(2026, 11, 21)
SYMBOLS = {"ACME", "GLOBEX"}


def read(folder: Path, content: str | bytes) -> list[Price]:
    path = folder / "prices.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_prices(path, SYMBOLS, "file", TODAY)


def test_prices_are_exact(tmp_path: Path) -> None:
    content = "symbol,trade_date,close_px\nACME,2026-11-20,100.25\nGLOBEX,2026-11-21,0.00000001\n"
    assert read(tmp_path, content) == [
        Price("ACME", "2026-11-20", 10_025_000_000, "file"),
        Price("GLOBEX", "2026-11-21", 1, "file"),
    ]


def test_columns_stand_in_any_order_and_spreadsheets_write_a_mark(tmp_path: Path) -> None:
    content = '\ufeffsource,close_px,symbol,trade_date\r\n"vendor, inc",1,ACME,2026-11-20\r\n,2,ACME,2026-11-19\r\n'
    assert read(tmp_path, content) == [
        Price("ACME", "2026-11-20", 10**8, "vendor, inc"),
        Price("ACME", "2026-11-19", 2 * 10**8, "file"),
    ]


def test_all_faults_are_reported_with_their_lines(tmp_path: Path) -> None:
    rows = [
        "symbol,trade_date,close_px,source",
        "ACME,2026-11-20,100,",
        "ACMA,2026-11-20,100,",
        "ACME,20261119,1e2,exchange",
        "ACME,2026-02-30,-1,",
        "ACME,2026-11-22,0,a\x01b",
        "ACME,2026-11-20,101,",
        "ACME,2026-11-18",
        "ACME,2026-11-18,1,,",
        "ACME,2026-11-17,1.123456789," + "x" * 65,
    ]
    with pytest.raises(PriceFileInvalid) as caught:
        read(tmp_path, "\n".join(rows))
    first, *faults = str(caught.value).splitlines()
    assert first == f"{tmp_path}/prices.csv has no valid prices: 14 faults"
    assert [fault.removeprefix(f"{tmp_path}/prices.csv:") for fault in faults] == [
        "3: there is no instrument 'ACMA' (did you mean ACME?)",
        "4: '20261119' is no date as YYYY-MM-DD",
        "4: the source exchange is that of our own trades; name another one",
        "4: close_px: '1e2' is not a plain decimal number, as in 0.01",
        "5: '2026-02-30' is no date as YYYY-MM-DD",
        "5: close_px: '-1' is not a plain decimal number, as in 0.01",
        "6: 2026-11-22 is in the future",
        "6: the source is no plain text of 1 to 64 characters",
        "6: close_px: 0 is not between 0.00000001 and 1000000000",
        "7: ACME has a price of 2026-11-20 already, on line 2",
        "8: it has not as many fields as the first line names",
        "9: it has not as many fields as the first line names",
        "10: the source is no plain text of 1 to 64 characters",
        "10: close_px: 1.123456789 has more than 8 decimals",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "there is no column symbol"),
        ("symbol,close_px\nACME,1\n", "there is no column trade_date"),
        ("symbol,trade_date,close_px,volume\n", "there is no such column: 'volume'"),
    ],
)
def test_the_first_line_names_the_columns(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(PriceFileInvalid, match=f"prices.csv:1: {words}"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"symbol,trade_date,close_px\n\xff", "no UTF-8 text"),
        (b'symbol,trade_date,close_px\nACME,"x', "no CSV after line"),
    ],
)
def test_what_is_no_csv_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(PriceFileUnreadable, match=words):
        read(tmp_path, content)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PriceFileUnreadable, match="can't be read: No such file"):
        read_prices(tmp_path / "none.csv", SYMBOLS, "file", TODAY)


def test_faults_and_rows_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = "symbol,trade_date,close_px\n"
    with pytest.raises(PriceFileInvalid, match="at least 1000 faults"):
        read(tmp_path, header + "X,2026-11-20,1\n" * 2_000)
    monkeypatch.setattr(price_file, "ROWS_MAX", 1)
    with pytest.raises(PriceFileUnreadable, match="more than 1;"):
        read(tmp_path, header + "ACME,2026-11-20,1\nACME,2026-11-19,1\n")
