"""What the coordinator and duty people say about a request: give it, pass it up, merge, close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import climbing, duty, medicine, naming, offering, settling, showing
from handlers.claims import hand_over, is_new_here
from handlers.kit import Ask, Context, Effect, Never, Sorry, ToPerson, answers, sentence
from handlers.recording import known
from storage import claims, people, places, requests
from storage.requests import Request

ASKED = {"pass": "claim"}
_OUTCOMES = {
    "已转介": "referred",
    "转介": "referred",
    "办不了": "unable",
    "联系不上": "unreachable",
    "不需要": "not_needed",
    "重复": "duplicate",
    "部分": "half_done",
    "自己": "by_others",
    "别人": "by_others",
    "解决": "done",
    "办好": "done",
    "referred": "referred",
    "unable": "unable",
    "unreachable": "unreachable",
    "not needed": "not_needed",
    "duplicate": "duplicate",
    "half": "half_done",
    "others": "by_others",
    "done": "done",
    "solved": "done",
}
_ABOVE = {
    "街道": "street",
    "社区": "community",
    "网格": "grid",
    "street": "street",
    "community": "community",
    "grid": "grid",
}
"""The kind of place, as it is called by whoever passes something up."""


def served(ctx: Context) -> Request:
    """The request named, where the speaker serves its place; Sorry otherwise."""
    request = naming.must_lead(ctx)
    if not serves(ctx, request):
        raise Sorry("steering.not_yours", number=request.number)
    return request


def serves(ctx: Context, request: Request) -> bool:
    """Whether the speaker is on duty there or has an office; keeping a box is none."""
    offices = people.roles_at(ctx.tx, ctx.who.id, request.place_id) - {"volunteer", "keeper"}
    return bool(offices) or duty.serves(ctx, ctx.who.id, request.place_id)


@sentence("assign")
def assign(ctx: Context) -> Iterator[Effect]:
    """`#12 交给小李`: the coordinator gives it to somebody, at once."""
    request = naming.must_lead(ctx)
    number = request.number
    if not serves(ctx, request):
        yield from _pass_on(ctx, request)
        return
    person_id = _the_one(ctx, request)
    if request.state in {"done", "closed"}:
        raise Sorry("claims.over", number=number)
    for holder in claims.holders(ctx.tx, number):
        if holder == person_id:
            raise Sorry("steering.has_it", number=number)
        claims.set_state(ctx.tx, number, holder, "given_back", ctx.now)
        yield Never(f"claim:{number}:{holder}:")
        yield ctx.tell(holder, "steering.taken_over", about=number, number=number)
    requests.tell(ctx.tx, number, ctx.now, "assigned", person_id=ctx.who.id)
    yield from hand_over(ctx, request, person_id)
    name = showing.name_of(people.get(ctx.tx, person_id))
    if not ctx.in_group:
        yield ctx.reply("steering.assigned", about=number, number=number, name=name)


@sentence("pass_on", fits=lambda ctx: naming.held(ctx) is not None)
def pass_on(ctx: Context) -> Iterator[Effect]:
    """`转给小李`: the helper's newest task."""
    yield from _pass_on(ctx, known(ctx, naming.held(ctx) or 0))


def _the_one(ctx: Context, request: Request) -> int:
    """The neighbour of the name that was said, nearest to the request; Sorry if none or unclear."""
    name = ctx.slots["name"]
    named = people.named(ctx.tx, name, request.place_id) or _by_english(ctx, name)
    found = [one for one in named if _is_near(ctx, request, one)]
    if not found:
        raise Sorry("steering.nobody", name=name)
    near = [one for one in found if one.place_id == found[0].place_id]
    if len(near) > 1:
        raise Sorry("steering.several", name=name)
    if found[0].id == request.requester_id:
        raise Sorry("steering.asked_for_it", number=request.number, name=showing.name_of(found[0]))
    return found[0].id


def _is_near(ctx: Context, request: Request, one: people.Person) -> bool:
    steps = places.distance(ctx.tx, request.place_id, one.place_id)
    return steps <= showing.NEAR or bool(people.roles_at(ctx.tx, one.id, request.place_id))


def _by_english(ctx: Context, name: str) -> list[people.Person]:
    return people.named(ctx.tx, name.title())


def _pass_on(ctx: Context, request: Request) -> Iterator[Effect]:
    """A helper asks somebody else to take over; they hold it until the other agrees."""
    number = request.number
    if (ctx.who.id) not in claims.holders(ctx.tx, number):
        raise Sorry("steering.not_yours", number=number)
    person_id = _the_one(ctx, request)
    other = people.get(ctx.tx, person_id)
    if is_new_here(ctx, other, request):
        raise Sorry("steering.not_known_yet", name=showing.name_of(other))
    yield ctx.reply(
        "steering.asking", about=number, name=showing.name_of(people.get(ctx.tx, person_id))
    )
    yield Ask(
        ToPerson(person_id),
        "steering.pass",
        {**showing.openly(ctx, request), "name": showing.name_of(ctx.who)},
        about=number,
        person_id=person_id,
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
        yield ctx.tell(giver, "steering.declined", about=number, number=number)
        return
    if giver not in claims.holders(ctx.tx, number):
        raise Sorry("claims.over", number=number)
    claims.set_state(ctx.tx, number, giver, "given_back", ctx.now)
    yield Never(f"claim:{number}:{giver}:")
    yield ctx.tell(giver, "steering.off_you", about=number, number=number)
    yield from hand_over(ctx, request, ctx.who.id)


@sentence("up")
def up(ctx: Context) -> Iterator[Effect]:
    """`#12 上报街道`: up to the place named, or to the next above."""
    request = served(ctx)
    kind = next((kind for word, kind in _ABOVE.items() if word in ctx.text.lower()), None)
    place = yield from climbing.climb(ctx, request, kind)
    if place is None:
        raise Sorry("steering.nobody_above", number=request.number)
    where = showing.place_name(place)
    yield ctx.reply("steering.going_up", about=request.number, number=request.number, place=where)


@sentence("close")
def close(ctx: Context) -> Iterator[Effect]:
    """`关闭 #12 已转介`: with an outcome, always."""
    request = served(ctx)
    if request.state == "closed":
        raise Sorry("claims.over", number=request.number)
    said = ctx.slots.get("text", "").lower()
    outcome = next((value for word, value in _OUTCOMES.items() if word in said), None)
    if outcome is None:
        raise Sorry("steering.which_outcome", number=request.number)
    yield from settling.close(ctx, request, outcome)


@sentence("merge")
def merge(ctx: Context) -> Iterator[Effect]:
    """`合并 #12 #15`: the second joins the first; everybody who asked hears the end."""
    kept = served(ctx)
    other = showing.here(ctx, int(ctx.slots["count"]))
    if other is None or other.number == kept.number:
        raise Sorry("requests.unknown", number=int(ctx.slots["count"]))
    if not serves(ctx, other):
        raise Sorry("steering.not_yours", number=other.number)
    for request in (kept, other):
        if request.state == "closed":
            raise Sorry("claims.over", number=request.number)
    number = kept.number
    for one in (other.requester_id, *requests.followers(ctx.tx, other.number)):
        if one != kept.requester_id:
            requests.follow(ctx.tx, number, one)
        yield ctx.tell(one, "steering.merged", about=number, number=number, other=other.number)
    helpers = claims.holders(ctx.tx, other.number)
    yield from settling.put_away(ctx, other)
    yield from medicine.freed(ctx, other)
    requests.tell(ctx.tx, number, ctx.now, "merged", person_id=ctx.who.id, note=f"#{other.number}")
    ended: dict[str, Any] = {"outcome": "duplicate", "closed_at": ctx.now}
    requests.move(ctx.tx, other, "closed", ctx.now, who=ctx.who.id, why="merged", **ended)
    for helper in helpers:
        yield from _goes_along(ctx, known(ctx, number), other, helper)
    yield ctx.reply("steering.done_merging", about=number, number=number, other=other.number)


def _goes_along(ctx: Context, kept: Request, other: Request, helper: int) -> Iterator[Effect]:
    """Whoever held what was merged holds the whole now, unless somebody does."""
    wanted = kept.state in {*offering.OPEN, *requests.IN_HAND} and helper != kept.requester_id
    if wanted and len(claims.holders(ctx.tx, kept.number)) < kept.wanted:
        yield from hand_over(ctx, kept, helper)
    elif helper not in claims.holders(ctx.tx, kept.number):
        values = showing.openly(ctx, other)
        yield ctx.tell(helper, "settling.called_off", about=other.number, urgent=True, **values)


@sentence("several")
def several(ctx: Context) -> Iterator[Effect]:
    """`#3 需要帮手 2人`: so many places in the task, each claimed by itself."""
    request = naming.must_lead(ctx)
    holds = ctx.who.id in claims.holders(ctx.tx, request.number)
    if not holds and not showing.is_party(ctx, request):
        raise Sorry("steering.not_yours", number=request.number)
    yield from _widen(ctx, request)


@sentence("several_here", fits=lambda ctx: _meant(ctx) is not None)
def several_here(ctx: Context) -> Iterator[Effect]:
    """`需要帮手2人` without a number: the task in hand, else the speaker's own request."""
    number = _meant(ctx)
    if number is not None:
        yield from _widen(ctx, known(ctx, number))


def _meant(ctx: Context) -> int | None:
    own = naming.own(ctx)
    return naming.held(ctx) or (own.number if own else None)


def _widen(ctx: Context, request: Request) -> Iterator[Effect]:
    wanted = _count(ctx.slots["count"])
    requests.amend(ctx.tx, request.number, ctx.now, wanted=wanted)
    yield ctx.reply(
        "steering.several_wanted", about=request.number, number=request.number, count=wanted
    )
    if len(claims.holders(ctx.tx, request.number)) < wanted:
        yield from offering.wave(ctx, request, 2, ctx.policy.waves.grid)


def _count(said: str) -> int:
    digits = {"一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "四": 4, "五": 5, "六": 6}
    return max(1, min(20, int(said) if said.isdecimal() else digits.get(said[0], 1)))
