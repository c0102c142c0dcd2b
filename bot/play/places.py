"""Places and their groups as a transcript names them."""

from __future__ import annotations

import re

from bot.play.road import GATEWAY
from storage import places, rooms
from storage.db import Transaction
from storage.places import Place


def find_place(tx: Transaction, words: str) -> Place:
    """``3号楼``, ``building 3``, ``幸福里``; ValueError names those there are."""
    wanted = re.sub(
        r"^(?:the\s+)?group of\s+|(?:的?邻里群|的?群)$", "", words.strip(), flags=re.IGNORECASE
    ).lower()
    every = sorted(places.every(tx).values(), key=lambda one: one.id)
    if wanted.endswith("里") and not any(one.name == wanted for one in every):
        wanted = wanted.removesuffix("里")
    number = re.fullmatch(r"(?:building|bldg|block|no\.?)?\s*#?(\w+?)\s*(?:号楼|栋|幢|号)?", wanted)
    found = [
        one for one in every if wanted in {one.name.lower(), one.name_en.lower(), one.key.lower()}
    ]
    found = found or [
        one for one in every if one.number and number and one.number.lower() == number[1]
    ]
    found = found or [one for one in every if wanted == _full_name(tx, one)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(_full_name(tx, one) for one in found)
        raise ValueError(f"`{words}` could be {several}: name one of them so")
    known = ", ".join(one.name for one in every)
    raise ValueError(f"there is no place `{words}`; there are: {known or 'none'}")


def _full_name(tx: Transaction, place: Place) -> str:
    """With the grid it lies in: ``幸福里3号楼``."""
    grid = next(
        (one for one in places.chain(tx, place.id) if one.kind == "grid" and one.id != place.id),
        None,
    )
    return (grid.name if grid else "") + place.name


def group_of(tx: Transaction, place: Place) -> rooms.Room:
    """The group of a place, opened if it has none."""
    found = rooms.by_external(tx, GATEWAY, f"r{place.id}")
    return found or rooms.add(
        tx,
        gateway=GATEWAY,
        external=f"r{place.id}",
        name=place.name,
        place_id=place.id,
        private=False,
    )
