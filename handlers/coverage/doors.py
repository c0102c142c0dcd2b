"""Where somebody on a list lives, as people write it before or behind the name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.kit import Context
from storage import places
from storage.places import Place

_ZH = re.compile(
    r"(?:(?P<building>[0-9A-Za-z]{1,3})(?:号楼|栋|幢|座))?(?:(?P<unit>[0-9A-Za-z]{1,2})单元)?(?:\d{1,2}[楼层])?"
    r"(?:(?P<room>\d{2,4})(?:室|房|号)?)?的?(?P<name>\D.*)?"
)
_EN = re.compile(
    r"(?P<name>.*?)[\s,]*(?:\b(?:in|of|at|from)\s+)?(?:building|bldg|block)\s+(?P<building>\w{1,3})"
    r"(?:\s+unit\s+(?P<unit>\w{1,2}))?(?:\s+(?:room|flat|apt)\s+(?P<room>\w{1,4}))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Door:
    """A name with where it was said to live; each part may be missing."""

    name: str
    building: str | None = None
    unit: str | None = None
    room: str | None = None


def door_in(said: str) -> Door:
    """``3号楼2单元张伟``, ``3号楼502``, ``Zhang Wei in building 3``, or just a name."""
    found = _EN.fullmatch(said) or (None if said.isascii() else _ZH.fullmatch(said))
    if found is None or not (found["building"] or found["room"]):
        return Door(said)
    return Door((found["name"] or "").strip(), found["building"], found["unit"], found["room"])


def place_in(ctx: Context, around: Place, words: str) -> Place | None:
    """The building or place inside ``around`` that is called so."""
    door = door_in(words if words.isascii() else words.strip())
    inside = places.within(ctx.tx, around.id)
    if door.building and not door.name and not door.room:
        found = places.building(ctx.tx, around.id, door.building)
        return found if found is not None and found.id in inside else None
    plain = words.strip().lower()
    every = places.every(ctx.tx)
    named = (every[one] for one in inside)
    return next((one for one in named if plain in {one.name.lower(), one.name_en.lower()}), None)
