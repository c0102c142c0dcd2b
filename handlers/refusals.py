"""A private letter that the platform refused: the person is asked in a group to open a chat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from handlers.kit import Effect, Say, ToRoom
from storage import members, outbox, people, rooms
from storage.db import Transaction
from storage.outbox import LetterRow
from storage.rooms import Room

OFTEN = timedelta(hours=1)
"""Between two such wishes in a group, unless something is urgent."""


def fall_back(tx: Transaction, row: LetterRow, now: datetime) -> Iterator[Effect]:
    """Ask for a chat, never with a word of what it is about."""
    talk = rooms.get(tx, row.room_id)
    if talk.person_id is None:
        return
    group = _group(tx, talk, talk.person_id)
    if group is None:
        return
    to = ToRoom(group.id, (talk.person_id,))
    if row.kind == "people.notice":
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
