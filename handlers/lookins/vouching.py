"""`看到蒋爷爷了`: whoever is registered may say that somebody who is looked for was seen."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.checkins import answers, replies
from handlers.kit import Context, Effect, overhears
from handlers.lookins import closing, sought
from handlers.lookins.sought import Sought
from storage import alerts, lookins, people, places
from storage.alerts import Call
from storage.lookins import LookIn

FAR = 99


def _looked_for(ctx: Context) -> bool:
    return lookins.any_open(ctx.tx) or bool(alerts.running(ctx.tx))


def _means(ctx: Context, one: Sought) -> bool:
    """Whether the words name them, said by somebody else of the same community."""
    near = places.distance(ctx.tx, ctx.who.place_id, one.place_id) < FAR
    return near and one.person_id != ctx.who.id and sought.is_named(ctx, one, ctx.text)


def _searches(ctx: Context) -> list[LookIn]:
    return [one for one in lookins.open_ones(ctx.tx) if _means(ctx, one)]


def _calls(ctx: Context) -> list[Call]:
    found = []
    for alert in alerts.running(ctx.tx):
        for call in alerts.roll(ctx.tx, alert.id):
            one = people.get(ctx.tx, call.person_id)
            if call.state in alerts.UNKNOWN and _means(ctx, sought.resident(one)):
                found.append(call)
    return found


def _fits(ctx: Context) -> bool:
    says = replies.says_seen(ctx.text) and not replies.is_unwell(ctx.text)
    return says and answers.registered(ctx) and bool(_searches(ctx) or _calls(ctx))


@overhears("vouch", _looked_for, _fits)
def seen(ctx: Context) -> Iterator[Effect]:
    """Searches and rolls that wait for them are done; so are their check-ins."""
    for call in _calls(ctx):
        safe = {"state": "safe", "how": "seen", "by": ctx.who.id, "at": ctx.now}
        alerts.change_call(ctx.tx, call.id, **safe)
    for one in _searches(ctx):
        yield from closing.close(ctx, one, "seen", by=ctx.who.id, note=ctx.text[:200])
    yield from answers.vouch(ctx)
