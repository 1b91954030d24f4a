"""The market: phases, trading days, and the time that passes; by schedule, by guards or by an operator."""

from __future__ import annotations

from tradsys_oms.core.commands.base import JournaledCommand


class ChangePhase(JournaledCommand, frozen=True, tag=22):
    """Bring an instrument into another phase (`core.phases.phases`); leaving an auction uncrosses it first."""

    symbol: str
    phase: str
    reason: str
    until_ns: int = 0
    """When the phase ends by itself, 0 for not by itself."""


class EndDay(JournaledCommand, frozen=True, tag=23):
    """End the trading day of a closed instrument: DAY orders expire, GTC and GTD orders are done for the day."""

    symbol: str


class StartDay(JournaledCommand, frozen=True, tag=24):
    """Begin a trading day (YYYYMMDD) of a closed instrument: GTC and GTD orders are restated, or expire if it is past
    their last day.
    """

    symbol: str
    trade_date: int


class TimePassed(JournaledCommand, frozen=True, tag=25):
    """Its time is the time: orders with an ExpireTime (126) expire, phases with an end go on to the next."""


class GoOn(JournaledCommand, frozen=True, tag=26):
    """Go on with what one command could not finish, because what a command does is one record (`Engine.unfinished`)."""


class QueryMarket(JournaledCommand, frozen=True, tag=27):
    """SecurityStatusRequest (35=e). `subscription` is SubscriptionRequestType (263): "0" once, "1" on, "2" off."""

    session: str
    msg_seq_num: int
    security_status_req_id: str
    symbol: str
    subscription: str


class PublishIndication(JournaledCommand, frozen=True, tag=28):
    """Tell the subscribers at what price and volume an auction would uncross now."""

    symbol: str
