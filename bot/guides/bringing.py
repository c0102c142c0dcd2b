"""Puts rows of a file into the store: by their id, in the place of those that were there."""

from __future__ import annotations

from collections.abc import Sequence

from bot.exchange.sources import BadImport
from bot.guides.shapes import AnswerRow
from handlers.guides.ranking import indexed
from storage import guides, places
from storage.db import Transaction


def bring_in(tx: Transaction, rows: Sequence[AnswerRow], place: str | None) -> tuple[int, int]:
    """Write every row for a place (its key; everywhere without one); how many are new and renewed.

    Raises BadImport where there is no such place.
    """
    at = places.by_key(tx, place) if place is not None else None
    if place is not None and at is None:
        known = ", ".join(sorted(one.key for one in places.every(tx).values()))
        raise BadImport([f"--place {place}: there is no such place; there are: {known}"])
    new = 0
    for position, row in enumerate(rows, guides.last_position(tx) + 1):
        new += guides.put(tx, at.id if at else None, row.id, **_columns(row, position))
    return new, len(rows) - new


def _columns(row: AnswerRow, position: int) -> dict[str, object]:
    asked = (row.question, row.question_en, *row.also)
    return {
        "guide": row.guide,
        "position": position,
        "question": row.question,
        "question_en": row.question_en,
        "also": list(row.also),
        "answer": row.answer,
        "answer_en": row.answer_en,
        "source": row.source,
        "source_en": row.source_en,
        "version": row.version,
        "dated": row.date.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "terms": indexed(*asked),
    }
