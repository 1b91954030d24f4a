"""The core's usage against the naive accountant's: every sum of every member, session, account and holding."""

from __future__ import annotations

from collections.abc import Iterator

from tests.property.naive_risk.reckoning import Held, Place, Used, count_worth, held, place_of, places, used
from tests.property.naive_risk.witness import Witness
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.usage import Usage

USED = ("open_orders", "open_buy", "open_sell", "traded", "cash_out", "orders", "trades")
WORTH = ("net", "gross", "pnl")
HELD = (
    "average_size",
    "buy_qty",
    "sell_qty",
    "position",
    "cost",
    "realised",
    "day_cash",
    "day_value",
    "day_profit",
    "unrealised",
)


def differences(witness: Witness, engine: Engine) -> list[str]:
    """Give a line for each sum that differs, real first."""
    lines: list[str] = []
    holdings = {place: held(witness, place) for place in places(witness)}
    for name, session in engine.sessions.items():
        expected = used(witness, lambda owner, name=name: owner.session == name)  # type: ignore[misc]
        lines += compare(f"session {name}", session.usage, expected, USED)
    for name, member in engine.members.items():
        expected = used(witness, lambda owner, name=name: owner.member == name)  # type: ignore[misc]
        add_worth(witness, expected, {place: one for place, one in holdings.items() if place[0] == name})
        lines += compare(f"member {name}", member.usage, expected, USED + WORTH)
    for account in engine.risk.accounts():
        name, code = account.scope.name, account.scope.account
        expected = used(witness, lambda owner, name=name, code=code: (owner.member, owner.account) == (name, code))  # type: ignore[misc]
        add_worth(witness, expected, {place: one for place, one in holdings.items() if place[:2] == (name, code)})
        lines += compare(str(account.scope), account, expected, USED + WORTH)
    known = {(one.scope.name, one.scope.account, one.scope.symbol): one for one in real_holdings(engine)}
    for place in {**known, **holdings}:
        lines += compare_holding(witness, place, known.get(place), holdings.get(place, Held()))
    return lines


def real_holdings(engine: Engine) -> Iterator[Holding]:
    for account in engine.risk.accounts():
        yield from account.holdings.values()


def add_worth(witness: Witness, sums: Used, holdings: dict[Place, Held]) -> None:
    for (_, _, symbol), holding in holdings.items():
        count_worth(witness, sums, symbol, holding)


def compare_holding(witness: Witness, place: Place, real: Holding | None, naive: Held) -> list[str]:
    if real is None:
        return [f"holding {place}: the core has none"]
    expected = used(witness, lambda owner: place_of(owner) == place)
    count_worth(witness, expected, place[2], naive)
    return compare(str(real.scope), real, expected, USED + WORTH) + compare(str(real.scope), real, naive, HELD)


def compare(scope: str, real: Usage, naive: Used | Held, names: tuple[str, ...]) -> list[str]:
    pairs = [(name, getattr(real, name), getattr(naive, name)) for name in names]
    return [f"{name} of {scope}: real {one}, naive {two}" for name, one, two in pairs if one != two]
