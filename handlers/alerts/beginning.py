"""An alert begins: shown first, then the warning goes out, the roll is called and duty doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import asking_first, duty, leading, showing
from handlers.alerts import calling, doubling
from handlers.coverage.doors import place_in
from handlers.kit import Context, Effect, Later, Lines, Sorry, Word, sentence
from storage import alerts, places, rooms
from storage import duty as rosters
from storage.alerts import Alert
from storage.places import Place

_COLON = re.compile(r"[:：,，]\s*")
_DRILL = re.compile(r"^(?:警戒)?演练[,，:：]?\s*|^drill[,:]?\s*", re.IGNORECASE)
LOOKS_AHEAD = timedelta(hours=24)
"""So far ahead gaps in duty are named where no end was said."""


def _has_time(ctx: Context) -> bool:
    said = ctx.reading.when
    return said is not None and said.start is not None


@sentence("start")
@sentence("start_at", fits=_has_time)
def start(ctx: Context) -> Iterator[Effect]:
    """`启动警戒:台风黄色预警,今晚8点到明早6点,关好门窗`: shown, and done after `确认`."""
    yield from _propose(ctx, drill=False)


@sentence("drill")
@sentence("drill_at", fits=_has_time)
def drill(ctx: Context) -> Iterator[Effect]:
    """`启动演练:…`: the same, and says at every step that it is a drill."""
    yield from _propose(ctx, drill=True)


def _propose(ctx: Context, *, drill: bool) -> Iterator[Effect]:
    place = _place(ctx)
    text = _warning(ctx)
    if not text:
        raise Sorry("alerts.which_warning")
    drill = drill or _DRILL.match(text) is not None
    on = next((one for one in alerts.running(ctx.tx) if one.place_id == place.id), None)
    if on is not None:
        raise Sorry("alerts.on_already", **spoken(ctx, on))
    alert_id = alerts.add(
        ctx.tx,
        ctx.now,
        place_id=place.id,
        text=_DRILL.sub("", text) or text,
        drill=drill,
        asked_by=ctx.who.id,
        ends_at=_end(ctx),
    )
    made = alerts.get(ctx.tx, alert_id)
    called, away = calling.at_risk(ctx, place.id)
    values = {
        **spoken(ctx, made),
        "groups": len(_groups(ctx, made)),
        "people": len(called),
        "away": Word("alerts.away", {"count": len(away)}) if away else "",
        "gaps": _gaps(ctx, made),
    }
    yield asking_first.ask(ctx, "alert_go", Word("alerts.proposed", values), ref=alert_id)


def _place(ctx: Context) -> Place:
    """The place that is named, or the one the speaker leads; Sorry for everybody else."""
    led = leading.place_led(ctx)
    if led is None:
        raise Sorry("alerts.not_yours")
    named = place_named(ctx)
    if not named:
        return led
    found = place_in(ctx, led, named)
    if found is None:
        raise Sorry("alerts.no_such_place", name=named)
    return found


def place_named(ctx: Context) -> str | None:
    """The place as it was said, if any was."""
    number = ctx.slots.get("number")
    return f"building {number}" if number else ctx.slots.get("name")


def _warning(ctx: Context) -> str:
    """The coordinator's own words, as they were written."""
    parts = _COLON.split(ctx.text.strip(), maxsplit=1)
    return parts[1].strip() if len(parts) > 1 else ""


def _end(ctx: Context) -> datetime | None:
    """Until when, where a time to come was said."""
    end = leading.until(ctx.reading.when) if "when" in ctx.slots else None
    return end if end is not None and end > ctx.now else None


def spoken(ctx: Context, alert: Alert) -> dict[str, Any]:
    """What every text about an alert may say."""
    return {
        "mark": Word("lookins.drill") if alert.drill else "",
        "place": showing.place_name(places.get(ctx.tx, alert.place_id)),
        "text": alert.text,
        "since": alert.begun_at or alert.made_at,
        "until": Word("alerts.until", {"at": alert.ends_at}) if alert.ends_at else "",
    }


def _groups(ctx: Context, alert: Alert) -> list[rooms.Room]:
    return rooms.groups(ctx.tx, places.within(ctx.tx, alert.place_id))


def _gaps(ctx: Context, alert: Alert) -> Word | str:
    """The hours of the alert in which nobody is on duty, where a roster says who is."""
    place = places.get(ctx.tx, alert.place_id)
    if place is None or not rosters.has_roster(ctx.tx, place.id):
        return ""
    until = alert.ends_at or ctx.now + LOOKS_AHEAD
    day = ctx.now.astimezone(ZoneInfo(place.zone)).date()
    spans: list[tuple[datetime, datetime]] = []
    for step in range((until - ctx.now).days + 2):
        for begins, ends in rosters.gaps(ctx.tx, place, day + timedelta(days=step)):
            span = (max(begins, ctx.now), min(ends, until))
            if span[0] >= span[1]:
                continue
            if spans and spans[-1][1] == span[0]:
                # Over midnight it is one gap.
                span = (spans.pop()[0], span[1])
            spans.append(span)
    lines = [Word("alerts.span", duty.spoken(*span, place.zone)) for span in spans]
    return Word("alerts.gaps", {"lines": Lines(tuple(lines))}) if lines else ""


@asking_first.confirmed("alert_go")
def go(ctx: Context) -> Iterator[Effect]:
    """`确认`: everybody is warned, people at risk are asked, the next on the roster called up."""
    alert = alerts.get(ctx.tx, ctx.asked.ref)
    on = next((one for one in alerts.running(ctx.tx) if one.place_id == alert.place_id), None)
    if on is not None:
        raise Sorry("alerts.on_already", **spoken(ctx, on))
    if not alerts.move(ctx.tx, alert, "on", begun_at=ctx.now):
        return
    alert = alerts.get(ctx.tx, alert.id)
    values = {**spoken(ctx, alert), "duty": doubling.names_on(ctx, alert), **numbers(ctx)}
    yield ctx.reply("alerts.begun", urgent=True, **spoken(ctx, alert))
    for group in _groups(ctx, alert):
        yield ctx.post(group.id, "alerts.warning", urgent=True, **values)
    yield from calling.call_roll(ctx, alert)
    yield from doubling.call_up(ctx, alert)
    if alert.ends_at is not None:
        yield Later(f"alert:{alert.id}:ends", alert.ends_at, "alert_ends", alert.id)


def numbers(ctx: Context) -> dict[str, Any]:
    urgent = ctx.policy.emergency
    return {"medical": urgent.medical, "fire": urgent.fire, "police": urgent.police}
