"""The names of a list: found among those who live there, or asked about once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from handlers.checkins import replies
from handlers.coverage.doors import door_in, place_in
from handlers.coverage.selecting import selected
from handlers.kit import Context, Sorry
from storage import people, places
from storage.people import Person
from storage.places import Place

_CUT = re.compile(r"[、,;\n]|\s+and\s+|\s*&\s*|(?<=[\u4e00-\u9fff])[和跟](?=[\u4e00-\u9fff\d])")


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody on the list; ``person_id`` None: as written, for the bot does not know them."""

    person_id: int | None
    name: str
    place_id: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """A name that nobody bears (``people`` empty), or several."""

    said: str
    place_id: int
    people: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"said": self.said, "place": self.place_id, "people": list(self.people)}


def doubt_of(kept: dict[str, Any]) -> Doubt:
    """What `Doubt.as_json` wrote."""
    return Doubt(kept["said"], kept["place"], tuple(kept["people"]))


@dataclass(slots=True)
class Listed:
    """What a list comes to."""

    entries: list[Entry] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def add(self, entries: Iterable[Entry]) -> None:
        """Take these in, everybody once."""
        known = {(one.person_id, one.name if one.person_id is None else "") for one in self.entries}
        for one in entries:
            key = (one.person_id, one.name if one.person_id is None else "")
            if key not in known:
                known.add(key)
                self.entries.append(one)


def read(ctx: Context, place: Place, text: str) -> Listed:
    """The list in words, within a place. Sorry where a group of people has nobody in it."""
    listed = Listed()
    for said in filter(None, (part.strip(" .。:") for part in _CUT.split(text))):
        group = selected(ctx, place, said)
        if group is not None:
            listed.add(entry_of(one) for one in group)
            continue
        found = find(ctx, place, as_written(ctx, said))
        if isinstance(found, Doubt):
            listed.doubts.append(found)
        else:
            listed.add([found])
    return listed


def entry_of(person: Person) -> Entry:
    if person.place_id is None:
        raise LookupError(person.id)
    return Entry(person.id, person.name, person.place_id)


def as_written(ctx: Context, said: str) -> str:
    """These words as the speaker wrote them: sentences are matched in small letters."""
    at = ctx.text.lower().find(said.lower())
    return (
        ctx.text[at : at + len(said)]
        if at >= 0 and len(ctx.text) == len(ctx.text.lower())
        else said
    )


def find(ctx: Context, place: Place, said: str) -> Entry | Doubt:
    """One name, perhaps with its building before it; a door alone is a household."""
    door, around = door_in(said), place
    if door.building:
        building = place_in(ctx, place, f"{door.building}号楼")
        if building is None:
            return Doubt(said, place.id)
        around = building
    inside = set(places.within(ctx.tx, around.id))
    if not door.name:
        return _household(ctx, said, around, door.unit, door.room)
    found = named(ctx, door.name, around.id, inside)
    if door.room or door.unit:
        at_door = [one for one in found if _lives(one, door.unit, door.room)]
        found = at_door or found
    if len(found) == 1:
        return entry_of(found[0])
    return Doubt(said, around.id, tuple(one.id for one in found))


def named(ctx: Context, name: str, near: int, inside: set[int]) -> list[Person]:
    """Who of those who live there bears this name, or is called so: 沈奶奶 for 沈桂兰."""
    for tried in dict.fromkeys((name, name.title())):
        for short in (False, True):
            found = people.named(ctx.tx, tried, near, short=short)
            if here := [one for one in found if one.place_id in inside]:
                return here
    return [one for one in people.living(ctx.tx, inside) if replies.names(one, name)]


def _lives(one: Person, unit: str | None, room: str | None) -> bool:
    return (room is None or one.room == room) and (unit is None or one.unit == unit)


def _household(
    ctx: Context, said: str, around: Place, unit: str | None, room: str | None
) -> Entry | Doubt:
    """A door: the eldest known there stands for the household."""
    if room is None:
        return Doubt(said, around.id)
    here = people.living(ctx.tx, places.within(ctx.tx, around.id))
    there = [one for one in here if _lives(one, unit, room)]
    if not there:
        return Entry(None, said, around.id)
    return entry_of(min(there, key=lambda one: one.birth_year or 9999))


def visitors(ctx: Context, place: Place, text: str) -> list[int]:
    """Those who go, by name; Sorry where one is unknown, or cannot be told anything."""
    found: list[int] = []
    for said in filter(None, (part.strip() for part in _CUT.split(text))):
        if said in {"我", "我自己", "me", "myself"}:
            found.append(ctx.who.id)
            continue
        found.append(somebody(ctx, place, as_written(ctx, said)))
    return list(dict.fromkeys(found))


def somebody(ctx: Context, place: Place, name: str) -> int:
    """One who can go: who lives here or serves the place."""
    near = people.named(ctx.tx, name, place.id) or people.named(ctx.tx, name.title(), place.id)
    around = [one for one in near if places.distance(ctx.tx, place.id, one.place_id) < _FAR]
    if not around:
        raise Sorry("giving.nobody", name=name)
    if len(around) > 1 and around[0].place_id == around[1].place_id:
        raise Sorry("giving.several", name=name)
    if not people.accounts(ctx.tx, around[0].id):
        raise Sorry("coverage.cannot_be_told", name=name)
    return around[0].id


_FAR = 99
