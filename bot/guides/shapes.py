"""One question with its answer as a file has it, and what is refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self

from pydantic import BeforeValidator, StringConstraints, model_validator

from bot.exchange.shapes import Key, Row, Short
from handlers.medicine.doses import dose_in

NAMES = {
    "id": ("编号", "key"),
    "guide": ("专题", "collection"),
    "question": ("问题", "问", "question zh"),
    "question_en": ("英文问题", "question en", "en"),
    "also": ("别的问法", "也问", "also asked"),
    "answer": ("回答", "答案", "答", "answer zh"),
    "answer_en": ("英文回答", "英文答案", "answer en"),
    "source": ("来源", "出处"),
    "source_en": ("英文来源", "source en"),
    "version": ("版本",),
    "date": ("日期", "发布日期"),
    "valid_until": ("有效期至", "有效期", "valid until"),
}
"""Field → other headings it may stand under."""
_BY_HEADING = {one: field for field, others in NAMES.items() for one in (field, *others)}
_DAY = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def field_of(heading: str) -> str:
    """The field that a heading names, or the heading itself."""
    plain = " ".join(heading.strip().lower().split())
    return _BY_HEADING.get(plain, _BY_HEADING.get(plain.replace(" ", "_"), plain))


def _day(value: object) -> object:
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    return date(*map(int, found.groups())) if found else value


def _several(value: object) -> object:
    """Other wordings in one cell: they may hold commas."""
    if isinstance(value, str):
        return tuple(one.strip() for one in re.split(r"[;；|\n]", value) if one.strip())
    return value


Day = Annotated[date, BeforeValidator(_day)]
Words = Annotated[str, StringConstraints(max_length=1500)]
Question = Annotated[str, StringConstraints(max_length=200)]


class AnswerRow(Row):
    """A question with its answer, whole in at least one language, with source and date."""

    id: Key
    guide: Short = ""
    question: Question = ""
    question_en: Question = ""
    also: Annotated[tuple[Question, ...], BeforeValidator(_several)] = ()
    answer: Words = ""
    answer_en: Words = ""
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    source_en: Short = ""
    version: Short = ""
    date: Day
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        pairs = ((self.question, self.answer), (self.question_en, self.answer_en))
        if any(bool(asked) != bool(told) for asked, told in pairs):
            raise ValueError("a question needs its answer, and an answer its question")
        if not any(asked for asked, _ in pairs):
            raise ValueError("question and answer are missing")
        if self.valid_until is not None and self.valid_until < self.date:
            raise ValueError("valid_until is before its date")
        return self

    @model_validator(mode="after")
    def _names_no_dose(self) -> Self:
        for told in (self.answer, self.answer_en):
            if dose := dose_in(told):
                raise ValueError(f"“{dose}” states a dose; leave that to doctor and leaflet")
        return self
