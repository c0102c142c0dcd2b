"""A notice goes out: so many letters at a time, each time once, and who was not reached is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers import showing
from handlers.broadcasts import aiming, calendar
from handlers.guides import asking, pushing
from handlers.kit import (
    Both,
    Context,
    Effect,
    Later,
    Never,
    Photo,
    Say,
    ToPerson,
    ToRoom,
    Word,
    rings,
)
from storage import broadcasts, guides, people, rooms
from storage.broadcasts import Broadcast, Sending

AT_ONCE = 100
"""Letters made in one transaction, so that nobody waits behind thousands."""
PATIENCE = timedelta(hours=26)
"""After this what has not arrived is told as it stands: the gateways try for a day."""


def plan(row: Broadcast, since: datetime) -> Later:
    """The deadline of its next time after ``since``."""
    return at(row, calendar.after(row.rule, row.zone, since))


def at(row: Broadcast, due: datetime) -> Later:
    return Later(f"broadcast:{row.id}:", due, "broadcast", row.id)


@rings("broadcast")
def due(ctx: Context) -> Iterator[Effect]:
    """Its time has come; of those missed only the newest is said, and not hours late."""
    row = broadcasts.get(ctx.tx, ctx.rung.ref)
    if row is None or row.state != "planned":
        return
    newest = ctx.rung.due
    if row.rule:
        newest = calendar.latest(row.rule, row.zone, newest, ctx.now)
        yield plan(row, newest)
    else:
        broadcasts.change(ctx.tx, row.id, state="going")
    if ctx.now - newest > ctx.policy_at(row.place_id).broadcasts.late:
        if not row.rule:
            broadcasts.change(ctx.tx, row.id, state="ended")
        yield ctx.tell(row.by_id, "broadcasts.missed", number=row.id, at=newest)
        return
    yield from begin(ctx, row, newest)


def begin(ctx: Context, row: Broadcast, due_at: datetime) -> Iterator[Effect]:
    """Say it for this time, if that was not begun before."""
    said: dict[str, Any] = {}
    if row.guide is not None:
        today = ctx.now.astimezone(ZoneInfo(row.zone)).date()
        left = pushing.left(ctx, row.guide, row.place_id, today, row.pushed)
        if not left:
            yield from _all_told(ctx, row)
            return
        said = {"answer": left[0].id, "key": left[0].key}
    sending_id = broadcasts.begin(ctx.tx, row.id, due_at, ctx.now, said)
    if sending_id is None:
        return
    if said:
        broadcasts.change(ctx.tx, row.id, pushed=[*row.pushed, said["key"]])
    found = aiming.aims(ctx, row.places, row.audience, row.zone, urgent=row.urgent)
    broadcasts.aim(ctx.tx, sending_id, found)
    yield from _some(ctx, row, sending_id)


def _all_told(ctx: Context, row: Broadcast) -> Iterator[Effect]:
    broadcasts.change(ctx.tx, row.id, state="ended")
    yield Never(f"broadcast:{row.id}:")
    yield ctx.tell(row.by_id, "guides.all_told", number=row.id)


@rings("sending")
def go_on(ctx: Context) -> Iterator[Effect]:
    """The next of its letters."""
    made = broadcasts.sending(ctx.tx, ctx.rung.ref)
    row = broadcasts.get(ctx.tx, made.broadcast_id) if made else None
    if made is not None and row is not None and row.state != "cancelled":
        yield from _some(ctx, row, made.id)


def _some(ctx: Context, row: Broadcast, sending_id: int) -> Iterator[Effect]:
    targets = broadcasts.next_targets(ctx.tx, sending_id, AT_ONCE)
    key, values = _words(ctx, row, sending_id)
    photos = tuple(Photo(*one) for one in row.photos)
    for one in targets:
        to = ToPerson(one.person_id) if one.person_id else ToRoom(one.room_id or 0)
        yield Say(to, key, values, urgent=row.urgent, photos=photos, batch=sending_id)
    broadcasts.met(ctx.tx, [one.id for one in targets])
    if len(targets) == AT_ONCE:
        yield Later(f"sending:{sending_id}:", ctx.now, "sending", sending_id)
        return
    wait = ctx.policy_at(row.place_id).broadcasts.report
    again = {"after": wait.total_seconds()}
    yield Later(f"sending:{sending_id}:", ctx.now + wait, "sending_over", sending_id, again)


def _words(ctx: Context, row: Broadcast, sending_id: int) -> tuple[str, dict[str, Any]]:
    """The text key and what is filled into it: the sender's words, or the clinic's."""
    made = broadcasts.sending(ctx.tx, sending_id)
    told = guides.get(ctx.tx, made.said["answer"]) if made and made.said else None
    if told is not None:
        return "guides.pushed", asking.values(told)
    values: dict[str, Any] = {
        "text": Both(row.text, row.text_en) if row.text else Word("broadcasts.see_picture"),
        "name": showing.name_of(people.get(ctx.tx, row.by_id)),
        "place": showing.place_name(aiming.office_of(ctx, row.by_id, row.place_id)),
    }
    return "broadcasts.urgent_notice" if row.urgent else "broadcasts.notice", values


@rings("sending_over")
def report(ctx: Context) -> Iterator[Effect]:
    """Whom it did not reach, told to whoever sent it; what still waits is waited for."""
    made = broadcasts.sending(ctx.tx, ctx.rung.ref)
    row = broadcasts.get(ctx.tx, made.broadcast_id) if made else None
    if made is None or row is None or row.state == "cancelled":
        return
    states = broadcasts.letters(ctx.tx, made.id)
    unsent = states["waiting"] + states["sending"] + states["unsure"]
    if unsent and ctx.now - made.began_at < PATIENCE:
        after = 2 * float(ctx.rung.data["after"])
        again = {"after": after}
        due_at = ctx.now + timedelta(seconds=after)
        yield Later(ctx.rung.key, due_at, "sending_over", made.id, again)
        return
    if not row.rule:
        broadcasts.change(ctx.tx, row.id, state="sent")
    lost = lost_of(ctx, made)
    if lost or not row.rule:
        values: dict[str, Any] = {"number": row.id, "told": told_of(ctx, made)}
        key = "broadcasts.reached_not_all" if lost else "broadcasts.reached_all"
        yield ctx.tell(row.by_id, key, **values, lost=lost)


def told_of(ctx: Context, made: Sending) -> Word:
    """`3个群`, `21位邻居`: how many it reached."""
    states = broadcasts.letters(ctx.tx, made.id)
    row = broadcasts.get(ctx.tx, made.broadcast_id)
    people_only = row is not None and row.audience in {"volunteers", "private"}
    key = "broadcasts.to_people" if people_only else "broadcasts.to_groups"
    return Word(key, {"count": states["sent"] + states["folded"]})


def lost_of(ctx: Context, made: Sending) -> list[Word]:
    """Reason by reason, whom it did not reach; those who want no notices are no failure."""
    found = [one for one in broadcasts.unmet(ctx.tx, made.id) if one["why"] != "stopped"]
    for room_id, state in broadcasts.not_delivered(ctx.tx, made.id):
        room = rooms.get(ctx.tx, room_id)
        where = {"person_id": room.person_id, "place_id": room.place_id}
        found.append({**where, "state": "unmet", "why": state})
    return aiming.left_out(ctx, found)
