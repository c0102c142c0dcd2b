"""Tables in Excel workbooks: the first sheet, its first filled line names the fields."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.exchange.sources import BadImport, Raw

MOST = 20_000
"""So many lines; a sheet may claim a million that are empty."""


def read(path: Path) -> Iterator[Raw]:
    """The rows of the first sheet, each with its line; empty cells are fields left out.

    Raises BadImport where the file is no workbook, or too long.
    """
    if not path.exists():
        raise BadImport([f"{path}: there is no such file"])
    try:
        book = load_workbook(path, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as wrong:
        raise BadImport([f"{path}: is no Excel workbook (.xlsx)"]) from wrong
    sheet = book.worksheets[0]
    if sheet.max_row > MOST:
        raise BadImport([f"{path}: has more than {MOST} lines"])
    names: list[str] = []
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        said = [_said(cell) for cell in cells]
        if not any(said):
            continue
        if not names:
            names = [str(one or "").strip() for one in said]
            continue
        values = {name: one for name, one in zip(names, said, strict=False) if name and one != ""}
        yield Raw(path.stem, values, str(path), line)


def _said(cell: Any) -> Any:
    """A cell as a person reads it: months stay months, whole numbers whole."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() | date():
            # Excel makes a day of what was typed as a month; how it is shown tells.
            has_day = "d" in str(cell.number_format).lower()
            return value.strftime("%Y-%m-%d" if has_day else "%Y-%m")
        case float() if value.is_integer():
            return int(value)
        case str():
            return value.strip()
        case _:
            return value


def write(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """One sheet. Words are words: nothing is run as a formula or turned into a date."""
    book = Workbook()
    sheet = book.active
    names = list(dict.fromkeys(name for row in rows for name in row))
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name, "") for name in names])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type, cell.number_format = "s", "@"
    sheet.freeze_panes = "A2"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-", suffix=".xlsx")
    os.close(handle)
    try:
        book.save(draft)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
