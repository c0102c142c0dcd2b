"""Readings are kept; beyond the person's limits the right people hear, beyond danger it is one."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from handlers import duty, emergencies, showing
from handlers.checkins import ending
from handlers.kit import Ask, Context, Effect, Say, ToPerson, Word
from handlers.reading import Spot
from handlers.vitals.measuring import UNITS, Heard, Measured, heard
from handlers.vitals.trends import WITHIN, by_day, stretch
from storage import checkins as plans
from storage import places, vitals
from storage.people import Person
from storage.vitals import Vital

Outcome: TypeAlias = Literal["none", "kept", "odd", "danger"]
Limits: TypeAlias = Mapping[str, Sequence[float]]
Keeping: TypeAlias = Generator[Effect, None, Outcome]


@dataclass(frozen=True, slots=True)
class Taken:
    """When a reading was taken, and to which check-in it belongs."""

    at: datetime
    checkin_id: int | None = None


def keep(
    ctx: Context,
    elder: Person,
    checkin_id: int | None,
    *,
    told: Heard | None = None,
    quietly: bool = False,
) -> Keeping:
    """Keep what this message tells of the elder, and answer whoever told it.

    ``told``: what was heard of them, where the message tells of others, too. ``quietly``: without
    an answer, because another follows. Returns what came of it; after ``danger`` nothing more is
    to be said.
    """
    told = told or heard(ctx.text)
    taken = Taken(taken_at(ctx), checkin_id)
    if not told.found:
        return (yield from _ask_odd(ctx, elder, told, taken))
    limits = limits_of(ctx, elder)
    beyond = [one for one in told.found if not one.within(limit_for(limits, one))]
    is_news = ctx.now - taken.at <= ctx.policy.listening.late_after
    if is_news and any(not one.within(danger_for(ctx, elder, one)) for one in beyond):
        _remember(ctx, elder, told.found, taken, told=True)
        yield from emergency(ctx, elder)
        yield from tell_concerned(ctx, elder, "readings.beyond", beyond, taken.at, but_duty=True)
        return "danger"
    fresh = [one for one in beyond if not _told_lately(ctx, elder, one)]
    _remember(ctx, elder, told.found, taken, told=bool(fresh))
    if not quietly:
        yield _noted(ctx, elder, told.found, beyond)
    if fresh:
        yield from tell_concerned(ctx, elder, "readings.beyond", fresh, taken.at)
    for kind in dict.fromkeys(one.kind for one in told.found):
        yield from _trend(ctx, elder, kind)
    yield from _ask_odd(ctx, elder, told, taken)
    return "kept"


def taken_at(ctx: Context) -> datetime:
    """When it was said; what is told of yesterday is a day older."""
    at = ctx.message.at if ctx.message else ctx.now
    text = ctx.text.lower()
    before = any(word in text for word in ("昨天", "昨晚", "昨日", "yesterday", "last night"))
    return at - timedelta(days=1) if before else at


def limits_of(ctx: Context, elder: Person) -> Limits:
    """What alarms nobody: the care team's own limits for the person, else those of the settings."""
    plan = plans.plan_of(ctx.tx, elder.id, in_force=False)
    general = {kind: getattr(ctx.policy_at(elder.place_id).readings.limits, kind) for kind in UNITS}
    return {**general, **(plan.limits if plan else {})}


def limit_for(limits: Limits, one: Measured | Vital) -> Sequence[float]:
    """The limits of this reading; fasting glucose may have its own."""
    return limits.get(f"{one.kind}_{one.phase}") or limits[one.kind]


def danger_for(ctx: Context, elder: Person, one: Measured) -> Sequence[float]:
    """Beyond these it is an emergency, whatever was set."""
    found: Sequence[float] = getattr(ctx.policy_at(elder.place_id).readings.danger, one.kind)
    return found


def as_measured(row: Vital) -> Measured:
    """A kept reading as it was told."""
    return Measured(row.kind, row.value, row.value2, row.phase, row.noted)


def _remember(
    ctx: Context, elder: Person, found: Sequence[Measured], taken: Taken, *, told: bool
) -> None:
    limits = limits_of(ctx, elder)
    for one in found:
        vitals.keep(
            ctx.tx,
            person_id=elder.id,
            kind=one.kind,
            value=one.value,
            value2=one.value2,
            unit=UNITS[one.kind],
            at=taken.at,
            checkin_id=taken.checkin_id,
            said_by=ctx.who.id,
            phase=one.phase,
            noted=one.noted,
            told=told and not one.within(limit_for(limits, one)),
        )


def _told_lately(ctx: Context, elder: Person, one: Measured) -> bool:
    since = ctx.now - ctx.policy_at(elder.place_id).readings.told_again
    return vitals.told_since(ctx.tx, elder.id, one.kind, since)


def _noted(
    ctx: Context, elder: Person, found: Sequence[Measured], beyond: Sequence[Measured]
) -> Say:
    """The answer: what was understood, and that somebody has been told."""
    own = elder.id == ctx.who.id
    key = "kept" if own else "kept_for"
    values: dict[str, Any] = {
        "name": showing.name_of(elder),
        "vitals": [one.spoken() for one in found],
        "beyond": Word("readings.is_beyond" if own else "readings.is_beyond_for") if beyond else "",
    }
    return Say(ToPerson(ctx.who.id), f"readings.{key}", values, direct=True)


def concerned(ctx: Context, elder: Person, *, but_duty: bool = False) -> list[int]:
    """Who hears of readings: duty, family contacts, and whoever asked to. Never a group."""
    plan = plans.plan_of(ctx.tx, elder.id)
    told = [] if but_duty else duty.first_pages(ctx.tx, elder.place_id, ctx.now)
    if plan is not None and ctx.policy_at(elder.place_id).readings.family:
        told += [one.person_id for one in plans.family(ctx.tx, plan.id) if one.person_id]
    told += [one for one in vitals.watchers(ctx.tx, elder.id) if _may_hear(ctx, one, elder)]
    me = ctx.speaker.id if ctx.speaker else None
    return [one for one in dict.fromkeys(told) if one not in {me, elder.id}]


def _may_hear(ctx: Context, watcher: int, elder: Person) -> bool:
    return duty.serves(ctx, watcher, elder.place_id) or is_family(ctx, watcher, elder)


def is_family(ctx: Context, person_id: int, elder: Person) -> bool:
    """Whether somebody is a family contact of the elder."""
    plan = plans.plan_of(ctx.tx, elder.id, in_force=False)
    kin = plans.family(ctx.tx, plan.id) if plan else []
    return any(one.person_id == person_id for one in kin)


def tell_concerned(
    ctx: Context,
    elder: Person,
    key: str,
    found: Sequence[Measured],
    at: datetime,
    *,
    but_duty: bool = False,
) -> Generator[Effect, None, None]:
    """Privately to each of them, with the number to ring."""
    for person_id in concerned(ctx, elder, but_duty=but_duty):
        yield ctx.tell(
            person_id,
            key,
            urgent=True,
            name=showing.name_of(elder),
            vitals=[one.spoken() for one in found],
            at=at,
            phone=elder.phone or Word("checkins.no_phone"),
        )


def emergency(ctx: Context, elder: Person) -> Generator[Effect, None, None]:
    """As if somebody had cried for help at the elder's door: the number first, then duty."""
    if elder.id != ctx.who.id:
        place = places.get(ctx.tx, elder.place_id)
        door = Spot(place.number if place else None, elder.unit, elder.floor, elder.room)
        phones = tuple(one for one in (elder.phone, ctx.who.phone) if one)
        ctx.place, ctx.reading = place, ctx.reading.but(place=door, phone=phones)
        yield from ending.alarm(ctx, elder.id)
    ctx.reading = ctx.reading.but(emergency="medical")
    yield from emergencies.danger(ctx)


def _trend(ctx: Context, elder: Person, kind: str) -> Generator[Effect, None, None]:
    """A rise over days (of oxygen a fall) is told once, as long as it lasts."""
    place = places.get(ctx.tx, elder.place_id)
    zone = ZoneInfo(place.zone if place else "Asia/Shanghai")
    since = ctx.now - timedelta(days=WITHIN)
    rows = vitals.of_person(ctx.tx, elder.id, since=since, kinds=[kind])
    dated = [(row.at.astimezone(zone).date(), row) for row in rows]
    step = getattr(ctx.policy_at(elder.place_id).readings.rise, kind) * (
        -1 if kind == "oxygen" else 1
    )
    began = stretch(by_day([(day, row.value) for day, row in dated]), step)
    if began is None or any(row.trend and day >= began for day, row in dated):
        return
    vitals.correct(ctx.tx, rows[-1].id, trend=True)
    values: dict[str, Any] = {
        "kind": Word(f"readings.{kind}"),
        "vital": as_measured(rows[-1]).spoken(),
    }
    name = showing.name_of(elder)
    for person_id in dict.fromkeys((elder.id, *concerned(ctx, elder))):
        key = "readings.trend_own" if person_id == elder.id else "readings.trend"
        yield ctx.tell(person_id, f"{key}_down" if step < 0 else key, **values, name=name)


def _ask_odd(ctx: Context, elder: Person, told: Heard, taken: Taken) -> Keeping:
    """What no body can have was a slip of the pen: asked once."""
    if not told.odd:
        return "none"
    one = told.odd[0]
    yield Ask(
        ToPerson(ctx.who.id),
        "readings.odd",
        {"said": one.number, "kind": Word(f"readings.{one.kind}")},
        direct=True,
        person_id=ctx.who.id,
        question="vital_odd",
        ref=elder.id,
        data={"kind": one.kind, "phase": one.phase, "checkin": taken.checkin_id},
        wait=ctx.policy_at(elder.place_id).readings.correct_within,
    )
    return "odd"
