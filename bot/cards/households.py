"""What stands on the contact card of each household: its care team, and the numbers to ring."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.words import Words
from handlers import careteam, duty, showing
from handlers.kit import Word
from handlers.policy import Policy
from storage import people, places
from storage.db import Transaction
from storage.people import PERSON, Person
from storage.places import Place

LINES = 6
"""So many of a care team find room on a card."""


class NoHouseholds(LookupError):  # noqa: N818
    """There is nobody for whom a card could be printed."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card, in the language of its household.

    ``team``: ``(role, name, number)``; ``danger``: ``(what, number)``; ``contact`` is the vCard of
    the team that the QR code holds.
    """

    lang: str
    heading: str
    household: str
    team: tuple[tuple[str, str, str], ...]
    danger: tuple[tuple[str, str], ...]
    how: str
    contact: str


def gather(tx: Transaction, words: Words, policy: Policy, key: str | None = None) -> list[Card]:
    """The cards of all households, or of those within the place of this key, by building and door.

    Raises NoHouseholds where there are none, or no such place.
    """
    within = places.by_key(tx, key) if key else None
    if key and within is None:
        raise NoHouseholds(f"there is no place {key}")
    inside = set(places.within(tx, within.id)) if within else None
    doors: dict[tuple[int, str, str], list[Person]] = {}
    here = select(PERSON).where(PERSON.c.left_at.is_(None), PERSON.c.room.is_not(None))
    for one in tx.rows(Person, here.order_by(PERSON.c.id)):
        if one.place_id is not None and (inside is None or one.place_id in inside):
            doors.setdefault((one.place_id, one.unit or "", one.room or ""), []).append(one)
    if not doors:
        raise NoHouseholds("nobody has a room there; import people with their rooms first")
    made = _Maker(tx, words, policy)
    return [made.card(*door, doors[door]) for door in sorted(doors, key=_natural)]


def _natural(door: tuple[int, str, str]) -> tuple[Any, ...]:
    """Room 201 before 1001."""
    place_id, *parts = door
    numbers = [int(found[0]) if (found := re.search(r"\d+", one)) else 0 for one in parts]
    return place_id, *numbers, *parts


class _Maker:
    """Makes cards; what all doors of a building share is looked up once."""

    def __init__(self, tx: Transaction, words: Words, policy: Policy) -> None:
        self._tx, self._words, self._policy = tx, words, policy
        self._teams: dict[tuple[int, str], tuple[tuple[str, str, str], ...]] = {}

    def card(self, place_id: int, unit: str, room: str, residents: list[Person]) -> Card:
        lang = "en" if all(one.lang == "en" for one in residents) else "zh"
        place = places.every(self._tx)[place_id]
        team = self._team(place_id, lang)
        where = self._say("cards.door", lang, unit=self._part("unit", unit, lang), room=room)
        heading = self._say(
            "cards.heading", lang, place=showing.place_name(_named_for(self._tx, place))
        )
        return Card(
            lang=lang,
            heading=heading,
            household=f"{self._name(place, lang)} {where}",
            team=team,
            danger=self._danger(place_id, lang),
            how=self._say("cards.how", lang),
            contact=_vcard(heading, [number for *_, number in team if number]),
        )

    def _say(self, key: str, lang: str, **values: Any) -> str:
        return self._words.plain(Word(key, values), lang)

    def _part(self, name: str, value: str, lang: str) -> str:
        return self._say(f"cards.{name}", lang, value=value) if value else ""

    def _name(self, place: Place, lang: str) -> str:
        return self._words.plain(showing.place_name(place), lang)

    def _team(self, place_id: int, lang: str) -> tuple[tuple[str, str, str], ...]:
        if (place_id, lang) not in self._teams:
            self._teams[place_id, lang] = tuple(self._members(place_id, lang))
        return self._teams[place_id, lang]

    def _members(self, place_id: int, lang: str) -> list[tuple[str, str, str]]:
        found = []
        for role, person_id in _fitting(careteam.team(self._tx, place_id)):
            person = people.get(self._tx, person_id)
            number = duty.public_phone(self._tx, person, place_id) or ""
            name = self._words.plain(showing.name_of(person), lang)
            found.append((self._words.plain(duty.called(role), lang), name, number))
        return found

    def _danger(self, place_id: int, lang: str) -> tuple[tuple[str, str], ...]:
        chain = places.chain(self._tx, place_id)
        numbers = self._policy.of(chain).emergency
        gas = next((one.gas_phone for one in chain if one.gas_phone), None) or numbers.gas
        desk = next((one.desk_phone for one in chain if one.desk_phone), None)
        listed = {
            "medical": numbers.medical,
            "fire": numbers.fire,
            "police": numbers.police,
            "gas": gas,
            "desk": desk,
        }
        return tuple((self._say(f"cards.{what}", lang), n) for what, n in listed.items() if n)


def _fitting(team: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """One of every role, and of the others as many as there is room for."""
    roles = [role for role, _ in team]
    order = sorted(range(len(team)), key=lambda at: (roles.index(roles[at]) != at, at))
    return [team[at] for at in sorted(order[:LINES])]


def _named_for(tx: Transaction, place: Place) -> Place:
    """The compound that the building belongs to."""
    chain = places.chain(tx, place.id)
    return next((one for one in chain if one.kind in {"grid", "community"}), place)


def _vcard(name: str, numbers: list[str]) -> str:
    """A contact that a telephone keeps when it scans the code."""
    safe = re.sub(r"([,;\\])", r"\\\1", name)
    phones = [f"TEL:{re.sub(r'[^0-9+]', '', one)}" for one in dict.fromkeys(numbers)]
    return "\r\n".join(
        ["BEGIN:VCARD", "VERSION:3.0", f"N:{safe}", f"FN:{safe}", *phones, "END:VCARD"]
    )
