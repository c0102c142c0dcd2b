"""`给幸福里所有楼群发通知:…`, `每周一9点群发:…`: shown first, then said or planned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import asking_first, pictures, quiet, showing
from handlers.broadcasts import aiming, calendar, heads, sending
from handlers.broadcasts.heads import Head
from handlers.guides import pushing
from handlers.kit import Context, Effect, Sorry, Word, sentence
from storage import broadcasts, places
from storage.broadcasts import Broadcast
from storage.rosters import wall

_KEPT = ("text", "text_en", "photos", "guide", "places", "place_id", "zone", "audience", "urgent")
"""What an order and its row have in common."""
LONGEST = 2000
"""A notice has at most so many characters."""
_ENGLISH = re.compile(r"\s*(?:[/|]{1,2}\s*)?(?:\bEN|英文)\s*[:：]\s*")


def heard(ctx: Context) -> Head | None:
    """What is ordered, where the message is such an order."""
    head, _ = heads.split(ctx.text)
    near = _near(ctx)
    place = places.get(ctx.tx, near)
    today = ctx.now.astimezone(ZoneInfo(place.zone if place else "Asia/Shanghai")).date()
    return heads.read(ctx.tx, head, near, today)


def _near(ctx: Context) -> int | None:
    """Where the speaker serves, else where this was said."""
    return next(iter(aiming.offices(ctx)), ctx.place.id if ctx.place else None)


def _is_order(ctx: Context) -> bool:
    """An order, or nearly one by somebody who may give it, privately."""
    if heard(ctx) is not None:
        return True
    head, _ = heads.split(ctx.text)
    return (
        not ctx.in_group
        and head != ctx.text
        and heads.is_verbal(head)
        and bool(aiming.offices(ctx))
    )


@sentence("tell", fits=_is_order, late=True, long=True)
def tell(ctx: Context) -> Iterator[Effect]:
    """Whom it would reach and when, before anything is said."""
    head = heard(ctx)
    if head is None:
        raise Sorry("broadcasts.what_head")
    if head.missing:
        raise Sorry("broadcasts.no_building", numbers=list(head.missing))
    roles = aiming.OFFICES if head.guide is None else aiming.MAY_PUSH
    place_ids = list(head.places) or aiming.offices(ctx, roles)[:1]
    if not place_ids or not aiming.may_tell(ctx, place_ids, roles):
        raise Sorry("broadcasts.not_yours")
    place = places.every(ctx.tx)[place_ids[0]]
    order = {
        **(body(ctx) if head.guide is None else {"text": "", "text_en": "", "photos": []}),
        "guide": head.guide,
        "places": place_ids,
        "place_id": place.id,
        "zone": place.zone,
        "audience": head.audience,
        "urgent": head.urgent,
        **_time(ctx, head, place.zone),
    }
    yield from shown(ctx, order)


def body(ctx: Context) -> dict[str, Any]:
    """The words in one language or two, and the pictures that go with them."""
    _, said = heads.split(ctx.text)
    found = _ENGLISH.search(said)
    text, text_en = (said[: found.start()], said[found.end() :]) if found else (said, "")
    message = ctx.message
    photos = [[one.digest, one.media_type] for one in (message.photos if message else ())]
    photos += [[one["digest"], one["media_type"]] for one in pictures.taken(ctx)]
    if not text.strip() and not photos:
        raise Sorry("broadcasts.what_text")
    if len(said) > LONGEST:
        raise Sorry("broadcasts.too_long", most=LONGEST)
    return {"text": text.strip(), "text_en": text_en.strip(), "photos": photos}


def _time(ctx: Context, head: Head, zone: str) -> dict[str, Any]:
    """``rule`` or ``at`` (ISO) of an order; neither means now."""
    when = head.when
    if when.is_now:
        return {"rule": {}, "at": None}
    if when.minute is None:
        raise Sorry("broadcasts.what_hour")
    if when.rule is not None:
        return {"rule": when.rule, "at": None}
    today = ctx.now.astimezone(ZoneInfo(zone)).date()
    due = wall(when.day or today, when.minute, zone)
    if due <= ctx.now:
        raise Sorry("broadcasts.past", at=due)
    return {"rule": {}, "at": due.isoformat()}


def shown(ctx: Context, order: dict[str, Any], number: int = 0) -> Iterator[Effect]:
    """The preview: to whom, when, what, and who is left out; ``number``: of one that is changed."""
    now = not order["rule"] and not order["at"]
    to = (order["places"], order["audience"], order["zone"])
    found = aiming.aims(ctx, *to, urgent=order["urgent"], today=now)
    if not any(one["state"] == "waiting" for one in found) and not order["rule"]:
        raise Sorry("broadcasts.nobody", why=aiming.left_out(ctx, found))
    notes = aiming.left_out(ctx, found)
    values = {
        "to": aiming.counted(found),
        "where": [showing.place_name(places.get(ctx.tx, one)) for one in order["places"]],
        "when": _spoken(ctx, order),
        "text": _saying(ctx, order, number),
        "notes": Word("broadcasts.notes", {"notes": notes}) if notes else "",
    }
    preview = Word("broadcasts.preview_urgent" if order["urgent"] else "broadcasts.preview", values)
    data = {"order": order, "number": number}
    yield asking_first.ask(ctx, "broadcast", preview, ref=number, data=data)


def _saying(ctx: Context, order: dict[str, Any], number: int) -> Word:
    """What will be said, as it is shown to whoever sends it."""
    if order["guide"] is not None:
        row = broadcasts.get(ctx.tx, number) if number else None
        today = ctx.now.astimezone(ZoneInfo(order["zone"])).date()
        pushed = row.pushed if row else []
        return pushing.preview(ctx, order["guide"], order["place_id"], today, pushed)
    text, text_en, photos = order["text"], order["text_en"], len(order["photos"])
    both = f"{text}\nEN: {text_en}" if text_en else text
    values = {"text": both or Word("broadcasts.see_picture"), "count": photos}
    return Word("broadcasts.with_photos" if photos else "broadcasts.words_only", values)


def _spoken(ctx: Context, order: dict[str, Any]) -> Word:
    if order["rule"]:
        due = calendar.after(order["rule"], order["zone"], ctx.now)
        return Word("broadcasts.by_rule", {"rule": calendar.spoken(order["rule"]), "at": due})
    due = datetime.fromisoformat(order["at"]) if order["at"] else ctx.now
    hours = ctx.policy_at(order["place_id"]).quiet
    awake = quiet.after_quiet(due, hours.begins, hours.ends, ZoneInfo(order["zone"]))
    if awake > due and not order["urgent"]:
        return Word("broadcasts.after_quiet", {"at": awake})
    return Word("broadcasts.at", {"at": due}) if order["at"] else Word("broadcasts.now")


@asking_first.confirmed("broadcast")
def agreed(ctx: Context) -> Iterator[Effect]:
    """Said now, or planned."""
    order, number = dict(ctx.asked.data["order"]), int(ctx.asked.data["number"])
    roles = aiming.OFFICES if order["guide"] is None else aiming.MAY_PUSH
    if not aiming.may_tell(ctx, order["places"], roles):
        raise Sorry("broadcasts.not_yours")
    once = order.pop("at")
    due = datetime.fromisoformat(once) if once else ctx.now
    if number:
        yield from _changed(ctx, number, order, due)
        return
    state = "planned" if order["rule"] or once else "going"
    number = broadcasts.add(
        ctx.tx, by_id=ctx.who.id, made_at=ctx.now, state=state, pushed=[], **order
    )
    row = broadcasts.get(ctx.tx, number)
    if row is None:
        return
    if state == "going":
        yield ctx.reply("broadcasts.goes", number=number)
        yield from sending.begin(ctx, row, ctx.now)
        return
    yield from _planned(ctx, row, due, "broadcasts.planned")


def _changed(ctx: Context, number: int, order: dict[str, Any], due: datetime) -> Iterator[Effect]:
    """One that is planned is said otherwise, or at another time."""
    row = broadcasts.get(ctx.tx, number)
    if row is None or row.state != "planned":
        raise Sorry("broadcasts.unknown", number=number)
    broadcasts.change(ctx.tx, number, **order)
    row = broadcasts.get(ctx.tx, number)
    if row is not None:
        yield from _planned(ctx, row, due, "broadcasts.changed")


def _planned(ctx: Context, row: Broadcast, due: datetime, key: str) -> Iterator[Effect]:
    timer = sending.plan(row, ctx.now) if row.rule else sending.at(row, max(due, ctx.now))
    yield timer
    yield ctx.reply(key, number=row.id, at=timer.due)


def as_order(row: Broadcast, at: datetime | None) -> dict[str, Any]:
    """A planned one as it was ordered, to be changed."""
    order = {name: getattr(row, name) for name in _KEPT}
    return {**order, "rule": row.rule, "at": at.isoformat() if at else None}


def retimed(ctx: Context, order: dict[str, Any], said: str) -> dict[str, Any]:
    """The order at another time; Sorry where none is understood."""
    today = ctx.now.astimezone(ZoneInfo(order["zone"])).date()
    rest, when = calendar.read(said, today)
    if rest.strip(" 到成为吧,"):
        raise Sorry("broadcasts.what_hour")
    if when.is_now:
        raise Sorry("broadcasts.what_hour")
    if when.rule is None and when.day is None and order["rule"] and when.minute is not None:
        # Another hour of the same days.
        return {**order, "rule": {**order["rule"], "at": when.minute}, "at": None}
    head = replace(Head((), order["audience"], when), urgent=order["urgent"])
    return {**order, **_time(ctx, head, order["zone"])}
