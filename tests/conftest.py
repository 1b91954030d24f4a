"""Hypothesis without its time limit per example: machines are shared, and first examples load the dictionaries."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("shared_machine", deadline=None)
settings.load_profile("shared_machine")
