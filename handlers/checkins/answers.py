"""What elders say of themselves, asked or unasked, and what others say of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import duty
from handlers.checkins import cries, readings, replies
from handlers.checkins.beginning import begun_now
from handlers.checkins.ending import alerted, close, name_of, privately, said_since
from handlers.kit import Context, Effect, Word, answers, hears
from handlers.vitals.measuring import measured
from storage import checkins, people, places
from storage.checkins import Checkin
from storage.people import Person

ASKED = {"checkin": "well", "checkin_need": "what"}


def fits(ctx: Context) -> bool:
    """Whether this is an answer to the greeting."""
    if ctx.quoted_number or (ctx.in_group and not ctx.text):
        return False
    if ctx.question is None or not said_since(ctx, ctx.question.ref):
        return False
    return replies.of_elder(ctx) is not None or bool(measured(ctx.text))


@answers("checkin", fits)
def answered(ctx: Context) -> Iterator[Effect]:
    """The elder has answered the greeting."""
    one = checkins.get(ctx.tx, ctx.question.ref if ctx.question else 0)
    if one is not None and one.state in checkins.WAITING:
        yield from take(ctx, one)


def take(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Close it, or raise the alarm; a bare word closes no alarm."""
    me, said = ctx.who.id, replies.of_elder(ctx)
    # An alarm of any hour outweighs a greeting answered since.
    one = next((each for each in checkins.waiting(ctx.tx, me) if each.alarm), one)
    unwell = said == "unwell" and one.step != "alarm"
    told = yield from readings.keep(ctx, ctx.who, one.id, quietly=unwell)
    if told == "danger":
        return
    if unwell:
        yield from cries.raised(ctx, one, ctx.text)
        return
    if one.alarm:
        yield from cries.more(ctx, one)
        return
    if told == "none":
        key = "glad" if said == "well" else "contact_made"
        yield privately(ctx, f"checkins.{key}", name=name_of(ctx.who))
    how = Word("checkins.how_answered", {"at": ctx.now})
    yield from close(ctx, one, "ok", by=me, how=how)


def _says_more(ctx: Context) -> bool:
    return not ctx.in_group and replies.of_elder(ctx) is not None


@answers("checkin_need", _says_more)
def says_more(ctx: Context) -> Iterator[Effect]:
    """What the elder answers to "what do you need?" goes to those who were alerted."""
    one = checkins.get(ctx.tx, ctx.question.ref if ctx.question else 0)
    if one is not None and one.state in checkins.WAITING:
        yield from cries.more(ctx, one)


@hears("well")
def well(ctx: Context) -> Iterator[Effect]:
    """Unasked: an open check-in is closed, else there is nothing to say."""
    open_ones = checkins.waiting(ctx.tx, ctx.who.id)
    if open_ones:
        yield from take(ctx, open_ones[0])


@hears("unwell")
def unwell(ctx: Context) -> Iterator[Effect]:
    """Unasked: for an enrolled elder the same alarm; anybody else is told how to get help."""
    me = ctx.who.id
    open_ones = checkins.waiting(ctx.tx, me)
    plan = checkins.plan_of(ctx.tx, me)
    if open_ones:
        yield from take(ctx, open_ones[0])
    elif plan is not None:
        one = begun_now(ctx, plan)
        told = yield from readings.keep(ctx, ctx.who, one.id, quietly=True)
        if told != "danger":
            yield from cries.raised(ctx, one, ctx.text)
    elif not ctx.in_group:
        yield privately(ctx, "checkins.how_to_get_help", medical=ctx.policy.emergency.medical)


@hears("vouch")
def vouch(ctx: Context) -> Iterator[Effect]:
    """``刚在楼下看到王奶奶`` closes, from anybody registered; a stranger's word does not.

    The answer says nothing of whether, when or how anybody is checked on.
    """
    told = False
    if replies.says_seen(ctx.text) and registered(ctx):
        for elder in replies.named_in(ctx):
            if elder.id != ctx.who.id and _may_know(ctx, elder):
                for one in _open(ctx, elder):
                    told = told or ctx.who.id in alerted(ctx, one)
                    yield from _vouched(ctx, one, elder)
    if told or not ctx.in_group:
        yield privately(ctx, "checkins.noted")


def _vouched(ctx: Context, one: Checkin, elder: Person) -> Iterator[Effect]:
    """Closed with name and time; a cry for help only by those who may, the others are passed on."""
    if one.alarm and not closes_alarms(ctx, one, elder):
        for person_id in alerted(ctx, one):
            yield cries.pass_on(ctx, person_id, ctx.who)
        return
    how = Word("checkins.how_vouched", {"helper": name_of(ctx.who), "at": ctx.now})
    yield from close(ctx, one, "vouched", by=ctx.who.id, how=how, note=ctx.text[:200])


def _open(ctx: Context, elder: Person) -> list[Checkin]:
    """What is open of theirs since before this was said, oldest first."""
    waiting = checkins.waiting(ctx.tx, elder.id)
    return [one for one in reversed(waiting) if said_since(ctx, one.id)]


def registered(ctx: Context) -> bool:
    """Imported, vouched for, with a role, or here for long enough."""
    one = ctx.who
    days = timedelta(days=ctx.policy.requests.newcomer_days)
    known = one.vouched or bool(people.all_roles(ctx.tx).get(one.id))
    return known or (one.place_id is not None and ctx.now - one.joined_at >= days)


def _may_know(ctx: Context, elder: Person) -> bool:
    """Somebody of the same community, or of the family."""
    near = places.distance(ctx.tx, ctx.who.place_id, elder.place_id) < 99
    return near or is_family(ctx, elder.id)


def is_family(ctx: Context, elder_id: int) -> bool:
    """Whether the speaker is a family contact of this elder, or the guardian who agreed."""
    plan = checkins.plan_of(ctx.tx, elder_id, in_force=False)
    if plan is None:
        return False
    kin = checkins.family(ctx.tx, plan.id)
    return ctx.who.id in {plan.consent_by, *(contact.person_id for contact in kin)}


def closes_alarms(ctx: Context, one: Checkin, elder: Person) -> bool:
    """Who may end a cry for help: whoever holds it, the care team, the family."""
    me = ctx.who.id
    if one.handled_by == me or duty.serves(ctx, me, elder.place_id):
        return True
    return is_family(ctx, elder.id)
