"""docs/venue-simulator.md: its examples are read, its tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tradsys_oms.cli.sim import sim
from tradsys_oms.venues.simulator.script import REQUESTS, Rule, read_script
from tradsys_oms.venues.simulator.steps import MODIFIERS, VERBS, parse_program

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "venue-simulator.md").read_text()
SCRIPTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
TO_SEE = PAGE.split("| to see | write |")[1].split("\n\n")[0]


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts_are_sound(text: str) -> None:
    script = read_script(Path("docs"), text.encode())
    assert script.rules or script.scenario


def test_all_steps_words_and_requests_are_named() -> None:
    for word in (*VERBS, *MODIFIERS, *REQUESTS):
        assert re.search(rf"`{word}[` ]", PAGE), word


def test_all_keys_of_a_rule_are_named() -> None:
    for name in Rule.__struct_fields__:
        assert f"`{name}`" in PAGE, name


def test_examples_of_steps_are_sound() -> None:
    examples = [text for text in re.findall(r"`([^`]+)`", TO_SEE) if not text.startswith("on: ")]
    assert len(examples) >= 10
    for text in examples:
        parse_program(text.removeprefix("do: "))


def test_all_options_are_named() -> None:
    help_text = CliRunner().invoke(sim, ["venue", "--help"]).output
    for option in re.findall(r"--[a-z-]+", help_text):
        assert f"`{option}`" in PAGE or option == "--help", option
