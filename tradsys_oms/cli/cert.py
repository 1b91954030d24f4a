"""`tradsys cert`: does an acceptor do what acceptance scripts say?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradsys_oms.cli.options import output_option

if TYPE_CHECKING:
    from certification.acceptance.runner import Verdict


@click.group()
def cert() -> None:
    """Certify a FIX acceptor: ours, or any other."""


@cert.command("at")
@click.option("--defs", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True, metavar="DIR")
@click.option("--port", type=click.IntRange(1, 65_535), required=True, help="Where the acceptor listens.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--semantic/--exact",
    "is_semantic",
    default=True,
    show_default=True,
    help="Compare what the script names, in any order and wording; or field by field.",
)
@click.option("--echo-as", default="", metavar="TYPES", help="MsgTypes that may stand for an echoed order, like 8,j.")
@click.option("--only", multiple=True, metavar="NAME", help="Play this script; may be repeated.")
@click.option("--skip", multiple=True, metavar="NAME", help="Do not play this script; may be repeated.")
@click.option("--comp", multiple=True, metavar="OLD=NEW", help="Use another CompID; may be repeated.")
@click.option("--logon-add", default="", metavar="FIELDS", help="Add to each Logon, like '553=user|554=secret'.")
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0.1, max=3600), default=30.0, show_default=True, help="Seconds."
)
@output_option
@click.pass_context
def acceptance(
    context: click.Context,
    defs: Path,
    port: int,
    host: str,
    is_semantic: bool,
    echo_as: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    comp: tuple[str, ...],
    logon_add: str,
    timeout_s: float,
    output: str,
) -> None:
    """Play the acceptance scripts (*.def) of a folder against an acceptor.

    Exit 0 if all pass, 1 if one fails, 2 if there is none. docs/certification.md says what the acceptor's configuration
    must have.
    """
    from certification.acceptance.comparison import choose_comparison
    from certification.acceptance.runner import Target, find_scripts, parse_comp_ids, parse_fields, run_script

    types = frozenset(name for name in echo_as.split(",") if name)
    target = Target(
        host=host,
        port=port,
        compare=choose_comparison(is_semantic=is_semantic, echo_as=types),
        comp_ids=parse_comp_ids(comp),
        logon_fields=parse_fields(logon_add),
        timeout_s=timeout_s,
    )
    verdicts = []
    for path in find_scripts(defs, only, skip):
        verdicts.append(run_script(path, target))
        if output == "table":
            _show(verdicts[-1])
    _show_end(verdicts, output)
    context.exit(0 if all(verdict.passed for verdict in verdicts) else 1)


def _show(verdict: Verdict) -> None:
    """Print one verdict as soon as it is known: a suite takes a minute."""
    from tradsys_oms.cli.output import printable

    click.echo(f"{'PASS' if verdict.passed else 'FAIL'} {printable(verdict.script)} ({verdict.duration_s:.1f} s)")
    if not verdict.passed:
        click.echo(f"  line {verdict.line}: {printable(verdict.reason)}")
        for name, message in (("expected", verdict.expected), ("got", verdict.got)):
            click.echo(f"  {name}: {printable(message) or '-'}")


def _show_end(verdicts: list[Verdict], output: str) -> None:
    import msgspec

    from tradsys_oms.cli.output import show_json

    failed = sum(not verdict.passed for verdict in verdicts)
    if output == "json":
        show_json(
            {
                "passed": len(verdicts) - failed,
                "failed": failed,
                "scripts": [msgspec.to_builtins(verdict) for verdict in verdicts],
            }
        )
    else:
        click.echo(f"{len(verdicts) - failed} passed, {failed} failed")
