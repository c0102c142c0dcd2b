"""Rosters: standing shifts, who takes turns at them, and on which days they fall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, select, update
from sqlmodel import Field, SQLModel

from storage import places
from storage.db import Transaction, table
from storage.places import Place
from storage.workdays import is_working

DAY = 24 * 60
"""Minutes."""
DAYS = ("all", "workdays", "restdays")
"""On which days a roster runs: all, those on which offices work, or the others."""
MONDAY = date(2024, 1, 1)
"""From here turns are counted where a roster names no first day."""


class Roster(SQLModel, table=True):
    """A standing shift: minutes of the day; ``end`` at or before ``start`` is the next day's.

    ``duty``: ``duty`` for the general one, or a role such as ``doctor`` or ``property``.
    ``people`` serve all at once, or ``together`` at a time: crew after crew, changing every
    ``every`` days. ``shifts`` parts the hours, each part with the crew before the last one's.
    ``from_day`` and ``until_day`` are ISO dates, both included; turns are counted from the first.
    ``holidays``: the country whose calendar says which days are ``workdays`` and ``restdays``.
    """

    __tablename__ = "roster"

    id: int = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    duty: str = "duty"
    people: list[int] = Field(default_factory=list, sa_type=JSON)
    together: int = 0
    every: int = 1
    shifts: int = 1
    weekdays: str = "1234567"
    days: str = "all"
    holidays: str = ""
    start: int = 0
    end: int = DAY
    from_day: str | None = None
    until_day: str | None = None


ROSTER = table(Roster)


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of duty, as instants; ``day`` and ``part`` say which of its roster.

    ``planned_id`` is who the roster names, ``person_id`` who stands in or serves themselves.
    ``absent``: they have said that they cannot, and nobody has taken it yet.
    """

    place_id: int
    duty: str
    person_id: int
    begins: datetime
    ends: datetime
    roster_id: int = 0
    day: str = ""
    part: int = 0
    planned_id: int = 0
    absent: bool = False

    @property
    def key(self) -> tuple[int, str, int, int]:
        """Which turn this is, whoever serves it."""
        return self.roster_id, self.day, self.part, self.planned_id


def add(tx: Transaction, **columns: Any) -> int:
    _forget(tx)
    return tx.insert(ROSTER, columns)


def by_key(tx: Transaction, key: str) -> Roster | None:
    """The roster that an import brought under this name."""
    return tx.first(Roster, select(ROSTER).where(ROSTER.c.key == key))


def change(tx: Transaction, roster_id: int, **columns: Any) -> None:
    _forget(tx)
    tx.run(update(ROSTER).where(ROSTER.c.id == roster_id).values(**columns))


def _forget(tx: Transaction) -> None:
    for key in ("rosters", "rosters at"):
        tx.memo.pop(key, None)


def rosters(tx: Transaction) -> dict[tuple[int, str], list[Roster]]:
    """All rosters by place and duty; kept until one changes."""
    kept: dict[tuple[int, str], list[Roster]] | None = tx.memo.get("rosters")
    if kept is None:
        kept = {}
        for row in tx.rows(Roster, select(ROSTER).order_by(ROSTER.c.start, ROSTER.c.id)):
            kept.setdefault((row.place_id, row.duty), []).append(row)
        tx.memo["rosters"] = kept
    return kept


def at(tx: Transaction, place_id: int) -> list[tuple[str, list[Roster]]]:
    """The rosters of this very place: ``(duty, rosters)``."""
    kept: dict[int, list[tuple[str, list[Roster]]]] | None = tx.memo.get("rosters at")
    if kept is None:
        kept = tx.memo["rosters at"] = {}
        for (there, duty), rows in rosters(tx).items():
            kept.setdefault(there, []).append((duty, rows))
    return kept.get(place_id, [])


def rename(tx: Transaction, one: int, other: int) -> None:
    """The turns of ``one`` are those of ``other``: they are the same person."""
    for rows in list(rosters(tx).values()):
        for row in rows:
            if one in row.people:
                named = [other if person_id == one else person_id for person_id in row.people]
                change(tx, row.id, people=list(dict.fromkeys(named)))


def has_roster(tx: Transaction, place_id: int | None, duty: str = "duty") -> bool:
    """Whether this place, or one that contains it, plans this duty at all."""
    kept = rosters(tx)
    return any((place.id, duty) in kept for place in places.chain(tx, place_id)) if kept else False


def planned(row: Roster, place: Place, first: date, days: int) -> Iterator[Shift]:
    """The turns of a roster that begin on these days, as it names them."""
    length = ((row.end - row.start) % DAY or DAY) // row.shifts
    for day in (first + timedelta(days=step) for step in range(days)):
        if not _runs(row, day):
            continue
        for part in range(row.shifts):
            begins = row.start + part * length
            for person_id in crew(row, day, part):
                yield Shift(
                    row.place_id,
                    row.duty,
                    person_id,
                    wall(day, begins, place.zone),
                    wall(day, begins + length, place.zone),
                    row.id,
                    day.isoformat(),
                    part,
                    person_id,
                )


def _runs(row: Roster, day: date) -> bool:
    if str(day.isoweekday()) not in row.weekdays:
        return False
    if not (row.from_day or "") <= day.isoformat() <= (row.until_day or "9999"):
        return False
    return row.days == "all" or is_working(day, row.holidays) == (row.days == "workdays")


def crew(row: Roster, day: date, part: int = 0) -> list[int]:
    """Whose turn it is on a day: everybody's, or that of one crew after another."""
    if not row.together:
        return row.people
    first = date.fromisoformat(row.from_day) if row.from_day else MONDAY
    crews = -(-len(row.people) // row.together)
    # Whoever had the first part of today has the second tomorrow, the third the day after.
    at = ((day - first).days // row.every - part) % crews * row.together
    return row.people[at : at + row.together]


def wall(day: date, minute: int, zone: str) -> datetime:
    """The instant at which the clocks of a zone show this minute of this day (may pass 1440)."""
    # Added before the zone is known, so that the clock on the wall counts, not the hours passed.
    shown = datetime.combine(day, time()) + timedelta(minutes=minute)
    return shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
