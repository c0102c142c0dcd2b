"""Places as a tree: building → micro-grid → grid → community → street, departments as leaves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, select, update
from sqlmodel import Field, SQLModel

from storage.db import Transaction, table

KINDS = ("department", "building", "micro_grid", "grid", "community", "street")


class Place(SQLModel, table=True):
    """One place. ``key`` is the operator's own name; ``shares`` lets neighbours draw on it."""

    __tablename__ = "place"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    name_en: str = ""
    kind: str
    parent_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    zone: str = "Asia/Shanghai"
    number: str | None = None
    """The building's number as people say it (``3``), to find it from words."""
    gas_phone: str | None = None
    desk_phone: str | None = None
    shares: bool = True
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


PLACE = table(Place)


def every(tx: Transaction) -> dict[int, Place]:
    """All places by id; kept, since they change only by import."""
    kept = tx.memo.get("places")
    if kept is None:
        kept = tx.memo["places"] = {row.id: row for row in tx.rows(Place, select(PLACE))}
    found: dict[int, Place] = kept
    return found


def get(tx: Transaction, place_id: int | None) -> Place | None:
    return None if place_id is None else every(tx).get(place_id)


def by_key(tx: Transaction, key: str) -> Place | None:
    return next((place for place in every(tx).values() if place.key == key), None)


def chain(tx: Transaction, place_id: int | None) -> list[Place]:
    """The place itself and all that contain it, smallest first."""
    kept: dict[int | None, list[Place]] = tx.memo.setdefault("chains", {})
    if place_id not in kept:
        places, above = every(tx), place_id
        found: dict[int, Place] = {}
        while above is not None and above in places and above not in found:
            found[above] = places[above]
            above = places[above].parent_id
        kept[place_id] = list(found.values())
    return kept[place_id]


def within(tx: Transaction, place_id: int) -> list[int]:
    """The ids of the place and of all places inside it."""
    inside: dict[int, list[int]] | None = tx.memo.get("places within")
    if inside is None:
        inside = tx.memo["places within"] = {}
        for key in every(tx):
            for above in chain(tx, key):
                inside.setdefault(above.id, []).append(key)
    return inside.get(place_id, [])


def distance(tx: Transaction, one: int | None, other: int | None) -> int:
    """Steps up from ``one`` until the place contains ``other``: 0 the same, 1 the same micro-grid…

    99 where they share no place.
    """
    if one == other:
        return 0
    above = [place.id for place in chain(tx, other)]
    for steps, place in enumerate(chain(tx, one)):
        if place.id in above:
            return steps
    return 99


def lends(tx: Transaction, home: int, common: int) -> bool:
    """Whether a place, and all that contain it below the common one, let neighbours draw on it."""
    for place in chain(tx, home):
        if place.id == common:
            return True
        if not place.shares:
            return False
    return True


def building(tx: Transaction, near: int | None, number: str) -> Place | None:
    """The building called ``number`` nearest to a place, looking outwards."""
    wanted = number.upper()
    for around in chain(tx, near):
        inside = (every(tx)[key] for key in within(tx, around.id))
        for place in inside:
            if place.kind == "building" and (place.number or "").upper() == wanted:
                return place
    return None


def add(tx: Transaction, **columns: Any) -> int:
    place_id = tx.insert(PLACE, {"settings": {}, **columns})
    _forget(tx)
    return place_id


def change(tx: Transaction, place_id: int, **columns: Any) -> None:
    tx.run(update(PLACE).where(PLACE.c.id == place_id).values(**columns))
    _forget(tx)


def _forget(tx: Transaction) -> None:
    for key in ("places", "places within", "chains", "serving", "cast"):
        tx.memo.pop(key, None)
