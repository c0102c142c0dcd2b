"""Writes an export: as TOML, as JSON, or as a folder of CSV tables that Excel opens."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

Sections = Mapping[str, Sequence[Mapping[str, Any]]]


def write(sections: Sections, path: Path) -> None:
    """To ``….toml``, ``….json``, or else a folder of tables. A file appears whole or not at all."""
    match path.suffix.lower():
        case ".toml":
            put(path, as_toml(sections))
        case ".json":
            put(path, as_json(sections))
        case _:
            path.mkdir(parents=True, exist_ok=True)
            for section, rows in sections.items():
                if rows:
                    put(path / f"{section}.csv", as_csv(rows))


def as_toml(sections: Sections) -> str:
    """One ``[[section]]`` a row."""
    blocks = []
    for section, rows in sections.items():
        for row in rows:
            lines = [f"{name} = {_toml(value)}" for name, value in row.items()]
            blocks.append("\n".join([f"[[{section}]]", *lines]) + "\n")
    return "\n".join(blocks)


def as_json(sections: Sections) -> str:
    """One object of lists."""
    return json.dumps(sections, ensure_ascii=False, indent=1, default=_plain) + "\n"


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with the mark by which Excel knows UTF-8; ``; `` parts lists within a cell."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name, "")) for name in names])
    return "\ufeff" + out.getvalue()


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case date() | int() | float():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            inner = (
                f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}"
                for k, v in value.items()
                if v is not None
            )
            return "{" + ", ".join(inner) + "}"
        case _:
            return "[" + ", ".join(map(_toml, value)) + "]"


def _cell(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            if any(isinstance(one, Mapping) for one in value):
                return json.dumps(value, ensure_ascii=False)
            return "; ".join(map(str, value))
        case str():
            # A cell that begins so would be run as a formula by the program that opens it.
            return (
                f"'{value}"
                if value[:1] in {"=", "+", "@", "-"} and not _is_number(value)
                else value
            )
        case _:
            return str(_plain(value) if isinstance(value, date) else value)


def _is_number(value: str) -> bool:
    return value.lstrip("+-").replace(" ", "").replace("-", "").isdigit()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.isoformat()


def put(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
