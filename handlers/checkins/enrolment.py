"""Joining: by the wish of the elder, or proposed by others and begun by consent, recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import duty
from handlers.checkins import calendar, circle, terms
from handlers.checkins.ending import name_of, privately, sorry
from handlers.checkins.plans import may_change, says, yes_or_no
from handlers.kit import Ask, Context, Effect, ToPerson, answers, sentence
from storage import checkins, people
from storage import duty as rosters
from storage.checkins import CheckinPlan
from storage.people import Person

ASKED = {"checkin_consent": "yes_no"}


@sentence("mine")
def enrol_me(ctx: Context) -> Iterator[Effect]:
    """``每天9点问候我``: the wish of the one greeted is the consent."""
    new = terms.read(ctx.text)
    columns, family = circle.settled(ctx, ctx.who, new)
    if not new.at:
        raise sorry("checkins.what_hour")
    plan = checkins.plan_of(ctx.tx, ctx.who.id, in_force=False)
    if plan is None:
        plan_id = checkins.add_plan(ctx.tx, person_id=ctx.who.id, **columns)
    else:
        plan_id = plan.id
        checkins.change_plan(ctx.tx, plan_id, **columns)
        yield from calendar.unplan(ctx, plan)
    if family is not None:
        checkins.set_family(ctx.tx, plan_id, family)
    yield from _consented(ctx, checkins.plan(ctx.tx, plan_id), ctx.who)


@sentence("enrol")
def enrol(ctx: Context) -> Iterator[Effect]:
    """``给沈奶奶加上每天9点的问候,结对邻居李阿姨``: nothing begins before she agrees."""
    elder = circle.find(ctx, ctx.slots["name"])
    team = elder is not None and duty.serves(ctx, ctx.who.id, elder.place_id)
    if elder is None or not (team or ctx.who.vouched):
        raise sorry("checkins.not_yours")
    new = terms.read(ctx.text, without=ctx.slots["name"])
    columns, family = circle.settled(ctx, elder, new)
    columns.setdefault("at", [_default_hour(ctx, elder)])
    guardian = _guardian(ctx, new)
    known = checkins.plan_of(ctx.tx, elder.id, in_force=False)
    mine = team or (known is not None and known.asked_by == ctx.who.id)
    if known is not None and (known.consent_at is not None or not mine):
        # Whoever may not know of it learns nothing: the answer is that of a first enrolment.
        raise sorry("checkins.has_plan" if may_change(ctx, elder) else "checkins.elder_asked")
    if known is not None:
        plan_id = known.id
        checkins.change_plan(ctx.tx, plan_id, **columns)
    else:
        plan_id = checkins.add_plan(ctx.tx, person_id=elder.id, asked_by=ctx.who.id, **columns)
    if family is None and not team and guardian is None:
        family = [{"person_id": ctx.who.id}]
    if family is not None:
        checkins.set_family(ctx.tx, plan_id, family)
    yield from _ask(ctx, checkins.plan(ctx.tx, plan_id), elder, guardian)


def _default_hour(ctx: Context, elder: Person) -> int:
    at = ctx.policy_of(elder.id).checkin.default_time
    return at.hour * 60 + at.minute


def _guardian(ctx: Context, new: terms.Terms) -> Person | None:
    named = new.people.get("guardian")
    return circle.must_find(ctx, named[0]) if named else None


def _ask(
    ctx: Context, plan: CheckinPlan, elder: Person, guardian: Person | None
) -> Iterator[Effect]:
    """Ask for consent: the elder, or the guardian who speaks for them."""
    asked = guardian or elder
    if not rosters.reachable(ctx.tx, asked.id):
        yield privately(ctx, "checkins.ask_in_person", name=name_of(elder))
        return
    key = "checkins.consent" if guardian is None else "checkins.consent_for"
    values: dict[str, Any] = {"by": name_of(ctx.who), "name": name_of(elder)}
    values |= {"when": circle.when(plan), "how": circle.spoken(ctx, plan)}
    yield privately(ctx, "checkins.elder_asked" if guardian is None else "checkins.guardian_asked")
    yield Ask(
        ToPerson(asked.id),
        key,
        values,
        person_id=asked.id,
        question="checkin_consent",
        ref=plan.id,
        wait=timedelta(days=7),
    )


@answers("checkin_consent", says)
def consent(ctx: Context) -> Iterator[Effect]:
    """The elder's own word, or the guardian's, recorded with its time."""
    plan = checkins.plan(ctx.tx, ctx.asked.ref)
    if plan.consent_at is not None or plan.withdrawn_at is not None:
        return
    elder = people.get(ctx.tx, plan.person_id)
    asked_by = plan.asked_by
    if not yes_or_no(ctx):
        checkins.change_plan(ctx.tx, plan.id, withdrawn_at=ctx.now)
        yield privately(ctx, "checkins.not_begun", name=name_of(elder))
        if asked_by is not None:
            yield ctx.tell(asked_by, "checkins.refused", name=name_of(elder))
        return
    yield from _consented(ctx, plan, elder)
    if asked_by not in {None, ctx.who.id}:
        key = "checkins.agreed_to" if ctx.who.id == elder.id else "checkins.agreed_for"
        values: dict[str, Any] = {"name": name_of(elder), "by": name_of(ctx.who)}
        yield ctx.tell(asked_by, key, **values)


@sentence("in_person")
def agreed_in_person(ctx: Context) -> Iterator[Effect]:
    """``沈奶奶当面同意问候``: heard by the care team from an elder who does not chat."""
    elder = circle.must_find(ctx, ctx.slots["name"])
    plan = checkins.plan_of(ctx.tx, elder.id, in_force=False)
    if not duty.serves(ctx, ctx.who.id, elder.place_id):
        raise sorry("checkins.not_yours")
    if plan is None:
        raise sorry("checkins.no_plan", name=name_of(elder))
    if plan.consent_at is not None:
        raise sorry("checkins.has_plan")
    yield from _consented(ctx, plan, elder, heard_by=ctx.who.id)


def _consented(
    ctx: Context, plan: CheckinPlan, elder: Person, heard_by: int | None = None
) -> Iterator[Effect]:
    """Recorded: who agreed, when, and who heard it if it was not said here; it can begin."""
    today = ctx.now.astimezone(calendar.zone(ctx, elder)).date()
    checkins.change_plan(
        ctx.tx,
        plan.id,
        consent_by=elder.id if heard_by else ctx.who.id,
        consent_heard_by=heard_by,
        consent_at=ctx.now,
        since=ctx.now,
        from_day=today.isoformat(),
    )
    fresh = checkins.plan(ctx.tx, plan.id)
    yield from calendar.plan_ahead(ctx, [fresh])
    values: dict[str, Any] = {"name": name_of(elder), "when": circle.when(fresh)}
    if ctx.who.id == elder.id:
        yield privately(ctx, "checkins.begins", **values)
    else:
        yield privately(ctx, "checkins.begins_for", **values)
        if rosters.reachable(ctx.tx, elder.id):
            yield ctx.tell(elder.id, "checkins.begins", **values)
    asked_by = {("family", plan.asked_by or 0)}
    yield from circle.told(ctx, elder, circle.members(ctx, fresh) - asked_by)
