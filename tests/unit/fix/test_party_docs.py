"""docs/fix-protocol.md shows messages of clearing firms: they are what is taken and what is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.fix.dialect_messages import print_body, received
from tradsys_oms.core.commands import ClientAction, QueryClient, Scope
from tradsys_oms.core.events import ClientActionDone, ClientLimit, ClientLimits
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.party_reports import LIMIT_TYPES, OTHER_LIMIT

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "fix-protocol.md").read_text()


def example(msg_type: str) -> str:
    (found,) = re.findall(rf"^    35={msg_type}\|(.*)$", PAGE, re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_requests_mean_what_the_page_says(version: str) -> None:
    action = received(version, f"DH|{example('DH')}")
    assert action == ClientAction("B", 5, "P1", "0", "ALPHA", "A1", "margin call")
    assert received(version, f"CL|{example('CL')}") == QueryClient("B", 5, "Q1", "ALPHA", "")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_reports_are_printed_as_on_the_page(version: str) -> None:
    limits = (
        ClientLimit(Scope("member", "ALPHA"), "open_notional_max", "1000000", "4000.5"),
        ClientLimit(Scope("holding", "ALPHA", "A1", "ACME"), "long_qty_max", "500", "20"),
    )
    for event in (
        ClientActionDone("B", "P1", "0", "ALPHA", "A1"),
        ClientLimits("B", "Q1", "ALPHA", "", False, limits),
    ):
        found = print_body(event, version)
        assert found is not None
        assert found[1].replace("\x01", "|") == example(found[0]) + "|"


def test_the_page_lists_the_codes_of_all_limits() -> None:
    shown = dict(re.findall(r"\| `([a-z_]+_max)` \| (\d+)", PAGE))
    assert shown == LIMIT_TYPES
    assert f"| any other | {OTHER_LIMIT} |" in PAGE
