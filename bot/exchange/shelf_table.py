"""The table of one box, as CSV or Excel: its columns in both languages, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from bot.exchange import workbook
from bot.exchange.shapes import Key, Name, Row, Short, good_until
from bot.exchange.sources import BadImport, Bundle, Raw, read_csv, validated
from bot.exchange.writing import as_csv, put
from handlers.medicine import lines

HEADINGS: Mapping[str, str] = {
    "key": "编号",
    "item": "药名",
    "text": "写法",
    "quantity": "数量",
    "unit": "单位",
    "expiry": "到期",
    "form": "剂型",
    "sealed": "未拆封",
    "batch": "批号",
    "reserved": "留着",
    "blocked": "停用",
}
"""Field → its Chinese heading, in the order in which they are written."""
_ALSO = {"名称": "item", "品名": "item", "有效期": "expiry", "有效期至": "expiry", "备注": ""}
_FIELDS = {**{zh: name for name, zh in HEADINGS.items()}, **_ALSO}
_ONLY_OUT = ("reserved", "blocked", "")
_SAID = {
    "成人": "adult",
    "大人": "adult",
    "儿童": "child",
    "小儿": "child",
    "是": "true",
    "否": "false",
    "对": "true",
    "有": "true",
    "没有": "false",
}
SECTION = "stock"


def _plainly(value: object) -> object:
    return _SAID.get(value.strip(), value) if isinstance(value, str) else value


def _day(value: object) -> object:
    """`2027年5月`, `2027/5/31` and `202705` as well as the plain form."""
    if not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value.strip()):
        return value
    found = lines.days_in(value.strip(), date.min)
    whole = len(found) == 1 and (found[0][0], found[0][1]) == (0, len(value.strip()))
    return found[0][2].isoformat() if whole and re.search(r"\d{4}|\d\d年", value) else value


class ShelfRow(Row):
    """A lot as it stands in the table of a box."""

    key: Key | None = None
    item: Name
    text: Short = ""
    quantity: Annotated[int, Field(ge=0, le=100_000)]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=10)] = "盒"
    expiry: Annotated[str, BeforeValidator(_day), AfterValidator(good_until)] | None = None
    form: Annotated[Literal["adult", "child"], BeforeValidator(_plainly)] | None = None
    sealed: Annotated[bool, BeforeValidator(_plainly)] = True
    batch: Short | None = None


def read(path: Path) -> Bundle:
    """The rows of a ``.csv`` or ``.xlsx`` table. Raises BadImport where nothing can be read."""
    match path.suffix.lower():
        case ".csv":
            found = read_csv(path)
        case ".xlsx":
            found = workbook.read(path)
        case _:
            raise BadImport([f"{path}: must be a .csv or .xlsx table"])
    bundle = Bundle()
    for one in found:
        raw = _translated(one)
        row = validated(raw, ShelfRow, bundle)
        if row is not None:
            bundle.rows.setdefault(SECTION, []).append((raw, row))
    return bundle


def _translated(raw: Raw) -> Raw:
    """With the fields' own names, and without the columns that are only ever written."""
    named = {_FIELDS.get(name, name.lower()): value for name, value in raw.values.items()}
    values = {name: value for name, value in named.items() if name not in _ONLY_OUT}
    return replace(raw, section=SECTION, values=values)


def write(rows: list[dict[str, Any]], path: Path) -> None:
    """As a ``.csv`` that Excel opens, or an ``.xlsx``. The file appears whole or not at all."""
    match path.suffix.lower():
        case ".csv":
            put(path, as_csv(rows))
        case ".xlsx":
            workbook.write(rows, path)
        case _:
            raise BadImport([f"{path}: must be a .csv or .xlsx table"])
