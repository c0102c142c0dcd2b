"""Giving a task to somebody by name: the coordinator at once, a helper once the other agrees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import consults, naming, patience, showing, steering
from handlers.claims import hand_over, has_enough, is_new_here
from handlers.kit import (
    Ask,
    Context,
    Effect,
    Lines,
    Sorry,
    ToPerson,
    Word,
    answers,
    sentence,
)
from handlers.recording import known
from storage import claims, people, places, requests
from storage.people import Person
from storage.requests import Request

ASKED = {"pass": "claim", "whom": "which"}


@sentence("assign")
def assign(ctx: Context) -> Iterator[Effect]:
    """`#12 交给小李`: the coordinator gives it to somebody at once, its helper asks them."""
    yield from _give(ctx, naming.must_see(ctx))


@sentence("pass_on", fits=lambda ctx: naming.held(ctx) is not None)
def pass_on(ctx: Context) -> Iterator[Effect]:
    """`转给小李`: the helper's newest task."""
    yield from _give(ctx, known(ctx, naming.held(ctx) or 0))


def _give(ctx: Context, request: Request) -> Iterator[Effect]:
    if request.kind == "consult":
        yield from consults.hand_on(ctx, request, ctx.slots["name"])
        return
    if request.kind in requests.APART:
        raise Sorry("steering.not_yours", number=request.number)
    holds = ctx.who.id in claims.holders(ctx.tx, request.number)
    if not holds and not steering.serves(ctx, request):
        raise Sorry("steering.not_yours", number=request.number)
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    found = _named(ctx, request, ctx.slots["name"])
    if not found:
        raise Sorry("giving.nobody", name=ctx.slots["name"])
    if len(found) > 1:
        yield _whom(ctx, request, found)
        return
    yield from _to(ctx, request, found[0])


def _named(ctx: Context, request: Request, name: str) -> list[Person]:
    """The neighbours of the name that was said, nearest to the request first."""
    named = people.named(ctx.tx, name, request.place_id)
    named = named or people.named(ctx.tx, name.title(), request.place_id)
    named = named or people.named(ctx.tx, name, request.place_id, short=True)
    return [one for one in named if _is_near(ctx, request, one)]


def _is_near(ctx: Context, request: Request, one: Person) -> bool:
    steps = places.distance(ctx.tx, request.place_id, one.place_id)
    return steps <= showing.NEAR or bool(people.roles_at(ctx.tx, one.id, request.place_id))


def _whom(ctx: Context, request: Request, found: list[Person]) -> Ask:
    """Several have the name: which of them?"""
    lines = tuple(
        Word("giving.one", {"at": at, "name": showing.name_of(one), "place": _lives(ctx, one)})
        for at, one in enumerate(found, 1)
    )
    return Ask(
        ctx.here(),
        "giving.whom",
        {"number": request.number, "people": Lines(lines)},
        about=request.number,
        direct=True,
        person_id=ctx.who.id,
        question="whom",
        ref=request.number,
        data={"people": [one.id for one in found]},
        wait=timedelta(minutes=30),
    )


def _lives(ctx: Context, person: Person) -> object:
    return showing.place_name(places.get(ctx.tx, person.place_id))


def _chosen(ctx: Context) -> int | None:
    """Whom an answer picks: by the place in the list, the building or the whole name."""
    asked: list[int] = ctx.asked.data["people"]
    said = ctx.text.strip().strip("。.!！").lower()
    if said.isdecimal():
        return asked[int(said) - 1] if 0 < int(said) <= len(asked) else None
    fitting = []
    for person_id in asked:
        person = people.get(ctx.tx, person_id)
        place = places.get(ctx.tx, person.place_id)
        names = [person.name, person.name_en or "", *((place.name, place.name_en) if place else ())]
        if any(name and name.lower() in said for name in names):
            fitting.append(person_id)
    return fitting[0] if len(fitting) == 1 else None


@answers("whom", lambda ctx: _chosen(ctx) is not None)
def told_whom(ctx: Context) -> Iterator[Effect]:
    """The one of several with the same name."""
    request, person_id = known(ctx, ctx.asked.ref), _chosen(ctx)
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    if person_id is not None:
        yield from _to(ctx, request, people.get(ctx.tx, person_id))


def _to(ctx: Context, request: Request, other: Person) -> Iterator[Effect]:
    number, name = request.number, showing.name_of(other)
    if other.id == request.requester_id:
        raise Sorry("giving.asked_for_it", number=number, name=name)
    if other.id in claims.holders(ctx.tx, number):
        raise Sorry("giving.has_it", number=number, name=name)
    arrange = _assign if steering.serves(ctx, request) else _ask
    yield from arrange(ctx, request, other)


def _assign(ctx: Context, request: Request, other: Person) -> Iterator[Effect]:
    """Those in charge arrange it at once; whoever held the place needs not go."""
    number, holding = request.number, claims.holders(ctx.tx, request.number)
    for holder in holding if len(holding) >= request.wanted else ():
        claims.set_state(ctx.tx, number, holder, "given_back", ctx.now)
        yield from patience.over(ctx, number, holder)
        if holder != ctx.who.id:
            yield ctx.tell(holder, "giving.taken_over", about=number, number=number)
    requests.tell(ctx.tx, number, ctx.now, "assigned", person_id=ctx.who.id)
    yield from hand_over(ctx, request, other.id)
    if not ctx.in_group:
        name = showing.name_of(other)
        yield ctx.reply("giving.assigned", about=number, number=number, name=name)


def _ask(ctx: Context, request: Request, other: Person) -> Iterator[Effect]:
    """A helper asks somebody else to take over; they hold it until the other agrees."""
    number, name = request.number, showing.name_of(other)
    if is_new_here(ctx, other, request):
        raise Sorry("giving.not_known_yet", name=name)
    if has_enough(ctx, other, request):
        raise Sorry("giving.has_enough", name=name)
    yield ctx.reply("giving.asking", about=number, number=number, name=name)
    yield Ask(
        ToPerson(other.id),
        "giving.pass",
        {**showing.openly(ctx, request), "name": showing.name_of(ctx.who)},
        about=number,
        person_id=other.id,
        question="pass",
        ref=number,
        data={"from": ctx.who.id},
    )


@answers("pass", lambda ctx: ctx.reading.act in {"claim", "confirm", "release", "cancel"})
def passed(ctx: Context) -> Iterator[Effect]:
    """The other agrees, or not."""
    number, giver = ctx.asked.ref, int(ctx.asked.data["from"])
    request = known(ctx, number)
    if ctx.reading.act in {"release", "cancel"}:
        yield ctx.reply("claims.another_time")
        name = showing.name_of(ctx.who)
        yield ctx.tell(giver, "giving.declined", about=number, number=number, name=name)
        return
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    if giver not in claims.holders(ctx.tx, number):
        raise Sorry("giving.not_any_more", number=number)
    claims.set_state(ctx.tx, number, giver, "given_back", ctx.now)
    yield from patience.over(ctx, number, giver)
    name = showing.name_of(ctx.who)
    yield ctx.tell(giver, "giving.off_you", about=number, number=number, name=name)
    yield from hand_over(ctx, request, ctx.who.id)
