"""Who is there and which groups, as the local chat shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine as Database
from sqlalchemy import select

from bot.web.local_chat import PersonCard, RoomCard, StatusCard
from bot.words import Words
from handlers import showing
from handlers.kit import Word
from storage import checkins, claims, duty, people, places, requests, rooms
from storage.db import Transaction
from storage.people import ACCOUNT, PERSON

GATEWAY = "local"
ELDER = 70
"""Years from which the local chat calls somebody an elder."""
_SHOWN = {"community_worker": "worker"}


@contextmanager
def reading(database: Database) -> Iterator[Transaction]:
    """A look at the database as it stands."""
    with database.connect() as connection:
        yield Transaction(connection)


def room_cards(tx: Transaction) -> list[RoomCard]:
    """The groups, buildings first."""
    every = places.every(tx)
    cards = []
    for room in rooms.groups(tx):
        place = every.get(room.place_id or 0)
        if room.gateway == GATEWAY and place is not None:
            name_en = f"{place.name_en or place.name} neighbours"
            order = (place.kind != "building", place.id)
            cards.append((order, RoomCard(room.external, room.name, name_en)))
    return [card for _, card in sorted(cards, key=lambda one: one[0])]


def person_cards(tx: Transaction, now: datetime) -> list[PersonCard]:
    """Everybody who has a name in the local chat, by building."""
    chosen = (
        select(PERSON, ACCOUNT.c.external)
        .join(ACCOUNT, ACCOUNT.c.person_id == PERSON.c.id)
        .where(ACCOUNT.c.gateway == GATEWAY, PERSON.c.left_at.is_(None))
        .order_by(PERSON.c.id)
    )
    groups = [room for room in rooms.groups(tx) if room.gateway == GATEWAY]
    cared_for, family = _of_checkins(tx)
    cards = []
    for row in tx.connection.execute(chosen):
        roles = _roles(tx, row, now, cared_for, family)
        home = places.get(tx, row.place_id)
        cards.append(
            PersonCard(
                id=row.external,
                name=row.name,
                name_en=row.name_en,
                roles=roles,
                building=home.name if home and home.kind == "building" else "",
                building_en=home.name_en if home and home.kind == "building" else "",
                language=row.lang,
                rooms=tuple(_groups_of(tx, row, groups)),
            )
        )
    return cards


def _groups_of(tx: Transaction, person: Any, groups: list[rooms.Room]) -> Iterator[str]:
    """The groups around a person's home, smallest first, then those of the places they serve."""
    around = [place.id for place in places.chain(tx, person.place_id)]
    served = [at for at, role in people.all_roles(tx).get(person.id, ()) if role != "volunteer"]
    inside = [place_id for at in served for place_id in places.within(tx, at)]
    for place_id in dict.fromkeys([*around, *inside]):
        yield from (group.external for group in groups if group.place_id == place_id)


def _roles(
    tx: Transaction, person: Any, now: datetime, cared_for: set[int], family: set[int]
) -> tuple[str, ...]:
    held = [role for _, role in people.all_roles(tx).get(person.id, ())]
    roles = [_SHOWN.get(role, role) for role in dict.fromkeys(held)]
    old = person.birth_year is not None and now.year - person.birth_year >= ELDER
    if person.id in cared_for or old:
        roles.insert(0, "elder")
    if person.id in family:
        roles.append("family")
    if person.id in duty.on_rosters(tx):
        roles.append("duty")
    return tuple(roles) or ("resident",)


def _of_checkins(tx: Transaction) -> tuple[set[int], set[int]]:
    """Who is greeted daily, and who is the family of one of them."""
    plans = checkins.plans(tx)
    family = {one.person_id for plan in plans for one in checkins.family(tx, plan.id)}
    return {plan.person_id for plan in plans}, {one for one in family if one}


def status_cards(
    tx: Transaction, viewer: str, words: Words, zone: ZoneInfo, now: datetime
) -> list[StatusCard]:
    """What a person asked for or holds, newest first, in their language."""
    person = people.by_account(tx, GATEWAY, viewer)
    if person is None:
        return []
    of_theirs = [*requests.of_person(tx, person.id), *claims.tasks(tx, person.id)]
    every = {one.number: one for one in of_theirs}

    cards = []
    for number, request in sorted(every.items(), reverse=True):
        values = (showing.what(request), Word(f"lists.state_{request.state}"))
        named, state = (words.spoken(one, person.lang, zone=zone, now=now) for one in values)
        cards.append(StatusCard(number, named, state))
    return cards
