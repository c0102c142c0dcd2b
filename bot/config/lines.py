"""Where in a TOML file each setting stands, so that a complaint can name its line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any

Place = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_HEADING = re.compile(rf"\s*(\[\[?)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]\]?\s*(?:#.*)?$")
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of every table and key: ``("web", "port") -> 14``."""
    found: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if inside is None:
            if heading := _HEADING.match(line):
                table = _parts(heading[2])
                if heading[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                found.setdefault(table, number)
            elif key := _KEY.match(line):
                found.setdefault((*table, *_parts(key[1])), number)
        for quotes in re.findall(r'"""|\'\'\'', line):
            inside = quotes if inside is None else None if inside == quotes else inside
    return found


def line_at(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of a setting, or of the nearest table around it that is written down."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None


def written(value: object) -> str:
    """A value as it is written in the file: ``"5 min"``, ``"08:30"``, ``[60, 30, 7]``."""
    match value:
        case timedelta():
            seconds = int(value.total_seconds())
            unit, size = next(unit for unit in _UNITS if seconds % unit[1] == 0)
            return f'"{seconds // size} {unit}"'
        case time():
            return f'"{value:%H:%M}"'
        case tuple() | list():
            return f"[{', '.join(map(written, value))}]"
        case Path():
            return written(value.as_posix())
        case _:
            return json.dumps(value, ensure_ascii=False)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables as one: what ``over`` says wins, table by table."""
    both = dict(under)
    for key, value in over.items():
        known = both.get(key)
        both[key] = (
            merged(known, value)
            if isinstance(known, Mapping) and isinstance(value, Mapping)
            else value
        )
    return both


def _parts(dotted: str) -> Place:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))
