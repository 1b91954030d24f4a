"""Short ways to bring the small exchange into a phase and through its days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import ChangePhase, EndDay, GoOn, StartDay, TimePassed

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def to(exchange: Exchange, *phases: str, until_ns: int = 0, symbol: str = "ACME") -> list[str]:
    """Go through phases; give the events of the last change."""
    lines: list[str] = []
    for phase in phases:
        lines = exchange.apply(ChangePhase(symbol, phase, "desk", until_ns))
    return lines


def end_day(exchange: Exchange) -> list[str]:
    """End the trading day of ACME."""
    return exchange.apply(EndDay("ACME"))


def start_day(exchange: Exchange, trade_date: int) -> list[str]:
    """Begin a trading day of ACME."""
    return exchange.apply(StartDay("ACME", trade_date))


def go_on(exchange: Exchange) -> list[str]:
    """Let the engine go on with what it could not finish."""
    return exchange.apply(GoOn())


def pass_time(exchange: Exchange) -> list[str]:
    """Say that it is the time of the next command."""
    return exchange.apply(TimePassed())


def soon(exchange: Exchange, commands: int) -> int:
    """Give the time of a command to come; 1 stands for the next one."""
    return (exchange.seq + commands) * 1_000
