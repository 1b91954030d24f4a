"""Places: where a request to a venue stands in the journal, `sequence-index`, which is its name there for ever."""

from __future__ import annotations

from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
"""Journal sequence, and index of the event in its record; they compare as they follow each other."""
NOWHERE: Place = (0, 0)


def place_text(place: Place) -> str:
    """Write a place."""
    return f"{place[0]}-{place[1]}"


def read_place(text: str) -> Place:
    """Read a place; `NOWHERE` for what is none."""
    seq, dash, index = text.partition("-")
    if not dash or not (seq + index).isascii() or not seq.isdigit() or not index.isdigit():
        return NOWHERE
    return int(seq), int(index)
