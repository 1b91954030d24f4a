"""A link process for tests: `python -m tests.system.venue_link_main SETTINGS`, a file that `VenueSettings` is in."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tradsys_oms.venues.process import run
from tradsys_oms.venues.settings import VenueSettings


def write_settings(settings: VenueSettings, path: Path) -> None:
    """Write settings for `main`."""
    path.write_bytes(msgspec.json.encode(settings, enc_hook=str))


def main(path: str) -> int:
    """Run until told to stop."""
    settings = msgspec.json.decode(
        Path(path).read_bytes(), type=VenueSettings, dec_hook=lambda kind, value: kind(value)
    )
    return run(settings, stop_at_eof=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
