"""Changes to a check-in, by the elder, the family or the care team: pause, resume, leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from handlers import duty
from handlers.checkins import calendar, circle, hours
from handlers.checkins.answers import is_family
from handlers.checkins.ending import close, name_of, privately, silence, sorry
from handlers.kit import (
    Ask,
    Context,
    Effect,
    Later,
    Never,
    ToPerson,
    Word,
    answers,
    rings,
    sentence,
)
from handlers.sentences import tidy
from storage import checkins, people, questions
from storage import duty as rosters
from storage.checkins import CheckinPlan
from storage.people import Person

ASKED = {"checkin_pause": "yes_no"}
WEEKLY = timedelta(days=7)
_YES = {"同意", "愿意", "可以", "好", "好的", "行", "嗯", "是", "是的", "yes", "i agree", "ok"}
_NO = {"不同意", "不愿意", "不", "不用", "不用了", "不要", "不行", "no", "i do not agree"}


def may_change(ctx: Context, elder: Person) -> bool:
    """The elder, a family contact, the care team; nobody else even learns that there is a plan."""
    me = ctx.who.id
    return me == elder.id or duty.serves(ctx, me, elder.place_id) or is_family(ctx, elder.id)


def meant(ctx: Context) -> tuple[CheckinPlan, Person]:
    """Whose check-in a sentence is about; Sorry, always the same one, for those not concerned."""
    name = ctx.slots.get("name")
    elder = circle.find(ctx, name) if name and name != "my" else ctx.who
    if elder is None or not may_change(ctx, elder):
        raise sorry("checkins.not_yours")
    plan = checkins.plan_of(ctx.tx, elder.id)
    if plan is None:
        raise sorry("checkins.no_plan", name=name_of(elder))
    return plan, elder


def answer(ctx: Context, elder: Person, key: str, **values: Any) -> Iterator[Effect]:
    """Tell the speaker, and the elder too where somebody else did it."""
    values["name"] = name_of(elder)
    yield privately(ctx, key, **values)
    if elder.id != ctx.who.id:
        by, change = name_of(ctx.who), Word(key, values)
        yield ctx.tell(elder.id, "checkins.changed_by", change=change, by=by)


def _has_plan(ctx: Context) -> bool:
    """``暂停到周日`` alone means one's own greetings, where there are any."""
    return checkins.plan_of(ctx.tx, ctx.who.id) is not None


@sentence("pause_bare", fits=_has_plan)
@sentence("pause")
def pause(ctx: Context) -> Iterator[Effect]:
    """``暂停问候到周五``: through that day; without a day, asked every week."""
    plan, elder = meant(ctx)
    until = _last_day(ctx, elder)
    if until is None and "when" in ctx.slots:
        raise sorry("checkins.until_when")
    day, by = until.isoformat() if until else None, {"by": ctx.who.id}
    checkins.change_plan(ctx.tx, plan.id, paused_at=ctx.now, paused_until=day)
    yield from _rests(ctx, elder, "paused")
    if until is None:
        yield Later(f"plan:{plan.id}:pause", ctx.now + WEEKLY, "checkin_pause", plan.id, by)
        yield from answer(ctx, elder, "checkins.paused")
        return
    # The day before it begins again is the last day of the pause.
    told = rosters.wall(until, min(plan.at, default=510), calendar.zone(ctx, elder).key)
    yield Later(f"plan:{plan.id}:pause", max(told, ctx.now), "checkin_pause", plan.id, by)
    yield from answer(ctx, elder, "checkins.paused_until", day=calendar.day_words(until))


def _rests(ctx: Context, elder: Person, state: str) -> Iterator[Effect]:
    """What is open today ends with the word of the elder or the family, who know how things are.

    For the care team a greeting may rest, but no silence that others were asked about.
    """
    mine = ctx.who.id == elder.id
    for one in checkins.waiting(ctx.tx, elder.id):
        if one.alarm:
            continue
        if mine:
            how = Word(f"checkins.how_{'paused' if state == 'paused' else 'left'}")
            yield from close(ctx, one, "ok", by=ctx.who.id, how=how)
        elif is_family(ctx, elder.id):
            how = Word("checkins.how_known", {"helper": name_of(ctx.who)})
            yield from close(ctx, one, "vouched", by=ctx.who.id, how=how)
        elif one.state == "asked":
            checkins.move(ctx.tx, one, state)
            yield from silence(ctx, one)
        else:
            yield privately(ctx, "checkins.still_open", name=name_of(elder))


def _last_day(ctx: Context, elder: Person) -> date | None:
    """The last day of the pause, where one is named."""
    today = ctx.now.astimezone(calendar.zone(ctx, elder)).date()
    return hours.day_in(ctx.slots.get("when", ""), today)


@rings("checkin_pause")
def pause_ends(ctx: Context) -> Iterator[Effect]:
    """Announced the day before; a pause without an end is asked about every week."""
    plan = checkins.plan(ctx.tx, ctx.rung.ref)
    if plan.paused_at is None or plan.withdrawn_at is not None:
        return
    elder = people.get(ctx.tx, plan.person_id)
    values: dict[str, Any] = {"name": name_of(elder), "when": circle.when(plan)}
    # The elder is told, and whoever made the pause.
    told = dict.fromkeys([plan.person_id, int(ctx.rung.data.get("by", plan.person_id))])
    reached = [one for one in told if rosters.reachable(ctx.tx, one)]
    if plan.paused_until is not None:
        for person_id in reached:
            yield ctx.tell(person_id, "checkins.begins_again", **values)
        return
    again = ctx.now + WEEKLY
    yield Later(f"plan:{plan.id}:pause", again, "checkin_pause", plan.id, ctx.rung.data)
    for person_id in reached:
        yield Ask(
            ToPerson(person_id),
            "checkins.still_paused",
            values,
            person_id=person_id,
            question="checkin_pause",
            ref=plan.id,
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
    plan = checkins.plan(ctx.tx, ctx.asked.ref)
    elder = people.get(ctx.tx, plan.person_id)
    if plan.paused_at is None or plan.withdrawn_at is not None:
        return
    if not yes_or_no(ctx):
        yield privately(ctx, "checkins.paused", name=name_of(elder))
        return
    questions.close(ctx.tx, None, "checkin_pause", plan.id)
    yield from _resume(ctx, plan, elder)


@sentence("resume")
def resume(ctx: Context) -> Iterator[Effect]:
    """``恢复问候``."""
    yield from _resume(ctx, *meant(ctx))


def _resume(ctx: Context, plan: CheckinPlan, elder: Person) -> Iterator[Effect]:
    checkins.change_plan(ctx.tx, plan.id, paused_at=None, paused_until=None, since=ctx.now)
    yield Never(f"plan:{plan.id}:")
    yield from calendar.plan_ahead(ctx, [checkins.plan(ctx.tx, plan.id)])
    yield from answer(ctx, elder, "checkins.resumed", when=circle.when(plan))


@sentence("leave")
def leave(ctx: Context) -> Iterator[Effect]:
    """``不用每天问了``: one message, at once."""
    plan, elder = meant(ctx)
    yield from withdraw(ctx, plan, elder)
    yield from answer(ctx, elder, "checkins.left")


def withdraw(ctx: Context, plan: CheckinPlan, elder: Person) -> Iterator[Effect]:
    """No greeting any more; a cry for help that stands is not closed by it."""
    checkins.change_plan(ctx.tx, plan.id, withdrawn_at=ctx.now)
    yield Never(f"plan:{plan.id}:")
    yield from calendar.unplan(ctx, plan)
    yield from _rests(ctx, elder, "withdrawn")
