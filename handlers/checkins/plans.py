"""Changes to a check-in, by the elder, the family or the care team: pause, resume, hour, leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from handlers import duty
from handlers.checkins import calendar, hours, replies
from handlers.checkins.answers import is_family
from handlers.checkins.ending import close, name_of, privately
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
    rings,
    sentence,
)
from handlers.sentences import tidy
from storage import checkins, people
from storage import duty as rosters
from storage.checkins import CheckinPlan
from storage.people import Person

ASKED = {"checkin_pause": "yes_no"}
WEEKLY = timedelta(days=7)
_YES = {"同意", "愿意", "可以", "好", "好的", "行", "嗯", "是", "是的", "yes", "i agree", "ok"}
_NO = {"不同意", "不愿意", "不", "不用", "不用了", "不要", "不行", "no", "i do not agree"}


def find(ctx: Context, name: str) -> Person | None:
    """The person of this name nearest to the speaker, also as 王奶奶 for 王桂兰."""
    near = ctx.who.place_id
    exact = people.named(ctx.tx, name, near) or people.named(ctx.tx, name.title(), near)
    if exact:
        return exact[0]
    elders = (people.get(ctx.tx, one.person_id) for one in checkins.plans(ctx.tx))
    return next((elder for elder in elders if replies.names(elder, name)), None)


def may_change(ctx: Context, elder: Person) -> bool:
    """The elder, a family contact, the care team; nobody else even learns that there is a plan."""
    me = ctx.who.id or 0
    return me == elder.id or duty.serves(ctx, me, elder.place_id) or is_family(ctx, elder.id or 0)


def _meant(ctx: Context) -> tuple[CheckinPlan, Person]:
    """Whose check-in a sentence is about; Sorry, always the same one, for those not concerned."""
    name = ctx.slots.get("name")
    elder = find(ctx, name) if name and name not in {"我", "my", "me"} else ctx.who
    if elder is None or not may_change(ctx, elder):
        raise Sorry("checkins.not_yours")
    plan = checkins.plan_of(ctx.tx, elder.id or 0)
    if plan is None:
        raise Sorry("checkins.no_plan", name=name_of(elder))
    return plan, elder


def _answer(ctx: Context, elder: Person, key: str, **values: Any) -> Iterator[Effect]:
    """Tell the speaker, and the elder too where somebody else did it."""
    values["name"] = name_of(elder)
    yield privately(ctx, key, **values)
    if elder.id != ctx.who.id:
        by, change = name_of(ctx.who), Word(key, values)
        yield ctx.tell(elder.id or 0, "checkins.changed_by", change=change, by=by)


@sentence("pause")
def pause(ctx: Context) -> Iterator[Effect]:
    """``暂停问候到周五``: through that day; without a day, asked every week."""
    plan, elder = _meant(ctx)
    until = _last_day(ctx, elder)
    if until is None and "when" in ctx.slots:
        raise Sorry("checkins.until_when")
    day = until.isoformat() if until else None
    checkins.change_plan(ctx.tx, plan.id or 0, paused_at=ctx.now, paused_until=day)
    for one in checkins.waiting(ctx.tx, elder.id or 0):
        if not one.alarm:
            yield from close(ctx, one, "ok", by=ctx.who.id, how=Word("checkins.how_paused"))
    if until is None:
        yield Later(f"plan:{plan.id}:pause", ctx.now + WEEKLY, "checkin_pause", plan.id or 0)
        yield from _answer(ctx, elder, "checkins.paused")
        return
    # The day before it begins again is the last day of the pause.
    told = rosters.wall(until, min(plan.at, default=510), calendar.zone(ctx, elder).key)
    yield Later(f"plan:{plan.id}:pause", max(told, ctx.now), "checkin_pause", plan.id or 0)
    yield from _answer(ctx, elder, "checkins.paused_until", day=calendar.day_words(until))


def _last_day(ctx: Context, elder: Person) -> date | None:
    """The last day of the pause, where one is named."""
    today = ctx.now.astimezone(calendar.zone(ctx, elder)).date()
    return hours.day_in(ctx.slots.get("when", ""), today)


@rings("checkin_pause")
def pause_ends(ctx: Context) -> Iterator[Effect]:
    """Announced the day before; a pause without an end is asked about every week."""
    plan = checkins.plan(ctx.tx, ctx.timer.ref if ctx.timer else 0)
    if plan.paused_at is None or plan.withdrawn_at is not None:
        return
    elder = people.get(ctx.tx, plan.person_id)
    values: dict[str, Any] = {"name": name_of(elder), "hours": hours.spoken(plan.at)}
    if plan.paused_until is not None:
        yield ctx.tell(plan.person_id, "checkins.begins_again", **values)
        return
    yield Later(f"plan:{plan.id}:pause", ctx.now + WEEKLY, "checkin_pause", plan.id or 0)
    yield Ask(
        ToPerson(plan.person_id),
        "checkins.still_paused",
        values,
        person_id=plan.person_id,
        question="checkin_pause",
        ref=plan.id or 0,
        wait=WEEKLY,
    )


def yes_or_no(ctx: Context) -> bool | None:
    text = tidy(ctx.text)
    if ctx.in_group:
        return None
    if text in _YES or ctx.reading.act == "confirm":
        return True
    return False if text in _NO or ctx.reading.act == "cancel" else None


def says(ctx: Context) -> bool:
    return yes_or_no(ctx) is not None


@answers("checkin_pause", says)
def begin_again(ctx: Context) -> Iterator[Effect]:
    """Yes: greetings begin again; no: asked again next week."""
    if not yes_or_no(ctx):
        yield privately(ctx, "checkins.paused", name=name_of(ctx.who))
        return
    yield from _resume(ctx, checkins.plan(ctx.tx, ctx.question.ref if ctx.question else 0), ctx.who)


@sentence("resume")
def resume(ctx: Context) -> Iterator[Effect]:
    """``恢复问候``."""
    yield from _resume(ctx, *_meant(ctx))


def _resume(ctx: Context, plan: CheckinPlan, elder: Person) -> Iterator[Effect]:
    checkins.change_plan(ctx.tx, plan.id or 0, paused_at=None, paused_until=None)
    yield Never(f"plan:{plan.id}:")
    yield from calendar.plan_ahead(ctx, [checkins.plan(ctx.tx, plan.id or 0)])
    yield from _answer(ctx, elder, "checkins.resumed", hours=hours.spoken(plan.at))


@sentence("leave")
def leave(ctx: Context) -> Iterator[Effect]:
    """``不用每天问了``: one message, at once."""
    plan, elder = _meant(ctx)
    yield from withdraw(ctx, plan, elder)
    yield from _answer(ctx, elder, "checkins.left")


def withdraw(ctx: Context, plan: CheckinPlan, elder: Person) -> Iterator[Effect]:
    """No greeting any more; a cry for help that stands is not closed by it."""
    checkins.change_plan(ctx.tx, plan.id, withdrawn_at=ctx.now)
    yield Never(f"plan:{plan.id}:")
    yield from calendar.unplan(ctx, plan)
    for one in checkins.waiting(ctx.tx, elder.id):
        if not one.alarm:
            yield from close(ctx, one, "ok", by=ctx.who.id, how=Word("checkins.how_left"))


@sentence("hour")
def another_hour(ctx: Context) -> Iterator[Effect]:
    """``把问候改到9点``."""
    plan, elder = _meant(ctx)
    at = hours.minutes_in(ctx.slots["when"])
    if not at:
        raise Sorry("checkins.what_hour")
    checkins.change_plan(ctx.tx, plan.id or 0, at=at)
    yield from calendar.unplan(ctx, plan)
    yield from calendar.plan_ahead(ctx, [checkins.plan(ctx.tx, plan.id or 0)])
    yield from _answer(ctx, elder, "checkins.moved", hours=hours.spoken(at))
