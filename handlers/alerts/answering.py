"""Answers to the roll-call, read and not counted: safe, or in need of help at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from handlers import lookins, offering, recording, requests, showing
from handlers.alerts import calling
from handlers.checkins import replies
from handlers.checkins.ending import close
from handlers.kit import Context, Effect, Say, ToPerson, Word, answers
from handlers.sentences import tidy
from storage import alerts, checkins, people, places
from storage.alerts import Call

ASKED = {"alert_call": "well"}
_SAFE = re.compile(r"平安|安全|没事|都好|无恙|\b(?:safe|fine|ok|okay|all right|alright|all well)\b")
_NEED = re.compile(
    r"进水|水进|进屋|淹|漏|停电|断电|没电|停水|没水|没吃|被困|困在|塌|掉下|碎了|刮|倒了|救|帮忙|帮我|帮帮"
    r"|\b(?:flood\w*|water|leak\w*|power|stuck|trapped|broken|fell|collaps\w*|help|no food)\b"
)
_NO_NEED = re.compile(
    r"(?:没有?|未|不)(?:进水|漏|淹|停电|断电|停水|被困|事)|不用(?:帮忙|救)"
    r"|\bno (?:flood\w*|water|leak\w*|help|damage)|not? need\w* help|do(?:es)? not need"
)
_QUESTION = re.compile(r"吗\W*$|[?？]\s*$")
Said = Literal["safe", "help"]


def said(ctx: Context) -> Said | None:
    """What an answer says; None where it is about something else."""
    plain = tidy(ctx.text)
    needs = _NO_NEED.sub(" ", plain)
    unwell = replies.is_unwell(ctx.text) or ctx.reading.act == "unwell"
    asks = ctx.reading.act in {"need", "report"} and not _SAFE.search(plain)
    if _QUESTION.search(ctx.text) and not asks and not unwell:
        return None
    if not plain or ctx.reading.refers or ctx.quoted_number:
        return None
    if unwell or asks or _NEED.search(needs):
        return "help"
    if _SAFE.search(plain):
        return "safe"
    if ctx.in_group:
        return None
    return "safe" if replies.of_elder(ctx) in {"well", "contact"} else None


def _fits(ctx: Context) -> bool:
    """Whoever is known to be safe is heard only where that changes."""
    call = alerts.get_call(ctx.tx, ctx.asked.ref)
    if call is None or (ctx.message and ctx.message.at < call.asked_at):
        return False
    found = said(ctx)
    return found == "help" if call.state == "safe" else found is not None


@answers("alert_call", _fits)
def answered(ctx: Context) -> Iterator[Effect]:
    """Safe: the rolls know it, and nobody goes to look. Else: help is called at once."""
    calls = sorted(alerts.calls_of(ctx.tx, ctx.who.id), key=lambda one: _is_drill(ctx, one))
    if said(ctx) == "help":
        yield from _help(ctx, calls)
        return
    open_number = next((one.request for one in calls if one.state == "help"), None)
    if open_number is not None:
        # A bare word closes no cry for help.
        yield _to_me(ctx, calls[0], "alerts.still_helped", number=open_number)
        return
    for one in calls or alerts.waiting_for(ctx.tx, ctx.who.id):
        safe = {"state": "safe", "how": "themselves", "by": None, "at": ctx.now}
        alerts.change_call(ctx.tx, one.id, **safe)
    if calls:
        alert = alerts.get(ctx.tx, calls[0].alert_id)
        # Thanked, and listened to further: things may change before it is over.
        yield calling.question(ctx, alert, calls[0].id, ctx.who, "alerts.glad")
    else:
        yield ctx.reply("alerts.glad_late", name=showing.name_of(ctx.who))
    yield from lookins.heard(ctx, ctx.who.id)
    for checkin in checkins.waiting(ctx.tx, ctx.who.id)[:1]:
        if not checkin.alarm:
            how = Word("checkins.how_answered", {"at": ctx.now})
            yield from close(ctx, checkin, "ok", by=ctx.who.id, how=how)


def _is_drill(ctx: Context, call: Call) -> bool:
    return alerts.get(ctx.tx, call.alert_id).drill


def _to_me(ctx: Context, call: Call, key: str, **values: object) -> Say:
    alert = alerts.get(ctx.tx, call.alert_id)
    mark = Word("lookins.drill") if alert.drill else ""
    return Say(ToPerson(ctx.who.id), key, {**values, "mark": mark}, urgent=True, direct=True)


def _help(ctx: Context, calls: list[Call]) -> Iterator[Effect]:
    """An urgent request from their own door; duty is paged at once, the family told."""
    place = places.get(ctx.tx, ctx.who.place_id) or ctx.place
    if place is None:
        return
    things = _NEED.search(tidy(ctx.text)) is not None
    other = ctx.reading.category if ctx.reading.category not in {None, "other", "info"} else None
    reading = ctx.reading.but(
        act="need",
        category=other or ("rescue" if things else "medical"),
        urgency="urgent",
        confidence=1.0,
    )
    request = recording.record(ctx, reading, ctx.text, place, kind="need")
    for one in calls:
        needs = {"state": "help", "how": "themselves", "at": ctx.now, "request": request.number}
        alerts.change_call(ctx.tx, one.id, **needs)
    yield from requests.start(ctx, request)
    yield from offering.page(ctx, recording.known(ctx, request.number), offering.STEPS[0])
    yield from lookins.heard(ctx, ctx.who.id, well=False)
    for person_id in lookins.family_of(ctx, ctx.who.id):
        values = {"name": showing.name_of(people.get(ctx.tx, ctx.who.id)), "said": ctx.text[:120]}
        yield ctx.tell(person_id, "alerts.family", about=request.number, urgent=True, **values)
