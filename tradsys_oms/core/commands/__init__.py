"""Commands: everything that may change the state of the core, as frozen values that the journal keeps.

A command is what somebody asked for, in the asker's own numbers: prices and quantities are integers of 1e-8 (`_e8`),
because a wrong tick or an unknown symbol must reach the core to be refused there. The sequence number and the time of
a command are those of its journal record and are handed to `Engine.apply` beside it.

Commands that came over a FIX session carry `session` and `msg_seq_num` (MsgSeqNum, 34), so that the journal alone
knows what was received. `msg_seq_num` 0 means: not from a message.

Tags are part of the journal's format: never reuse or renumber one; new fields come last and have a default.
"""

from __future__ import annotations

from typing import TypeAlias

from tradsys_oms.core.commands.accounts import (
    BeginRiskDay,
    RestrictShortSale,
    Revalue,
    SetAccount,
    SetMark,
    SetPosition,
)
from tradsys_oms.core.commands.blocks import (
    ApproveRelease,
    Block,
    ClientAction,
    QueryClient,
    RequestRelease,
    Unblock,
)
from tradsys_oms.core.commands.instructions import PLAIN, Instructions, wanted_of_market
from tradsys_oms.core.commands.journal import EngineStarted, EntryLost
from tradsys_oms.core.commands.limits import (
    NO_LIMITS,
    ChangeLimits,
    Limits,
    Scope,
    SetLimits,
    SetRiskRules,
)
from tradsys_oms.core.commands.market import (
    ChangePhase,
    EndDay,
    GoOn,
    PublishIndication,
    QueryMarket,
    StartDay,
    TimePassed,
)
from tradsys_oms.core.commands.operator import AmendTrade, CancelOne, CancelOrders, EnterOrder, RestateOne
from tradsys_oms.core.commands.orders import (
    CancelOrder,
    MassCancelOrders,
    NewOrder,
    QueryOrder,
    QueryOrders,
    ReplaceOrder,
)
from tradsys_oms.core.commands.reference import MarketRules, SetInstrument, SetMember, SetSession
from tradsys_oms.core.commands.sessions import (
    BlockSession,
    LogoutSession,
    MessageRefused,
    NumbersReserved,
    SessionOffline,
    SessionOnline,
    SessionReset,
    SetNumbers,
    SetPassword,
)
from tradsys_oms.core.commands.venues import (
    AskVenue,
    BarVenue,
    DropCopy,
    GiveUpAsking,
    QuarantineReport,
    ResolveChild,
    Route,
    SetRoutes,
    SetVenue,
    SwitchRoute,
    VenueBalance,
    VenueLink,
    VenueQuote,
    VenueRefusal,
    VenueReport,
)

Command: TypeAlias = (
    EngineStarted
    | SetInstrument
    | SetMember
    | SetSession
    | SessionReset
    | SessionOnline
    | SessionOffline
    | SetNumbers
    | BlockSession
    | LogoutSession
    | SetPassword
    | CancelOrders
    | EntryLost
    | NumbersReserved
    | MessageRefused
    | NewOrder
    | CancelOrder
    | ReplaceOrder
    | QueryOrder
    | MassCancelOrders
    | QueryOrders
    | ChangePhase
    | EndDay
    | StartDay
    | TimePassed
    | GoOn
    | QueryMarket
    | PublishIndication
    | CancelOne
    | RestateOne
    | EnterOrder
    | AmendTrade
    | SetAccount
    | SetLimits
    | ChangeLimits
    | Block
    | Unblock
    | RequestRelease
    | ApproveRelease
    | SetPosition
    | SetMark
    | Revalue
    | BeginRiskDay
    | SetRiskRules
    | RestrictShortSale
    | ClientAction
    | QueryClient
    | SetVenue
    | SetRoutes
    | VenueLink
    | BarVenue
    | VenueReport
    | VenueRefusal
    | VenueQuote
    | SwitchRoute
    | AskVenue
    | GiveUpAsking
    | ResolveChild
    | DropCopy
    | VenueBalance
    | QuarantineReport
)

__all__ = [
    "NO_LIMITS",
    "PLAIN",
    "AmendTrade",
    "ApproveRelease",
    "AskVenue",
    "BarVenue",
    "BeginRiskDay",
    "Block",
    "BlockSession",
    "CancelOne",
    "CancelOrder",
    "CancelOrders",
    "ChangeLimits",
    "ChangePhase",
    "ClientAction",
    "Command",
    "DropCopy",
    "EndDay",
    "EngineStarted",
    "EnterOrder",
    "EntryLost",
    "GiveUpAsking",
    "GoOn",
    "Instructions",
    "Limits",
    "LogoutSession",
    "MarketRules",
    "MassCancelOrders",
    "MessageRefused",
    "NewOrder",
    "NumbersReserved",
    "PublishIndication",
    "QuarantineReport",
    "QueryClient",
    "QueryMarket",
    "QueryOrder",
    "QueryOrders",
    "ReplaceOrder",
    "RequestRelease",
    "ResolveChild",
    "RestateOne",
    "RestrictShortSale",
    "Revalue",
    "Route",
    "Scope",
    "SessionOffline",
    "SessionOnline",
    "SessionReset",
    "SetAccount",
    "SetInstrument",
    "SetLimits",
    "SetMark",
    "SetMember",
    "SetNumbers",
    "SetPassword",
    "SetPosition",
    "SetRiskRules",
    "SetRoutes",
    "SetSession",
    "SetVenue",
    "StartDay",
    "SwitchRoute",
    "TimePassed",
    "Unblock",
    "VenueBalance",
    "VenueLink",
    "VenueQuote",
    "VenueRefusal",
    "VenueReport",
    "wanted_of_market",
]
