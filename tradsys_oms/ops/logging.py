"""Logs: one JSON object per line on standard error, or a readable form when that is a terminal.

Secrets are removed on the way: values under the keys in `SECRET_KEYS`, which are names and FIX tags, and the same tags
inside raw FIX messages (`tradsys_oms.redaction`). Tracebacks never show local variables, which have whole messages.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import Processor

from tradsys_oms.redaction import redact_log

REDACTED: Final = "***"
SECRET_KEYS: Final = frozenset(
    {
        *("password", "new_password", "password_hash", "configured_hash"),
        *("554", "925", "96", "1402", "1404"),
    }
)
"""Names, and tags: Password, NewPassword, RawData, EncryptedPassword and EncryptedNewPassword."""
_SECRET_IN_URL: Final = re.compile(r"(\w+://[^:/@\s]*):[^@\s]+@")


def configure_logging(level: str = "info", stream: TextIO | None = None) -> None:
    """Send the records of structlog and of the standard library to `stream`, standard error if none is given."""
    stream = stream if stream is not None else sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_renderers(stream)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def redact(_logger: Any, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove secrets from a record, at any depth."""
    for key, value in record.items():
        record[key] = _redacted(key, value)
    return record


def _redacted(key: object, value: Any) -> Any:
    if str(key).lower() in SECRET_KEYS:
        return REDACTED
    if isinstance(value, dict):
        return {inner: _redacted(inner, content) for inner, content in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted("", content) for content in value]
    if isinstance(value, bytes):
        return _redacted("", value.decode("latin-1"))
    if isinstance(value, str):
        return _SECRET_IN_URL.sub(rf"\1:{REDACTED}@", redact_log(value))
    return value


def _renderers(stream: TextIO) -> list[Processor]:
    """Choose how a record is printed; tracebacks are made before the redaction, so that it sees them too."""
    first: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
    ]
    if stream.isatty():
        return [*first, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [*first, structlog.processors.JSONRenderer(default=str)]
