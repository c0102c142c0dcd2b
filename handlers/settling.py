"""How a request ends: on the spot, done, settled, not settled, not needed any more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers import (
    consults,
    hours,
    medicine,
    naming,
    patience,
    promises,
    reopening,
    showing,
    talks,
)
from handlers.kit import (
    Ask,
    Context,
    Effect,
    Later,
    Never,
    Sorry,
    ToPerson,
    Word,
    answers,
    hears,
    rings,
)
from handlers.recording import known
from storage import claims, following, questions, requests, whistles
from storage import talks as talking
from storage.requests import Request

ASKED = {"settled": "settled", "which_cancelled": "which"}
_ENDINGS = {
    "done": "settling.closed",
    "half_done": "settling.closed",
    "not_needed": "settling.cancelled",
}


# On the way or on the spot: both are `arrived` to the reader, not to whoever waits at the door.
_THERE = re.compile(
    r"(?<!快)(?<!马上)(?<!就)到(?:了|啦|楼下|门口|你家|您家|现场)|在(?:楼下|门口)|敲门|"
    r"\b(?:here|arrived|outside|downstairs|at (?:the|your) (?:door|gate|place))\b",
    re.IGNORECASE,
)


@hears("arrived")
def on_the_way(ctx: Context) -> Iterator[Effect]:
    """The helper is on the way or on the spot: the requester hears it."""
    number = _in_hand(ctx)
    request = requests.get(ctx.tx, number) if number is not None else None
    if number is None or request is None:
        return
    is_there = _THERE.search(ctx.text) is not None
    if is_there and request.state in {"claimed", "planned", "reopened"}:
        requests.move(ctx.tx, request, "on_site", ctx.now, who=ctx.who.id, why="arrived")
        yield from promises.arrived(ctx, request)
    elif not is_there:
        requests.tell(ctx.tx, request.number, ctx.now, "on the way", person_id=ctx.who.id)
    yield Never(f"unclaimed:{number}:")
    yield from patience.heard(ctx, number)
    yield ctx.reply("settling.good", about=number, number=number)
    name = showing.name_of(ctx.who)
    for one in _asking(ctx, request):
        yield ctx.tell(
            one,
            "settling.there" if is_there else "settling.coming",
            about=number,
            urgent=True,
            number=number,
            name=name,
        )


# Not needed any more, because it was solved another way.
_ELSEWHERE = re.compile(
    r"自己|别人|其他人|邻居(?:已|帮)|解决了|买到了|修好了|借到了|找到了|搞定了|弄好了|"
    r"\b(?:already|myself|ourselves|somebody else|someone else|solved|sorted|found (?:it|one))\b",
    re.IGNORECASE,
)


@answers("nudge", lambda ctx: ctx.reading.act == "confirm" and bool(patience.OVER.search(ctx.text)))
def over(ctx: Context) -> Iterator[Effect]:
    """`好了`, says the helper who was asked how it goes."""
    request = requests.get(ctx.tx, ctx.asked.ref)
    if request is not None and request.state in patience.GOING_ON:
        yield from finish(ctx, request)


@answers("nudge", lambda ctx: ctx.reading.act in {"confirm", "chat", "claim"} and bool(ctx.text))
def still_at_it(ctx: Context) -> Iterator[Effect]:
    """Any word from the helper is a word."""
    yield from patience.heard(ctx, ctx.asked.ref)
    yield ctx.reply("settling.thanks_for_word", about=ctx.asked.ref, number=ctx.asked.ref)


def _in_hand(ctx: Context) -> int | None:
    """The task meant; one that wore off without a word is taken up again while nobody has it."""
    number = naming.held(ctx)
    if number is not None:
        return number
    for request in claims.worn_off(ctx.tx, ctx.who.id):
        if naming.said(ctx) in {None, request.number}:
            claims.set_state(ctx.tx, request.number, ctx.who.id, "held", ctx.now)
            requests.move(ctx.tx, request, "claimed", ctx.now, who=ctx.who.id, why="claimed")
            questions.close(ctx.tx, None, "offered", request.number)
            return request.number
    return None


@hears("done")
def done(ctx: Context) -> Iterator[Effect]:
    """The helper says it is finished: the requester is asked."""
    number = _in_hand(ctx)
    request = requests.get(ctx.tx, number) if number is not None else None
    if request is not None:
        yield from finish(ctx, request)


def finish(ctx: Context, request: Request) -> Iterator[Effect]:
    """The speaker says it is done: the requester is asked whether it is settled."""
    number = request.number
    requests.move(ctx.tx, request, "done", ctx.now, who=ctx.who.id, why="done")
    yield Never(f"claim:{number}:")
    yield Never(f"unclaimed:{number}:")
    for kind in ("nudge", "pass", "nod", "offered"):
        questions.close(ctx.tx, None, kind, number)
    yield from medicine.delivered(ctx, request)
    yield from promises.finished(ctx, request)
    yield ctx.reply("settling.asking", about=number, number=number)
    yield _ask_settled(ctx, request)
    silence = ctx.now + ctx.rules(request).requests.settle_silence
    yield Later(f"settle:{number}:", silence, "unconfirmed", number)


def _ask_settled(ctx: Context, request: Request) -> Ask:
    return Ask(
        ToPerson(request.requester_id),
        "settling.settled",
        {**showing.openly(ctx, request), "name": showing.name_of(ctx.who)},
        about=request.number,
        urgent=True,
        person_id=request.requester_id,
        question="settled",
        ref=request.number,
    )


@answers("settled", lambda ctx: ctx.reading.act in {"confirm", "reopen", "cancel"})
def answer_settled(ctx: Context) -> Iterator[Effect]:
    """The newest question about a finished task is the one answered."""
    request = requests.get(ctx.tx, ctx.asked.ref)
    if request is None or request.state != "done":
        return
    if ctx.reading.act == "reopen":
        yield from reopening.reopen_it(ctx, request)
    else:
        yield from close(ctx, request, "done")


@hears("confirm")
def settled(ctx: Context) -> Iterator[Effect]:
    """It is settled, says the one who asked: with or without having been asked."""
    request = naming.own(ctx, "done", *requests.IN_HAND, "reopened", "open", "waiting")
    # What one gives away is settled by its number only; nobody says `收到了` of it.
    given = request is not None and request.kind == "offer" and naming.said(ctx) is None
    # Who only joined may say that what is done is well, not that it needs nobody.
    theirs = request is not None and request.requester_id != ctx.who.id and request.state != "done"
    if request is not None and not given and not theirs:
        helped = claims.holders(ctx.tx, request.number) or medicine.is_held(ctx, request)
        outcome = "done" if helped else "by_others"
        yield from close(ctx, request, outcome)


@hears("cancel")
def not_needed(ctx: Context) -> Iterator[Effect]:
    """The one who asked needs it no more."""
    if (consult := consults.own(ctx)) is not None and naming.said(ctx) == consult.number:
        yield from consults.call_off(ctx, consult)
        return
    found = naming.any_own(ctx)
    if not found:
        if naming.said(ctx) is not None:
            raise Sorry("settling.not_yours", number=naming.said(ctx))
        yield from medicine.say_where_instead(ctx)
        return
    request = found[0] if len(found) == 1 else naming.talked_about(ctx, found)
    if request is None:
        yield naming.which_of(ctx, found, "settling.which_cancelled", "which_cancelled")
        return
    yield from _call_off(ctx, request, ctx.text)


@answers("which_cancelled", lambda ctx: bool(naming.spoken_number(ctx)))
def told_which(ctx: Context) -> Iterator[Effect]:
    """`取消` could have meant several; now the number is said."""
    request = known(ctx, naming.chosen(ctx))
    if request.state == "closed":
        raise showing.over(request)
    yield from _call_off(ctx, request, "")


def _call_off(ctx: Context, request: Request, said: str) -> Iterator[Effect]:
    """It ends for the one who asked; whoever only joined leaves it to the others."""
    if request.requester_id != ctx.who.id:
        following.leave(ctx.tx, request.number, ctx.who.id)
        requests.tell(ctx.tx, request.number, ctx.now, "left it", person_id=ctx.who.id)
        yield ctx.reply("settling.left_it", about=request.number, number=request.number)
        return
    outcome = "by_others" if _ELSEWHERE.search(said) else "not_needed"
    yield from close(ctx, request, outcome)


def close(ctx: Context, request: Request, outcome: str, *, reply: bool = True) -> Iterator[Effect]:
    """The end: everybody who had a part in it hears, once; the speaker unless told otherwise."""
    number, speaker = request.number, ctx.speaker.id if ctx.speaker else None
    helpers = claims.holders(ctx.tx, number)
    requests.move(
        ctx.tx,
        request,
        "closed",
        ctx.now,
        who=speaker,
        why=f"closed {outcome}",
        outcome=outcome,
        closed_at=ctx.now,
    )
    yield from put_away(ctx, request)
    state = Word(f"lists.state_{outcome}")
    thanked = outcome in {"done", "half_done"}
    if thanked:
        yield from promises.finished(ctx, request)
    yield from (medicine.delivered if thanked else medicine.freed)(ctx, request)
    if speaker is not None and reply:
        key = _ENDINGS.get(outcome, "settling.ended_as")
        yield ctx.reply(key, about=number, number=number, state=state)
    if outcome == "unconfirmed":
        yield from _unconfirmed(ctx, request, helpers)
        return
    for helper in helpers:
        if helper != speaker:
            yield (
                hours.thanks(ctx, request, helper)
                if thanked
                else ctx.tell(
                    helper,
                    "settling.called_off",
                    about=number,
                    urgent=True,
                    state=state,
                    **showing.openly(ctx, request),
                )
            )
    for one in _asking(ctx, request):
        if one != speaker and speaker is not None:
            values = {**showing.openly(ctx, request), "state": state}
            yield ctx.tell(one, "settling.ended", about=number, **values)


def put_away(ctx: Context, request: Request) -> Iterator[Effect]:
    """Nobody holds it, is asked about it or reminded of it any more."""
    number = request.number
    claims.end_all(ctx.tx, number, "finished", ctx.now)
    yield from promises.ended(ctx, request)
    for kind in ("offered", "settled", "nudge", "what", "pass", "nod"):
        questions.close(ctx.tx, None, kind, number)
    for name in ("unclaimed:{}:", "alarm:{}:", "claim:{}:", "settle:{}:", "essential:{}:"):
        yield Never(name.format(number))
    whistles.end_all(ctx.tx, number)
    for kind in ("dispute", "matter"):
        if (talk := talking.live(ctx.tx, kind, number)) is not None:
            yield from talks.close_talk(ctx, talk)
    yield Never(f"whistle:{number}:")


def _unconfirmed(ctx: Context, request: Request, helpers: list[int]) -> Iterator[Effect]:
    values = showing.openly(ctx, request)
    for helper in helpers:
        yield ctx.tell(helper, "settling.unconfirmed_helper", about=request.number, **values)
    for one in _asking(ctx, request):
        yield ctx.tell(one, "settling.unconfirmed", about=request.number, **values)


def _asking(ctx: Context, request: Request) -> list[int]:
    return [request.requester_id, *requests.followers(ctx.tx, request.number)]


@rings("unconfirmed")
def never_confirmed(ctx: Context) -> Iterator[Effect]:
    """Three days of silence: closed, and counted apart."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is not None and request.state == "done":
        yield from close(ctx, request, "unconfirmed")
