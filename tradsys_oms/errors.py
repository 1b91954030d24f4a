"""Every error the system raises on purpose: one root, one branch per area, one sentence per class.

`TradsysError` is expected trouble: the CLI prints its text as one sentence and exits with `exit_code`.
`InvariantError` is a fault of ours; nobody may catch it short of the process boundary.
"""

from __future__ import annotations


class TradsysError(Exception):
    """Expected trouble; the text says what happened, where, and what to do."""

    exit_code = 1


class InvariantError(BaseException):
    """A promise of the code is broken; the process stops so that nothing wrong is made durable."""


def invariant(condition: object, sentence: str) -> None:
    """Stop the process with `sentence` unless `condition` holds; stays on under `python -O`."""
    if not condition:
        raise InvariantError(sentence)
