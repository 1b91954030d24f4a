"""Dates as the commands have them: YYYYMMDD."""

from __future__ import annotations

from datetime import datetime, timedelta


def later(date: int, days: int) -> int:
    """Give the date so many days after another one, or after the last one before all if that is 0."""
    day = datetime.strptime(str(date), "%Y%m%d") if date else datetime(2025, 12, 31)  # noqa: DTZ001, DTZ007 - a date
    return int(f"{day + timedelta(days=days):%Y%m%d}")
