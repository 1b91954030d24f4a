"""What the trading desk and the market's phases add: amended trades, more kinds of reports, phases and auctions.

Rows that are there stay as they are: what they lack has a constant for a default, so no table is written anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Change the tables."""
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
