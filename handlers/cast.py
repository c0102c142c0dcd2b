"""Who may be asked at all: volunteers, the property service and whoever has something to lend.

They are kept by their homes; a place sees them ring by ring, as far as their own places share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers import abilities, matching
from handlers.matching import FARTHEST, Fit, Matching
from storage import claims, people, places, skills
from storage.db import Transaction
from storage.requests import Request

_PROPERTY = {"repair", "safety", "sanitation"}
"""What the property service is there for."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody who may be asked; ``hours`` are ``(weekdays, start, end)`` in minutes."""

    id: int
    skills: frozenset[str]
    hours: tuple[tuple[str, int, int], ...]
    only_skilled: bool = False
    """Asked for what their work or their thing is, and nothing else."""


@dataclass(frozen=True, slots=True)
class Cast:
    """All of them by home and by skill; ``rings`` and ``known`` fill themselves, place by place.

    A ring is what lies within one place and not within the next smaller one.
    """

    at_home: dict[int, list[Neighbour]]
    by_skill: dict[str, dict[int, list[Neighbour]]]
    rings: dict[tuple[int, int | None], list[Neighbour]] = field(default_factory=dict)
    known: dict[tuple[int, str], list[tuple[int, Neighbour]]] = field(default_factory=dict)


def of(tx: Transaction) -> Cast:
    """Kept until one of them, or a place, changes."""
    kept: Cast | None = tx.memo.get("cast")
    if kept is None:
        kept = tx.memo["cast"] = Cast({}, {})
        for home, one in _read(tx):
            kept.at_home.setdefault(home, []).append(one)
            for skill in one.skills:
                kept.by_skill.setdefault(skill, {}).setdefault(home, []).append(one)
    return kept


def _read(tx: Transaction) -> Iterator[tuple[int, Neighbour]]:
    roles, known, hours = people.all_roles(tx), skills.everybody(tx), skills.all_hours(tx)
    for person_id, home in people.homes(tx, {*roles, *known}):
        held = {role for _, role in roles.get(person_id, ())}
        volunteers, own = "volunteer" in held, known.get(person_id, set())
        can = abilities.widened(own, kinds=volunteers)
        if "property" in held:
            can |= own | _PROPERTY
        if volunteers or can:
            spans = tuple(hours.get(person_id, ()))
            yield home, Neighbour(person_id, frozenset(can), spans, not volunteers)


def fits(
    tx: Transaction,
    request: Request,
    now: datetime,
    *,
    rule: Matching,
    wave: int,
    asked: Iterable[int],
    most_tasks: int,
    only: Collection[int] = (),
) -> list[Fit]:
    """Whom the wave of this number asks about a request, best first; ``only`` these, if any are.

    Never the requester, nor who was asked already, has no hour or hands free, or was asked often
    enough that day; what is urgent may ask those, too.
    """
    place = places.get(tx, request.place_id)
    zone = ZoneInfo(place.zone if place else "Asia/Shanghai")
    category, names = request.category, [str(one["name"]) for one in request.items]
    language = people.get(tx, request.requester_id).lang
    loads, out = claims.loads(tx), {*asked, request.requester_id}
    tired = None if request.urgency == "urgent" else rule.most_a_day

    def fit(distance: int, one: Neighbour) -> Fit | None:
        owned = next((name for name in names if name in one.skills), "")
        skill = owned or (category if category in one.skills else "")
        if one.id in out or (one.only_skilled and not skill) or (only and one.id not in only):
            return None
        load = loads.get(one.id, 0)
        if load >= most_tasks or not matching.is_awake(one.hours, now, zone):
            return None
        past = claims.past(tx, one.id, now)
        if tired is not None and past.today(now) >= tired:
            return None
        return Fit(
            one.id,
            distance,
            load,
            past.yes,
            past.no,
            past.asked,
            past.lately(now),
            people.get(tx, one.id).lang == language,
            bool(owned),
            skill,
        )

    found: dict[int, Fit] = {}
    for distance, one in _who_know(tx, request.place_id, _first(rule, category, names)):
        if one.id not in found and (made := fit(distance, one)):
            found[one.id] = made
    reach, size = matching.reach_of(wave), matching.size_of(rule, wave)
    for distance in range(FARTHEST + 1):
        if distance > reach and len(found) >= size:
            break
        for one in _ring(tx, request.place_id, distance):
            if one.id not in found and (made := fit(distance, one)):
                found[one.id] = made
    return matching.best(found.values(), rule, category, wave)


def _first(rule: Matching, category: str, names: list[str]) -> list[str]:
    """The skills that are looked for everywhere at once."""
    return [*names, category] if category in rule.skilled else names


def _who_know(tx: Transaction, place_id: int, wanted: list[str]) -> Iterator[tuple[int, Neighbour]]:
    """Who of the community has one of these skills, with the steps up the tree between."""
    cast = of(tx)
    for skill in wanted:
        if skill not in cast.by_skill:
            continue
        if (place_id, skill) not in cast.known:
            homes = cast.by_skill[skill]
            cast.known[place_id, skill] = [
                (steps, one)
                for steps in range(matching.REACHES[-1] + 1)
                for home in _outwards(tx, place_id, steps)
                for one in homes.get(home, ())
            ]
        yield from cast.known[place_id, skill]


def who_have(tx: Transaction, place_id: int | None, skill: str) -> list[tuple[int, Neighbour]]:
    """Who near a place registered this skill or thing, nearest first, each with the distance."""
    return [] if place_id is None else list(_who_know(tx, place_id, [skill]))


def _ring(tx: Transaction, place_id: int, steps: int) -> list[Neighbour]:
    """Who lives just so many steps up the tree, and may be drawn on from this place."""
    cast, chain = of(tx), places.chain(tx, place_id)
    if steps >= len(chain):
        return []
    ring = chain[steps].id, chain[steps - 1].id if steps else None
    if ring not in cast.rings:
        cast.rings[ring] = [
            one for home in _outwards(tx, place_id, steps) for one in cast.at_home.get(home, ())
        ]
    return cast.rings[ring]


def _outwards(tx: Transaction, place_id: int, steps: int) -> Iterator[int]:
    """The places so many steps away from which help may come: those that agreed to share."""
    chain = places.chain(tx, place_id)
    if steps >= len(chain):
        return
    inside = set(places.within(tx, chain[steps - 1].id)) if steps else set()
    for home in places.within(tx, chain[steps].id):
        if home not in inside and (steps == 0 or places.lends(tx, home, chain[steps].id)):
            yield home
