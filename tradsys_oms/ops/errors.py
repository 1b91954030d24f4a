"""Expected trouble of the operating side: each class one sentence."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError


class StateDirectoryUnusable(TradsysError):
    """The state directory can't be made or written to; the daemon does not start."""


class StateDirectoryLocked(TradsysError):
    """Another daemon works on this state directory; this one does not start."""


class ControlUnavailable(TradsysError):
    """A socket in the state directory can't be opened; the daemon does not start."""


class DaemonNotRunning(TradsysError):
    """Nobody answers on the control socket."""


class ControlRefused(TradsysError):
    """The daemon answered a request with an error; the text is its sentence."""


class HttpUnavailable(TradsysError):
    """The HTTP server can't listen; the daemon does not start."""


class ChildFailed(TradsysError):
    """A child process can't be started at all."""
