"""One import on its way into the database: what it may refer to, and what was counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.exchange.shapes import Row
from bot.exchange.sources import Bundle, Raw
from storage import boxes, people, places
from storage.db import Transaction

_STORED: dict[str, Callable[[Transaction, str], object]] = {
    "places": places.by_key,
    "people": people.by_key,
    "boxes": lambda tx, key: next((box for box in boxes.every(tx) if box.key == key), None),
}


class Work:
    """The transaction, the rows, and look-ups by key in both."""

    def __init__(
        self, tx: Transaction, bundle: Bundle, now: datetime, zone: str, country: str = ""
    ) -> None:
        self.tx, self.bundle, self.now, self.zone, self.country = tx, bundle, now, zone, country
        self.new: Counter[str] = Counter()
        self.known: Counter[str] = Counter()

    def count(self, raw: Raw, known: object) -> None:
        """A row is written: a new one, or one that was known."""
        (self.new if known is None else self.known)[raw.section] += 1

    def exists(self, raw: Raw, name: str, section: str, key: str | None) -> bool:
        """Whether a reference leads somewhere: into the file or the database. Complains if not."""
        if (
            key is None
            or key in self.bundle.keys.get(section, ())
            or _STORED[section](self.tx, key)
        ):
            return True
        self.bundle.complain(raw, name, f"there is no {key} in {section}")
        return False

    def id_of(self, section: str, key: str | None) -> int | None:
        """The row id behind a key that `exists`."""
        found: Any = _STORED[section](self.tx, key) if key else None
        return found.id if found else None

    def must_find(self, section: str, key: str) -> int:
        """The same of a key that was seen to exist; KeyError if it does not."""
        found = self.id_of(section, key)
        if found is None:
            raise KeyError(key)
        return found

    def kept_as(self, key: str, prefix: str) -> int | None:
        """The row id in a key that an export made up (``lot-5``) for a row without one."""
        found = re.fullmatch(rf"{prefix}-(\d+)", key)
        return int(found[1]) if found else None


def given(row: Row, *others: str) -> dict[str, Any]:
    """The columns that a row names, but for those written otherwise."""
    return row.model_dump(include=row.model_fields_set - set(others))


def filled(row: Row, named: dict[str, Any], *others: str) -> dict[str, Any]:
    """The columns of a new row: those named, and the defaults of the rest."""
    defaults = row.model_dump(exclude={*others, *row.model_fields_set})
    return {**{name: value for name, value in defaults.items() if value is not None}, **named}
