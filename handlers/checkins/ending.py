"""How a check-in ends: closed with a name and what was found, the all-clear to everyone alerted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers.kit import Both, Context, Effect, Never, Say, Sorry, ToPerson, Word
from storage import checkins, people, places, questions
from storage.checkins import Checkin
from storage.people import Person

QUESTIONS = ("checkin", "checkin_go", "checkin_need")


def name_of(person: Person) -> Both:
    return Both(person.name, person.name_en)


def home(ctx: Context, person: Person) -> Both:
    """Where somebody lives, in full: only for who goes there."""
    place = places.get(ctx.tx, person.place_id)
    zh, en = (place.name, place.name_en or place.name) if place else ("", "")
    if person.unit:
        zh, en = f"{zh}{person.unit}单元", f"{en} unit {person.unit}"
    if person.room:
        zh, en = f"{zh}{person.room}室", f"{en} room {person.room}"
    return Both(zh, en)


def privately(ctx: Context, key: str, **values: Any) -> Say:
    """An answer to what was just said, private wherever it was said."""
    return Say(ToPerson(ctx.who.id), key, values, direct=True)


def sorry(key: str, **values: Any) -> Sorry:
    """Nobody else reads that, when or how somebody is checked on, wherever it was asked."""
    return Sorry(key, **values).in_private()


def said_since(ctx: Context, checkin_id: int) -> bool:
    """Whether this was said since the elder's hour: a message that arrives late is not now."""
    one = checkins.get(ctx.tx, checkin_id)
    return one is None or ctx.message is None or ctx.message.at >= one.due_at


def alerted(ctx: Context, one: Checkin) -> list[int]:
    """Everybody who was told of the silence, once each."""
    told = checkins.story(ctx.tx, one.id, "told")
    return list(dict.fromkeys(event.person_id for event in told if event.person_id is not None))


def close(
    ctx: Context, one: Checkin, outcome: str, *, by: int | None, how: Word, note: str | None = None
) -> Iterator[Effect]:
    """Close it, and older ones of the same person with it; everyone alerted is told once.

    Only where ``one`` is an alarm itself are alarms closed: that takes somebody who went.
    """
    elder = people.get(ctx.tx, one.person_id)
    told: dict[int, None] = {}
    outcome = "helped" if one.alarm else outcome
    for each in checkins.waiting(ctx.tx, one.person_id):
        if each.alarm and not one.alarm:
            continue
        closed = {"outcome": outcome, "note": note, "closed_at": ctx.now}
        checkins.move(ctx.tx, each, "closed", handled_by=by or each.handled_by, **closed)
        checkins.tell(ctx.tx, each.id, ctx.now, "closed", person_id=by, note=outcome)
        told |= dict.fromkeys(alerted(ctx, each))
        yield from silence(ctx, each)
    for person_id in told:
        if person_id not in {by, one.person_id}:
            key = "checkins.helped" if one.alarm else "checkins.all_clear"
            said = {"name": name_of(elder), "how": how, "note": note or ""}
            yield Say(ToPerson(person_id), key, said, urgent=True)


def silence(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Take back what would still ring, and what need no longer be answered."""
    yield Never(f"checkin:{one.id}:")
    for kind in QUESTIONS:
        questions.close(ctx.tx, None, kind, one.id)


def alarm(ctx: Context, person_id: int) -> Iterator[Effect]:
    """An emergency of this person is being answered: no bare reply closes their check-ins now.

    The emergency has its own ladder; `settled` closes the check-ins with it.
    """
    for one in checkins.waiting(ctx.tx, person_id):
        checkins.move(ctx.tx, one, "alerting", alarm=True, step="emergency")
        checkins.tell(ctx.tx, one.id, ctx.now, "emergency", person_id=person_id)
        yield from silence(ctx, one)


def settled(ctx: Context, person_id: int, note: str | None = None) -> Iterator[Effect]:
    """An emergency of this person was closed by a person: so are their check-ins."""
    by = ctx.speaker.id if ctx.speaker else None
    for one in checkins.waiting(ctx.tx, person_id):
        if one.alarm:
            how = Word("checkins.how_settled")
            yield from close(ctx, one, "helped", by=by, how=how, note=note)
            return
