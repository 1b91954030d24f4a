"""docs/fix-session.md shows the tables of the code: what it says is what runs."""

from __future__ import annotations

from pathlib import Path

from tradsys_oms.fix.incoming import RULES, Kind
from tradsys_oms.fix.sequence import Relation
from tradsys_oms.fix.session_states import TRANSITIONS, Event, State

PAGE = Path(__file__).resolve().parents[3] / "docs" / "fix-session.md"


def words(name: str) -> str:
    return name.lower().replace("_", " ")


def table(corner: str, columns: list[str], rows: list[list[str]]) -> str:
    head = f"| {' | '.join([corner, *columns])} |"
    lines = [head, "|---" * (len(columns) + 1) + "|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def test_the_page_shows_the_states() -> None:
    def cell(state: State, event: Event) -> str:
        following = TRANSITIONS.get((state, event))
        return words(following.name) if following else "-"

    rows = [[words(event.name), *(cell(state, event) for state in State)] for event in Event]
    assert table("event", [words(state.name) for state in State], rows) in PAGE.read_text()


def test_the_page_shows_the_rules_of_the_sequence() -> None:
    rows = [[words(kind.name), *(words(RULES[kind, relation].__name__) for relation in Relation)] for kind in Kind]
    assert table("message", [words(relation.name) for relation in Relation], rows) in PAGE.read_text()
