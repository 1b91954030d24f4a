"""Commands about what accounts hold, what that is worth and at which rates, by chance."""

from __future__ import annotations

from tests.property.proof.dates import later
from tests.property.proof.drawing import Drawing
from tests.property.proof.markets import ACCOUNTS, CURRENCIES, LOT_E8, REFERENCE, SESSIONS, TICK_E8, VENUES
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
        is_held = "marks" in self.shape.features and self.chance.random() < 0.3
        return commands.SetMark(self.symbol(), int(self.odd("0", str(px_e8), 0.05)), "by chance", is_held)

    def venue_quote(self) -> Command:
        """Tell prices of a venue, mostly both; they may be off the tick, crossed or far apart."""
        chance = self.chance
        bid_e8 = (REFERENCE + chance.randint(-8, 8)) * TICK_E8 + int(self.odd("1", "0", 0.1))
        offer_e8 = bid_e8 + chance.randint(-1, 7) * TICK_E8 + int(self.odd("1", "0", 0.1))
        bid_e8, offer_e8 = bid_e8 * (chance.random() < 0.95), offer_e8 * (chance.random() < 0.95)
        venue, symbol = chance.choice(VENUES), self.symbol()
        return commands.VenueQuote(venue, 0, symbol, bid_e8, LOT_E8, offer_e8, LOT_E8)

    def venue_link(self) -> Command:
        """Let the line of a venue come or go, or come as if it had not been there."""
        venue, chance = self.chance.choice(VENUES), self.chance
        is_logged_on = not self.exchange.lines[venue] or chance.random() < 0.2
        return commands.VenueLink(venue, 0, is_logged_on, "by chance")

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
