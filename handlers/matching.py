"""Who is asked for help, and why: a pure policy over who is known.

The first simple order: whoever has the skill and the hour, own building first, fewest open tasks
first. Boxes, gifts and duty come from their own features.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from storage import claims, people, places
from storage.db import Transaction
from storage.requests import Request

FARTHEST = 4
"""Steps up the tree: the street."""
SKILLED = ("repair", "medical", "mental", "rescue")
"""Categories in which the right skill comes before a short way."""


_PROPERTY = {"repair", "safety", "sanitation"}
"""What the property service is there for."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A volunteer as matching sees them; hours are ``(weekdays, start, end)`` in minutes."""

    id: int
    place_id: int | None
    skills: frozenset[str]
    hours: tuple[tuple[str, int, int], ...]
    shares: bool = True
    only_skilled: bool = False
    """Asked for what their work is, and nothing else."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Somebody to ask: ``distance`` in steps up the tree, ``skilled``, ``load`` in open tasks."""

    person_id: int
    distance: int
    skilled: bool
    load: int

    @property
    def why(self) -> str:
        return f"distance={self.distance} skilled={int(self.skilled)} load={self.load}"


@dataclass(frozen=True, slots=True)
class Cast:
    """All registered volunteers and the property service, by their homes.

    ``around`` fills itself: whom a place may ask, each with the steps up the tree between them.
    """

    at_home: dict[int | None, list[Neighbour]]
    around: dict[int, list[tuple[int, Neighbour]]] = field(default_factory=dict)


def _cast(tx: Transaction) -> Cast:
    """Kept until one of them, or a place, changes."""
    kept: Cast | None = tx.memo.get("cast")
    if kept is None:
        kept = tx.memo["cast"] = Cast({})
        for one in _read_cast(tx):
            kept.at_home.setdefault(one.place_id, []).append(one)
    return kept


def _read_cast(tx: Transaction) -> Iterable[Neighbour]:
    for person_id, held in sorted(people.all_roles(tx).items()):
        person, roles = people.get(tx, person_id), {role for _, role in held}
        if not roles & {"volunteer", "property"} or person.left_at is not None:
            continue
        skills = people.skills(tx, person_id) | (_PROPERTY if "property" in roles else set())
        place = places.get(tx, person.place_id)
        yield Neighbour(
            id=person_id,
            place_id=person.place_id,
            skills=frozenset(skills),
            hours=tuple((one.weekdays, one.start, one.end) for one in people.hours(tx, person_id)),
            shares=place.shares if place else True,
            only_skilled="volunteer" not in roles,
        )


def _around(tx: Transaction, place_id: int) -> list[tuple[int, Neighbour]]:
    """Whom of the cast a place may ask, and how far away they live."""
    cast = _cast(tx)
    if place_id not in cast.around:
        cast.around[place_id] = [
            (steps, one)
            for steps, home in _outwards(tx, place_id)
            for one in cast.at_home.get(home, ())
            if steps == 0 or one.shares
        ]
    return cast.around[place_id]


def _outwards(tx: Transaction, place_id: int) -> Iterator[tuple[int, int]]:
    """The places from which help may come, with the steps up the tree that lie between."""
    seen: set[int] = set()
    for steps, above in enumerate(places.chain(tx, place_id)[: FARTHEST + 1]):
        for home in places.within(tx, above.id or 0):
            if home not in seen:
                seen.add(home)
                yield steps, home


def fits(
    tx: Transaction, request: Request, now: datetime, *, asked: Iterable[int], most_tasks: int
) -> list[Fit]:
    """Whom to ask about a request, best first; without the requester and those already asked."""
    place = places.get(tx, request.place_id)
    zone = ZoneInfo(place.zone if place else "Asia/Shanghai")
    loads, out = claims.loads(tx), set(asked) | {request.requester_id}
    found = []
    for distance, one in _around(tx, request.place_id):
        if one.id in out:
            continue
        if one.only_skilled and request.category not in one.skills:
            continue
        load = loads.get(one.id, 0)
        if load >= most_tasks or not is_awake(one.hours, now, zone):
            continue
        found.append(Fit(one.id, distance, request.category in one.skills, load))
    return sorted(found, key=lambda fit: _order(request.category, fit))


def _order(category: str, fit: Fit) -> tuple[object, ...]:
    if category in SKILLED:
        return (not fit.skilled, fit.distance, fit.load, fit.person_id)
    return (fit.distance, not fit.skilled, fit.load, fit.person_id)


def is_awake(hours: Sequence[tuple[str, int, int]], now: datetime, zone: ZoneInfo) -> bool:
    """Whether now is within the stated hours; whoever stated none may always be asked."""
    if not hours:
        return True
    local = now.astimezone(zone)
    minute, weekday = local.hour * 60 + local.minute, str(local.isoweekday())
    yesterday = str((local.isoweekday() - 2) % 7 + 1)
    for weekdays, start, end in hours:
        if start <= end and weekday in weekdays and start <= minute < end:
            return True
        if start > end and (
            (weekday in weekdays and minute >= start) or (yesterday in weekdays and minute < end)
        ):
            return True
    return False
