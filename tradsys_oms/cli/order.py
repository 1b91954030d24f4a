"""`tradsys order`: look at orders, and act on one; each action shows the order before and after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from tradsys_oms.cli.acting import act, acting_options
from tradsys_oms.cli.options import Verb, config_option, output_option
from tradsys_oms.cli.words import ORDER_WORDS

RESTATEMENT_REASONS: Final = ("verbal", "repricing", "partial_decline")
SIDES: Final = ("buy", "sell", "sell_short", "sell_short_exempt")
ORDER_COLUMNS: Final = (
    "order_id",
    "clord_id",
    "session",
    "member",
    "symbol",
    "side",
    "ord_type",
    "time_in_force",
    "order_qty",
    "price",
    "cum_qty",
    "leaves_qty",
    "avg_px",
    "ord_status",
)


@click.group()
def order() -> None:
    """Look at orders, and act on them."""


@order.command("list")
@click.option("--session", "session_id", default="", metavar="COMP_ID", help="Only orders of this session.")
@click.option("--member", default="", help="Only orders of this member.")
@click.option("--symbol", default="", help="Only orders in this instrument.")
@click.option("--open", is_flag=True, help="Only orders that are in the book.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@config_option
@output_option
def order_list(config_path: Path, output: str, session_id: str, limit: int, **filters: str | bool) -> None:
    """List orders, the last one entered first."""
    from tradsys_oms.cli.client import ask
    from tradsys_oms.cli.output import show_rows

    orders = ask(config_path, "order.list", session=session_id, limit=limit, **filters)
    show_rows(orders, output, ORDER_COLUMNS, "no orders", ORDER_WORDS)


def order_options(verb: Verb) -> Verb:
    """Give an action on an order its argument and options."""
    return click.argument("order_id", metavar="ORDER_ID", type=int)(acting_options(verb))


def act_on_order(
    config_path: Path, action: str, order_id: int, reason: str, preview: bool, yes: bool, **more: Any
) -> None:
    """Show the order before and after an action, ask, and do it."""
    act(config_path, "order.act", reason, preview, yes, _show, action=action, order_id=order_id, **more)


def _show(previewed: dict[str, Any]) -> None:
    from tradsys_oms.cli.output import show_rows

    rows = [{"when": when, **previewed[when]} for when in ("before", "after")]
    show_rows(rows, "table", ("when", *ORDER_COLUMNS), "", ORDER_WORDS)


def _action(name: str, doc: str) -> Callable[..., None]:
    """Make the verb of an action that needs nothing but its order."""

    @order.command(name, help=doc)
    @order_options
    def verb(config_path: Path, order_id: int, reason: str, preview: bool, yes: bool) -> None:
        act_on_order(config_path, name, order_id, reason, preview, yes)

    return verb


_action("cancel", "Cancel ORDER_ID, though nobody has asked for it by message.")
_action("done-for-day", "End the day of ORDER_ID, which must be an order for the day.")


@order.command()
@click.option("--qty", metavar="QTY", help="OrderQty (38) from now on, all in all; less than now.")
@click.option("--price", metavar="PRICE", help="Price (44) from now on.")
@click.option(
    "--restatement-reason",
    type=click.Choice(RESTATEMENT_REASONS),
    default="verbal",
    show_default=True,
    help="What the session is told (378).",
)
@order_options
def restate(
    config_path: Path,
    order_id: int,
    reason: str,
    preview: bool,
    yes: bool,
    qty: str | None,
    price: str | None,
    restatement_reason: str,
) -> None:
    """Change quantity or price of ORDER_ID, as agreed outside of FIX."""
    terms = {"order_qty": qty, "price": price, "restatement_reason": restatement_reason}
    act_on_order(config_path, "restate", order_id, reason, preview, yes, **terms)


@order.command()
@click.argument("session", metavar="COMP_ID")
@click.argument("side", type=click.Choice(SIDES))
@click.argument("symbol")
@click.option("--qty", "order_qty", metavar="QTY", help="OrderQty (38).")
@click.option("--cash", "cash_order_qty", metavar="MONEY", help="CashOrderQty (152), in place of a quantity.")
@click.option("--price", metavar="PRICE", help="Of a limit order; without it, a market order.")
@click.option("--stop-px", metavar="PRICE", help="StopPx (99): of a stop order, or with --price a stop limit order.")
@click.option("--account", default="", help="Account (1).")
@click.option("--time-in-force", default="0", show_default=True, help="TimeInForce (59), in FIX's code.")
@click.option("--ex-destination", default="", help="ExDestination (100).")
@click.option(
    "--lost", "lost_clord_id", metavar="CLORDID", default="", help="ClOrdID of the message that did not arrive."
)
@click.option("--located", is_flag=True, help="The shares of a short sale have been located (114=N).")
@acting_options
def enter(config_path: Path, reason: str, preview: bool, yes: bool, **terms: Any) -> None:
    """Enter an order that the member of session COMP_ID has given by telephone."""
    act(config_path, "order.enter", reason, preview, yes, done=_entered, **terms)


def _entered(answer: dict[str, Any]) -> str:
    return f"order {answer['order_id']}"


@order.command()
@click.argument("clord_id", metavar="CLORDID")
@click.option(
    "--outcome", type=click.Choice(("not_received", "ended", "working")), required=True, help="What the venue says."
)
@click.option("--cum-qty", metavar="QTY", help="What it has filled in all; without it, what is known already.")
@click.option("--avg-px", metavar="PRICE", help="At which price on average, of all that it has filled.")
@acting_options
def resolve(
    config_path: Path,
    clord_id: str,
    outcome: str,
    cum_qty: str | None,
    avg_px: str | None,
    reason: str,
    preview: bool,
    yes: bool,
) -> None:
    """Say what became of an order in doubt at a venue, by its ClOrdID there, when nobody there answers by FIX."""
    terms: dict[str, Any] = {"clord_id": clord_id, "outcome": outcome, "cum_qty": cum_qty, "avg_px": avg_px}
    act(config_path, "order.resolve", reason, preview, yes, _show_resolved, **terms)


def _show_resolved(previewed: dict[str, Any]) -> None:
    from tradsys_oms.cli.output import show_facts

    show_facts(previewed["order"], "table")
