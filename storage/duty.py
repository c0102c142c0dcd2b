"""Who is on duty: the turns of the rosters with those who stand in, and where they have holes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Field, SQLModel

from storage import covers, people, places
from storage.db import Transaction, table
from storage.places import Place
from storage.rosters import (
    DAY,
    DAYS,
    ROSTER,
    Roster,
    Shift,
    add,
    at,
    by_key,
    change,
    has_roster,
    planned,
    rosters,
    wall,
)

__all__ = [
    "DAY",
    "DAYS",
    "ROSTER",
    "Roster",
    "Shift",
    "add",
    "at",
    "by_key",
    "change",
    "has_roster",
    "rosters",
    "wall",
]


class GapTold(SQLModel, table=True):
    """The coordinator was told of a hole in a roster: once for each hole and notice."""

    __tablename__ = "gap_told"

    key: str = Field(primary_key=True)


GAP_TOLD = table(GapTold)


@dataclass(frozen=True, slots=True)
class Hole:
    """Hours for which nobody is on general duty, or a turn whose person cannot be counted on."""

    what: Literal["gap", "absent", "no_contact"]
    duty: str
    begins: datetime
    ends: datetime
    person_id: int | None = None

    @property
    def key(self) -> str:
        return f"{self.what}:{self.duty}:{self.begins:%Y%m%dT%H%M}:{self.person_id or 0}"


def turns(tx: Transaction, row: Roster, place: Place, first: date, days: int) -> Iterator[Shift]:
    """The turns of a roster that begin on these days, with whoever stands in."""
    standing_in = covers.every(tx)
    for shift in planned(row, place, first, days):
        cover = standing_in.get(shift.key)
        if cover is None:
            yield shift
        else:
            yield replace(shift, person_id=cover.holder_id, absent=cover.state == "absent")


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
    """The turns running now for a place, nearest first; of every duty where none is named."""
    return [
        shift
        for place in places.chain(tx, place_id)
        for shift in around(tx, place, now, duty)
        if shift.begins <= now < shift.ends and _serves(tx, shift)
    ]


def around(tx: Transaction, place: Place, now: datetime, duty: str | None = None) -> list[Shift]:
    """The turns at this very place that begin yesterday or today, served or not."""
    yesterday = now.astimezone(ZoneInfo(place.zone)).date() - timedelta(days=1)
    return [
        shift
        for what, rows in at(tx, place.id)
        if duty in {None, what}
        for row in rows
        for shift in turns(tx, row, place, yesterday, 2)
    ]


def _serves(tx: Transaction, shift: Shift) -> bool:
    return not shift.absent and reachable(tx, shift.person_id)


def of_person(tx: Transaction, person_id: int, now: datetime, days: int = 14) -> list[Shift]:
    """Somebody's turns that run now or begin within so many days, soonest first."""
    return [shift for shift in coming(tx, now, days) if shift.person_id == person_id]


def coming(tx: Transaction, now: datetime, days: int) -> list[Shift]:
    """Everybody's turns that run now or begin within so many days, soonest first."""
    found: list[Shift] = []
    for (place_id, _), rows in rosters(tx).items():
        place = places.get(tx, place_id)
        if place is None:
            continue
        first = now.astimezone(ZoneInfo(place.zone)).date() - timedelta(days=1)
        for row in rows:
            found += [one for one in turns(tx, row, place, first, days + 2) if one.ends > now]
    return sorted(found, key=lambda shift: (shift.begins, shift.key))


def on_rosters(tx: Transaction) -> set[int]:
    """Everybody whom a roster names."""
    return {one for rows in rosters(tx).values() for row in rows for one in row.people}


def gaps(
    tx: Transaction,
    place: Place,
    day: date,
    begin: int = 0,
    end: int = DAY,
    *,
    by_plan: bool = False,
) -> list[tuple[datetime, datetime]]:
    """When between these minutes of a day nobody who can be told is on general duty.

    ``by_plan``: when no roster names anybody, whether they can be told or not.
    """
    opens, closes = wall(day, begin, place.zone), wall(day, end, place.zone)
    held = sorted(
        (shift.begins, shift.ends)
        for above in places.chain(tx, place.id)
        for row in rosters(tx).get((above.id, "duty"), ())
        for shift in turns(tx, row, above, day - timedelta(days=1), 2)
        if by_plan or _serves(tx, shift)
    )
    holes, covered = [], opens
    for begins, ends in held:
        if begins > covered and begins < closes:
            holes.append((covered, begins))
        covered = max(covered, ends)
    if covered < closes:
        holes.append((covered, closes))
    return holes


def holes(tx: Transaction, place: Place, day: date, begin: int, end: int) -> list[Hole]:
    """All that is wrong with a place's rosters on a day: hours without anybody, doubtful turns.

    ``begin`` and ``end``: the minutes between which somebody must be on general duty.
    """
    found = []
    if (place.id, "duty") in rosters(tx):
        hours = gaps(tx, place, day, begin, end, by_plan=True)
        found = [Hole("gap", "duty", *span) for span in hours]
    for duty, rows in at(tx, place.id):
        for shift in (one for row in rows for one in turns(tx, row, place, day, 1)):
            if shift.absent:
                span = (shift.begins, shift.ends, shift.person_id)
                found.append(Hole("absent", duty, *span))
            elif not reachable(tx, shift.person_id):
                span = (shift.begins, shift.ends, shift.person_id)
                found.append(Hole("no_contact", duty, *span))
    return sorted(found, key=lambda hole: (hole.begins, hole.what))


def told(tx: Transaction, keys: list[str]) -> set[str]:
    """Which of these holes and notices were told before."""
    return set(tx.values(select(GAP_TOLD.c.key).where(GAP_TOLD.c.key.in_(keys)))) if keys else set()


def tell(tx: Transaction, key: str) -> None:
    """Remember that a hole was told."""
    tx.run(GAP_TOLD.insert(), {"key": key})
