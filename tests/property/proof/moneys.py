"""Commands about what accounts hold, what that is worth and at which rates, by chance."""

from __future__ import annotations

from tests.property.proof.dates import later
from tests.property.proof.drawing import Drawing
from tests.property.proof.markets import ACCOUNTS, CURRENCIES, LOT_E8, REFERENCE, SESSIONS, TICK_E8
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command
from tradsys_oms.core.fields import SCALE_E8


class Moneys(Drawing):
    """Makes them."""

    def set_position(self) -> Command:
        chance = self.chance
        member = self.odd("NOBODY", chance.choice(list(SESSIONS.values())), 0.05)
        qty_e8 = chance.randint(-20, 20) * LOT_E8 + int(self.odd("1", "0", 0.05))
        avg_px_e8 = chance.choice((REFERENCE * TICK_E8, chance.randint(0, 200 * TICK_E8)))
        account, symbol = chance.choice(ACCOUNTS), self.symbol()
        return commands.SetPosition(member, account, symbol, qty_e8, avg_px_e8, chance.random() < 0.6, "by chance")

    def set_mark(self) -> Command:
        px_e8 = self.chance.randint(REFERENCE - 10, REFERENCE + 10) * TICK_E8 + int(self.odd("1", "0", 0.05))
        return commands.SetMark(self.symbol(), int(self.odd("0", str(px_e8), 0.05)), "by chance")

    def revalue(self) -> Command:
        return commands.Revalue()

    def begin_risk_day(self) -> Command:
        return commands.BeginRiskDay(later(self.exchange.risk_date, self.chance.randint(0, 3)))

    def set_rules(self) -> Command:
        chance = self.chance
        named = [currency for currency in CURRENCIES if chance.random() < 0.7]
        rates_e8 = tuple((currency, chance.choice((SCALE_E8, chance.randint(1, 3 * SCALE_E8)))) for currency in named)
        warn_bps = chance.choice((0, 5_000, 8_000, 10_000)) if "warnings" in self.shape.features else 0
        return commands.SetRiskRules(int(self.odd("20000", str(warn_bps), 0.05)), CURRENCIES[0], rates_e8)
