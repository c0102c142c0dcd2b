"""Writes questions and answers out, as they can be brought in again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from openpyxl import Workbook

from bot.guides.shapes import NAMES
from storage.guides import GuideAnswer

_FORMULA = ("=", "+", "-", "@")


def write(answers: Sequence[GuideAnswer], path: Path) -> None:
    """Write them to a .xlsx, .csv or .md file. Raises ValueError for another ending."""
    match path.suffix.lower():
        case ".xlsx":
            _spreadsheet(answers, path)
        case ".csv":
            path.write_text(_csv(answers), "utf-8-sig", newline="")
        case ".md":
            path.write_text(markdown(answers), "utf-8")
        case _:
            raise ValueError(f"{path}: must be a .xlsx, .csv or .md file")


def _cells(one: GuideAnswer) -> list[str]:
    """The fields of one, in the order of `NAMES`; none of them runs in a spreadsheet."""
    values = (
        one.key,
        one.guide,
        one.question,
        one.question_en,
        "; ".join(one.also),
        one.answer,
        one.answer_en,
        one.source,
        one.source_en,
        one.version,
        one.dated,
        one.valid_until or "",
    )
    return [f"'{value}" if value.startswith(_FORMULA) else value for value in values]


def _csv(answers: Iterable[GuideAnswer]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(NAMES)
    writer.writerows(map(_cells, answers))
    return out.getvalue()


def _spreadsheet(answers: Iterable[GuideAnswer], path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("guides")
    sheet.freeze_panes = "A2"
    sheet.append(list(NAMES))
    for one in answers:
        sheet.append(_cells(one))
    book.save(path)


def markdown(answers: Iterable[GuideAnswer]) -> str:
    """Collections as chapters, questions as headings with their notes, then the answer."""
    parts = []
    for guide, members in groupby(answers, key=lambda one: one.guide):
        parts.append(f"# {guide}".rstrip() + "\n")
        parts += [_section(one) for one in members]
    return "\n".join(parts)


def _section(one: GuideAnswer) -> str:
    notes = {
        "en": one.question_en,
        "also": "; ".join(one.also),
        "source": one.source,
        "source en": one.source_en,
        "version": one.version,
        "date": one.dated,
        "valid until": one.valid_until or "",
    }
    said = "\n".join(f"{name}: {value}" for name, value in notes.items() if value)
    english = f"\n\nEN: {one.answer_en}" if one.answer_en else ""
    return f"## {one.key}: {one.question}\n{said}\n\n{one.answer}{english}\n"
