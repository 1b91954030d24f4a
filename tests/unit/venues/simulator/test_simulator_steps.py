"""The language of steps: what it takes, and what it refuses with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.venues.simulator.steps import MODIFIERS, VERBS, Step, parse_program


def test_steps_are_read() -> None:
    assert parse_program('accept then fill 100@10.5 then wait 1-20ms then reject 3 "too big" then drop') == (
        Step("accept"),
        Step("fill", qty_e8=100 * 10**8, price_e8=1_050_000_000),
        Step("wait", wait_s=(0.001, 0.02)),
        Step("reject", reason=3, text="too big"),
        Step("drop"),
    )


def test_quantities_may_be_shares_or_what_is_left() -> None:
    assert parse_program("fill then fill rest then fill 25% then fill @9 then fill 50%@9") == (
        Step("fill"),
        Step("fill"),
        Step("fill", percent=25),
        Step("fill", price_e8=9 * 10**8),
        Step("fill", percent=50, price_e8=9 * 10**8),
    )


def test_modifiers_stand_before_and_fields_behind() -> None:
    assert parse_program('lost twice fill 10 with 14=5 58="a b" 6=') == (
        Step(
            "fill",
            qty_e8=10 * 10**8,
            modifiers=frozenset(("lost", "twice")),
            fields=(("14", "5"), ("58", "a b"), ("6", "")),
        ),
    )


def test_busts_and_corrections_name_a_fill() -> None:
    assert parse_program("bust then bust 2 then correct 50@9 then correct 2:50 then correct 30") == (
        Step("bust"),
        Step("bust", count=2),
        Step("correct", qty_e8=50 * 10**8, price_e8=9 * 10**8),
        Step("correct", qty_e8=50 * 10**8, count=2),
        Step("correct", qty_e8=30 * 10**8),
    )


def test_the_rest_of_a_refusal_is_its_text() -> None:
    assert parse_program("reject no credit 3") == (Step("reject", text="no credit 3"),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it has no steps"),
        ("accept then", "a step is missing"),
        ("then accept", "it has no steps"),
        ("acept", "'acept' is no step; did you mean accept?"),
        ("lost", "`lost` stands before no step"),
        ("fill 10@10 20", "does not have the form `fill [QTY|PERCENT%|rest][@PRICE]`"),
        ("fill ten", "'ten' is no quantity"),
        ("fill 1.2.3", "is not a decimal"),
        ("fill 200%", "no whole percentage"),
        ("wait", "does not have the form `wait TIME[-TIME]`"),
        ("wait soon", "'soon' is no time"),
        ("wait 20-10ms", "no time from the shorter to the longer"),
        ("wait 100000s", "of at most"),
        ("drop now", "does not have the form `drop`"),
        ("accept all", "'all' is no argument of accept"),
        ("bust 0", "'0' is no number from 1"),
        ("fill with 14", "'14' is no field"),
        ('reject "no', "a quotation mark has no end"),
        (" then ".join(["accept"] * 201), "201 steps are more than 200"),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        parse_program(text)
    assert sentence in str(caught.value)


def test_no_word_is_both_a_step_and_a_modifier() -> None:
    assert not VERBS.keys() & MODIFIERS.keys()


WORDS = st.sampled_from(
    [*VERBS, *MODIFIERS, "then", "with", "100@10", "rest", "25%", "@", "2:5", "14=5", '"', "10ms", "."]
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=12).map(" ".join))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        program = parse_program(text)
    except ValueError:
        return
    assert all(step.verb in VERBS for step in program)
