"""Errors of the venue simulator."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError


class SimulatorError(TradsysError):
    """The simulator was asked for something that it can't do; the text says what."""


class SimulatorCannotStart(SimulatorError):
    """The simulator's port, store or record can't be used; it ends."""


class NotInTime(SimulatorError):
    """What was waited for did not come; a test fails, a scenario ends."""


class ScenarioFailed(SimulatorError):
    """A message was not the one that a scenario expects; the scenario ends there."""
