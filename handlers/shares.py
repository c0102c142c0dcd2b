"""What share of the promises was kept: public, by kind and month, never by person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers import showing
from handlers.kit import Context, Effect, Lines, Say, Sorry, Word, sentence
from storage import places, promises


@sentence("kept")
def kept(ctx: Context) -> Iterator[Effect]:
    """`承诺兑现`: the share kept this month and last, by kind of promise and of request."""
    place = ctx.place or places.get(ctx.tx, ctx.who.place_id)
    wide = next((one for one in places.chain(ctx.tx, place.id if place else None)[1:]), place)
    if wide is None:
        raise Sorry("shares.none_yet")
    zone = ZoneInfo(wide.zone)
    this = ctx.now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = (this - timedelta(days=1)).replace(day=1)
    lines = []
    for begins, ends in ((this, ctx.now), (last, this)):
        lines += _shares(ctx, wide.id, begins, ends)
    if not lines:
        raise Sorry("shares.none_yet")
    values = {"place": showing.place_name(wide), "lines": Lines(tuple(lines))}
    yield Say(ctx.here(), "shares.shares", values, direct=True)


def _shares(ctx: Context, place_id: int, begins: datetime, ends: datetime) -> list[Word]:
    inside = list(places.within(ctx.tx, place_id))
    sums: dict[tuple[str, str], list[int]] = {}
    for one in promises.share(ctx.tx, inside, begins, ends + timedelta(milliseconds=1)):
        total = sums.setdefault((one.kind, one.category), [0, 0])
        total[0] += one.kept
        total[1] += one.made
    return [
        Word(
            "shares.share",
            {
                "month": begins.month,
                "promise": Word(f"promises.kind_{kind}"),
                "kind": Word(f"kinds.{category}"),
                "kept": good,
                "made": whole,
                "percent": round(100 * good / whole),
            },
        )
        for (kind, category), (good, whole) in sums.items()
    ]
