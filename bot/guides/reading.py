"""Reads questions and answers from a spreadsheet, CSV or Markdown, each with its line."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from bot.exchange.sources import BadImport
from bot.guides.shapes import NAMES, AnswerRow, field_of

_BEFORE_FORMULA = re.compile(r"^'(?=[=+@-])")
_HEADING = re.compile(r"##\s+(?P<id>[\w.-]+)\s*[:：]\s*(?P<question>.*)")
_NOTE = re.compile(r"(?P<name>[\w ]{1,20})\s*[:：]\s*(?P<value>.*)")
_ENGLISH = re.compile(r"EN\s*[:：]\s*")


@dataclass(slots=True)
class Raw:
    """One row as it stands: its values by field, and the line of each."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def put(self, heading: str, value: str, line: int) -> None:
        name = field_of(heading)
        if value.strip():
            self.values[name], self.lines[name] = value.strip(), line


def read(path: Path) -> list[AnswerRow]:
    """All rows of a file. Raises BadImport with every wrong one: line, id, field and reason."""
    if not path.exists():
        raise BadImport([f"{path}: there is no such file"])
    found = {".xlsx": _spreadsheet, ".csv": _csv, ".md": _markdown}.get(path.suffix.lower())
    if found is None:
        raise BadImport([f"{path}: must be a .xlsx, .csv or .md file"])
    rows: dict[str, AnswerRow] = {}
    problems: list[str] = []
    for raw in found(path):
        try:
            row = AnswerRow.model_validate(raw.values)
        except ValidationError as wrong:
            problems += [_problem(path, raw, one) for one in wrong.errors(include_url=False)]
            continue
        if row.id in rows:
            problems.append(f"{path}:{raw.line}: {row.id}: stands here twice")
        rows[row.id] = row
    if not rows and not problems:
        problems.append(f"{path}: holds no questions")
    if problems:
        raise BadImport(problems)
    return list(rows.values())


def _problem(path: Path, raw: Raw, error: Mapping[str, Any]) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    what = {
        "missing": "is missing",
        "extra_forbidden": f"no such column; there are: {', '.join(NAMES)}",
    }.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
    told = " ".join(filter(None, (raw.values.get("id", "?") + ":", name and name + ":", what)))
    return f"{path}:{raw.lines.get(name, raw.line)}: {told}"


def _table(rows: Iterator[tuple[int, list[str]]], path: Path) -> Iterator[Raw]:
    """Rows under their headings; the first line names the columns."""
    _, headings = next(rows, (1, []))
    if "id" not in map(field_of, headings):
        raise BadImport([f"{path}:1: the first line must name the columns: {', '.join(NAMES)}"])
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        raw = Raw(line)
        for heading, cell in zip(headings, cells, strict=False):
            if heading.strip():
                raw.put(heading, _BEFORE_FORMULA.sub("", cell), line)
        yield raw


def _csv(path: Path) -> Iterator[Raw]:
    text = _text(path)
    first = text.splitlines()[0] if text else ""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))

    def numbered() -> Iterator[tuple[int, list[str]]]:
        line = 1
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1

    return _table(numbered(), path)


def _spreadsheet(path: Path) -> Iterator[Raw]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as wrong:
        raise BadImport([f"{path}: is no spreadsheet that can be read: {wrong}"]) from wrong
    try:
        sheet = book.worksheets[0]
        rows = [
            (line, [_cell(value) for value in cells])
            for line, cells in enumerate(sheet.iter_rows(values_only=True), 1)
        ]
    finally:
        book.close()
    return _table(iter(rows), path)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _markdown(path: Path) -> Iterator[Raw]:
    """``# collection``, ``## id: question``, notes such as ``source: …``, then the answer."""
    shared: dict[str, str] = {}
    raw: Raw | None = None
    noting = True
    for line, text in enumerate(_text(path).splitlines(), 1):
        if text.startswith("# "):
            if raw is not None:
                yield raw
            raw, noting, shared = None, True, {"guide": text[2:].strip()}
        elif found := _HEADING.fullmatch(text.strip()):
            if raw is not None:
                yield raw
            raw, noting = Raw(line, dict(shared)), True
            raw.put("id", found["id"], line)
            raw.put("question", found["question"], line)
        elif text.startswith("##"):
            raise BadImport([f"{path}:{line}: write it as `## id: question`"])
        elif noting and (note := _NOTE.fullmatch(text.strip())):
            if raw is None:
                shared[field_of(note["name"])] = note["value"].strip()
            else:
                raw.put(note["name"], note["value"], line)
        elif raw is not None:
            noting = False
            _goes_on(raw, text, line)
    if raw is not None:
        yield raw


def _goes_on(raw: Raw, text: str, line: int) -> None:
    """Another line of the answer; ``EN:`` begins the English one."""
    if found := _ENGLISH.match(text):
        raw.put("answer_en", text[found.end() :] or " ", line)
        raw.lines.setdefault("answer_en", line)
        raw.values.setdefault("answer_en", "")
        return
    name = "answer_en" if "answer_en" in raw.lines else "answer"
    before = raw.values.get(name, "")
    if before or text.strip():
        raw.values[name] = f"{before}\n{text.rstrip()}".strip()
        raw.lines.setdefault(name, line)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadImport([f"{path}: is not UTF-8; in Excel save it as “CSV UTF-8”"]) from wrong
