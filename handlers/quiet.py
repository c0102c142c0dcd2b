"""When something may be said: quiet hours, and caps on what nobody asked for."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.kit import Context, Say
from handlers.policy import Caps
from storage import outbox, places
from storage.places import Place
from storage.requests import Request
from storage.rooms import Room


def earliest(ctx: Context, room: Room, say: Say, place: Place | None) -> datetime:
    """The instant from which this may be sent: now, after the quiet hours, or under the caps.

    What is urgent and what answers the listener directly is never held back.
    """
    if say.urgent or say.direct:
        return ctx.now
    policy = ctx.policy_at(place.id if place else None)
    awake = after_quiet(ctx.now, policy.quiet.begins, policy.quiet.ends, zone_of(place))
    return max(awake, _under_caps(ctx, room.id, policy.caps))


def by_day(ctx: Context, request: Request, at: datetime) -> datetime:
    """When neighbours may be asked about it: at once, or after the quiet hours."""
    if request.urgency == "urgent":
        return at
    rule, zone = ctx.rules(request).quiet, zone_of(places.get(ctx.tx, request.place_id))
    return after_quiet(at, rule.begins, rule.ends, zone)


def zone_of(place: Place | None) -> ZoneInfo:
    """The time zone of a place; of China where none is known."""
    return ZoneInfo(place.zone if place else "Asia/Shanghai")


def after_quiet(now: datetime, begins: time, ends: time, zone: ZoneInfo) -> datetime:
    """``now``, or the end of the quiet hours it falls into."""
    local = now.astimezone(zone)
    over_midnight = begins > ends
    clock = local.time()
    late, early = clock >= begins, clock < ends
    is_quiet = (late or early) if over_midnight else (late and early)
    if not is_quiet:
        return now
    day = local.date() + timedelta(days=1 if over_midnight and clock >= begins else 0)
    return datetime.combine(day, ends, zone).astimezone(now.tzinfo)


def _under_caps(ctx: Context, room_id: int, caps: Caps) -> datetime:
    """The first instant at which no cap of this conversation would be passed."""
    limits = (
        (timedelta(minutes=15), caps.per_15_min),
        (timedelta(hours=1), caps.per_hour),
        (timedelta(hours=3), caps.per_3_hours),
    )
    sent = outbox.told(ctx.tx, room_id, ctx.now - timedelta(hours=3))
    at = ctx.now
    for span, most in limits:
        recent = [one for one in sent if one > ctx.now - span]
        if len(recent) >= most:
            at = max(at, recent[-most] + span)
    return at
