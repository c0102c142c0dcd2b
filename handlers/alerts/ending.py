"""The stand-down: everybody is told, duty is as before, and the report names what is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import asking_first, lookins, showing
from handlers.alerts import beginning, doubling, standing
from handlers.coverage.doors import place_in
from handlers.kit import (
    Context,
    Effect,
    Lines,
    Never,
    Say,
    Sorry,
    ToPerson,
    Word,
    daily,
    sentence,
)
from handlers.sentences import tidy
from storage import alerts, people, places, questions, rooms
from storage.alerts import Alert, Call


def _means_it(ctx: Context) -> bool:
    """Whether an order is meant: `演练结束了` is talk where the speaker leads none."""
    leads = any(doubling.may_end(ctx, one) for one in alerts.running(ctx.tx))
    return leads or tidy(ctx.text).startswith(("解除", "请解除", "stand", "please stand", "lift"))


@sentence("stand_down", fits=_means_it)
def stand_down(ctx: Context) -> Iterator[Effect]:
    """`解除警戒`: shown how it stands, and done after `确认`."""
    alert = _meant(ctx)
    roll = alerts.roll(ctx.tx, alert.id)
    values = {**beginning.spoken(ctx, alert), **standing.counts(ctx, roll)}
    rest = "" if alert.drill else Word("alerts.searches_go_on")
    preview = Word("alerts.stand_down", {**values, "rest": rest})
    yield asking_first.ask(ctx, "alert_end", preview, ref=alert.id)


def _meant(ctx: Context) -> Alert:
    """The one alert that the speaker may end, or that of the place that is named."""
    mine = [one for one in alerts.running(ctx.tx) if doubling.may_end(ctx, one)]
    if not mine:
        raise Sorry("alerts.not_yours" if alerts.running(ctx.tx) else "alerts.none")
    if name := beginning.place_named(ctx):
        named = [one for one in mine if _is_called(ctx, one, name)]
        if named:
            return named[0]
    here = [one for one in mine if ctx.place is not None and one.place_id == ctx.place.id]
    if len(here or mine) > 1:
        names = [showing.place_name(places.get(ctx.tx, one.place_id)) for one in mine]
        raise Sorry("alerts.which", places=names)
    return (here or mine)[0]


def _is_called(ctx: Context, alert: Alert, name: str) -> bool:
    place = places.get(ctx.tx, alert.place_id)
    found = place_in(ctx, place, name) if place is not None else None
    return found is not None and place is not None and found.id == place.id


@asking_first.confirmed("alert_end")
def over(ctx: Context) -> Iterator[Effect]:
    """`确认`: over for all of them; searches that are on go on, unless it was a drill."""
    alert = alerts.get(ctx.tx, ctx.asked.ref)
    roll = alerts.roll(ctx.tx, alert.id)
    totals = {**standing.counts(ctx, roll), "on_duty": len(doubling.on_now(ctx, alert))}
    ended = {"over_at": ctx.now, "over_by": ctx.who.id, "totals": totals}
    if not alerts.move(ctx.tx, alert, "over", **ended):
        raise Sorry("alerts.over_already", **beginning.spoken(ctx, alert))
    alert = alerts.get(ctx.tx, alert.id)
    yield Never(f"alert:{alert.id}:")
    values = beginning.spoken(ctx, alert)
    for group in rooms.groups(ctx.tx, places.within(ctx.tx, alert.place_id)):
        yield ctx.post(group.id, "alerts.all_clear", urgent=True, **values)
    for call in roll:
        if call.state not in alerts.UNKNOWN:
            # Whoever has not answered may do so still.
            questions.close(ctx.tx, call.person_id, "alert_call", call.id)
        if call.state != "away":
            # Whoever sleeps is not woken to hear that nothing is the matter any more.
            yield ctx.tell(call.person_id, "alerts.over_for_you", **values)
        if alert.drill:
            yield from lookins.off(ctx, "alert", call.id)
    for person_id in doubling.on_now(ctx, alert):
        if person_id not in {ctx.who.id, *_called_up(ctx, alert)}:
            yield ctx.tell(person_id, "alerts.all_clear", urgent=True, **values)
    report = _report(ctx, alert)
    yield from doubling.back_to_normal(ctx, alert)
    for person_id in dict.fromkeys((ctx.who.id, *doubling.leaders(ctx, alert))):
        yield Say(ToPerson(person_id), "alerts.report", report, urgent=True, direct=True)


def _called_up(ctx: Context, alert: Alert) -> list[int]:
    return [one.person_id for one in alerts.extras(ctx.tx, alert.id) if one.state == "on"]


@sentence("report")
def report(ctx: Context) -> Iterator[Effect]:
    """`警戒报告`: the last one that is over."""
    mine = [one for one in alerts.last_over(ctx.tx) if doubling.may_end(ctx, one)]
    if not mine:
        raise Sorry("alerts.no_report")
    yield Say(ToPerson(ctx.who.id), "alerts.report", _report(ctx, mine[0]), direct=True)
    if ctx.in_group:
        yield ctx.reply("coverage.privately")


def _report(ctx: Context, alert: Alert) -> dict[str, Any]:
    """Times, counts, who came, what is not settled."""
    roll = alerts.roll(ctx.tx, alert.id)
    extras = alerts.extras(ctx.tx, alert.id)
    came = [one.person_id for one in extras if one.state in {"on", "off"}]
    begun, ended = alert.begun_at or alert.made_at, alert.over_at or ctx.now
    kept = ("all", "safe", "helped", "unknown", "help", "away")
    numbers = {name: alert.totals.get(name, 0) for name in kept}
    return {
        **beginning.spoken(ctx, alert),
        **numbers,
        "begun": begun,
        "ended": ended,
        "span": ended - begun,
        "seen": sum(one.state == "safe" and one.how == "seen" for one in roll),
        "asked_up": len(extras),
        "came": [showing.name_of(people.get(ctx.tx, one)) for one in came] or Word("alerts.nobody"),
        "open": _open(ctx, roll),
    }


def _open(ctx: Context, roll: list[Call]) -> Word:
    """Requests that are not closed, and people of whom nothing is known."""
    lines = []
    for one in roll:
        if one.state in alerts.UNKNOWN or standing.needs_help(ctx, one):
            name = showing.name_of(people.get(ctx.tx, one.person_id))
            values = {"name": name, "doing": standing.doing(ctx, one)}
            lines.append(Word("alerts.left_open", values))
    shown = tuple(lines[: standing.MOST])
    return Word("alerts.open", {"lines": Lines(shown)}) if lines else Word("alerts.nothing_open")


@daily("03:27")
def forget(ctx: Context) -> Iterator[Effect]:
    """The roll is kept for so many days; the totals stay."""
    alerts.forget(ctx.tx, ctx.now - timedelta(days=ctx.policy.retention.alert_days))
    yield from ()
