"""How long one waits for what must come.

Only what never comes should be missed: the disk of a shared machine can stand still for tens of seconds.
"""

from __future__ import annotations

from typing import Final

PATIENCE_S: Final = 60
