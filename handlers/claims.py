"""Claims: `我来` is atomic; the helper is told all, the others stand by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from handlers import consults, duty, medicine, naming, patience, promises, showing, talks, waves
from handlers.kit import Ask, Both, Context, Effect, Never, Sorry, ToPerson, Word, answers, hears
from storage import claims, people, places, questions, requests, rooms
from storage.people import Person
from storage.requests import Request

ASKED = {"which": "which", "nod": "yes_no"}
REFUSED = timedelta(days=1)
"""So long the coordinator is not asked again about somebody new who was refused."""


@hears("claim")
def take(ctx: Context) -> Iterator[Effect]:
    """Somebody takes a task: which one, may they, and are they first?"""
    if ctx.late:
        yield ctx.tell(ctx.who.id, "claims.too_late")
        return
    number = naming.claimed(ctx)
    if number is None:
        if not ctx.in_group:
            yield ctx.reply("claims.nothing_open")
        return
    if isinstance(number, list):
        yield naming.which(ctx, number)
        return
    yield from take_number(ctx, number)


@answers("offered", lambda ctx: ctx.reading.act in {"claim", "confirm", "release", "cancel"})
def answer_offer(ctx: Context) -> Iterator[Effect]:
    """The answer to being asked: yes takes it, no is taken kindly."""
    if ctx.reading.act in {"release", "cancel"}:
        claims.answer(ctx.tx, ctx.asked.ref, ctx.who.id, "no")
        yield ctx.reply("claims.another_time")
        yield from waves.declined(ctx, ctx.asked.ref)
        return
    if ctx.in_group or ctx.reading.refers or ctx.quoted_number:
        # Said in the open, `我来` may be meant for another task than the one just offered.
        offered = ctx.asked.ref
        yield from take(ctx) if naming.claimed(ctx) else take_number(ctx, offered)
        return
    yield from take_number(ctx, ctx.asked.ref)


@answers("which", lambda ctx: bool(naming.spoken_number(ctx)))
def told_which(ctx: Context) -> Iterator[Effect]:
    """`我来` could have meant several; now the number is said."""
    yield from take_number(ctx, naming.chosen(ctx))


def take_number(ctx: Context, number: int) -> Iterator[Effect]:
    """Claim this task, or stand by if somebody was faster."""
    request = showing.here(ctx, number)
    if request is None:
        raise Sorry("requests.unknown", number=number)
    if request.kind == "run":
        raise Sorry("runs.say_what", number=number)
    if request.kind == "consult":
        yield from consults.take(ctx, request)
        return
    person_id = ctx.who.id
    if request.requester_id == person_id:
        raise Sorry("claims.own", number=number)
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    holding = claims.holders(ctx.tx, number)
    if person_id in holding:
        yield ctx.reply("claims.already_yours", about=number, number=number)
        return
    if showing.is_doctors(ctx, request):
        raise Sorry("medicine.doctors_own", number=number)
    if not _may_take(ctx, request):
        raise Sorry("claims.not_here", number=number)
    if has_enough(ctx, ctx.who, request):
        count = ctx.rules(request).requests.max_open_tasks
        raise Sorry("claims.enough", number=number, count=count)
    claims.answer(ctx.tx, number, person_id, "yes")
    if len(holding) >= request.wanted:
        yield from _stand_by(ctx, request, holding)
        return
    if is_new_here(ctx, ctx.who, request):
        yield from ask_nod(ctx, request, ctx.who)
        return
    yield from hand_over(ctx, request, person_id)


def _may_take(ctx: Context, request: Request) -> bool:
    """Who lives there, is registered or serves, or was asked: nobody else learns the door."""
    if showing.is_dispute(request):
        return showing.may_know(ctx, request)
    homes = {place.id for place in places.chain(ctx.tx, ctx.who.place_id)}
    asked = (one.person_id for one in claims.invitations(ctx.tx, request.number))
    return (
        request.place_id in homes
        or ctx.who.id in people.all_roles(ctx.tx)
        or ctx.who.id in asked
        or duty.serves(ctx, ctx.who.id, request.place_id)
    )


def has_enough(ctx: Context, person: Person, request: Request) -> bool:
    """Whether somebody has as many open tasks as one may have; whose work it is may have more."""
    held = claims.tasks(ctx.tx, person.id, (*requests.IN_HAND, "reopened"))
    serves = people.roles_at(ctx.tx, person.id, person.place_id) - {"volunteer"}
    return len(held) >= ctx.rules(request).requests.max_open_tasks and not serves


def is_new_here(ctx: Context, person: Person, request: Request) -> bool:
    """Somebody new and unknown gets room and phone only after the coordinator's nod."""
    newcomer = timedelta(days=ctx.rules(request).requests.newcomer_days)
    is_new = ctx.now - person.joined_at < newcomer and not person.vouched
    return is_new and not people.roles_at(ctx.tx, person.id, request.place_id) - {"volunteer"}


def ask_nod(ctx: Context, request: Request, helper: Person) -> Iterator[Effect]:
    """The coordinator is asked whether this new neighbour may go, and the helper hears so."""
    number = request.number
    refused = claims.was_refused(ctx.tx, helper.id, ctx.now - REFUSED)
    waits = helper.id in [one.person_id for one in claims.of_request(ctx.tx, number, "nod")]
    key = "claims.no_nod" if refused else "claims.wait_for_nod"
    # Whoever said so hears it where they did; a stand-by whose turn has come, privately.
    said_so = ctx.speaker is not None and ctx.who.id == helper.id
    answer = ctx.reply if said_so else partial(ctx.tell, helper.id)
    yield answer(key, about=number, number=number)
    if refused or waits:
        return
    claims.set_state(ctx.tx, number, helper.id, "nod", ctx.now)
    values = {**showing.openly(ctx, request), "name": showing.name_of(helper)}
    for person_id in people.serving(ctx.tx, request.place_id, "coordinator")[:1]:
        yield Ask(
            ToPerson(person_id),
            "claims.nod",
            values,
            about=number,
            urgent=request.urgency == "urgent",
            person_id=person_id,
            question="nod",
            ref=number,
            data={"person": helper.id},
        )


@answers("nod", lambda ctx: ctx.reading.act in {"confirm", "cancel", "claim", "release"})
def nodded(ctx: Context) -> Iterator[Effect]:
    """The coordinator knows them, or does not."""
    number, person_id = ctx.asked.ref, int(ctx.asked.data["person"])
    request = requests.get(ctx.tx, number)
    if request is None:
        return
    if ctx.reading.act not in {"confirm", "claim"}:
        claims.set_state(ctx.tx, number, person_id, "no_nod", ctx.now)
        yield ctx.tell(person_id, "claims.no_nod", about=number, number=number)
        return
    people.change(ctx.tx, person_id, vouched=True)
    if request.state in {"done", "closed"}:
        return
    holding = claims.holders(ctx.tx, number)
    if len(holding) < request.wanted:
        yield from hand_over(ctx, request, person_id)
        return
    _queue(ctx, request, person_id)
    yield ctx.tell(person_id, "claims.standby", about=number, **_first(ctx, request, holding))


def _stand_by(ctx: Context, request: Request, holding: list[int]) -> Iterator[Effect]:
    _queue(ctx, request, ctx.who.id)
    yield ctx.reply("claims.standby", about=request.number, **_first(ctx, request, holding))


def _queue(ctx: Context, request: Request, person_id: int) -> None:
    number = request.number
    if person_id not in claims.standby(ctx.tx, number):
        claims.set_state(ctx.tx, number, person_id, "standby", ctx.now)
        requests.tell(ctx.tx, number, ctx.now, "standby", person_id=person_id)


def _first(ctx: Context, request: Request, holding: list[int]) -> dict[str, Any]:
    return {"number": request.number, "name": showing.name_of(people.get(ctx.tx, holding[0]))}


def hand_over(ctx: Context, request: Request, person_id: int) -> Iterator[Effect]:
    """This person holds the task now: tell them all, tell the requester who comes."""
    number, helper = request.number, people.get(ctx.tx, person_id)
    yield from promises.resumed(ctx, request)
    if request.state not in requests.IN_HAND:
        requests.move(ctx.tx, request, "claimed", ctx.now, who=person_id, why="claimed")
    else:
        requests.tell(ctx.tx, number, ctx.now, "claimed too", person_id=person_id)
    claims.set_state(ctx.tx, number, person_id, "held", ctx.now)
    questions.close(ctx.tx, None if request.wanted == 1 else person_id, "offered", number)
    if len(claims.holders(ctx.tx, number)) >= request.wanted:
        yield Never(f"unclaimed:{number}:")
    name, openly = showing.name_of(helper), showing.openly(ctx, request)
    yield from _thank(ctx, request, person_id)
    yield ctx.tell(
        person_id,
        "claims.details",
        about=number,
        urgent=True,
        helper=name,
        **showing.in_full(ctx, request),
    )
    requests.tell(ctx.tx, number, ctx.now, "details told", person_id=person_id)
    yield from medicine.to_fetch(ctx, request, person_id)
    yield from promises.claimed(ctx, request)
    phone, by = helper.phone or Word("requests.no_phone"), promises.spoken(ctx, request)
    for one in (request.requester_id, *requests.followers(ctx.tx, number)):
        values = {**openly, "name": name, "phone": phone, "promise": by}
        yield ctx.tell(one, "claims.comes", about=number, urgent=True, **values)
    yield from patience.begin(ctx, request, person_id)
    if showing.is_dispute(request):
        yield from _talk(ctx, request, person_id)


def _talk(ctx: Context, request: Request, mediator: int) -> Iterator[Effect]:
    """A dispute has a private talk of its own: the mediator and those who asked."""
    parties = [request.requester_id, *requests.followers(ctx.tx, request.number)]
    title = Both(f"调解 #{request.number}", f"Mediation #{request.number}")
    members = [mediator, *(one for one in parties if one != mediator)]
    yield from talks.open_talk(ctx, "dispute", request.number, members, title, "disputes.opened")


def _thank(ctx: Context, request: Request, person_id: int) -> Iterator[Effect]:
    """Where it is talked about everybody sees that it is taken; what was private stays so."""
    number, told = request.number, None
    if ctx.room is not None and ctx.in_group:
        told = ctx.room.id
    elif request.room_id is not None and not rooms.get(ctx.tx, request.room_id).private:
        told = request.room_id
    if told is not None and not showing.is_hushed(request):
        values = {"number": number, "name": showing.name_of(people.get(ctx.tx, person_id))}
        yield ctx.post(told, "claims.yours", about=number, urgent=True, **values)
