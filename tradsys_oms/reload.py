"""A changed configuration for a running daemon: all of it or nothing.

Members, sessions and instruments can change under way. What a process is bound to for its life can't: a reload that
changes such a key is refused as a whole and names the key.
"""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import Final

from tradsys_oms import reference_data
from tradsys_oms.config import Config, load_config
from tradsys_oms.core.engine import Engine
from tradsys_oms.errors import TradsysError

FIXED_KEYS: Final = (
    "comp_id",
    "state_dir",
    "fix.lockout_failures",
    "fix.lockout_s",
    "fix.message_size_max",
    "fix.resends_concurrent_max",
    "http",
    "journal",
    "database",
    "engine",
    "message_log",
)


class ReloadRefused(TradsysError):
    """The new configuration is valid, but can't be taken over by a running daemon; the old one stays."""


async def reloaded_config(running: Config, engine: Engine) -> Config:
    """Read the running configuration's file again, in a thread: with very many accounts that takes seconds.

    Raises `ConfigInvalid`, `ConfigUnreadable`, or `ReloadRefused` with every reason.
    """
    config = await asyncio.to_thread(load_config, running.path)
    reasons = [
        f"{key} can't change while the daemon runs; restart it for that"
        for key in FIXED_KEYS
        if attrgetter(key)(config) != attrgetter(key)(running)
    ]
    if reasons:
        raise ReloadRefused(f"{running.path} can't be taken over by the running daemon: " + "; ".join(reasons))
    reference_data.changes(config, engine)  # raises what the core would refuse
    return config
