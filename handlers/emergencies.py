"""Danger to life: the number to ring first, then the duty person; only a person closes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import checkins, lookins, offering, recording, settling, showing
from handlers.kit import (
    Ask,
    Context,
    Effect,
    Later,
    Never,
    Say,
    ToPerson,
    Word,
    hears,
    rings,
    sentence,
)
from handlers.reading import Category
from storage import claims, people, places, requests
from storage.requests import Request

_CATEGORY: dict[str, Category] = {
    "medical": "medical",
    "electric": "medical",
    "violence": "safety",
    "self_harm": "mental",
}
SAME = timedelta(minutes=15)
"""Further words of the same person within this time belong to the same emergency."""


@hears("emergency", sure=0.0)
def danger(ctx: Context) -> Iterator[Effect]:
    """Answer first, with the number to ring and what to say; page whoever is on duty at once."""
    yield from told_of(ctx, ctx.text)


def told_of(ctx: Context, words: str) -> Iterator[Effect]:
    """The danger of `ctx.reading`, told in these words."""
    request = _known(ctx) or _at_door(ctx, _record(ctx, words))
    yield from answer(ctx, request)
    yield from checkins.alarm(ctx, ctx.who.id)
    if request.reopenings == 0 and ctx.now - request.made_at < timedelta(seconds=1):
        yield from raise_alarm(ctx, request)
    else:
        yield from _add_words(ctx, request)


def _at_door(ctx: Context, request: Request) -> Request:
    """Who rings or visits somebody cries for them: help is sent to that door."""
    elder = checkins.in_danger(ctx)
    if elder is not None and elder.place_id is not None:
        return lookins.at_door(ctx, request, lookins.resident(elder))
    return lookins.aim(ctx, request)


def answer(ctx: Context, request: Request) -> Iterator[Effect]:
    """The number and what to say; about self-harm only privately."""
    kind, number = request.danger or "medical", request.number
    place = places.get(ctx.tx, request.place_id)
    gas = next(
        (one.gas_phone for one in places.chain(ctx.tx, request.place_id) if one.gas_phone), None
    )
    numbers = ctx.rules(request).emergency
    gas = gas or numbers.gas or None
    values = {
        "number": number,
        "medical": numbers.medical,
        "fire": numbers.fire,
        "police": numbers.police,
        "self_harm": numbers.self_harm,
        "gas": Word("emergencies.gas_company", {"phone": gas}) if gas else "",
        "place": showing.place_name(place),
    }
    private = kind == "self_harm"
    to = ToPerson(ctx.who.id) if private else ctx.here()
    yield Say(to, f"emergencies.{kind}", values, about=number, urgent=True, direct=True)


def _known(ctx: Context) -> Request | None:
    """The same danger, told again a moment later."""
    mine = requests.of_person(ctx.tx, ctx.who.id)
    for one in mine:
        same = one.kind == "emergency" and one.danger == ctx.reading.emergency
        if same and ctx.now - one.changed_at < SAME:
            return one
    return None


def _record(ctx: Context, words: str) -> Request:
    place = recording.place_of(ctx, ctx.reading) or _anywhere(ctx)
    reading = ctx.reading.but(
        urgency="urgent", category=_CATEGORY.get(ctx.reading.emergency or "", "rescue")
    )
    return recording.record(ctx, reading, words, place, kind="emergency")


def _anywhere(ctx: Context) -> places.Place:
    """Nobody knows where they are: the widest place, so that somebody is paged."""
    every = places.every(ctx.tx).values()
    top = [place for place in every if place.parent_id is None]
    if not top:
        raise LookupError("no place was ever imported")
    return top[0]


def raise_alarm(ctx: Context, request: Request) -> Iterator[Effect]:
    """Page the duty person with room and phone, and set the steps if nobody takes it."""
    for person_id in offering.next_called(ctx, request, offering.STEPS[0]):
        yield call(ctx, request, person_id)
    yield from offering.alarm(ctx, request, after=1)


def call(ctx: Context, request: Request, person_id: int) -> Ask:
    """Page one person about danger, with room and phone."""
    values = {**showing.in_full(ctx, request), "danger": Word(f"emergencies.is_{request.danger}")}
    return Ask(
        ToPerson(person_id),
        "emergencies.page",
        values,
        about=request.number,
        urgent=True,
        direct=True,
        person_id=person_id,
        question="offered",
        ref=request.number,
    )


@rings("alarm")
def still_nobody(ctx: Context) -> Iterator[Effect]:
    """Nobody has taken the emergency: the next of the chain is paged too."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is None or request.state == "closed" or claims.holders(ctx.tx, ctx.rung.ref):
        return
    step, again = str(ctx.rung.data["step"]), int(ctx.rung.data.get("again", 0))
    for person_id in offering.next_called(ctx, request, step):
        yield call(ctx, request, person_id)
    rule = ctx.rules(request).unclaimed
    if step == offering.STEPS[-1] and again < rule.repeats:
        due, data = ctx.now + rule.urgent.duty, {"step": step, "again": again + 1}
        yield Later(f"alarm:{request.number}:{step}", due, "alarm", request.number, data)
    elif step == offering.STEPS[-1]:
        requests.tell(ctx.tx, request.number, ctx.now, "stands red")


def _open_one(ctx: Context) -> Request | None:
    """The emergency meant: the one named or quoted, else the newest the speaker has a part in."""
    if "number" in ctx.slots or ctx.quoted_number:
        number = int(ctx.slots.get("number", ctx.quoted_number or 0))
        request = showing.here(ctx, number)
        return request if request and request.kind == "emergency" else None
    here = requests.at_places(ctx.tx, places.every(ctx.tx))
    for one in here:
        held = ctx.who.id in claims.holders(ctx.tx, one.number)
        if one.kind == "emergency" and (held or showing.is_party(ctx, one)):
            return one
    return None


@sentence("over", fits=lambda ctx: _open_one(ctx) is not None)
def over(ctx: Context) -> Iterator[Effect]:
    """`没事了`: whoever holds it or serves the place closes it; the one in need is looked after."""
    request = _open_one(ctx)
    if request is None or request.state == "closed":
        return
    helps = ctx.who.id in claims.holders(ctx.tx, request.number)
    serves = people.roles_at(ctx.tx, ctx.who.id, request.place_id) - {"volunteer", "keeper"}
    if helps or serves:
        yield Never(f"alarm:{request.number}:")
        yield from settling.close(ctx, request, "done" if helps else "by_others")
        yield from checkins.settled(ctx, request.requester_id, ctx.text)
        return
    yield from _add_words(ctx, request)
    yield ctx.reply("emergencies.will_look", about=request.number, number=request.number)


def _add_words(ctx: Context, request: Request) -> Iterator[Effect]:
    """More words about it: whoever has been paged or holds it reads them at once."""
    number = request.number
    requests.amend(ctx.tx, number, ctx.now, text=f"{request.text}\n{ctx.text}")
    holders = claims.holders(ctx.tx, number)
    story = requests.story(ctx.tx, number)
    paged = [one.person_id for one in story if one.what == "paged" and one.person_id]
    for person_id in dict.fromkeys(holders or paged):
        values = {"number": number, "said": ctx.text, "name": showing.name_of(ctx.who)}
        yield Say(
            ToPerson(person_id), "emergencies.more", values, about=number, urgent=True, direct=True
        )
