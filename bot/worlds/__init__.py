"""Example compounds to try the bot with, and how their people come together in groups."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sqlalchemy import select

from storage import people, places, rooms
from storage.db import Transaction
from storage.people import ACCOUNT, PERSON

GROUPS = ("building", "grid")
"""Kinds of place that have a group."""


def names() -> list[str]:
    """The compounds there are."""
    return sorted(
        path.name.removesuffix(".toml")
        for path in _folder().iterdir()
        if path.name.endswith(".toml")
    )


def path_of(name: str) -> Path:
    """The import file of a compound; KeyError if there is none of this name."""
    if name not in names():
        raise KeyError(name)
    return _folder() / f"{name}.toml"


def _folder() -> Path:
    return Path(str(resources.files("bot.worlds")))


def open_rooms(tx: Transaction, gateway: str, lang: str = "zh") -> None:
    """Give everybody a name on a gateway (``p<person id>``), places a group (``r<place id>``)."""
    known = set(tx.values(select(ACCOUNT.c.person_id).where(ACCOUNT.c.gateway == gateway)))
    here = select(PERSON.c.id).where(PERSON.c.left_at.is_(None)).order_by(PERSON.c.id)
    for person_id in tx.values(here):
        if person_id not in known:
            people.add_account(tx, person_id, gateway, f"p{person_id}")
    for place in sorted(places.every(tx).values(), key=lambda one: one.id):
        if place.kind in GROUPS and rooms.by_external(tx, gateway, f"r{place.id}") is None:
            rooms.add(
                tx,
                gateway=gateway,
                external=f"r{place.id}",
                name=f"{place.name}邻里群",
                lang=lang,
                place_id=place.id,
                private=False,
            )
