"""Structured logs, in which nobody can be recognised and nothing said can be read."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from bot.config.tables import Logs

_NEVER = frozenset({"text", "quoted_text", "body", "said", "params"})
_PRIVATE = frozenset({"name", "phone", "room", "address", "illness", "elder", "contact"})
_PATTERNS = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])"), "[id]"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "[phone]"),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"), "[phone]"),
    (
        re.compile(
            r"\d{1,3}\s*(?:号楼|栋|幢|座|号)\s*(?:[\d一二三四五六七八九]+\s*单元)?\s*\d{3,4}室?"
        ),
        "[room]",
    ),
    (re.compile(r"(?<!\d)\d{3,4}\s*室"), "[room]"),
    (re.compile(r"\b(?:room|flat|apt)\.?\s*\d+[a-z]?\b", re.IGNORECASE), "[room]"),
)


def mask(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Take out what was said, blank whatever names a person, and hide numbers within the rest."""
    return {key: _masked(key, value) for key, value in event.items() if key not in _NEVER}


def _masked(key: str, value: Any) -> Any:
    if value is not None and (key in _PRIVATE or key.endswith("_name")):
        return "[hidden]"
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {k: _masked(str(k), v) for k, v in value.items() if k not in _NEVER}
        case list() | tuple() | set() | frozenset():
            return [_masked("", one) for one in value]
    written = str(value)
    for pattern, instead in _PATTERNS:
        written = pattern.sub(instead, written)
    return written


def set_up(logs: Logs, stream: TextIO | None = None) -> None:
    """Send everything logged, by us and by libraries, through one masked stream (stderr).

    Call it again to change it; the last call wins.
    """
    stream = stream or sys.stderr
    eyes = logs.form == "console" or (logs.form == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor = (
        # Plain tracebacks: a pretty one prints local variables, and so what people said.
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        if eyes
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                mask,
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logs.level.upper())
    for chatty in ("aiohttp.access", "apscheduler", "alembic", "sqlalchemy", "wechaty"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    # A beat that is skipped because the last one still runs is meant; a failed one is an error.
    logging.getLogger("apscheduler.scheduler").setLevel(max(logging.ERROR, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
