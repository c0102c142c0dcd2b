"""Who spoke, where, to whom and about what: the context of a message or a happening."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime

from handlers import newcomers
from handlers.kit import Context, Happening, Message
from handlers.policy import Policy
from handlers.reading import Reading
from storage import outbox, people, places, requests, rooms, talks
from storage.db import Transaction
from storage.people import Person
from storage.rooms import Room


def hearing(
    tx: Transaction, message: Message, reading: Reading, now: datetime, policy: Policy
) -> Context:
    """The context of a message; whoever speaks for the first time is a person from now on."""
    room = rooms.by_external(tx, message.gateway, message.conversation)
    speaker = people.by_account(tx, message.gateway, message.sender)
    if speaker is None:
        speaker = _newcomer(tx, message, room)
    if room is None:
        room = _new_room(tx, message, speaker)
    ctx = Context(tx, now, policy, reading=reading, message=message)
    ctx.speaker, ctx.room = speaker, room
    ctx.place = places.get(tx, room.place_id or speaker.place_id)
    ctx.late = message.arrived - message.at > policy.listening.late_after
    ctx.quoted_number = _quoted(tx, message)
    return ctx


def befalling(tx: Transaction, event: Happening, now: datetime, policy: Policy) -> Context:
    """The context of what befell a group or an account: nobody becomes a person by it."""
    ctx = Context(tx, now, policy, happening=event)
    ctx.room = rooms.by_external(tx, event.gateway, getattr(event, "conversation", ""))
    ctx.speaker = people.by_account(tx, event.gateway, getattr(event, "sender", ""))
    at = ctx.room.place_id if ctx.room is not None else None
    home = ctx.speaker.place_id if ctx.speaker is not None else None
    ctx.place = places.get(tx, at or home)
    ctx.late = event.arrived - event.at > policy.listening.late_after
    return ctx


def is_unbound(tx: Transaction, message: Message) -> bool:
    """Whether this was said in a group that belongs to no place and was made for no talk."""
    if message.private:
        return False
    room = rooms.by_external(tx, message.gateway, message.conversation)
    return room is None or (room.place_id is None and talks.in_room(tx, room.id) is None)


_CHINESE = re.compile("[\u3400-\u9fff]")


def written_in(text: str) -> str | None:
    """``zh`` for Chinese characters, ``en`` for two English words or more, else None."""
    if _CHINESE.search(text):
        return "zh"
    words = [word for word in text.split() if sum(c.isascii() and c.isalpha() for c in word) > 1]
    return "en" if len(words) > 1 or text.strip().lower() in {"help", "tasks", "cancel"} else None


def _newcomer(tx: Transaction, message: Message, room: Room | None) -> Person:
    """Somebody not known yet: they are a person from their first word."""
    person_id = people.add(
        tx,
        name=newcomers.called(message.sender_name) or message.sender,
        lang=written_in(message.text) or (room.lang if room else "zh"),
        place_id=room.place_id if room else None,
        joined_at=message.at,
        vouched=False,
        noticed=False,
    )
    people.add_account(tx, person_id, message.gateway, message.sender)
    return people.get(tx, person_id)


def _new_room(tx: Transaction, message: Message, speaker: Person) -> Room:
    return rooms.add(
        tx,
        gateway=message.gateway,
        external=message.conversation,
        name=speaker.name if message.private else message.conversation,
        person_id=speaker.id if message.private else None,
        private=message.private,
    )


def _quoted(tx: Transaction, message: Message) -> int | None:
    """The request that a quoted message is about."""
    if message.quotes is None and message.quoted_text is None:
        return None
    if message.quotes is not None:
        found = outbox.about(tx, message.quotes)
        found = found or requests.by_message(tx, f"{message.gateway}:{message.quotes}")
        if found is not None:
            return found
    return number_in(message.quoted_text or "")


def number_in(text: str) -> int | None:
    """The first ``#12`` in a text."""
    _, mark, after = text.partition("#")
    digits = ""
    for letter in after if mark else "":
        if not letter.isdigit():
            break
        digits += letter
    with contextlib.suppress(ValueError):
        return int(digits)
    return None
