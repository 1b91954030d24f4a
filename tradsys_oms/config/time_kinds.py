"""Kinds of values about time: zones, times of day, weekdays, dates."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradsys_oms.config.kinds import Choice, Plain

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class TimeZone(Plain, frozen=True):
    """A time zone of the IANA database."""

    def parse(self, text: str) -> str:
        """Accept a name that this machine's database has."""
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {text!r}; names are as in America/New_York") from error
        return text

    def describe(self) -> str:
        """Name the kind."""
        return "time zone as in America/New_York"


class TimeOfDay(Plain, frozen=True):
    """A wall clock time."""

    def parse(self, text: str) -> time:
        """Read HH:MM or HH:MM:SS."""
        if not re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
            raise ValueError(f"{text!r} is not a time, as in 09:30")
        return time.fromisoformat(text)

    def describe(self) -> str:
        """Name the kind."""
        return "time as in 09:30"


class Weekday(Plain, frozen=True):
    """A day of the week; Monday is 0."""

    def parse(self, text: str) -> int:
        """Accept mon, tue, wed, thu, fri, sat, sun."""
        return WEEKDAYS.index(Choice(WEEKDAYS).parse(text))

    def describe(self) -> str:
        """Name the kind."""
        return "mon, tue, wed, thu, fri, sat or sun"

    def show(self, value: object) -> str:
        """Print the day's name."""
        return WEEKDAYS[int(str(value))]


class Date(Plain, frozen=True):
    """A date."""

    def parse(self, text: str) -> date:
        """Read YYYY-MM-DD."""
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(f"{text!r} is not a date, as in 2026-12-25")
        return date.fromisoformat(text)

    def describe(self) -> str:
        """Name the kind."""
        return "date as in 2026-12-25"
