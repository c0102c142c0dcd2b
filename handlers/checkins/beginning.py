"""A check-in that begins with something that happened, not with the hour."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from handlers.kit import Context
from storage import checkins, people, places
from storage.checkins import Checkin, CheckinPlan


def begun_now(ctx: Context, plan: CheckinPlan) -> Checkin:
    """The check-in of this minute, by the wall clock of the elder; it still does nothing."""
    place = places.get(ctx.tx, people.get(ctx.tx, plan.person_id).place_id)
    local = ctx.now.astimezone(ZoneInfo(place.zone if place else "Asia/Shanghai"))
    minute = local.hour * 60 + local.minute
    return checkins.at_once(ctx.tx, plan, local.date(), minute, ctx.now)
