"""The command ``linbang hear --json``: one reading a line, and how fast they were."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TextIO

from bot.understanding.reader import Reader


def hear(
    lines: Iterable[str],
    out: TextIO,
    err: TextIO,
    *,
    lang: str | None = None,
    at: datetime | None = None,
) -> None:
    """Read each line, plain or a JSON object, and print its reading as a JSON object.

    ``at`` is the time of sending for lines that bring none. At the end ``err`` gets the messages
    a second and the 50th and 99th percentile of one reading, in microseconds.
    """
    reader = Reader()
    took: list[float] = []
    for line in lines:
        text, sent, context = _message(line.rstrip("\r\n"), at)
        start = time.perf_counter()
        reading = reader.read(text, at=sent, lang=lang, context=context)
        took.append(time.perf_counter() - start)
        out.write(json.dumps(reading.as_json(), ensure_ascii=False) + "\n")
    err.write(_speed(took) + "\n")


def _message(line: str, at: datetime | None) -> tuple[str, datetime | None, tuple[str, ...]]:
    """Text, time and context of a line; a line that is no JSON object with a text is text."""
    if line[:1] != "{":
        return line, at, ()
    try:
        given: dict[str, Any] = json.loads(line)
    except ValueError:
        return line, at, ()
    if not isinstance(given.get("text"), str):
        return line, at, ()
    context = given.get("context") or ()
    if not isinstance(context, list):
        context = ()
    return given["text"], _instant(given.get("at")) or at, tuple(str(one) for one in context)


def _instant(said: object) -> datetime | None:
    try:
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _speed(took: list[float]) -> str:
    if not took:
        return "0 messages"
    took = sorted(took)
    p50, p99 = took[len(took) // 2], took[min(len(took) - 1, len(took) * 99 // 100)]
    rate = len(took) / max(sum(took), 1e-9)
    return f"{rate:.0f} messages/s, p50 {p50 * 1e6:.0f} µs, p99 {p99 * 1e6:.0f} µs"
