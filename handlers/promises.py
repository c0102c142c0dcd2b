"""Promises: 52022 and the neighbourly one, each with its clock, told when kept late or broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import offering, patience, quiet, showing, working
from handlers.kit import Context, Effect, Later, Never, Word, rings
from handlers.policy import Promise
from storage import claims, places, promises, requests
from storage.requests import Request

QUICK = ("on_site", "small_fix")
TAKEN = ("claimed", "found")
HARD = ("plan", "answer")
PRESSING = (*QUICK, "found", "at_door")
PAGED = ("duty", "worker", "leader")
"""Who hears, in turn, that a promise has slipped."""
LONGEST = timedelta(days=1)
"""At most this long between those steps."""


def of(ctx: Context, request: Request) -> Promise | None:
    """The 52022 promise that holds for a request; None where it is another's: the neighbourly one,
    or the medicine relay's."""
    if request.kind not in {"need", "report"} or request.category == "medicine":
        return None
    urgent = request.urgency == "urgent"
    listed = ctx.rules(request).promises
    named = next((one for one in listed if request.category in one.kinds), None)
    return named or next((one for one in listed if urgent and one.urgent), None)


def made(ctx: Context, request: Request, *only: str) -> Iterator[Effect]:
    """A request has been made: where nothing quicker holds, the neighbourly promise begins."""
    if request.kind != "need" or request.urgency == "low" or of(ctx, request) is not None:
        return
    if showing.is_dispute(request):  # it takes the time it takes
        return
    asked = quiet.by_day(ctx, request, ctx.now)
    medicine = ctx.rules(request).medicine
    if request.category == "medicine":
        due = {"found": asked + medicine.found, "at_door": asked + medicine.at_door}
    else:
        by = _within_the_day(ctx, request, asked)
        due = {"claimed": asked + ctx.rules(request).neighbourly.claimed, "done": by}
    for kind, until in due.items():
        if not only or kind in only:
            yield begin(ctx, request, kind, until)


def again(ctx: Context, request: Request) -> Iterator[Effect]:
    """Not settled after all: a new clock, for the helper it goes back to or for whoever comes."""
    if claims.holders(ctx.tx, request.number):
        yield from made(ctx, request, "done", "at_door")
        yield from claimed(ctx, request)
    else:
        yield from made(ctx, request)


def claimed(ctx: Context, request: Request) -> Iterator[Effect]:
    """Somebody holds it: for a 52022 promise the way there begins to count."""
    yield from keep(ctx, request, *TAKEN)
    rule = of(ctx, request)
    if rule is None or promises.standing(ctx.tx, request.number, ("on_site", *HARD)):
        return
    begins = max(ctx.now, request.due_at or ctx.now)
    yield begin(ctx, request, "on_site", after(ctx, request, begins, rule.on_site))


def arrived(ctx: Context, request: Request) -> Iterator[Effect]:
    """On the spot: a small problem is solved soon."""
    yield from keep(ctx, request, *TAKEN, "on_site")
    rule = of(ctx, request)
    if rule is not None and not promises.standing(ctx.tx, request.number, ("small_fix", *HARD)):
        yield begin(ctx, request, "small_fix", after(ctx, request, ctx.now, rule.small_fix))


def finished(ctx: Context, request: Request) -> Iterator[Effect]:
    """Done, says the helper: whatever was promised has been kept, in time or late."""
    yield from keep(ctx, request, *promises.KINDS)


def ended(ctx: Context, request: Request) -> Iterator[Effect]:
    """Closed otherwise: nothing is owed any more."""
    promises.drop(ctx.tx, request.number, promises.KINDS, ctx.now)
    yield Never(f"promise:{request.number}:")


def lost(ctx: Context, request: Request) -> Iterator[Effect]:
    """Open again: the next helper has a way of their own, and who asked waits anew."""
    promises.drop(ctx.tx, request.number, QUICK, ctx.now)
    for kind in QUICK:
        yield Never(f"promise:{request.number}:{kind}:")
    if not promises.standing(ctx.tx, request.number):
        yield from made(ctx, request)


def resumed(ctx: Context, request: Request) -> Iterator[Effect]:
    """The clocks that stood still run again, each due so much later as it stood."""
    if request.state == "waiting":
        for one in promises.resume(ctx.tx, request.number, ctx.now):
            yield timer(request.number, one.kind, one.due_at)


def agreed(ctx: Context, request: Request) -> Iterator[Effect]:
    """Another time was agreed: what is promised moves with it."""
    until = _as_agreed(ctx, request)
    if until is None:
        return
    for one in promises.standing(ctx.tx, request.number, ("done", "at_door", "on_site", *TAKEN)):
        rule = of(ctx, request)
        way = rule.on_site if rule is not None and one.kind == "on_site" else timedelta()
        promises.move(ctx.tx, one.id, until + way)
        yield timer(request.number, one.kind, until + way)


def begin(ctx: Context, request: Request, kind: str, due: datetime) -> Later:
    """This promise's clock starts now."""
    promises.make(ctx.tx, request.number, kind, ctx.now, due)
    return timer(request.number, kind, due)


def timer(number: int, kind: str, due: datetime) -> Later:
    """The deadline of a promise."""
    return Later(f"promise:{number}:{kind}:", due, "promise", number, {"kind": kind})


def keep(ctx: Context, request: Request, *kinds: str) -> Iterator[Effect]:
    """These are kept; late ones stand so in the story."""
    for one in promises.keep(ctx.tx, request.number, kinds, ctx.now):
        if one.slipped_at is not None or ctx.now > one.due_at:
            note = _note(one.kind, one.due_at)
            requests.tell(ctx.tx, request.number, ctx.now, "kept late", note=note)
        yield Never(f"promise:{request.number}:{one.kind}:")


def _note(kind: str, due: datetime) -> str:
    """Which promise, and when it was due, as a story keeps it."""
    return f"{kind} {due.isoformat()}"


def told_in_story(note: str) -> dict[str, Any]:
    """What `_note` wrote, as it is said: ``promise`` and ``due``."""
    kind, _, due = note.partition(" ")
    return {"promise": Word(f"promises.kind_{kind}"), "due": datetime.fromisoformat(due)}


def after(ctx: Context, request: Request, begun: datetime, span: timedelta) -> datetime:
    """When a span has passed, by the clock on the wall or in working hours."""
    rule = of(ctx, request)
    if rule is None or not rule.working:
        return begun + span
    return working.after(begun, span, ctx.rules(request).working, _zone(ctx, request))


def _zone(ctx: Context, request: Request) -> ZoneInfo:
    return quiet.zone_of(places.get(ctx.tx, request.place_id))


def _within_the_day(ctx: Context, request: Request, asked: datetime) -> datetime:
    """As agreed, or by the evening of the day on which neighbours were asked; else the next."""
    until = _as_agreed(ctx, request)
    if until is not None and until > asked:
        return until
    local = asked.astimezone(_zone(ctx, request))
    by = ctx.rules(request).neighbourly.done_by
    day = local.date() + timedelta(days=local.time() > _an_hour_before(by))
    return datetime.combine(day, by, local.tzinfo)


def _as_agreed(ctx: Context, request: Request) -> datetime | None:
    """By the end of the time agreed; what begins at an hour has till the evening of its day."""
    until = patience.agreed_until(request)
    if until is None or (request.due_at is not None and until > request.due_at):
        return until
    local = until.astimezone(_zone(ctx, request))
    evening = datetime.combine(local.date(), ctx.rules(request).neighbourly.done_by, local.tzinfo)
    return max(evening, until + timedelta(hours=2))


def _an_hour_before(hour: time) -> time:
    return time(max(0, hour.hour - 1), hour.minute)


@rings("promise")
def due(ctx: Context) -> Iterator[Effect]:
    """A promised time has come: if it was not kept, everybody concerned hears, each once."""
    number, kind = ctx.rung.ref, str(ctx.rung.data["kind"])
    step = int(ctx.rung.data.get("step", 0))
    request = requests.get(ctx.tx, number)
    owed = next(iter(promises.standing(ctx.tx, number, (kind,))), None)
    if request is None or owed is None or owed.paused_at is not None:
        return
    if step == 0:
        if not promises.slip(ctx.tx, owed.id, ctx.now):
            return
        note = _note(kind, owed.due_at)
        requests.tell(ctx.tx, number, ctx.now, "slipped", note=note)
        yield from _told(ctx, request, kind)
    # A request that nobody has taken climbs by its own ladder.
    if kind in TAKEN:
        return
    yield from _page(ctx, request, kind, PAGED[step])
    if step + 1 < len(PAGED):
        wait = min(LONGEST, max(timedelta(minutes=5), owed.due_at - owed.begun_at))
        again = {"kind": kind, "step": step + 1}
        yield Later(f"promise:{number}:{kind}:", ctx.now + wait, "promise", number, again)


def _told(ctx: Context, request: Request, kind: str) -> Iterator[Effect]:
    """The resident hears that it slipped, the helpers that it was due."""
    number, values = request.number, showing.openly(ctx, request)
    urgent = kind in PRESSING
    for one in (request.requester_id, *requests.followers(ctx.tx, number)):
        yield ctx.tell(one, f"promises.slipped_{kind}", about=number, urgent=urgent, **values)
    for one in _to_remind(ctx, number, kind):
        yield ctx.tell(one, f"promises.due_{kind}", about=number, urgent=urgent, **values)


def _to_remind(ctx: Context, number: int, kind: str) -> list[int]:
    """Helpers who have given word of themselves; the silent ones are nudged at that time anyway."""
    held = claims.of_request(ctx.tx, number, "held")
    return [one.person_id for one in held if kind != "on_site" or one.heard_at > one.at]


def _page(ctx: Context, request: Request, kind: str, step: str) -> Iterator[Effect]:
    values = {**showing.openly(ctx, request), "promise": Word(f"promises.kind_{kind}")}
    for one in offering.next_called(ctx, request, step):
        urgent = kind in PRESSING
        yield ctx.tell(one, "promises.page", about=request.number, urgent=urgent, **values)


def spoken(ctx: Context, request: Request) -> Word | str:
    """What was promised to whoever waits, for the line that says who comes."""
    running = promises.standing(ctx.tx, request.number, ("on_site",))
    rule = of(ctx, request)
    if not running or rule is None or request.due_at is not None:
        return ""
    return Word("promises.coming", {"on_site": rule.on_site, "small_fix": rule.small_fix})
