"""Who is looked for: a resident, or a household that is only a name on a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from handlers import showing
from handlers.kit import Both, Context, Word
from storage import checkins, people, places
from storage.people import Person


class Sought(Protocol):
    """A visit, a search: whatever has somebody to be found."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def place_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody the bot knows, as they are looked for."""

    person_id: int
    name: str
    place_id: int


def resident(one: Person) -> Resident:
    """Somebody who lives here; LookupError where it is not known where."""
    if one.place_id is None:
        raise LookupError(one.id)
    return Resident(one.id, one.name, one.place_id)


def person(ctx: Context, one: Sought) -> Person | None:
    """The resident, where the bot knows them."""
    return None if one.person_id is None else people.get(ctx.tx, one.person_id)


def name_of(ctx: Context, one: Sought) -> Both:
    known = person(ctx, one)
    return showing.name_of(known) if known else Both(one.name)


def home(ctx: Context, one: Sought) -> Both:
    """Where they live, to the door: only for who goes there."""
    known = person(ctx, one)
    if known is not None and known.place_id is not None:
        return showing.home(ctx, known)
    return showing.place_name(places.get(ctx.tx, one.place_id))


def phone(ctx: Context, one: Sought) -> str | Word:
    known = person(ctx, one)
    return known.phone if known and known.phone else Word("lookins.no_phone")


def family_of(ctx: Context, person_id: int | None) -> list[int]:
    """Family contacts who can be written to, in their order."""
    plan = None if person_id is None else checkins.plan_of(ctx.tx, person_id)
    kin = checkins.family(ctx.tx, plan.id) if plan else []
    return [contact.person_id for contact in kin if contact.person_id is not None]


def kin_words(ctx: Context, one: Sought) -> Any:
    """Family with their numbers, for who goes there."""
    plan = None if one.person_id is None else checkins.plan_of(ctx.tx, one.person_id)
    words = []
    for contact in checkins.family(ctx.tx, plan.id) if plan else []:
        kin = people.get(ctx.tx, contact.person_id) if contact.person_id else None
        name = showing.name_of(kin) if kin else Both(contact.name or "")
        number = contact.phone or (kin.phone if kin else None) or ""
        words.append(Word("lookins.contact", {"name": name, "phone": number}))
    return words or Word("lookins.no_family")


def facts(ctx: Context, one: Sought, *, drill: bool = False) -> dict[str, Any]:
    """All that a text about them may say; those to neighbours name neither door nor phone."""
    numbers = ctx.policy_at(one.place_id).emergency
    return {
        "name": name_of(ctx, one),
        "home": home(ctx, one),
        "phone": phone(ctx, one),
        "family": kin_words(ctx, one),
        "medical": numbers.medical,
        "police": numbers.police,
        "mark": Word("lookins.drill") if drill else "",
    }


def is_named(ctx: Context, one: Sought, text: str) -> bool:
    """Whether a text names them, as registered or as listed."""
    known, low = person(ctx, one), text.lower()
    called = {one.name.lower()} | ({known.name.lower(), known.name_en.lower()} if known else set())
    return any(name and name in low for name in called)
