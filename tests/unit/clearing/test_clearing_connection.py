"""Database URLs as people see them: without passwords."""

from __future__ import annotations

import pytest

from tradsys_oms.clearing.connection import connect, safe_url
from tradsys_oms.clearing.errors import DatabaseUnavailableError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:secret@db.example:5433/tradsys", "postgresql://me@db.example:5433/tradsys"),
        ("postgresql://me:secret@db.example/tradsys?sslmode=require", "postgresql://me@db.example/tradsys"),
        ("postgresql://me:secret@[::1]:5432/tradsys", "postgresql://me@[::1]:5432/tradsys"),
        ("postgresql://me:secret@a:1,b:2/tradsys", "postgresql://me@a:1,b:2/tradsys"),
        ("host=db.example user=me password=secret dbname=tradsys", "postgresql://me@db.example/tradsys"),
        ("postgresql://me@/tradsys?host=%2Fvar%2Fa%20b", "postgresql://me@/tradsys?host=/var/a%20b"),
        ("postgresql://me:secret@db.example?nonsense=secret", "the configured database (its URL can't be read)"),
    ],
)
def test_urls_are_shown_without_password(url: str, expected: str) -> None:
    assert safe_url(url) == expected


def test_a_wrong_url_is_not_repeated() -> None:
    with pytest.raises(DatabaseUnavailableError) as caught:
        connect("postgresql://me:secret@db.example?nonsense=1")
    assert "secret" not in str(caught.value)


def test_an_unreachable_server_is_named() -> None:
    with pytest.raises(
        DatabaseUnavailableError, match=r"No connection to postgresql://me@127\.0\.0\.1:1/tradsys: "
    ) as caught:
        connect("postgresql://me:secret@127.0.0.1:1/tradsys")
    assert "secret" not in str(caught.value)
