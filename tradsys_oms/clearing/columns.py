"""Columns as the tables of clearing have them, so that each line of `schema` says what is particular about one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, Numeric, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP


def partitioned(key: str) -> dict[str, Any]:
    """Give the options of a table that has one partition per trade date."""
    return {"postgresql_partition_by": f"RANGE ({key})"}


def text(name: str, comment: str, nullable: bool = False) -> Column[str]:
    """Make a column for text of any length."""
    return Column(name, Text, nullable=nullable, comment=comment)


def number(name: str, comment: str, nullable: bool = False) -> Column[Any]:
    """Make a column for an exact number: price, quantity or money."""
    return Column(name, Numeric, nullable=nullable, comment=comment)


def time(name: str, comment: str, nullable: bool = False) -> Column[Any]:
    """Make a column for a time with microseconds."""
    return Column(name, TIMESTAMP(timezone=True, precision=6), nullable=nullable, comment=comment)


def bigint(name: str, comment: str, nullable: bool = False) -> Column[int]:
    """Make a column for an integer of 64 bits, such as a sequence of the journal."""
    return Column(name, BigInteger, nullable=nullable, autoincrement=False, comment=comment)


def event_index() -> Column[int]:
    """Make the column for the place of an event in its record."""
    return Column("event_index", Integer, nullable=False, autoincrement=False, comment="Place in the record")


def trade_date() -> Column[Any]:
    """Make the column that is the key of the partitions."""
    return Column("trade_date", Date, nullable=False, comment="UTC date of the record; never goes back")
