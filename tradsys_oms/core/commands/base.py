"""What all commands have in common."""

from __future__ import annotations

from msgspec import Struct


class JournaledCommand(Struct, frozen=True, array_like=True, gc=False):
    """Shared shape of all commands: an array whose first element is the tag."""
