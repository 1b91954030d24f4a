"""The table of dialects: names, abilities, what each needs."""

from __future__ import annotations

import re

import pytest
from msgspec import structs

from tests.unit.venues.adapters.venue_messages import CREDENTIALS, any_adapter, settings
from tradsys_oms.fix.dictionary import APPLICATION_FILES
from tradsys_oms.venues.adapters.errors import CredentialsUnusable, DialectUnknown
from tradsys_oms.venues.adapters.registry import ADAPTERS, DIALECTS, make_adapter
from tradsys_oms.venues.settings import VenueCredentials


def test_all_dialects() -> None:
    assert list(DIALECTS) == [
        *("fix42", "fix44", "fix50sp2", "tradsys42", "tradsys44", "tradsys50sp2", "binance_spot", "coinbase_exchange"),
    ]


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(DialectUnknown, match=r"There is no dialect 'fix43': it is one of fix42, fix44, "):
        make_adapter(settings("fix43"))


@pytest.mark.parametrize("name", ADAPTERS)
def test_credentials_are_fields_of_the_settings(name: str) -> None:
    dialect = DIALECTS[name]
    known = {field.name for field in structs.fields(VenueCredentials)}
    assert known.issuperset((*dialect.credentials, *dialect.credentials_optional))
    if dialect.credentials:
        with pytest.raises(CredentialsUnusable, match=re.escape(f"speaks {name} and needs")):
            make_adapter(settings(name))


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_dictionary_only_where_it_has_all_that_comes(name: str) -> None:
    """QuickFIX rejects messages with groups that its dictionary does not have, and with them what they report."""
    dialect = DIALECTS[name]
    assert bool(dialect.dictionary) == name.startswith("tradsys")
    if dialect.dictionary:
        assert dialect.dictionary in APPLICATION_FILES
        assert not dialect.can_quote, "our dictionaries have no market data"


@pytest.mark.parametrize("name", ["fix42", "tradsys44", "fix50sp2"])
def test_a_logon_has_username_and_password_if_there_are_any(name: str) -> None:
    nobody = make_adapter(settings(name))
    assert nobody.logon_fields("20260101-09:00:00.123", 1, "A", "B") == []
    known = make_adapter(settings(name, credentials=CREDENTIALS["fix44"]))
    assert known.logon_fields("20260101-09:00:00.123", 1, "A", "B") == [(553, "u"), (554, "p")]


@pytest.mark.parametrize("name", ADAPTERS)
def test_market_data_is_asked_for_only_where_there_is_some(name: str) -> None:
    adapter = any_adapter(name)
    assert adapter.subscriptions() == []
    asked = structs.replace(adapter.settings, market_data=("ACME",))
    assert bool(ADAPTERS[name](asked).subscriptions()) == DIALECTS[name].can_quote


@pytest.mark.parametrize("name", ADAPTERS)
def test_each_prefix_is_a_journal_of_its_own(name: str) -> None:
    one, other = any_adapter(name), any_adapter(name, extra={"clord_id_prefix": "T"})
    assert one.place_of(one.clord_id("41-2")) == other.place_of(other.clord_id("41-2")) == "41-2"
    assert one.place_of(other.clord_id("41-2")) == other.place_of(one.clord_id("41-2")) == ""
