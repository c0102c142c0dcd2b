"""Reads an import file: TOML, JSON or a folder of CSV tables, each row with its file and line."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config.lines import lines_of
from bot.exchange.shapes import KNOWN_BY, ONLY_OUT, SHAPES, Row

_BEFORE_FORMULA = re.compile(r"^'(?=[=+@-])")
"""What an export puts before a cell that a spreadsheet would else run."""


class BadImport(Exception):  # noqa: N818  it is what the operator is told
    """Everything that is wrong with an import, one line a problem; nothing was written."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = sorted(problems, key=_place)
        super().__init__("\n".join(self.problems))


def _place(problem: str) -> tuple[str, int]:
    """File and line that a problem begins with."""
    found = re.match(r"(.*?):(\d+): ", problem)
    return (found[1], int(found[2])) if found else (problem, 0)


@dataclass(frozen=True, slots=True)
class Raw:
    """One row as it stands in a file."""

    section: str
    values: dict[str, Any]
    file: str
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, name: str | None = None) -> str:
        """``file:line`` of a field, or of the row."""
        return f"{self.file}:{self.lines.get(name or '', self.line)}"

    @property
    def key(self) -> str:
        """What the row is known by, such as its ``key``."""
        fields = KNOWN_BY.get(self.section, ("key",))
        return " ".join(str(self.values.get(name, "")).strip() for name in fields).strip()


@dataclass(slots=True)
class Bundle:
    """All rows of an import, and what is wrong with them so far."""

    rows: dict[str, list[tuple[Raw, Any]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    keys: dict[str, set[str]] = field(default_factory=dict)
    """Section → keys that the file names, also of rows that are refused."""
    passed_over: list[str] = field(default_factory=list)
    """Sections of an export that are not brought in."""

    def complain(self, raw: Raw, name: str | None, meaning: str) -> None:
        """Note a problem of a row, at a field of it."""
        what = f"{raw.section} {raw.key}".strip() + (f": {name}" if name else "")
        self.problems.append(f"{raw.at(name)}: {what}: {meaning}")


def read(path: Path) -> Bundle:
    """The rows of a file or folder. What is wrong with single rows is in ``problems``.

    Raises BadImport where nothing can be read at all.
    """
    bundle = Bundle()
    for raw in _raws(path, bundle):
        bundle.keys.setdefault(raw.section, set())
        if raw.key and raw.key in bundle.keys[raw.section]:
            bundle.complain(raw, None, "this key stands here twice")
        bundle.keys[raw.section].add(raw.key)
        row = validated(raw, SHAPES[raw.section], bundle)
        if row is not None:
            bundle.rows.setdefault(raw.section, []).append((raw, row))
    return bundle


def validated(raw: Raw, shape: type[Row], bundle: Bundle) -> Row | None:
    """The row in its shape, or None and what is wrong with it noted."""
    try:
        return shape.model_validate(raw.values)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False):
            name = str(error["loc"][0]) if error["loc"] else None
            bundle.complain(raw, name, _meaning(shape, error))
        return None


def _meaning(shape: type[Row], error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            close = get_close_matches(str(error["loc"][-1]), shape.model_fields, 1)
            known = (
                f"did you mean {close[0]}?"
                if close
                else f"here are: {', '.join(shape.model_fields)}"
            )
            return f"no such field; {known}"
        case "string_pattern_mismatch":
            return f"{error['input']!r} is not written as it should be; see docs/import.md"
    said = re.sub("^Input should", "must", str(error["msg"]).removeprefix("Value error, "))
    return f"{error['input']!r}: {said}"


def _raws(path: Path, bundle: Bundle) -> Iterator[Raw]:
    if path.is_dir():
        found = _folder(path)
    elif path.suffix.lower() == ".json":
        found = _json(path)
    elif path.suffix.lower() == ".toml":
        found = _toml(path)
    else:
        raise BadImport([f"{path}: must be a .toml or .json file, or a folder of .csv files"])
    for raw in found:
        if raw.section in SHAPES:
            yield raw
        elif raw.section in ONLY_OUT:
            if raw.section not in bundle.passed_over:
                bundle.passed_over.append(raw.section)
        else:
            close = get_close_matches(raw.section, SHAPES, 1)
            known = f"did you mean {close[0]}?" if close else f"here are: {', '.join(SHAPES)}"
            bundle.problems.append(f"{raw.at()}: no such section {raw.section!r}; {known}")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as wrong:
        raise BadImport([f"{path}: there is no such file"]) from wrong
    except UnicodeDecodeError as wrong:
        raise BadImport([f"{path}: is not UTF-8; in Excel save it as “CSV UTF-8”"]) from wrong
    except OSError as wrong:
        raise BadImport([f"{path}: cannot be read: {wrong.strerror}"]) from wrong


def _toml(path: Path) -> Iterator[Raw]:
    text = _text(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        found = re.search(r"line (\d+)", str(wrong))
        line = int(found[1]) if found else len(text.splitlines())
        raise BadImport([f"{path}:{line}: not TOML: {wrong}"]) from wrong
    lines = lines_of(text)
    for section, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            line = lines.get((section,), 1)
            raise BadImport([f"{path}:{line}: {section} must be tables headed [[{section}]]"])
        for index, row in enumerate(rows):
            own = {
                str(at[2]): line
                for at, line in lines.items()
                if at[:2] == (section, index) and len(at) == 3
            }
            yield Raw(section, row, str(path), lines.get((section, index), 1), own)


def _json(path: Path) -> Iterator[Raw]:
    text = _text(path)
    try:
        tables = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise BadImport([f"{path}:{wrong.lineno}: not JSON: {wrong.msg}"]) from wrong
    if not isinstance(tables, dict):
        raise BadImport([f"{path}:1: must be an object of lists: {', '.join(SHAPES)}"])
    for section, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadImport([f"{path}:1: {section} must be a list of objects"])
    starts = _starts(text)
    for section, rows in tables.items():
        for index, row in enumerate(rows):
            yield Raw(section, row, str(path), starts[section, index])


def _starts(text: str) -> dict[tuple[str, int], int]:
    """The line on which each element of each list of a JSON object begins."""
    decode, found = json.JSONDecoder().raw_decode, dict[tuple[str, int], int]()
    space = re.compile(r"[\s,:]*")

    def skip(at: int) -> int:
        return space.match(text, at).end()  # type: ignore[union-attr]

    at = skip(skip(0) + 1)
    while text[at] != "}":
        section, at = decode(text, at)
        at = skip(at)
        at, index = skip(at + 1), 0
        while text[at] != "]":
            found[section, index] = text.count("\n", 0, at) + 1
            _, at = decode(text, at)
            at, index = skip(at), index + 1
        at = skip(at + 1)
    return found


def _folder(path: Path) -> Iterator[Raw]:
    tables = sorted(path.glob("*.csv"), key=lambda one: one.name)
    if not tables:
        raise BadImport([f"{path}: holds no .csv files; named like their sections: people.csv"])
    for table in tables:
        yield from read_csv(table)


def read_csv(path: Path) -> Iterator[Raw]:
    """The rows of a table whose first line names the fields; what a row leaves empty it has not."""
    text = _text(path)
    first = text.splitlines()[0] if text else ""
    # Excel writes what the machine's region separates lists with.
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name.strip() for name in next(reader, [])]
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                raise BadImport([f"{path}:{line}: has more cells than the heading"])
            filled = {
                name: _BEFORE_FORMULA.sub("", cell)
                for name, cell in zip(names, cells, strict=False)
                if cell.strip()
            }
            yield Raw(path.stem, filled, str(path), line)
        line = reader.line_num + 1
