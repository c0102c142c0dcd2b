"""Duty rosters: who answers for a place at which hours of which days, by its wall clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlmodel import Field, SQLModel

from storage import people, places
from storage.db import Transaction, table
from storage.places import Place

DAY = 24 * 60
"""Minutes."""


class Roster(SQLModel, table=True):
    """A standing shift: minutes of the day; ``end`` at or before ``start`` is the next day's.

    ``duty``: ``duty`` for the general one, or a role such as ``doctor`` or ``property``.
    ``from_day`` and ``until_day`` are ISO dates, both included.
    """

    __tablename__ = "roster"

    id: int = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    duty: str = "duty"
    person_id: int = Field(foreign_key="person.id", index=True)
    weekdays: str = "1234567"
    start: int = 0
    end: int = DAY
    from_day: str | None = None
    until_day: str | None = None


class GapTold(SQLModel, table=True):
    """The coordinator was told of a hole in a roster: once for each place, duty, day and notice."""

    __tablename__ = "gap_told"

    key: str = Field(primary_key=True)


ROSTER, GAP_TOLD = table(Roster), table(GapTold)


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of duty, as instants."""

    place_id: int
    duty: str
    person_id: int
    begins: datetime
    ends: datetime


def add(tx: Transaction, **columns: Any) -> int:
    tx.memo.pop("rosters", None)
    return tx.insert(ROSTER, columns)


def by_key(tx: Transaction, key: str) -> Roster | None:
    """The roster that an import brought under this name."""
    return tx.first(Roster, select(ROSTER).where(ROSTER.c.key == key))


def change(tx: Transaction, roster_id: int, **columns: Any) -> None:
    tx.memo.pop("rosters", None)
    tx.run(update(ROSTER).where(ROSTER.c.id == roster_id).values(**columns))


def rosters(tx: Transaction) -> dict[tuple[int, str], list[Roster]]:
    """All rosters by place and duty; kept until one changes."""
    kept: dict[tuple[int, str], list[Roster]] | None = tx.memo.get("rosters")
    if kept is None:
        kept = {}
        for row in tx.rows(Roster, select(ROSTER).order_by(ROSTER.c.start, ROSTER.c.id)):
            kept.setdefault((row.place_id, row.duty), []).append(row)
        tx.memo["rosters"] = kept
    return kept


def has_roster(tx: Transaction, place_id: int | None, duty: str = "duty") -> bool:
    """Whether this place, or one that contains it, plans this duty at all."""
    kept = rosters(tx)
    return any((place.id, duty) in kept for place in places.chain(tx, place_id)) if kept else False


def reachable(tx: Transaction, person_id: int | None) -> bool:
    """Whether the bot can tell this person anything: still here, with an account."""
    if person_id is None:
        return False
    key = ("reachable", person_id)
    if key not in tx.memo:
        tx.memo[key] = bool(people.accounts(tx, person_id))
    return tx.memo[key] and people.get(tx, person_id).left_at is None


def on_duty(tx: Transaction, place_id: int | None, now: datetime, duty: str = "duty") -> list[int]:
    """Who is on duty now: at the place first, then up the tree. Who cannot be told is left out."""
    return list(dict.fromkeys(shift.person_id for shift in current(tx, place_id, now, duty)))


def current(
    tx: Transaction, place_id: int | None, now: datetime, duty: str | None = None
) -> list[Shift]:
    """The shifts running now for a place, nearest first; of every duty where none is named."""
    found: list[Shift] = []
    for place in places.chain(tx, place_id):
        for (at, what), rows in rosters(tx).items():
            if at != place.id or duty not in {None, what}:
                continue
            today = now.astimezone(ZoneInfo(place.zone)).date()
            found += [
                shift
                for row in rows
                for shift in turns(row, place, today - timedelta(days=1), 2)
                if shift.begins <= now < shift.ends and reachable(tx, row.person_id)
            ]
    return found


def turns(row: Roster, place: Place, first: date, days: int) -> Iterator[Shift]:
    """The turns of a roster that begin on these days."""
    length = (row.end - row.start) % DAY or DAY
    for day in (first + timedelta(days=step) for step in range(days)):
        if str(day.isoweekday()) not in row.weekdays:
            continue
        if not (row.from_day or "") <= day.isoformat() <= (row.until_day or "9999"):
            continue
        yield Shift(
            row.place_id,
            row.duty,
            row.person_id,
            wall(day, row.start, place.zone),
            wall(day, row.start + length, place.zone),
        )


def wall(day: date, minute: int, zone: str) -> datetime:
    """The instant at which the clocks of a zone show this minute of this day (may pass 1440)."""
    # Added before the zone is known, so that the clock on the wall counts, not the hours passed.
    shown = datetime.combine(day, time()) + timedelta(minutes=minute)
    return shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def of_person(tx: Transaction, person_id: int, now: datetime, days: int = 14) -> list[Shift]:
    """Somebody's turns that run now or begin within so many days, soonest first."""
    found = []
    for (at, _), rows in rosters(tx).items():
        place = places.get(tx, at)
        for row in rows:
            if place is None or row.person_id != person_id:
                continue
            first = now.astimezone(ZoneInfo(place.zone)).date() - timedelta(days=1)
            found += [turn for turn in turns(row, place, first, days + 1) if turn.ends > now]
    return sorted(found, key=lambda turn: turn.begins)


def gaps(tx: Transaction, place: Place, day: date) -> list[tuple[datetime, datetime]]:
    """When on this day nobody who can be told is on general duty for a place."""
    begin, end = wall(day, 0, place.zone), wall(day, DAY, place.zone)
    held = sorted(
        (shift.begins, shift.ends)
        for around in places.chain(tx, place.id)
        for row in rosters(tx).get((around.id or 0, "duty"), ())
        if reachable(tx, row.person_id)
        for shift in turns(row, around, day - timedelta(days=1), 2)
    )
    holes, covered = [], begin
    for begins, ends in held:
        if begins > covered and begins < end:
            holes.append((covered, begins))
        covered = max(covered, ends)
    if covered < end:
        holes.append((covered, end))
    return holes


def unreachable(tx: Transaction, place: Place, day: date) -> list[Roster]:
    """Shifts of this day at this very place whose person cannot be told."""
    return [
        row
        for (at, _), rows in rosters(tx).items()
        if at == place.id
        for row in rows
        if any(turns(row, place, day, 1)) and not reachable(tx, row.person_id)
    ]


def tell_once(tx: Transaction, key: str) -> bool:
    """False if this hole was told before."""
    if tx.values(select(GAP_TOLD.c.key).where(GAP_TOLD.c.key == key)):
        return False
    tx.run(GAP_TOLD.insert(), {"key": key})
    return True
