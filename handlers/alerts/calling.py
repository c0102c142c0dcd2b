"""The roll-call: people at risk are asked at once, again, and then looked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import lookins, showing
from handlers.checkins.ladder import is_paused
from handlers.kit import Ask, Context, Effect, Later, ToPerson, Word, rings
from storage import alerts, checkins, people, places, questions, roads, vitals
from storage import duty as rosters
from storage.alerts import Alert, Call
from storage.people import Person

DEAF_FOR = timedelta(minutes=1)
"""Between two looks whether the road to somebody works again."""


def at_risk(ctx: Context, place_id: int) -> tuple[list[Person], list[Person]]:
    """Who is to be called in a place and all inside it, and who is away, by a paused check-in."""
    inside = set(places.within(ctx.tx, place_id))
    plans = {plan.person_id: plan for plan in checkins.plans(ctx.tx)}
    day = ctx.now.date().isoformat()
    called: list[Person] = []
    away: list[Person] = []
    for person_id in dict.fromkeys((*plans, *alerts.marked(ctx.tx))):
        one = people.get(ctx.tx, person_id)
        if one.place_id not in inside or one.left_at is not None:
            continue
        paused = person_id in plans and is_paused(plans[person_id], day)
        (away if paused else called).append(one)
    return called, away


def call_roll(ctx: Context, alert: Alert) -> Iterator[Effect]:
    """Ask everybody at risk; those whom no message reaches are looked for at once."""
    called, away = at_risk(ctx, alert.place_id)
    for one in away:
        _put(ctx, alert, one, state="away", at=ctx.now)
    for one in called:
        other = next(iter(alerts.calls_of(ctx.tx, one.id)), None)
        if other is not None and _still_good(ctx, other):
            kept = {"state": other.state, "how": other.how, "by": other.by, "at": other.at}
            _put(ctx, alert, one, **kept, request=other.request)
            continue
        call_id = _put(ctx, alert, one)
        if _by_message(ctx, one):
            yield question(ctx, alert, call_id, one, "alerts.roll")
        else:
            yield from _look_for(ctx, alert, call_id, unasked=True)
    policy = ctx.policy_at(alert.place_id).alert
    yield _later(ctx, alert, "again", policy.again)
    yield _later(ctx, alert, "silent", policy.silent)


def _put(ctx: Context, alert: Alert, one: Person, **columns: Any) -> int:
    row = {"alert_id": alert.id, "person_id": one.id, "asked_at": ctx.now}
    return alerts.call(ctx.tx, **row, **columns)


def _still_good(ctx: Context, other: Call) -> bool:
    """Whether what another roll knows of them holds for this one, too: nobody is asked twice."""
    if other.state == "safe" and other.at is not None:
        return ctx.now - other.at < ctx.policy_of(other.person_id).alert.good_for
    return other.state != "away"


def _by_message(ctx: Context, one: Person) -> bool:
    plan = checkins.plan_of(ctx.tx, one.id)
    by_message = plan is None or plan.channel == "message"
    return by_message and rosters.reachable(ctx.tx, one.id)


def question(ctx: Context, alert: Alert, call_id: int, one: Person, key: str) -> Ask:
    """Ask somebody whether they are safe; neither caps nor quiet hours hold it back."""
    mark = Word("lookins.drill") if alert.drill else ""
    return Ask(
        ToPerson(one.id),
        key,
        {
            "mark": mark,
            "name": showing.name_of(one),
            "place": showing.place_name(places.get(ctx.tx, alert.place_id)),
            "text": alert.text,
            "medical": ctx.policy_at(alert.place_id).emergency.medical,
        },
        urgent=True,
        person_id=one.id,
        question="alert_call",
        ref=call_id,
        wait=timedelta(days=2),
    )


def _later(ctx: Context, alert: Alert, step: str, wait: timedelta) -> Later:
    return Later(f"alert:{alert.id}:{step}", ctx.now + wait, f"alert_{step}", alert.id)


def _look_for(
    ctx: Context, alert: Alert, call_id: int, *, unasked: bool = False
) -> Iterator[Effect]:
    """Others are asked to look; a search that is on already is enough."""
    call = alerts.get_call(ctx.tx, call_id)
    if call is not None:
        alerts.change_call(ctx.tx, call_id, state="silent")
        one = lookins.resident(people.get(ctx.tx, call.person_id))
        yield from lookins.begin(ctx, one, "alert", call_id, drill=alert.drill, unasked=unasked)


def _silent(ctx: Context, alert: Alert) -> list[Call]:
    """Who was asked and has given no sign of life since; whoever has is safe."""
    found = []
    well = _well_since(ctx, alert)
    for call in alerts.roll(ctx.tx, alert.id):
        if call.state != "asked":
            continue
        spoke = vitals.active_since(ctx.tx, call.person_id, call.asked_at)
        if spoke or well.get(call.person_id, call.asked_at) > call.asked_at:
            alerts.change_call(ctx.tx, call.id, state="safe", how="heard", at=ctx.now)
        else:
            found.append(call)
    return found


def _well_since(ctx: Context, alert: Alert) -> dict[int, Any]:
    """Person → when they last answered a check-in."""
    since = alert.begun_at or alert.made_at
    days = [(since + timedelta(days=step)).date().isoformat() for step in (-1, 0, 1)]
    return {
        one.person_id: one.closed_at
        for one in checkins.of_days(ctx.tx, days)
        if one.closed_at is not None and one.outcome == "ok" and one.handled_by == one.person_id
    }


def _on(ctx: Context) -> Alert | None:
    alert = alerts.get(ctx.tx, ctx.rung.ref)
    return alert if alert.state == "on" else None


@rings("alert_again")
def again(ctx: Context) -> Iterator[Effect]:
    """The second greeting to those who have not answered."""
    alert = _on(ctx)
    for call in _silent(ctx, alert) if alert else ():
        # Of two rolls that wait for the same person the elder one asks.
        elder = alerts.calls_of(ctx.tx, call.person_id)[-1].id == call.id
        if alert is not None and elder and not _asked_lately(ctx, call):
            one = people.get(ctx.tx, call.person_id)
            yield question(ctx, alert, call.id, one, "alerts.roll_again")


def _asked_lately(ctx: Context, call: Call) -> bool:
    """Whether they were asked a moment ago: after an outage everything rings at once."""
    since = ctx.now - ctx.policy_of(call.person_id).alert.again
    waiting = questions.open_to(ctx.tx, call.person_id, ctx.now)
    return any(one.kind == "alert_call" and one.asked_at > since for one in waiting)


@rings("alert_silent")
def silent(ctx: Context) -> Iterator[Effect]:
    """Still no word: others are asked to look, quickly; not while the bot itself is deaf."""
    alert = _on(ctx)
    if alert is None:
        return
    rules = ctx.policy_at(alert.place_id)
    if ctx.now - ctx.rung.due > rules.listening.late_after:
        # The bot was down: whoever answered meanwhile has not been heard, and is asked anew.
        yield from again(ctx)
        yield _later(ctx, alert, "silent", rules.alert.silent - rules.alert.again)
        return
    deaf = False
    for call in _silent(ctx, alert):
        if _is_deaf(ctx, call.person_id):
            deaf = True
        else:
            yield from _look_for(ctx, alert, call.id)
    if deaf:
        yield _later(ctx, alert, "silent", DEAF_FOR)


def _is_deaf(ctx: Context, person_id: int) -> bool:
    """Whether nothing is heard on their own road."""
    accounts = people.accounts(ctx.tx, person_id)
    return bool(accounts) and roads.open_gap(ctx.tx, accounts[-1].gateway) is not None
