"""The types of a command's values, which some read all at once, are those of its fields."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from tradsys_oms.core.commands import orders


@pytest.mark.parametrize(
    ("command", "values"),
    [
        (orders.NewOrder, orders.NewOrderValues),
        (orders.CancelOrder, orders.CancelOrderValues),
        (orders.ReplaceOrder, orders.ReplaceOrderValues),
    ],
)
def test_the_values_of_a_command_have_the_types_of_its_fields(command: type, values: object) -> None:
    hints = get_type_hints(command)
    assert get_args(values) == tuple(hints[name] for name in command.__struct_fields__)  # type: ignore[attr-defined]
