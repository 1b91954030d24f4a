"""Configuration: YAML -> typed, validated structs; all faults at once, each with file:line, key path and hint.

`model.py` is the schema, and everything else here walks it: `tree.py` reads the file by it, `checks.py` adds what spans
several keys, `reference.py` prints the documentation from it.
"""

from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable, Fault
from tradsys_oms.config.fix_model import (
    FixConfig,
    ListenerConfig,
    MessageLogConfig,
    ScheduleConfig,
    SessionConfig,
)
from tradsys_oms.config.kinds import Address
from tradsys_oms.config.load import find_state_dir, load_config
from tradsys_oms.config.market_model import GroupConfig, MarketScheduleConfig, TradingRules
from tradsys_oms.config.model import (
    Config,
    DatabaseConfig,
    EngineConfig,
    HttpConfig,
    InstrumentConfig,
    JournalConfig,
    MemberConfig,
)

__all__ = [
    "Address",
    "Config",
    "ConfigInvalid",
    "ConfigUnreadable",
    "DatabaseConfig",
    "EngineConfig",
    "Fault",
    "FixConfig",
    "GroupConfig",
    "HttpConfig",
    "InstrumentConfig",
    "JournalConfig",
    "ListenerConfig",
    "MarketScheduleConfig",
    "MemberConfig",
    "MessageLogConfig",
    "ScheduleConfig",
    "SessionConfig",
    "TradingRules",
    "find_state_dir",
    "load_config",
]
