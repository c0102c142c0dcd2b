"""Who is on duty: paging the right people, and saying who it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.kit import Both, Context, Effect, Lines, Word, sentence
from storage import duty, people, places
from storage.db import Transaction
from storage.duty import Shift
from storage.people import Person

_ROLE: dict[str, tuple[str, ...]] = {
    "duty": ("community_worker", "coordinator"),
    "worker": ("community_worker",),
}
KNOWN = ("duty", "worker", "community_worker", *people.ROLES)


def pages(tx: Transaction, place_id: int | None, now: datetime, step: str) -> list[int]:
    """Whom to page for a step (``duty``, ``worker`` or a role): the nearest, all of one level.

    A roster decides where there is one, else those who hold the role. Empty: nobody is on call,
    and whoever asks passes on at once.
    """
    duties = (step, *_ROLE.get(step, ())) if step != "duty" else ("duty",)
    planned = [one for one in duties if duty.has_roster(tx, place_id, one)]
    for one in planned:
        found = duty.current(tx, place_id, now, one)
        if found:
            return _level([(shift.place_id, shift.person_id) for shift in found])
    if planned:
        return []
    for role in _ROLE.get(step, (step,)):
        holders = [
            (at, person_id)
            for person_id in people.serving(tx, place_id, role)
            if duty.reachable(tx, person_id)
            for at in [_nearest(tx, place_id, person_id, role)]
        ]
        if holders:
            return _level(holders)
    return []


def steps_of(what: str) -> tuple[str, ...]:
    """The steps at which those on a roster of this duty are paged."""
    if what == "duty":
        return ("duty",)
    others = (step for step, roles in _ROLE.items() if step != "duty" and what in roles)
    return (what, *others)


def first_pages(tx: Transaction, place_id: int | None, now: datetime) -> list[int]:
    """Whoever is first to be had: duty, else worker, leader, coordinator."""
    steps = ("duty", "worker", "leader", "coordinator")
    return next(filter(None, (pages(tx, place_id, now, step) for step in steps)), [])


def _level(found: list[tuple[int, int]]) -> list[int]:
    """Those at the place of the first."""
    return list(dict.fromkeys(person_id for at, person_id in found if at == found[0][0]))


def _nearest(tx: Transaction, place_id: int | None, person_id: int, role: str) -> int:
    held = {at for at, what in people.all_roles(tx).get(person_id, ()) if what == role}
    return next(place.id for place in places.chain(tx, place_id) if place.id in held)


def holding(tx: Transaction, place_id: int | None, role: str) -> list[int]:
    """Who has a role at this very place."""
    found = people.serving(tx, place_id, role)
    return [one for one in found if (place_id, role) in people.all_roles(tx)[one]]


def serves(ctx: Context, person_id: int, place_id: int | None) -> bool:
    """Whether somebody is on duty for a place, or runs it: the care team of behaviours 4 and 6."""
    team = {"coordinator", "community_worker", "doctor", "police", "leader"}
    if people.roles_at(ctx.tx, person_id, place_id) & team:
        return True
    return any(shift.person_id == person_id for shift in duty.current(ctx.tx, place_id, ctx.now))


@sentence("who")
def who(ctx: Context) -> Iterator[Effect]:
    """``谁值班``: names and numbers of people on duty are public."""
    place_id = ctx.place.id if ctx.place else ctx.who.place_id
    shifts = duty.current(ctx.tx, place_id, ctx.now)
    lines: list[Word] = []
    for shift in shifts:
        spoken = contact(ctx.tx, people.get(ctx.tx, shift.person_id), place_id)
        until = Word("duty.until", {"at": shift.ends})
        lines.append(Word("duty.line", {**spoken, "duty": called(shift.duty), "until": until}))
    if not shifts:
        for person_id in pages(ctx.tx, place_id, ctx.now, "duty"):
            spoken = contact(ctx.tx, people.get(ctx.tx, person_id), place_id)
            lines.append(Word("duty.line", {**spoken, "duty": called("duty"), "until": ""}))
    if lines:
        yield ctx.reply("duty.who", people=lines)
        return
    urgent = ctx.policy.emergency
    yield ctx.reply("duty.nobody", police=urgent.police, fire=urgent.fire, medical=urgent.medical)


def contact(tx: Transaction, person: Person, place_id: int | None) -> dict[str, Any]:
    """Name and the number that may be published."""
    number = public_phone(tx, person, place_id)
    phone = Word("duty.phone", {"phone": number}) if number else ""
    return {"name": Both(person.name, person.name_en), "phone": phone}


def public_phone(tx: Transaction, person: Person, place_id: int | None) -> str | None:
    """Their own published number, else that of the nearest desk."""
    desks = (place.desk_phone for place in places.chain(tx, place_id) if place.desk_phone)
    return person.public_phone or next(desks, None)


def called(what: str) -> Word | str:
    """What a duty is called; one of the operator's own is said as written."""
    return Word(f"duty.is_{what}") if what in KNOWN else what


@sentence("mine")
def mine(ctx: Context) -> Iterator[Effect]:
    """``我的班``: the speaker's turns of the next two weeks."""
    shifts = duty.of_person(ctx.tx, ctx.who.id, ctx.now)
    if not shifts:
        yield ctx.reply("duty.no_shifts")
        return
    lines = Lines(tuple(turn(ctx.tx, shift) for shift in shifts[:7]))
    yield ctx.reply("duty.mine", shifts=lines)


def turn(tx: Transaction, shift: Shift) -> Word:
    """From when to when, where, and as what."""
    place = places.get(tx, shift.place_id)
    where = Both(place.name, place.name_en) if place else ""
    span = spoken(shift.begins, shift.ends, place.zone if place else "UTC")
    return Word("duty.turn", {**span, "place": where, "duty": called(shift.duty)})


def spoken(begins: datetime, ends: datetime, zone: str) -> dict[str, Any]:
    """A stretch of hours as it is said: by its date, for it may be read on another day."""
    first, last = (at.astimezone(ZoneInfo(zone)) for at in (begins, ends))
    clock, days = f"{last:%H:%M}", (last.date() - first.date()).days
    later: Any = _dated(last) if days > 1 else clock
    if days == 1:
        later = Word("duty.next_day", {"at": clock})
    return {"begins": _dated(first), "ends": later}


def _dated(at: datetime) -> Both:
    zh = f"{at.month}月{at.day}日周{'一二三四五六日'[at.weekday()]}{at:%H:%M}"
    return Both(zh, f"{at:%A} {at.day} {at:%B} {at:%H:%M}")
