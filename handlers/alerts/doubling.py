"""Duty doubled: the next on the roster are called up; who says no or nothing is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import duty, leading, showing
from handlers.kit import Ask, Context, Effect, Later, Never, ToPerson, Word, answers, rings
from handlers.sentences import tidy
from storage import alerts, people, places, questions
from storage import duty as rosters
from storage.alerts import Alert

ASKED = {"alert_duty": "claim"}
NEVER = "0001-01-01"
"""The last day of a turn that is no more, not even if it began before midnight."""
SHORT = 30
_CAN = re.compile(
    r"我?(?:能|可以|马上|这就|现在)+(?:来|上|到|值)?|我?来了?$|i can\b|i'll come|coming"
)
_CANNOT = re.compile(
    r"不行|不能|来不了|上不了|没空|在外地|走不开|can't|cannot|can not|sorry|\bno\b"
)
AHEAD = 7
"""Days of the roster that are looked through for somebody to call up."""


def on_now(ctx: Context, alert: Alert) -> list[int]:
    """Who is on duty for the place, by roster or role, those called up among them."""
    called_up = [one.person_id for one in alerts.extras(ctx.tx, alert.id) if one.state == "on"]
    paged = duty.pages(ctx.tx, alert.place_id, ctx.now, "duty")
    return list(dict.fromkeys((*paged, *called_up)))


def names_on(ctx: Context, alert: Alert) -> list[Any] | Word:
    """Names and published numbers of those on duty."""
    lines = []
    for person_id in on_now(ctx, alert):
        contact = duty.contact(ctx.tx, people.get(ctx.tx, person_id), alert.place_id)
        lines.append(Word("alerts.contact", contact))
    return lines or Word("alerts.nobody")


def call_up(ctx: Context, alert: Alert) -> Iterator[Effect]:
    """Whoever is on duty knows; as many again are asked to come."""
    first = on_now(ctx, alert)
    for person_id in first:
        if person_id != ctx.who.id:
            yield ctx.tell(person_id, "alerts.you_are_on", urgent=True, **_spoken(ctx, alert))
    for _ in range(max(1, len(first))):
        yield from _ask_next(ctx, alert)


def _next(ctx: Context, alert: Alert) -> int | None:
    """The next on the rosters of the place who has not been asked and can be told."""
    around = {place.id for place in places.chain(ctx.tx, alert.place_id)}
    out = {one.person_id for one in alerts.extras(ctx.tx, alert.id)} | set(on_now(ctx, alert))
    coming = rosters.coming(ctx.tx, ctx.now, AHEAD)
    until = alert.ends_at or ctx.now + timedelta(days=1)
    # Whoever has said that they cannot serve in these hours is not asked again.
    out |= {one.person_id for one in coming if one.absent and one.begins < until}
    for shift in coming:
        fits = shift.place_id in around and shift.duty == "duty" and not shift.absent
        if fits and shift.person_id not in out and rosters.reachable(ctx.tx, shift.person_id):
            return shift.person_id
    return None


def _ask_next(ctx: Context, alert: Alert) -> Iterator[Effect]:
    person_id = _next(ctx, alert)
    if person_id is None:
        for one in leaders(ctx, alert):
            yield ctx.tell(one, "alerts.nobody_more", urgent=True, **_spoken(ctx, alert))
        return
    alerts.put_extra(ctx.tx, alert.id, person_id, state="asked")
    yield Ask(
        ToPerson(person_id),
        "alerts.come",
        _spoken(ctx, alert),
        urgent=True,
        person_id=person_id,
        question="alert_duty",
        ref=alert.id,
        wait=timedelta(days=1),
    )
    due = ctx.now + ctx.policy_at(alert.place_id).alert.called_up
    data = {"person": person_id}
    yield Later(f"alert:{alert.id}:duty:{person_id}:", due, "alert_duty", alert.id, data)


def leaders(ctx: Context, alert: Alert) -> list[int]:
    """Whoever started it, and the coordinators of the place."""
    found = (alert.asked_by, *duty.pages(ctx.tx, alert.place_id, ctx.now, "coordinator"))
    return list(dict.fromkeys(found))


def _spoken(ctx: Context, alert: Alert) -> dict[str, Any]:
    return {
        "mark": Word("lookins.drill") if alert.drill else "",
        "place": showing.place_name(places.get(ctx.tx, alert.place_id)),
        "text": alert.text,
    }


@rings("alert_duty")
def no_answer(ctx: Context) -> Iterator[Effect]:
    """Not a word: the next is asked; a late yes is still welcome."""
    alert, person_id = alerts.get(ctx.tx, ctx.rung.ref), int(ctx.rung.data["person"])
    states = {one.person_id: one.state for one in alerts.extras(ctx.tx, alert.id)}
    if alert.state == "on" and states.get(person_id) == "asked":
        alerts.put_extra(ctx.tx, alert.id, person_id, state="silent")
        yield from _ask_next(ctx, alert)


def _comes(ctx: Context) -> bool | None:
    """Whether the answer says yes or no; None where it is about something else."""
    text = tidy(ctx.text)
    if ctx.in_group or ctx.reading.refers or len(text) > SHORT:
        return None
    if _CANNOT.search(text) or ctx.reading.act in {"release", "cancel"}:
        return False
    return True if _CAN.match(text) or ctx.reading.act in {"claim", "confirm"} else None


@answers("alert_duty", lambda ctx: _comes(ctx) is not None)
def answered(ctx: Context) -> Iterator[Effect]:
    """Yes: on duty from now; no: the next is asked."""
    alert = alerts.get(ctx.tx, ctx.asked.ref)
    if alert.state != "on":
        yield ctx.reply("alerts.over_already", **_spoken(ctx, alert))
        return
    me = ctx.who.id
    yield Never(f"alert:{alert.id}:duty:{me}:")
    if not _comes(ctx):
        before = {one.person_id: one.state for one in alerts.extras(ctx.tx, alert.id)}.get(me)
        alerts.put_extra(ctx.tx, alert.id, me, state="declined")
        yield ctx.reply("alerts.not_you")
        if before == "asked":
            yield from _ask_next(ctx, alert)
        return
    alerts.put_extra(ctx.tx, alert.id, me, state="on", rosters=_turn(ctx, alert, me))
    yield ctx.reply("alerts.welcome", **_spoken(ctx, alert))
    name = showing.name_of(ctx.who)
    for one in leaders(ctx, alert):
        if one != me:
            yield ctx.tell(one, "alerts.has_come", urgent=True, name=name, **_spoken(ctx, alert))


def _turn(ctx: Context, alert: Alert, person_id: int) -> list[int]:
    """A turn of duty from now to the end of the alert, where a roster says who is on duty."""
    running = rosters.current(ctx.tx, alert.place_id, ctx.now, "duty")
    place_id = running[0].place_id if running else alert.place_id
    place = places.get(ctx.tx, place_id)
    if place is None or not rosters.has_roster(ctx.tx, alert.place_id):
        return []
    zone = ZoneInfo(place.zone)
    begins = ctx.now.astimezone(zone)
    ends = alert.ends_at.astimezone(zone) if alert.ends_at else begins + timedelta(days=AHEAD)
    opens, last = begins.hour * 60 + begins.minute, begins.date()
    closes = ends.hour * 60 + ends.minute
    if ends - begins >= timedelta(days=1):
        # Day after day, each a turn of 24 hours.
        closes, last = opens, ends.date()
    row = {"place_id": place_id, "people": [person_id], "start": opens, "end": closes}
    days = {"from_day": begins.date().isoformat(), "until_day": last.isoformat()}
    return [rosters.add(ctx.tx, **row, **days)]


def back_to_normal(ctx: Context, alert: Alert) -> Iterator[Effect]:
    """The turns that were made are taken back; whoever came is thanked."""
    for one in alerts.extras(ctx.tx, alert.id):
        questions.close(ctx.tx, one.person_id, "alert_duty", alert.id)
        for row in one.rosters:
            rosters.change(ctx.tx, row, until_day=NEVER)
        if one.state == "on":
            alerts.put_extra(ctx.tx, alert.id, one.person_id, state="off")
            yield ctx.tell(one.person_id, "alerts.thanks", urgent=True, **_spoken(ctx, alert))


def serves(ctx: Context, alert: Alert) -> bool:
    """Whether the speaker leads the place, is on its duty, or was called up."""
    me = ctx.who.id
    return (
        leading.leads(ctx, alert.place_id)
        or me in on_now(ctx, alert)
        or (duty.serves(ctx, me, alert.place_id))
    )


def may_end(ctx: Context, alert: Alert) -> bool:
    """Whether the speaker started it, or leads its place."""
    return alert.asked_by == ctx.who.id or leading.leads(ctx, alert.place_id)
