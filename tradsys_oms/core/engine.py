"""The engine: one command in, its events out, and the state moved on.

`apply` is the only way to change the state. It is deterministic: what it gives depends on the commands so far and on
nothing else, so replaying a journal rebuilds the state and the same events, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tradsys_oms.core import commands
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.desk.amend_trade import TradeAmendment
from tradsys_oms.core.desk.changes import Desk
from tradsys_oms.core.desk.restrict_short_sale import ShortSaleRestriction
from tradsys_oms.core.events import Event
from tradsys_oms.core.limits.blocks import Blocks
from tradsys_oms.core.limits.breakers import Breakers
from tradsys_oms.core.limits.changes import LimitChanges
from tradsys_oms.core.limits.clients import Clients
from tradsys_oms.core.limits.report import usage_rows
from tradsys_oms.core.limits.valuation import Valuation
from tradsys_oms.core.phases.clock import Clock, next_due_ns
from tradsys_oms.core.phases.days import Days
from tradsys_oms.core.phases.go_on import Continuation
from tradsys_oms.core.phases.market_status import MarketStatuses, indicative
from tradsys_oms.core.phases.phase_control import PhaseControl
from tradsys_oms.core.reference.changes import ReferenceData
from tradsys_oms.core.reference.connections import Connections
from tradsys_oms.core.requests.by_telephone import TelephoneOrders
from tradsys_oms.core.requests.cancel import OrderCancel
from tradsys_oms.core.requests.entry import OrderEntry
from tradsys_oms.core.requests.mass_cancel import MassCancel, SessionCancel
from tradsys_oms.core.requests.mass_status import MassStatus
from tradsys_oms.core.requests.query import OrderQuery
from tradsys_oms.core.requests.replace import OrderReplace
from tradsys_oms.core.routing.doubts import Doubts
from tradsys_oms.core.routing.drop_copy import DropCopies
from tradsys_oms.core.routing.explaining import Explanation, explain
from tradsys_oms.core.routing.planning import Asked
from tradsys_oms.core.routing.refusals import VenueRefusals
from tradsys_oms.core.routing.reports import VenueReports
from tradsys_oms.core.routing.route_changes import RouteChanges
from tradsys_oms.core.routing.venue_changes import VenueChanges
from tradsys_oms.core.routing.venue_data import VenueData
from tradsys_oms.core.state import State, state_hash
from tradsys_oms.errors import InvariantError

ORDERS_MAX_DEFAULT = 1_000_000


class Engine:
    """The exchange. Everything but `apply` only reads.

    `open_orders_max` bounds the books: beyond it new orders are rejected. `finished_orders_max` bounds the memory of
    finished orders and of ClOrdIDs that name no open order; beyond it the oldest is forgotten.
    """

    def __init__(
        self, finished_orders_max: int = ORDERS_MAX_DEFAULT, open_orders_max: int = ORDERS_MAX_DEFAULT
    ) -> None:
        self._state = state = State(finished_orders_max, open_orders_max)
        self.instruments = state.instruments
        self.books = state.books
        self.members = state.members
        self.sessions = state.sessions
        self.orders = state.orders
        self.risk = state.risk
        self.routing = state.routing
        self.last_seq = 0
        """Journal sequence of the last command that was applied."""
        self._reference = ReferenceData(state)
        self._desk = Desk(state)
        self._amendment = TradeAmendment(state)
        self._breakers = Breakers(state)
        entry = OrderEntry(state)
        self._telephone = TelephoneOrders(state, entry)
        self._handlers = _handlers(state, self._reference, self._desk, self._amendment) | {
            commands.NewOrder: entry.apply,
            commands.EnterOrder: self._telephone.apply,
        }
        self._faults = _faults(state, self._reference, self._desk, self._amendment) | {
            commands.EnterOrder: self._telephone.fault_of
        }

    def apply(self, seq: int, time_ns: int, command: commands.Command) -> list[Event]:
        """Apply the command with journal sequence `seq`, recorded at `time_ns`; give what happened, in order."""
        if seq != self.last_seq + 1:
            raise InvariantError(f"Command {seq} can't follow command {self.last_seq}: the journal has no gaps.")
        self.last_seq = seq
        if not self.risk.breakers:
            return self._handlers[type(command)](seq, time_ns, command)
        events = self._handlers[type(command)](seq, time_ns, command)
        self._breakers.count(time_ns, command, events)
        return events

    def fault_of(self, command: commands.Command) -> str | None:
        """Say in a sentence why a command that is not about an order would be refused, None if it would not; nothing
        changes.
        """
        fault_of = self._faults.get(type(command))
        return fault_of(command) if fault_of is not None else None

    @property
    def handled_commands(self) -> tuple[type, ...]:
        """The types of command that the engine knows."""
        return tuple(self._handlers)

    @property
    def open_order_count(self) -> int:
        """Orders in the books now."""
        return self.orders.open_count

    @property
    def order_count(self) -> int:
        """Orders accepted since the journal began."""
        return self._state.order_count

    @property
    def reject_count(self) -> int:
        """New orders, cancels and replaces refused since the journal began."""
        return self._state.reject_count

    @property
    def trade_count(self) -> int:
        """Trades since the journal began."""
        return self._state.trade_count

    @property
    def unfinished(self) -> dict[str, None]:
        """What is left to do for `GoOn`: symbols of instruments, "" for mass requests."""
        return self._state.unfinished

    def next_due_ns(self) -> int | None:
        """Give the time at which `TimePassed` will find something to do, None for never."""
        return next_due_ns(self._state)

    def indication(self, symbol: str) -> tuple[int, int, int]:
        """Give price, quantity and imbalance (buyers above 0) at which the auction of an instrument would uncross now,
        in ticks and lots; 0 for none, and outside of auctions.
        """
        return indicative(self.instruments[symbol])

    def amended(self, trade_seq: int, trade_index: int) -> tuple[int, int, int] | None:
        """Give the journal sequence of the last amendment of a trade, its quantity and its price by now; None for a
        trade that was never amended.
        """
        amended = self._state.amended_trades.get((trade_seq, trade_index))
        return None if amended is None else (amended.first_seq, amended.qty, amended.px)

    @property
    def entry_refusal(self) -> str:
        """Why the last `EnterOrder` was refused, "" if it was not; for whoever has just submitted it."""
        return self._telephone.refusal

    def open_orders_of(self, session: str) -> int:
        """Count the open orders that a session entered."""
        return self.orders.open_count_of(session)

    def cancellable(self, session: str, day_only: bool) -> int:
        """Count the orders that the next CancelOrders for a session would cancel."""
        return len(SessionCancel(self._state).chosen(session, day_only))

    def limit_usage(self, scope: commands.Scope, time_ns: int) -> dict[str, str]:
        """Give what is used now of each limit of a scope, by the name that people use; "" for what has no usage."""
        return {row.limit: row.usage for row in usage_rows(self._state, scope, time_ns)}

    def explain_route(self, asked: Asked) -> Explanation:
        """Say where an order would go if it came now, and why."""
        return explain(self.routing, asked)

    def list_orders(
        self, member: str = "", session: str = "", symbol: str = "", open_only: bool = False, limit: int = 100
    ) -> list[Order]:
        """List at most `limit` orders, the last one entered first; "" stands for any."""
        found: list[Order] = []
        for order in self.orders.newest_first():
            if len(found) >= limit:
                break
            if (
                member in ("", order.member)
                and session in ("", order.session)
                and symbol in ("", order.symbol)
                and not (open_only and order.level is None)
            ):
                found.append(order)
        return found

    def state_hash(self) -> str:
        """SHA-256 of the whole state; equal after a replay of the same commands, on any machine."""
        return state_hash(self._state, self.last_seq)


def _handlers(
    state: State, reference: ReferenceData, desk: Desk, amendment: TradeAmendment
) -> dict[type, Callable[[int, int, Any], list[Event]]]:
    """The table of what handles each command."""
    connections, days, statuses = Connections(state), Days(state), MarketStatuses(state)
    limits, valuation = LimitChanges(state), Valuation(state)
    blocks, clients, doubts = Blocks(state), Clients(state), Doubts(state)
    venues, routes, data = VenueChanges(state), RouteChanges(state), VenueData(state)
    return {
        commands.EngineStarted: connections.noted,
        commands.EntryLost: connections.noted,
        commands.SetInstrument: reference.set_instrument,
        commands.SetMember: reference.set_member,
        commands.SetSession: reference.set_session,
        commands.SessionReset: connections.reset,
        commands.NumbersReserved: connections.reserved,
        commands.MessageRefused: connections.refused,
        commands.SessionOnline: connections.online,
        commands.SessionOffline: connections.offline,
        commands.SetNumbers: connections.numbered,
        commands.BlockSession: connections.blocked,
        commands.LogoutSession: connections.noted,
        commands.SetPassword: connections.password,
        commands.CancelOrders: SessionCancel(state).apply,
        commands.CancelOne: desk.cancel,
        commands.RestateOne: desk.restate,
        commands.AmendTrade: amendment.apply,
        commands.CancelOrder: OrderCancel(state).apply,
        commands.ReplaceOrder: OrderReplace(state).apply,
        commands.QueryOrder: OrderQuery(state).apply,
        commands.MassCancelOrders: MassCancel(state).apply,
        commands.QueryOrders: MassStatus(state).apply,
        commands.ChangePhase: PhaseControl(state).apply,
        commands.EndDay: days.end,
        commands.StartDay: days.start,
        commands.TimePassed: Clock(state).apply,
        commands.GoOn: Continuation(state).apply,
        commands.QueryMarket: statuses.query,
        commands.PublishIndication: statuses.publish_indication,
        commands.SetAccount: limits.set_account,
        commands.SetLimits: limits.set_limits,
        commands.ChangeLimits: limits.change_limits,
        commands.SetRiskRules: limits.set_rules,
        commands.SetPosition: valuation.set_position,
        commands.SetMark: valuation.set_mark,
        commands.Revalue: valuation.revalue,
        commands.BeginRiskDay: valuation.begin_day,
        commands.RestrictShortSale: ShortSaleRestriction(state).apply,
        commands.Block: blocks.block,
        commands.Unblock: blocks.unblock,
        commands.RequestRelease: blocks.request_release,
        commands.ApproveRelease: blocks.approve_release,
        commands.ClientAction: clients.act,
        commands.QueryClient: clients.query,
        commands.VenueReport: VenueReports(state).apply,
        commands.VenueRefusal: VenueRefusals(state).apply,
        commands.AskVenue: doubts.ask,
        commands.GiveUpAsking: doubts.give_up,
        commands.ResolveChild: doubts.resolve,
        commands.SetVenue: venues.set_venue,
        commands.VenueLink: venues.link,
        commands.BarVenue: venues.bar,
        commands.SetRoutes: routes.set_routes,
        commands.SwitchRoute: routes.switch,
        commands.VenueQuote: data.quote,
        commands.VenueBalance: data.balance,
        commands.QuarantineReport: data.report,
        commands.DropCopy: DropCopies(state).apply,
    }


def _faults(
    state: State, reference: ReferenceData, desk: Desk, amendment: TradeAmendment
) -> dict[type, Callable[[Any], str | None]]:
    """The table of what says why a command would be refused."""
    days, statuses, limits, valuation = Days(state), MarketStatuses(state), LimitChanges(state), Valuation(state)
    blocks, doubts = Blocks(state), Doubts(state)
    venues, routes, data = VenueChanges(state), RouteChanges(state), VenueData(state)
    return {
        commands.SetInstrument: reference.fault_of_instrument,
        commands.SetSession: reference.fault_of_session,
        commands.ChangePhase: PhaseControl(state).fault_of,
        commands.EndDay: days.fault_of_end,
        commands.StartDay: days.fault_of_start,
        commands.QueryMarket: statuses.fault_of,
        commands.PublishIndication: statuses.fault_of,
        commands.CancelOne: desk.fault_of_cancel,
        commands.RestateOne: desk.fault_of_restatement,
        commands.AmendTrade: amendment.fault_of,
        commands.SetAccount: limits.fault_of_account,
        commands.SetLimits: limits.fault_of_limits,
        commands.ChangeLimits: limits.fault_of_change,
        commands.SetRiskRules: limits.fault_of_rules,
        commands.SetPosition: valuation.fault_of_position,
        commands.SetMark: valuation.fault_of_mark,
        commands.BeginRiskDay: valuation.fault_of_day,
        commands.RestrictShortSale: ShortSaleRestriction(state).fault_of,
        commands.Block: blocks.fault_of_block,
        commands.Unblock: blocks.fault_of_unblock,
        commands.RequestRelease: blocks.fault_of_request,
        commands.ApproveRelease: blocks.fault_of_approval,
        commands.AskVenue: doubts.fault_of_asking,
        commands.GiveUpAsking: doubts.fault_of_asking,
        commands.ResolveChild: doubts.fault_of_resolution,
        commands.SetVenue: venues.fault_of_venue,
        commands.VenueLink: venues.fault_of_link,
        commands.BarVenue: venues.fault_of_bar,
        commands.SetRoutes: routes.fault_of_routes,
        commands.SwitchRoute: routes.fault_of_switch,
        commands.VenueQuote: data.fault_of_quote,
        commands.VenueBalance: data.fault_of_balance,
        commands.QuarantineReport: data.fault_of_report,
        commands.DropCopy: DropCopies(state).fault_of,
    }
