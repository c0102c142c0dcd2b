"""Readings told by themselves: by the one they are of, by family, by whoever called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import showing
from handlers.checkins import answers as greetings
from handlers.checkins import cries, readings, replies
from handlers.checkins.beginning import begun_now
from handlers.checkins.ending import close
from handlers.kit import Ask, Context, Effect, Say, ToPerson, Word, answers, overhears
from handlers.readings.whom import meant
from handlers.vitals.measuring import Heard, Measured, again, heard, mentions, names_one
from storage import checkins, people
from storage.people import Person

ASKED = {"vital_consent": "yes_no", "vital_odd": "what"}
_OF_OTHER_THINGS = {"need", "report", "offer", "release", "arrived", "cancel", "reopen"}
SURE = 0.75


def _could_be(ctx: Context) -> bool:
    """A quick look. Where many talk, only what calls a reading by its name."""
    return mentions(ctx.text) and (not ctx.in_group or names_one(ctx.text))


def _tells(ctx: Context) -> bool:
    reading = ctx.reading
    if reading.act in _OF_OTHER_THINGS and reading.confidence >= SURE:
        return False
    told = heard(ctx.text)
    return bool(told.found or told.odd)


def _of_another(ctx: Context) -> bool:
    return _tells(ctx) and bool(meant(ctx))


@overhears("well", where=_could_be, fits=_of_another, plainly=True)
def of_another(ctx: Context) -> Iterator[Effect]:
    """``沈奶奶血压135/80``, ``我妈血糖6.1``: kept for them, and a word that they were seen."""
    elders = meant(ctx) or []
    if len(elders) != 1:
        names = [showing.name_of(one) for one in elders]
        yield Say(ToPerson(ctx.who.id), "checkins.which", {"names": names}, direct=True)
        return
    elder = elders[0]
    plan = checkins.plan_of(ctx.tx, elder.id)
    waiting = checkins.waiting(ctx.tx, elder.id)
    one = waiting[0] if waiting else None
    unwell = replies.is_unwell(ctx.text)
    told = yield from readings.keep(ctx, elder, one.id if one else None, quietly=unwell)
    if told == "danger" or plan is None:
        return
    if unwell:
        yield from cries.raised(ctx, one or begun_now(ctx, plan), ctx.text)
    elif one is not None and not one.alarm and readings.taken_at(ctx) >= one.due_at:
        how = Word("checkins.how_vouched", {"helper": showing.name_of(ctx.who), "at": ctx.now})
        yield from close(ctx, one, "vouched", by=ctx.who.id, how=how, note=ctx.text[:200])


def _of_oneself(ctx: Context) -> bool:
    if not _tells(ctx) or meant(ctx) is not None:
        return False
    return not ctx.in_group or checkins.plan_of(ctx.tx, ctx.who.id) is not None


@overhears("well", where=_could_be, fits=_of_oneself)
def of_oneself(ctx: Context) -> Iterator[Effect]:
    """``血压135/80``: kept with the consent once given; a greeting that waits is answered by it."""
    waiting = checkins.waiting(ctx.tx, ctx.who.id)
    if checkins.plan_of(ctx.tx, ctx.who.id) is None:
        yield from _ask_consent(ctx)
    elif waiting:
        yield from greetings.take(ctx, waiting[0])
    elif replies.is_unwell(ctx.text):
        yield from greetings.unwell(ctx)
    else:
        yield from readings.keep(ctx, ctx.who, None)


def _ask_consent(ctx: Context) -> Iterator[Effect]:
    """Health data takes a yes of its own; what is dangerous takes none."""
    found = heard(ctx.text).found
    if (
        any(not one.within(readings.danger_for(ctx, ctx.who, one)) for one in found)
        and not ctx.late
    ):
        yield from readings.emergency(ctx, ctx.who)
        return
    if not found:
        return
    if checkins.plan_of(ctx.tx, ctx.who.id, in_force=False) is not None:
        yield ctx.reply("readings.agree_first")  # somebody proposed greetings: that comes first
        return
    yield Ask(
        ToPerson(ctx.who.id),
        "readings.consent",
        {"vitals": [one.spoken() for one in found]},
        direct=True,
        person_id=ctx.who.id,
        question="vital_consent",
        data={"found": [_packed(one) for one in found]},
        wait=ctx.policy.readings.correct_within,
    )


def _packed(one: Measured) -> list[Any]:
    return [one.kind, one.value, one.value2, one.phase, one.noted]


def _yes_or_no(ctx: Context) -> bool:
    return not ctx.in_group and ctx.reading.act in {"confirm", "cancel"}


@answers("vital_consent", _yes_or_no)
def consented(ctx: Context) -> Iterator[Effect]:
    """Yes: this reading and those to come are kept; the day and the person are recorded."""
    if ctx.reading.act == "cancel":
        yield ctx.reply("readings.not_kept")
        return
    if checkins.plan_of(ctx.tx, ctx.who.id) is None:
        consent = {"consent_by": ctx.who.id, "consent_at": ctx.now}
        checkins.add_plan(ctx.tx, person_id=ctx.who.id, at=[], **consent)
    found = [Measured(*one) for one in ctx.asked.data["found"]]
    yield from readings.keep(ctx, ctx.who, None, told=Heard(found))


def _says_it_again(ctx: Context) -> bool:
    is_number = any(sign.isdigit() for sign in ctx.text) and len(ctx.text) <= 40
    return not ctx.in_group and (is_number or _again(ctx) is not None)


def _again(ctx: Context) -> Measured | None:
    data = ctx.asked.data
    return again(Measured(data["kind"], 0, None, data["phase"]), ctx.text)


@answers("vital_odd", _says_it_again)
def said_again(ctx: Context) -> Iterator[Effect]:
    """What was asked about, as it should have been; a second slip is not asked about."""
    elder: Person = people.get(ctx.tx, ctx.asked.ref)
    one = _again(ctx)
    if one is None:
        yield ctx.reply("readings.not_kept")
        return
    yield from readings.keep(ctx, elder, ctx.asked.data["checkin"], told=Heard([one]))
