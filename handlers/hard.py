"""Hard problems: `#12 复杂`, the plan and the answer owed, and waiting for the resident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import naming, offering, patience, showing, steering
from handlers import promises as promising
from handlers.kit import Context, Effect, Never, Sorry, sentence
from handlers.policy import Promise
from handlers.recording import known
from storage import claims, promises, requests
from storage.requests import Request


@sentence("hard")
def hard(ctx: Context) -> Iterator[Effect]:
    """`#12 复杂`: a plan is due in two days, and the small fix no longer."""
    request = _in_charge(ctx)
    rule = promising.of(ctx, request) or next(iter(ctx.rules(request).promises), Promise())
    number = request.number
    if promises.standing(ctx.tx, number, promising.HARD):
        raise Sorry("hard.already", number=number)
    requests.move(ctx.tx, request, "planned", ctx.now, who=ctx.who.id, why="hard")
    yield from promising.keep(ctx, request, "on_site", "claimed")
    promises.drop(ctx.tx, number, (*promising.QUICK, "done"), ctx.now)
    yield Never(f"promise:{number}:")
    yield Never(f"unclaimed:{number}:")
    yield Never(f"claim:{number}:")
    by = promising.after(ctx, request, ctx.now, rule.plan)
    yield promising.begin(ctx, request, "plan", by)
    yield ctx.reply("hard.hard", about=number, number=number, by=by)
    yield from _told_all(ctx, request, "hard.hard_told", by=by)


@sentence("plan")
def plan(ctx: Context) -> Iterator[Effect]:
    """`#12 方案:周六换管`: the resident hears the plan, and the answer is due."""
    request = _in_charge(ctx)
    rule = promising.of(ctx, request) or next(iter(ctx.rules(request).promises), Promise())
    number, text = request.number, ctx.slots["text"].strip()
    owed = next(iter(promises.standing(ctx.tx, number, ("plan",))), None)
    if request.state != "planned":
        requests.move(ctx.tx, request, "planned", ctx.now, who=ctx.who.id, why="hard")
    yield from promising.keep(ctx, request, "plan", *promising.QUICK)
    promises.drop(ctx.tx, number, ("done",), ctx.now)
    for name in ("promise:{}:done:", "unclaimed:{}:", "claim:{}:"):
        yield Never(name.format(number))
    data = {**request.data, "plan": text}
    requests.amend(ctx.tx, number, ctx.now, data=data)
    requests.tell(ctx.tx, number, ctx.now, "plan made", person_id=ctx.who.id, note=text[:80])
    by = promising.after(ctx, request, max(ctx.now, owed.due_at if owed else ctx.now), rule.answer)
    for one in promises.standing(ctx.tx, number, ("answer",)):
        by = one.due_at
    if not promises.standing(ctx.tx, number, ("answer",)):
        yield promising.begin(ctx, request, "answer", by)
    yield ctx.reply("hard.plan_noted", about=number, number=number, by=by)
    yield from _told_all(ctx, request, "hard.plan_told", by=by, plan=text)


@sentence("wait")
def wait(ctx: Context) -> Iterator[Effect]:
    """`#12 等住户`: nothing can be done before they answer; the clocks stand still."""
    request = _in_charge(ctx)
    number = request.number
    requests.move(ctx.tx, request, "waiting", ctx.now, who=ctx.who.id, why="waits for the resident")
    promises.pause(ctx.tx, number, ctx.now)
    for name in ("promise:{}:", "unclaimed:{}:", "claim:{}:"):
        yield Never(name.format(number))
    yield ctx.reply("hard.waiting", about=number, number=number)
    yield from _told_all(ctx, request, "hard.waits_for_you")


@sentence("go_on", fits=lambda ctx: _paused(ctx) is not None)
def go_on(ctx: Context) -> Iterator[Effect]:
    """`#12 继续`: by the one who was awaited, or by those in charge."""
    request = _paused(ctx)
    if request is not None:
        yield from resume(ctx, request)


def resume(ctx: Context, request: Request) -> Iterator[Effect]:
    """The clocks run again, each due so much later as it stood still."""
    number = request.number
    holders = claims.holders(ctx.tx, number)
    owed = promises.standing(ctx.tx, number, promising.HARD)
    to = "planned" if owed else "claimed" if holders else "open"
    requests.move(ctx.tx, request, to, ctx.now, who=ctx.who.id, why="goes on")
    yield from promising.resumed(ctx, request)
    again = known(ctx, number)
    for holder in () if owed else holders:
        yield from patience.begin(ctx, again, holder)
    yield ctx.reply("hard.goes_on", about=number, number=number)
    for holder in holders:
        if holder != ctx.who.id:
            values = showing.openly(ctx, request)
            yield ctx.tell(holder, "hard.goes_on_told", about=number, urgent=True, **values)
    if not holders and not owed:
        yield from offering.begin(ctx, again)


def _paused(ctx: Context) -> Request | None:
    request = showing.here(ctx, int(ctx.slots["number"]))
    if request is None or request.state != "waiting":
        return None
    return request if showing.is_party(ctx, request) or _may_steer(ctx, request) else None


def _in_charge(ctx: Context) -> Request:
    """The request named, which the speaker holds or serves and which is not over; else Sorry."""
    request = naming.must_lead(ctx)
    if not _may_steer(ctx, request):
        raise Sorry("steering.not_yours", number=request.number)
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    return request


def _may_steer(ctx: Context, request: Request) -> bool:
    holds = ctx.who.id in claims.holders(ctx.tx, request.number)
    return holds or steering.serves(ctx, request)


def _told_all(ctx: Context, request: Request, key: str, **more: Any) -> Iterator[Effect]:
    values = {**showing.openly(ctx, request), **more}
    for one in (request.requester_id, *requests.followers(ctx.tx, request.number)):
        if one != ctx.who.id:
            yield ctx.tell(one, key, about=request.number, **values)
