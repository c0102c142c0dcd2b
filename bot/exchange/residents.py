"""Brings in places and people, with their roles, skills, hours and accounts."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, time

from bot.exchange.shapes import PersonRow, PlaceRow, SkillRow, spans
from bot.exchange.sources import Raw
from bot.exchange.work import Work, filled, given
from storage import people, places, skills
from storage.people import Person

_ELSEWHERE = ("place", "joined", "roles", "skills", "hours", "accounts")


def check_place(work: Work, raw: Raw, row: PlaceRow) -> None:
    """The parent is there and is a larger place; no two buildings of it bear one number."""
    if not work.exists(raw, "parent", "places", row.parent):
        return
    above = _kind(work, row.parent)
    if above is not None and places.KINDS.index(above) <= places.KINDS.index(row.kind):
        work.bundle.complain(raw, "parent", f"a {row.kind} cannot lie within a {above}")
    for _, other in work.bundle.rows["places"]:
        twin = (other.parent, other.number) == (row.parent, row.number) and row.number is not None
        if twin and other.key < row.key:
            work.bundle.complain(raw, "number", f"{row.number} is the number of {other.key} too")


def write_place(work: Work, raw: Raw, row: PlaceRow) -> None:
    named = given(row, "parent")
    if "parent" in row.model_fields_set:
        named["parent_id"] = work.id_of("places", row.parent)
    known = places.by_key(work.tx, row.key)
    if known is None:
        places.add(work.tx, **{"zone": work.zone, **filled(row, named, "parent")})
    else:
        places.change(work.tx, known.id, **named)
    work.count(raw, known)


def check_person(work: Work, raw: Raw, row: PersonRow) -> None:
    """Home and roles lead to places; nobody else has the account."""
    work.exists(raw, "place", "places", row.place)
    for role in row.roles:
        name, _, at = role.partition("@")
        if not at and row.place is None and not _stored_home(work, row.key):
            meaning = f"{name}: where? The person has no place: write {name}@some-place"
            work.bundle.complain(raw, "roles", meaning)
        work.exists(raw, "roles", "places", at or None)
    for account in row.accounts:
        for _, other in work.bundle.rows["people"]:
            if account in other.accounts and other.key < row.key:
                work.bundle.complain(raw, "accounts", f"{account} belongs to {other.key} too")


def write_person(work: Work, raw: Raw, row: PersonRow) -> None:
    named = given(row, *_ELSEWHERE)
    if "place" in row.model_fields_set:
        named["place_id"] = work.id_of("places", row.place)
    if row.joined is not None:
        named["joined_at"] = datetime.combine(row.joined, time(), UTC)
    known = _known(work, row)
    if known is None:
        columns = {"joined_at": work.now, **filled(row, named, *_ELSEWHERE)}
        # Whoever is imported is known to the coordinator.
        person_id = people.add(work.tx, **columns, vouched=True)
    else:
        person_id = known.id
        people.change(work.tx, person_id, **named, vouched=True)
    _write_belongings(work, raw, row, person_id)
    work.count(raw, known)


def _write_belongings(work: Work, raw: Raw, row: PersonRow, person_id: int) -> None:
    named = row.model_fields_set
    if "roles" in named:
        people.set_roles(work.tx, person_id, _roles(work, row, person_id), work.now)
    if "skills" in named:
        skills.replace(work.tx, person_id, set(row.skills))
    if "hours" in named:
        skills.set_hours(work.tx, person_id, [one for text in row.hours for one in spans(text)])
    for account in row.accounts:
        gateway, _, external = account.partition(":")
        owner = people.by_account(work.tx, gateway, external)
        if owner is None:
            people.add_account(work.tx, person_id, gateway, external)
        elif owner.id != person_id:
            work.bundle.complain(raw, "accounts", f"{account} belongs to {owner.key or owner.id}")


def check_skill(work: Work, raw: Raw, row: SkillRow) -> None:
    """Somebody has it."""
    work.exists(raw, "person", "people", row.person)


def write_skill(work: Work, raw: Raw, row: SkillRow) -> None:
    """Whether its person may be named for it, and their own words."""
    person_id = work.must_find("people", row.person)
    known = row.skill in skills.of(work.tx, person_id)
    skills.add(work.tx, person_id, {row.skill}, row.note)
    if "found" in row.model_fields_set:
        skills.let_find(work.tx, person_id, found=row.found, only={row.skill})
    work.count(raw, known or None)


def _roles(work: Work, row: PersonRow, person_id: int) -> set[tuple[int, str]]:
    home = people.get(work.tx, person_id).place_id
    wanted = set()
    for role in row.roles:
        name, _, at = role.partition("@")
        wanted.add(((work.id_of("places", at) if at else home) or 0, name))
    return wanted


def _known(work: Work, row: PersonRow) -> Person | None:
    """The person of this key, or somebody the bot met before there was a key for them."""
    found = people.by_key(work.tx, row.key)
    if found is not None:
        return found
    for account in row.accounts:
        gateway, _, external = account.partition(":")
        owner = people.by_account(work.tx, gateway, external)
        if owner is not None and owner.key is None:
            return owner
    exported = work.kept_as(row.key, "person")
    with contextlib.suppress(KeyError):
        owner = people.get(work.tx, exported or 0)
        return owner if (owner.key, owner.name) == (None, row.name) else None
    return None


def _kind(work: Work, key: str | None) -> str | None:
    """The kind that a place has, or will have."""
    for _, row in work.bundle.rows.get("places", ()):
        if row.key == key:
            return str(row.kind)
    place = places.by_key(work.tx, key) if key else None
    return place.kind if place else None


def _stored_home(work: Work, key: str) -> int | None:
    person = people.by_key(work.tx, key)
    return person.place_id if person else None
