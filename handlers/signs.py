"""Passive signs of life: water drawn, a door opened, a button pressed, or nothing all morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import duty, showing
from handlers.checkins import cries
from handlers.checkins.beginning import begun_now
from handlers.checkins.calendar import zone
from handlers.checkins.ending import close, home
from handlers.checkins.ladder import climb, is_paused
from handlers.kit import (
    Context,
    Effect,
    Later,
    Never,
    Say,
    SignOfLife,
    ToPerson,
    Word,
    daily,
    happens,
    rings,
    sentence,
)
from storage import checkins, people, signs
from storage import duty as rosters
from storage.checkins import Checkin
from storage.people import Person
from storage.signs import Device

TOO_OLD = timedelta(hours=24)
"""A cry for help told so much later calls nobody any more."""


@happens(SignOfLife)
def taken(ctx: Context) -> Iterator[Effect]:
    """Kept at its own time; help is called, or what waits for a word of the person is closed."""
    event = ctx.happening
    device = signs.get(ctx.tx, event.device) if isinstance(event, SignOfLife) else None
    if device is None or not isinstance(event, SignOfLife):
        return
    plan = checkins.plan_of(ctx.tx, device.person_id)
    if plan is None:
        return  # without consent nothing is kept
    signs.keep(ctx.tx, device, event.at, event.what)
    elder = people.get(ctx.tx, device.person_id)
    if event.what == "help":
        if ctx.now - event.at <= TOO_OLD:
            ctx.speaker = elder
            waiting = checkins.waiting(ctx.tx, elder.id)
            yield from cries.raised(
                ctx, waiting[0] if waiting else begun_now(ctx, plan), _pressed(ctx, event, elder)
            )
    elif device.closes:
        yield from _contact(ctx, plan.id, elder, event)


def _pressed(ctx: Context, event: SignOfLife, elder: Person) -> str:
    """What is passed on as the elder's words, with its own time; read in either language."""
    at = event.at.astimezone(zone(ctx, elder))
    return f"{at:%H:%M} 按了求助按钮 / pressed the help button at {at:%H:%M}"


def _contact(ctx: Context, plan_id: int, elder: Person, event: SignOfLife) -> Iterator[Effect]:
    """What is due soon is not asked any more; a silence that waits has found its voice."""
    before = ctx.policy_at(elder.place_id).signs.before
    open_ones = checkins.waiting(ctx.tx, elder.id)
    if any(one.alarm for one in open_ones):
        return  # a cry for help is ended by somebody who went, not by a tap
    waiting = [one for one in open_ones if event.at >= one.due_at - before]
    if waiting:
        how = Word("signs.how", {"at": event.at})
        yield from close(ctx, waiting[0], "ok", by=None, how=how)
    for one in checkins.scheduled(ctx.tx, plan_id):
        if one.due_at - before <= event.at <= one.due_at:
            yield from _spared(ctx, one)


def _spared(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """A sign before the hour: nobody is greeted."""
    if checkins.move(ctx.tx, one, "closed", outcome="ok", closed_at=ctx.now):
        checkins.tell(ctx.tx, one.id, ctx.now, "closed", note="sign of life")
        yield Never(f"checkin:{one.id}:")


@daily("00:10")
def plan(ctx: Context) -> Iterator[Effect]:
    """The hours of today and tomorrow by which signs are expected."""
    for device in signs.devices(ctx.tx):
        if device.expected_by is None:
            continue
        where = zone(ctx, people.get(ctx.tx, device.person_id))
        today = ctx.now.astimezone(where).date()
        for day in (today, today + timedelta(days=1)):
            due = rosters.wall(day, device.expected_by, where.key)
            if due > ctx.now:
                yield Later(f"sign:{device.id}:{day}", due, "sign_due", device.id)


@rings("sign_due")
def expected(ctx: Context) -> Iterator[Effect]:
    """No water all morning: greeted, or counted late. A device that has died alarms nobody."""
    device = signs.get(ctx.tx, ctx.rung.ref)
    if device is None:
        return
    elder, rules = people.get(ctx.tx, device.person_id), ctx.policy_of(device.person_id)
    if ctx.now - ctx.rung.due > rules.listening.late_after:
        return  # while the bot was down signs were lost: nobody is blamed for that
    local = ctx.now.astimezone(zone(ctx, elder))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    found = signs.last(ctx.tx, device_id=device.id)
    since = found.at if found else device.added_at
    if found and since >= midnight:
        return
    if ctx.now - since > rules.signs.dead_after:
        yield from _is_dead(ctx, device, elder)
    elif found:
        yield from _missed(ctx, device, elder, local.date().isoformat())


def _missed(ctx: Context, device: Device, elder: Person, today: str) -> Iterator[Effect]:
    plan = checkins.plan_of(ctx.tx, elder.id)
    if plan is None or is_paused(plan, today) or checkins.waiting(ctx.tx, elder.id):
        return
    heard = checkins.of_days(ctx.tx, [today])
    if any(one.person_id == elder.id and one.state == "closed" for one in heard):
        return
    one = begun_now(ctx, plan)
    checkins.tell(ctx.tx, one.id, ctx.now, "no sign", note=device.kind)
    yield from climb(ctx, one, "neighbour" if device.missing == "late" else "ask")


def _is_dead(ctx: Context, device: Device, elder: Person) -> Iterator[Effect]:
    """Silent for days while the person is checked on otherwise: look at the device."""
    for person_id in duty.pages(ctx.tx, elder.place_id, ctx.now, "coordinator"):
        values: dict[str, Any] = {
            "name": showing.name_of(elder),
            "kind": Word(f"signs.{device.kind}"),
        }
        yield ctx.tell(person_id, "signs.dead", **values)


@rings("sign_added")
def added(ctx: Context) -> Iterator[Effect]:
    """A device was issued: the person hears of it, and how to be rid of it."""
    device = signs.get(ctx.tx, ctx.rung.ref)
    if device is None:
        return
    elder = people.get(ctx.tx, device.person_id)
    values: dict[str, Any] = {"name": showing.name_of(elder), "kind": Word(f"signs.{device.kind}")}
    yield ctx.tell(elder.id, "signs.added", **values)


@sentence("stop", fits=lambda ctx: bool(signs.devices(ctx.tx, ctx.who.id)))
def stop(ctx: Context) -> Iterator[Effect]:
    """``不要传感器了``: all of the speaker's own, at once."""
    for device in signs.devices(ctx.tx, ctx.who.id):
        signs.remove(ctx.tx, device.id, ctx.now)
        yield Never(f"sign:{device.id}:")
    yield Say(ToPerson(ctx.who.id), "signs.stopped", direct=True)
    for person_id in duty.pages(ctx.tx, ctx.who.place_id, ctx.now, "coordinator"):
        values: dict[str, Any] = {"name": showing.name_of(ctx.who), "home": home(ctx, ctx.who)}
        yield ctx.tell(person_id, "signs.take_away", **values)


@daily("03:35")
def forget(ctx: Context) -> Iterator[Effect]:
    """Signs are kept as long as check-ins."""
    signs.forget(ctx.tx, ctx.now - timedelta(days=ctx.policy.retention.checkin_days))
    yield from ()
