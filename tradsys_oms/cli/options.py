"""Options that several verbs share: which configuration, and in which form to print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

Verb = TypeVar("Verb", bound=Callable[..., Any])

CONFIG_DEFAULT: Final = Path("config/quickstart.yaml")
OUTPUTS: Final = ("table", "json")


def config_option(verb: Verb) -> Verb:
    """Give a verb `-c/--config`, as `config_path`."""
    return click.option(
        "-c",
        "--config",
        "config_path",
        type=click.Path(path_type=Path),
        default=CONFIG_DEFAULT,
        envvar="TRADSYS_CONFIG",
        show_default=True,
        show_envvar=True,
        help="Configuration of the daemon.",
    )(verb)


def output_option(verb: Verb) -> Verb:
    """Give a verb `-o/--output`, as `output`."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(OUTPUTS),
        default="table",
        show_default=True,
        help="table for people, json for programs: one document.",
    )(verb)
