"""A private letter that the platform refused: the person is asked in a group to open a chat.

Once they have, they get what was meant for them and still concerns them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from handlers.kit import Context, Effect, Say, ToRoom
from storage import claims, members, outbox, people, requests, rooms
from storage.db import Transaction
from storage.outbox import LetterRow
from storage.rooms import Room

NOTICE = "people.notice"
OFTEN = timedelta(hours=1)
"""Between two such wishes in a group, unless something is urgent."""


LASTS = timedelta(days=1)
"""What was refused longer ago is not said any more."""


def opened(ctx: Context) -> int:
    """Somebody writes privately, so the chat is open: what it refused is said now; how much."""
    if ctx.room is None:
        return 0
    letters = outbox.refused(ctx.tx, ctx.room.id, ctx.now - LASTS, ctx.now)
    wanted = [one.id for one in letters if _concerns(ctx, one)]
    if wanted:
        outbox.say_again(ctx.tx, wanted, ctx.now)
    return len(wanted)


def _concerns(ctx: Context, letter: LetterRow) -> bool:
    """Whether a letter still is for them: of a matter that is theirs, or that they may take."""
    if letter.about is None:
        return letter.kind != NOTICE  # it was read in the group
    request = requests.get(ctx.tx, letter.about)
    if request is None:
        return False
    if request.closed_at is not None:  # only the news of its end
        return letter.made_at >= request.closed_at
    if letter.kind.startswith("offering."):
        return request.state in {"open", "reopened"}
    mine = {request.requester_id, *claims.holders(ctx.tx, request.number)}
    return ctx.who.id in mine | set(requests.followers(ctx.tx, request.number))


def fall_back(tx: Transaction, row: LetterRow, now: datetime) -> Iterator[Effect]:
    """Ask for a chat, never with a word of what it is about."""
    talk = rooms.get(tx, row.room_id)
    if talk.person_id is None:
        return
    group = _group(tx, talk, talk.person_id)
    if group is None:
        return
    to = ToRoom(group.id, (talk.person_id,))
    if row.kind == NOTICE:
        # What everybody may read, and is read before anything else is kept.
        yield Say(to, "bot.notice_here", direct=True)
        return
    if not row.urgent and outbox.said(tx, group.id, "bot.open_chat", now - OFTEN):
        return
    yield Say(to, "bot.open_chat", about=row.about, urgent=row.urgent, direct=True)


def _group(tx: Transaction, talk: Room, person_id: int) -> Room | None:
    """A group of a place in which they are, else that of their own place, on the same gateway."""
    for room in members.rooms_of(tx, person_id, talk.gateway):
        if room.place_id is not None:
            return room
    group = rooms.of_place(tx, people.get(tx, person_id).place_id)
    return group if group is not None and group.gateway == talk.gateway else None
