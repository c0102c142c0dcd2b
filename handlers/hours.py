"""Hours that count: after the end of a request both sides say how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from handlers import duty, patience, showing
from handlers.kit import Ask, Context, Effect, Say, Sorry, ToPerson, Word, answers, sentence
from handlers.recording import known
from handlers.spans import minutes_in
from storage import claims, hours, people, questions, requests
from storage.hours import HourClaim
from storage.requests import Request

ASKED = {"hours": "yes_no"}
WEEK = timedelta(days=7)
COUNTED = ("done", "half_done")
ROUND = timedelta(minutes=5)
"""Proposals are in steps of this."""
_EMPLOYED = frozenset({"property", "community_worker", "police"})
_BEGINNINGS = ("claimed", "claimed too", "arrived")


def thanks(ctx: Context, request: Request, helper_id: int) -> Say:
    """What a helper hears at the end; where hours count, with the minutes that are proposed."""
    values = showing.openly(ctx, request)
    if not _counts(ctx, request, helper_id):
        return ctx.tell(helper_id, "settling.thanks", about=request.number, **values)
    minutes = _worked(ctx, request, helper_id)
    receiver = request.requester_id
    hours.propose(
        ctx.tx, request.number, helper_id, receiver_id=receiver, minutes=minutes, now=ctx.now
    )
    key = "hours.how_long" if minutes is None else "hours.proposed"
    return _ask(helper_id, key, request.number, {**values, "span": spoken(minutes or 0)})


def _counts(ctx: Context, request: Request, helper_id: int) -> bool:
    """None for one's own request, nor for what is somebody's work."""
    at_work = people.roles_at(ctx.tx, helper_id, request.place_id) & _EMPLOYED
    own = request.requester_id == helper_id
    return request.kind in {"need", "offer"} and not own and not at_work


def _worked(ctx: Context, request: Request, helper_id: int) -> int | None:
    """Minutes from claiming to done, from arriving if that was long after; None: nobody knows."""
    begun: dict[str, datetime] = {}
    done = ctx.now
    for step in requests.story(ctx.tx, request.number):
        if step.person_id == helper_id and step.what in _BEGINNINGS:
            begun[step.what] = step.at
        elif step.what == "done":
            done = step.at
    for at in filter(None, map(begun.get, _BEGINNINGS)):
        if timedelta() <= done - at <= ctx.rules(request).hours.per_request:
            return max(1, round((done - at) / ROUND)) * int(ROUND.total_seconds() // 60)
    return None


def _ask(person_id: int, key: str, number: int, values: dict[str, Any]) -> Ask:
    return Ask(
        ToPerson(person_id),
        key,
        values,
        about=number,
        person_id=person_id,
        question="hours",
        ref=number,
    )


def _is_answer(ctx: Context) -> bool:
    """Yes, no, or a time; a bare time answers only what was asked last."""
    if minutes_in(ctx.text) is not None:
        standing = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
        return ctx.quoted_number is not None or standing[0].id == ctx.asked.id
    if ctx.reading.act == "confirm":
        if patience.OVER.search(ctx.text) and claims.tasks(ctx.tx, ctx.who.id, patience.GOING_ON):
            return False  # news of what is in hand now
        return any(one.minutes is not None for one in _mine(ctx, ctx.asked.ref))
    return ctx.reading.act == "cancel"


@answers("hours", _is_answer)
def answered(ctx: Context) -> Iterator[Effect]:
    """`是`, `40分钟`, `不用记`: each side says it once, and what both say stands."""
    yield from _said(ctx, ctx.asked.ref, minutes_in(ctx.text))


@sentence("of", fits=lambda ctx: _named(ctx) is not None)
def of_number(ctx: Context) -> Iterator[Effect]:
    """`#12 用了40分钟`: said or corrected later, by either side."""
    request = _named(ctx)
    if request is None or request.outcome not in COUNTED:
        raise Sorry("hours.none", number=int(ctx.slots["number"]))
    if not _mine(ctx, request.number):
        raise Sorry("hours.none", number=request.number)
    yield from _said(ctx, request.number, _minutes(ctx))


def _named(ctx: Context) -> Request | None:
    request = showing.here(ctx, int(ctx.slots["number"]))
    return request if _minutes(ctx) is not None else None


def _minutes(ctx: Context) -> int | None:
    unit = "小时" if "小时" in ctx.text or "hour" in ctx.text else "分钟"
    return minutes_in(ctx.slots.get("text") or f"{ctx.slots.get('count', '')}{unit}")


def _mine(ctx: Context, number: int) -> list[HourClaim]:
    """What is said of the speaker's own help with a request, or of help the speaker got."""
    claims = hours.of_request(ctx.tx, number)
    return [one for one in claims if ctx.who.id in {one.helper_id, one.receiver_id}]


def _said(ctx: Context, number: int, minutes: int | None) -> Iterator[Effect]:
    me = ctx.who.id
    mine = _mine(ctx, number)
    if minutes is None and ctx.reading.act == "cancel":
        for claim in mine:
            hours.drop(ctx.tx, claim, ctx.now)
        questions.close(ctx.tx, None, "hours", number)
        yield ctx.reply("hours.dropped", about=number, number=number)
        return
    for claim in mine:
        if minutes is None and claim.said_by not in {None, me} and claim.state == "said":
            yield from _agree(ctx, claim)
    told = [one for one in mine if minutes is not None or one.said_by is None]
    for claim in told:
        wanted = claim.minutes or 0 if minutes is None else minutes
        hours.say(ctx.tx, claim, _most(ctx, claim, wanted), me, ctx.now)
    if told:
        yield from _ask_others(ctx, number, [claim.helper_id for claim in told], minutes)


def _ask_others(
    ctx: Context, number: int, helpers: list[int], minutes: int | None
) -> Iterator[Effect]:
    """The other side hears what was said, or what of it counts, and says yes or something else."""
    request = requests.get(ctx.tx, number)
    said = [one for one in hours.of_request(ctx.tx, number) if one.state == "said"]
    mine = [one for one in said if one.helper_id in helpers]
    values: dict[str, Any] = {
        **(showing.openly(ctx, request) if request else {"number": number}),
        "span": spoken(mine[0].minutes or 0),
    }
    capped = minutes is not None and minutes > (mine[0].minutes or 0)
    yield ctx.reply("hours.asking_most" if capped else "hours.asking", about=number, **values)
    if ctx.who.id in helpers:
        listed = [one for one in said if one.said_by == one.helper_id]
        values["helpers"] = [_line(ctx, one) for one in listed]
        yield _ask(mine[0].receiver_id, "hours.right", number, values)
        return
    for claim in mine:
        yield _ask(claim.helper_id, "hours.other_says", number, values)


def _line(ctx: Context, claim: HourClaim) -> Word:
    name = showing.name_of(people.get(ctx.tx, claim.helper_id))
    return Word("hours.helped", {"name": name, "span": spoken(claim.minutes or 0)})


def _most(ctx: Context, claim: HourClaim, minutes: int) -> int:
    """No more than a request and a week may count."""
    rule, helper = ctx.rules(known(ctx, claim.number)).hours, claim.helper_id
    used = hours.given(ctx.tx, helper, ctx.now - WEEK, but=claim.number)
    left = int(rule.per_week.total_seconds() // 60) - used
    return max(0, min(minutes, int(rule.per_request.total_seconds() // 60), left))


def _agree(ctx: Context, claim: HourClaim) -> Iterator[Effect]:
    """Both say so: it is entered, and both hear it, each once."""
    number, me = claim.number, ctx.who.id
    minutes = _most(ctx, claim, claim.minutes or 0)
    hours.agree(ctx.tx, claim, minutes, ctx.now)
    total = spoken(hours.given(ctx.tx, claim.helper_id))
    values: dict[str, Any] = {"number": number, "span": spoken(minutes), "total": total}
    gave = "hours.entered" if minutes else "hours.full"
    if me == claim.helper_id:
        yield ctx.reply(gave, about=number, **values)
        return
    yield ctx.reply("hours.thanks", about=number, **values)
    yield ctx.tell(claim.helper_id, gave, about=number, **values)


@sentence("undo")
def undo(ctx: Context) -> Iterator[Effect]:
    """`撤销 #12 的时长`: whoever serves the place takes it back by a correcting entry."""
    number = int(ctx.slots["number"])
    request = showing.here(ctx, number)
    entered = [one for one in hours.of_request(ctx.tx, number) if one.state == "agreed"]
    if request is None or not duty.serves(ctx, ctx.who.id, request.place_id) or not entered:
        raise Sorry("hours.none", number=number)
    yield ctx.reply("hours.undone", about=number, number=number)
    for claim in entered:
        hours.agree(ctx.tx, claim, 0, ctx.now)
        for one in {claim.helper_id, claim.receiver_id} - {ctx.who.id}:
            yield ctx.tell(one, "hours.undone", about=number, number=number)


@sentence("mine")
def mine(ctx: Context) -> Iterator[Effect]:
    """`我的时长`: what I gave and what I got."""
    me = ctx.who.id
    gave, got = hours.given(ctx.tx, me), hours.received(ctx.tx, me)
    keys = {(True, True): "mine", (True, False): "mine_gave", (False, True): "mine_got"}
    key = f"hours.{keys.get((gave > 0, got > 0), 'mine_none')}"
    times = hours.times(ctx.tx, me)
    yield ctx.reply(key, gave=spoken(gave), got=spoken(got), times=times)


def spoken(minutes: int) -> Word:
    """Minutes to the minute: nobody rounds what they gave."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return Word("hours.minutes", {"minutes": rest})
    key = "hours.both" if rest else "hours.whole"
    return Word(key, {"whole": whole, "minutes": rest})
