"""From an event to rows: who spoke where, what it means, which handler, what it yields."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from bot.carry import carry_out
from bot.choose import Features, Recast, choose
from bot.words import Words
from handlers import newcomers
from handlers.kit import (
    Context,
    Day,
    Handler,
    Happening,
    Message,
    Press,
    Say,
    Sorry,
    Timer,
    ToRoom,
)
from handlers.policy import Policy
from handlers.reading import Reading
from storage import inbox, outbox, people, places, questions, requests, rooms, timers
from storage.db import Transaction
from storage.outbox import LetterRow
from storage.people import Person
from storage.rooms import Room

MOST_ANSWERS = 20
"""So many words of one person are answered in a minute; danger always is."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message with its reading."""

    message: Message
    reading: Reading

    @property
    def mid(self) -> str:
        return f"{self.message.gateway}:{self.message.id}"


class Desk:
    """Takes one event at a time, inside the writer's transaction."""

    def __init__(self, features: Features, words: Words, policy: Policy, recast: Recast) -> None:
        self._features, self._words, self._policy, self._recast = features, words, policy, recast
        self._answered: dict[int, tuple[datetime, int]] = {}

    def seen(self, tx: Transaction, events: Sequence[Heard | Happening]) -> set[str]:
        """The ids among these that were recorded before; the set grows as the batch goes on."""
        return inbox.known(tx, [event.mid for event in events]) if events else set()

    def take(
        self,
        tx: Transaction,
        event: Heard | Happening | Timer | Press | Day,
        now: datetime,
        seen: set[str],
    ) -> int:
        """Handle one event; how many letters it made."""
        match event:
            case Heard():
                return self._hear(tx, event, now, seen)
            case Happening():
                return self._befall(tx, event, now, seen)
            case Timer():
                if not timers.take(tx, event.key, event.due):
                    return 0
                ctx = Context(tx, now, self._policy, timer=event)
                return self._carry(ctx, self._features.rings[event.kind])
            case Press():
                speaker = people.get(tx, event.person_id)
                ctx = Context(tx, now, self._policy, speaker=speaker, press=event)
                ctx.place = places.get(tx, speaker.place_id)
                return self._carry(ctx, self._features.presses[event.action])
            case Day():
                handler, _ = self._features.dailies[event.name]
                return self._carry(Context(tx, now, self._policy), handler)

    def apologise(
        self,
        tx: Transaction,
        event: Heard | Happening | Timer | Press | Day,
        now: datetime,
        sorry: Sorry,
    ) -> int:
        """Record that an undone event came, and tell whoever spoke why nothing was done."""
        if isinstance(event, Timer):
            timers.take(tx, event.key, event.due)
            return 0
        if isinstance(event, Happening):
            inbox.record(tx, event.mid, event.at, late=False)
            return 0
        if isinstance(event, Press | Day):
            return 0
        ctx = self._context(tx, event, now)
        inbox.record(tx, event.mid, event.message.at, ctx.late)
        return carry_out(ctx, [ctx.reply(sorry.key, **sorry.values)], self._words)

    def bury(self, tx: Transaction, event: object) -> None:
        """Record that an event came of which nothing else could be made."""
        if isinstance(event, Heard):
            inbox.record(tx, event.mid, event.message.at, late=False)
        elif isinstance(event, Happening):
            inbox.record(tx, event.mid, event.at, late=False)
        elif isinstance(event, Timer):
            timers.take(tx, event.key, event.due)

    def refused(self, tx: Transaction, row: LetterRow, now: datetime) -> None:
        """A private letter was refused: ask the person in their group, without any detail."""
        room = rooms.get(tx, row.room_id)
        if room.person_id is None:
            return
        group = rooms.of_place(tx, people.get(tx, room.person_id).place_id)
        if group is None or group.gateway != room.gateway:
            return
        to = ToRoom(group.id or 0, (room.person_id,))
        asking = Say(to, "bot.open_chat", about=row.about, urgent=row.urgent, direct=True)
        carry_out(Context(tx, now, self._policy), [asking], self._words)

    def _hear(self, tx: Transaction, event: Heard, now: datetime, seen: set[str]) -> int:
        if event.mid in seen:
            return 0
        seen.add(event.mid)
        ctx = self._context(tx, event, now)
        inbox.record(tx, event.mid, event.message.at, ctx.late)
        handler = choose(ctx, self._features, self._recast)
        if handler is not None and ctx.reading.emergency is None and self._is_flood(ctx):
            return 0
        welcome = newcomers.notice(ctx, handler is not None)
        if handler is None:
            return carry_out(ctx, welcome, self._words)
        self._follow_language(ctx)
        return self._carry(ctx, handler, welcome)

    def _befall(self, tx: Transaction, event: Happening, now: datetime, seen: set[str]) -> int:
        if event.mid in seen:
            return 0
        seen.add(event.mid)
        ctx = Context(tx, now, self._policy, happening=event)
        ctx.room = rooms.by_external(tx, event.gateway, getattr(event, "conversation", ""))
        ctx.speaker = people.by_account(tx, event.gateway, getattr(event, "sender", ""))
        place_id = (ctx.room and ctx.room.place_id) or (ctx.speaker and ctx.speaker.place_id)
        ctx.place = places.get(tx, place_id)
        ctx.late = event.arrived - event.at > self._policy.listening.late_after
        inbox.record(tx, event.mid, event.at, ctx.late)
        handler = self._features.happens.get(type(event).__name__)
        return self._carry(ctx, handler) if handler is not None else 0

    def _is_flood(self, ctx: Context) -> bool:
        """Whether this person was answered so often this minute that they are not answered now."""
        minute, answers = self._answered.get(ctx.who.id, (ctx.now, 0))
        if ctx.now - minute >= timedelta(minutes=1):
            minute, answers = ctx.now, 0
        self._answered[ctx.who.id] = minute, answers + 1
        return answers >= MOST_ANSWERS

    def _carry(self, ctx: Context, handler: Handler, before: Sequence[object] = ()) -> int:
        letters = carry_out(ctx, chain(before, handler(ctx)), self._words)  # type: ignore[arg-type]
        question = ctx.question
        if question is not None and question.id is not None:
            questions.answered(ctx.tx, question)
        return letters

    def _context(self, tx: Transaction, event: Heard, now: datetime) -> Context:
        message = event.message
        room = rooms.by_external(tx, message.gateway, message.conversation)
        speaker = people.by_account(tx, message.gateway, message.sender)
        if speaker is None:
            speaker = _newcomer(tx, message, room)
        if room is None:
            room = _new_room(tx, message, speaker)
        ctx = Context(tx, now, self._policy, reading=event.reading, message=message)
        ctx.speaker, ctx.room = speaker, room
        ctx.place = places.get(tx, room.place_id or speaker.place_id)
        ctx.late = message.arrived - message.at > self._policy.listening.late_after
        ctx.quoted_number = _quoted(tx, message)
        return ctx

    def _follow_language(self, ctx: Context) -> None:
        """Whoever writes whole words in the other language is answered in it from now on."""
        lang = written_in(ctx.text)
        if lang is not None and lang != ctx.who.lang:
            people.change(ctx.tx, ctx.who.id or 0, lang=lang)
            ctx.speaker = people.get(ctx.tx, ctx.who.id or 0)


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
        name=message.sender_name or message.sender,
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
