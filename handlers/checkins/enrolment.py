"""Joining: by the wish of the elder, or proposed by others and begun by the elder's own consent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import duty
from handlers.checkins import calendar, hours
from handlers.checkins.ending import name_of, privately
from handlers.checkins.plans import find, may_change, says, yes_or_no
from handlers.kit import Ask, Context, Effect, Sorry, ToPerson, Word, answers, sentence
from handlers.sentences import tidy
from storage import checkins
from storage.checkins import CheckinPlan

ASKED = {"checkin_consent": "yes_no"}


@sentence("mine")
def enrol_me(ctx: Context) -> Iterator[Effect]:
    """``每天9点问候我``: the wish of the one greeted is the consent."""
    at = hours.minutes_in(ctx.slots["when"])
    if not at:
        raise Sorry("checkins.what_hour")
    plan = checkins.plan_of(ctx.tx, ctx.who.id or 0, in_force=False)
    if plan is None:
        checkins.add_plan(ctx.tx, person_id=ctx.who.id, at=at, tier=_tier(ctx))
        plan = checkins.plan_of(ctx.tx, ctx.who.id or 0, in_force=False)
    if plan is not None:
        checkins.change_plan(ctx.tx, plan.id or 0, at=at)
        yield from calendar.unplan(ctx, plan)
        yield from _consented(ctx, plan)


@sentence("enrol")
def enrol(ctx: Context) -> Iterator[Effect]:
    """``给沈奶奶加上每天9点的问候,结对邻居李阿姨``: nothing begins before she agrees."""
    elder = find(ctx, ctx.slots["name"])
    team = elder is not None and duty.serves(ctx, ctx.who.id or 0, elder.place_id)
    if elder is None or not (team or ctx.who.vouched):
        raise Sorry("checkins.not_yours")
    at = hours.minutes_in(ctx.slots["when"])
    if not at:
        raise Sorry("checkins.what_hour")
    neighbour = find(ctx, ctx.slots["text"]) if ctx.slots.get("text") else None
    if ctx.slots.get("text") and neighbour is None:
        raise Sorry("checkins.no_such_person", name=ctx.slots["text"])
    if checkins.plan_of(ctx.tx, elder.id or 0, in_force=False):
        # Whoever may not know of it learns nothing: the answer is that of a first enrolment.
        raise Sorry("checkins.has_plan" if may_change(ctx, elder) else "checkins.elder_asked")
    plan_id = checkins.add_plan(
        ctx.tx,
        person_id=elder.id,
        at=at,
        tier=_tier(ctx),
        neighbour_id=neighbour.id if neighbour else None,
        asked_by=ctx.who.id,
    )
    if not team:
        checkins.add_contact(ctx.tx, plan_id, person_id=ctx.who.id)
    yield privately(ctx, "checkins.elder_asked")
    paired = Word("checkins.paired", {"neighbour": name_of(neighbour)}) if neighbour else ""
    yield Ask(
        ToPerson(elder.id or 0),
        "checkins.consent",
        {"by": name_of(ctx.who), "hours": hours.spoken(at), "paired": paired},
        person_id=elder.id or 0,
        question="checkin_consent",
        ref=plan_id,
        wait=timedelta(days=7),
    )


def _tier(ctx: Context) -> str:
    text = tidy(ctx.text)
    if "隔天" in text or "every other day" in text:
        return "yellow"
    return "green" if "每周" in text or "week" in text else "red"


@answers("checkin_consent", says)
def consent(ctx: Context) -> Iterator[Effect]:
    """The elder's own word, recorded with its time."""
    plan = checkins.plan(ctx.tx, ctx.question.ref if ctx.question else 0)
    asked_by = plan.asked_by
    if not yes_or_no(ctx):
        checkins.change_plan(ctx.tx, plan.id or 0, withdrawn_at=ctx.now)
        yield privately(ctx, "checkins.left", name=name_of(ctx.who))
        if asked_by is not None:
            yield ctx.tell(asked_by, "checkins.refused", name=name_of(ctx.who))
        return
    yield from _consented(ctx, plan)
    if asked_by is not None:
        yield ctx.tell(asked_by, "checkins.agreed_to", name=name_of(ctx.who))
    if plan.neighbour_id is not None:
        yield ctx.tell(plan.neighbour_id, "checkins.you_are_paired", name=name_of(ctx.who))


def _consented(ctx: Context, plan: CheckinPlan) -> Iterator[Effect]:
    today = ctx.now.astimezone(calendar.zone(ctx, ctx.who)).date()
    checkins.change_plan(
        ctx.tx,
        plan.id or 0,
        consent_by=ctx.who.id,
        consent_at=ctx.now,
        from_day=today.isoformat(),
    )
    fresh = checkins.plan(ctx.tx, plan.id or 0)
    yield from calendar.plan_ahead(ctx, [fresh])
    at = hours.spoken(fresh.at)
    yield privately(ctx, "checkins.begins", name=name_of(ctx.who), hours=at)
