"""A cry for help in answer to a greeting: duty and family at once; only a person closes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers.checkins.ending import alerted, name_of, privately, silence
from handlers.checkins.ladder import climb
from handlers.kit import Ask, Context, Effect, Say, ToPerson
from storage import checkins, people
from storage.checkins import Checkin
from storage.people import Person

SAID = 120
"""So much of the elder's words is passed on."""


def raised(ctx: Context, one: Checkin, said: str) -> Iterator[Effect]:
    """The elder, or somebody who stands beside them, says that something is wrong."""
    elder = people.get(ctx.tx, one.person_id)
    changed: dict[str, Any] = {"alarm": True, "step": "alarm", "base_at": ctx.now}
    for each in checkins.waiting(ctx.tx, one.person_id):
        # An older silence has found its voice: one ladder is enough.
        checkins.move(ctx.tx, each, "alerting", **changed, note=said[:SAID])
        yield from silence(ctx, each)
    if one.state == "scheduled":
        checkins.move(ctx.tx, one, "alerting", **changed, note=said[:SAID])
    checkins.tell(ctx.tx, one.id, ctx.now, "alarm", person_id=ctx.who.id)
    fresh = checkins.get(ctx.tx, one.id) or one
    if ctx.who.id == elder.id:
        yield _ask_need(ctx, one, "checkins.heard_you")
    else:
        yield privately(
            ctx, "checkins.stay", medical=ctx.policy_of(one.person_id).emergency.medical
        )
    yield from climb(ctx, fresh, "alarm")


def pass_on(ctx: Context, person_id: int, by: Person) -> Say:
    """The words just said, to somebody who was alerted."""
    said = ctx.text[:SAID]
    return ctx.tell(person_id, "checkins.more", urgent=True, name=name_of(by), said=said)


def more(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Further words of the elder: whoever was alerted reads them; nothing is closed by them."""
    elder = people.get(ctx.tx, one.person_id)
    for person_id in alerted(ctx, one) if ctx.text else ():
        if person_id != elder.id:
            yield pass_on(ctx, person_id, elder)
    yield _ask_need(ctx, one, "checkins.passed_on")


def _ask_need(ctx: Context, one: Checkin, key: str) -> Ask:
    """Tell the elder that they were heard, and listen for what they need most."""
    return Ask(
        ToPerson(one.person_id),
        key,
        {"medical": ctx.policy_of(one.person_id).emergency.medical},
        urgent=True,
        direct=True,
        person_id=one.person_id,
        question="checkin_need",
        ref=one.id,
        wait=timedelta(days=1),
    )
