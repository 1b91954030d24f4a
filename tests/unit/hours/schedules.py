"""Schedules for tests, and times as text."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from tradsys_oms.hours.schedule import Schedule, Window

NS_PER_S = 1_000_000_000


def daily(zone: str, start: str, end: str, days: tuple[int, ...], **more: Any) -> Schedule:
    first, last = time.fromisoformat(start), time.fromisoformat(end)
    return Schedule(schedule="day", time_zone=zone, start=first, end=last, days=days, **more)


def weekly(zone: str, start_day: int | None, start: str, end_day: int | None, end: str, **more: Any) -> Schedule:
    return daily(zone, start, end, more.pop("days", ()), start_day=start_day, end_day=end_day, **more)


def utc(text: str) -> int:
    """Read a UTC time of ISO 8601 as ns."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S


def written(window: Window | None) -> str:
    """Write a window in UTC, to the minute."""
    assert window is not None
    start, end = (datetime.fromtimestamp(time_ns / NS_PER_S, UTC) for time_ns in window)
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


def written_all(schedule: Schedule, after: str, count: int) -> list[str]:
    """Write the windows that start after a time."""
    texts, now_ns = [], utc(after)
    for _ in range(count):
        window = schedule.window_after(now_ns)
        assert window is not None
        texts.append(written(window))
        now_ns = window.start_ns
    return texts
