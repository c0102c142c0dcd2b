"""``我的血压``, ``沈奶奶这个月的血压``: a picture for the person, their family, the care team."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from handlers import showing
from handlers.checkins import readings
from handlers.checkins.calendar import zone
from handlers.checkins.circle import find
from handlers.checkins.plans import may_change
from handlers.kit import (
    Context,
    Effect,
    Errand,
    Lines,
    Photo,
    Say,
    Sorry,
    ToPerson,
    Word,
    daily,
    returns,
    sentence,
)
from handlers.sentences import tidy
from handlers.vitals.measuring import KINDS, kinds_in
from storage import looks, people, vitals
from storage.errands import PICTURES
from storage.people import Person
from storage.vitals import Vital

LENGTH = 32
"""Bytes of chance in a token: nobody comes upon it by trying."""
_DAYS = {
    7: ("这周", "这个星期", "this week"),
    90: ("三个月",),
    183: ("半年",),
    365: ("今年", "this year"),
}
NAMED = 10
"""So many looks fit into one answer."""


@sentence("mine")
def mine(ctx: Context) -> Iterator[Effect]:
    """The speaker's own; said in a group it is answered privately."""
    yield from _draw(ctx, ctx.who)


@sentence("theirs", fits=lambda ctx: find(ctx, ctx.slots["name"]) is not None)
def theirs(ctx: Context) -> Iterator[Effect]:
    """Somebody else's, for those concerned; others learn nothing."""
    elder = find(ctx, ctx.slots["name"])
    if elder is None or not may_change(ctx, elder):
        raise Sorry("checkins.not_yours")
    yield from _draw(ctx, elder)


def _draw(ctx: Context, elder: Person) -> Iterator[Effect]:
    kinds = kinds_in(ctx.text) or list(KINDS)
    since, until = span(ctx, elder)
    found = vitals.of_person(ctx.tx, elder.id, since=since, until=until, kinds=kinds)
    if not found:
        key = "readings.none" if elder.id == ctx.who.id else "readings.none_of"
        yield Say(ToPerson(ctx.who.id), key, {"name": showing.name_of(elder)}, direct=True)
        return
    looks.seen(ctx.tx, elder.id, ctx.who.id, ctx.now, "picture")
    data = {
        "person": elder.id,
        "kinds": [kind for kind in KINDS if any(row.kind == kind for row in found)],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "zone": zone(ctx, elder).key,
        "lang": ctx.who.lang,
        "limits": dict(readings.limits_of(ctx, elder)),
    }
    yield Errand(PICTURES, "draw_readings", data, ref=ctx.who.id)


def span(ctx: Context, elder: Person) -> tuple[datetime, datetime]:
    """From when to when: a month back, unless the words name another span."""
    text = tidy(ctx.text)
    if "上个月" in text or "last month" in text:
        first = ctx.now.astimezone(zone(ctx, elder)).replace(
            day=1, hour=0, minute=0, second=0, microsecond=0
        )
        return (first - timedelta(days=1)).replace(day=1), first
    named = (days for days, words in _DAYS.items() if any(word in text for word in words))
    days = next(named, ctx.policy.readings.plot_days)
    return ctx.now - timedelta(days=days), ctx.now + timedelta(seconds=1)


@returns("draw_readings")
def drawn(ctx: Context) -> Iterator[Effect]:
    """The picture goes with the figures in words; where none could be drawn, these alone."""
    back, viewer = ctx.came_back, people.get(ctx.tx, ctx.came_back.ref)
    data = back.data
    elder = people.get(ctx.tx, int(data["person"]))
    if viewer.left_at is not None or elder.left_at is not None:
        return
    since, until = (datetime.fromisoformat(data[end]) for end in ("since", "until"))
    rows = vitals.of_person(ctx.tx, elder.id, since=since, until=until, kinds=data["kinds"])
    photos: tuple[Photo, ...] = ()
    if back.ok:
        photos = (Photo(back.result, "image/png"),)
        looks.drew(ctx.tx, back.result, elder.id, ctx.now)
    lines = [_figures(kind, rows) for kind in data["kinds"]]
    values = {"name": showing.name_of(elder), "lines": Lines(tuple(lines))}
    yield Say(ToPerson(viewer.id), "readings.figures", values, direct=True, photos=photos)


def _figures(kind: str, rows: Sequence[Vital]) -> Word:
    """``血压 12次，最近135/80，最高152/95，最低118/76，一般134``."""
    mine = [row for row in rows if row.kind == kind]
    ordered = sorted(mine, key=lambda row: row.value)
    values: dict[str, Any] = {
        "kind": Word(f"readings.{kind}"),
        "count": len(mine),
        "last": readings.as_measured(mine[-1]).number if mine else "—",
        "highest": readings.as_measured(ordered[-1]).number if mine else "—",
        "lowest": readings.as_measured(ordered[0]).number if mine else "—",
        "middle": _middle(mine) if mine else "—",
    }
    return Word("readings.line", values)


def _middle(rows: Sequence[Vital]) -> str:
    lower = [row.value2 for row in rows if row.value2 is not None]
    middle = f"{median(row.value for row in rows):.4g}"
    return f"{middle}/{median(lower):.4g}" if lower else middle


@sentence("page")
def page(ctx: Context) -> Iterator[Effect]:
    """A link to the speaker's own page, for some days; an earlier one opens nothing any more."""
    days = ctx.policy.readings.link_days
    token = secrets.token_urlsafe(LENGTH)
    looks.give(ctx.tx, token, ctx.who.id, ctx.who.id, ctx.now + timedelta(days=days))
    address = f"{ctx.policy.pages.address}/readings/{token}"
    values = {"address": address, "days": days}
    yield Say(ToPerson(ctx.who.id), "readings.page", values, direct=True)


@sentence("seen_by")
def seen_by(ctx: Context) -> Iterator[Effect]:
    """``谁看过我的读数``: everybody else who did, newest first."""
    others = [one for one in looks.of_person(ctx.tx, ctx.who.id) if one.viewer_id != ctx.who.id]
    if not others:
        yield Say(ToPerson(ctx.who.id), "readings.seen_by_nobody", direct=True)
        return
    lines = [_look(ctx, one) for one in others[:NAMED]]
    yield Say(ToPerson(ctx.who.id), "readings.seen_by", {"looks": Lines(tuple(lines))}, direct=True)


def _look(ctx: Context, one: looks.Look) -> Word:
    viewer = people.get(ctx.tx, one.viewer_id) if one.viewer_id else None
    name = showing.name_of(viewer) if viewer else Word("readings.somebody")
    return Word("readings.look", {"name": name, "at": one.at})


@daily("03:25")
def forget(ctx: Context) -> Iterator[Effect]:
    """Readings, looks and pictures are kept for so many days."""
    keep = ctx.policy.retention
    vitals.forget(ctx.tx, ctx.now - timedelta(days=keep.reading_days))
    looks.forget(ctx.tx, ctx.now, ctx.now - timedelta(days=keep.audit_name_days))
    old = looks.take_pictures(ctx.tx, before=ctx.now - timedelta(days=keep.checkin_days))
    yield from dropped(old)


def dropped(digests: Sequence[str]) -> Iterator[Effect]:
    """Throw pictures away that nothing remembers any more."""
    if digests:
        yield Errand(PICTURES, "drop_pictures", {"digests": list(digests)})
