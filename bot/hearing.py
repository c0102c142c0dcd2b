"""From an event to rows: who spoke where, what it means, which handler, what it yields."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeAlias

from bot.carry import carry_out
from bot.choose import Features, Recast, choose
from bot.scene import befalling, hearing, is_unbound, written_in
from bot.words import Words
from handlers import binding, newcomers, pictures, refusals
from handlers.kit import (
    Context,
    Day,
    Handler,
    Happening,
    Message,
    Press,
    Returned,
    Say,
    Sorry,
    Timer,
    ToPerson,
)
from handlers.policy import Policy
from handlers.reading import Reading
from storage import errands, inbox, people, places, questions, talks, timers
from storage.db import Transaction
from storage.outbox import LetterRow

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


Told: TypeAlias = Heard | Happening | Returned | Timer | Press | Day


class Desk:
    """Takes one event at a time, inside the writer's transaction."""

    def __init__(
        self,
        features: Features,
        words: Words,
        policy: Policy,
        recast: Recast,
        bound: Collection[str] = (),
    ) -> None:
        """``bound``: gateways whose groups belong to no place until a coordinator says so there."""
        self._features, self._words, self._policy, self._recast = features, words, policy, recast
        self._bound = bound
        self._answered: dict[int, tuple[datetime, int]] = {}

    def seen(self, tx: Transaction, events: Sequence[Heard | Happening]) -> set[str]:
        """The ids among these that were recorded before; the set grows as the batch goes on."""
        return inbox.known(tx, [event.mid for event in events]) if events else set()

    def take(self, tx: Transaction, event: Told, now: datetime, seen: set[str]) -> int:
        """Handle one event; how many letters it made."""
        match event:
            case Heard():
                return self._hear(tx, event, now, seen)
            case Happening():
                return self._befall(tx, event, now, seen)
            case Returned():
                return self._return(tx, event, now)
            case Timer():
                return self._ring(tx, event, now)
            case Press():
                speaker = people.get(tx, event.person_id)
                ctx = Context(tx, now, self._policy, speaker=speaker, press=event)
                ctx.place = places.get(tx, speaker.place_id)
                return self._carry(ctx, self._features.presses[event.action])
            case Day():
                handler, _ = self._features.dailies[event.name]
                return self._carry(Context(tx, now, self._policy), handler)

    def apologise(self, tx: Transaction, event: Told, now: datetime, sorry: Sorry) -> int:
        """Record that an undone event came, and tell whoever spoke why nothing was done."""
        if not isinstance(event, Heard):
            self.bury(tx, event)
            return 0
        ctx = hearing(tx, event.message, event.reading, now, self._policy)
        inbox.record(tx, event.mid, event.message.at, ctx.late)
        to = ToPerson(ctx.who.id) if sorry.private else ctx.here()
        said = Say(to, sorry.key, sorry.values, direct=True)
        return carry_out(ctx, [said], self._words)

    def bury(self, tx: Transaction, event: object) -> None:
        """Record that an event came of which nothing else could be made."""
        if isinstance(event, Heard):
            inbox.record(tx, event.mid, event.message.at, late=False)
        elif isinstance(event, Happening):
            inbox.record(tx, event.mid, event.at, late=False)
        elif isinstance(event, Returned):
            errands.end(tx, event.errand, ok=event.ok)
        elif isinstance(event, Timer):
            timers.take(tx, event.key, event.due)

    def refused(self, tx: Transaction, row: LetterRow, now: datetime) -> None:
        """A letter was refused for good."""
        carry_out(Context(tx, now, self._policy), refusals.fall_back(tx, row, now), self._words)

    def _hear(self, tx: Transaction, event: Heard, now: datetime, seen: set[str]) -> int:
        if event.mid in seen:
            return 0
        seen.add(event.mid)
        message, reading = event.message, event.reading
        if message.gateway in self._bound and is_unbound(tx, message) and not self._binds(event):
            inbox.record(tx, event.mid, message.at, late=False)
            ctx = Context(tx, now, self._policy, reading=reading, message=message)
            return carry_out(ctx, binding.tell_how(ctx), self._words)
        ctx = hearing(tx, message, reading, now, self._policy)
        inbox.record(tx, event.mid, message.at, ctx.late)
        if message.private:
            refusals.opened(ctx)
        if message.gateway in self._bound:
            newcomers.seen_here(ctx)
        if _is_talk(ctx):
            # People talk with each other here: only danger and what is said to the bot is heard.
            ctx.reading = Reading()
        handler = choose(ctx, self._features, self._recast)
        if handler is not None and ctx.reading.emergency is None and self._is_flood(ctx):
            return 0
        if handler is None:
            return carry_out(ctx, pictures.keep(ctx), self._words)
        welcome = newcomers.notice(ctx)
        self._follow_language(ctx)
        if ctx.reading.emergency is not None:  # the number to ring comes before anything else
            return self._carry(ctx, handler) + carry_out(ctx, welcome, self._words)
        return self._carry(ctx, handler, welcome)

    def _befall(self, tx: Transaction, event: Happening, now: datetime, seen: set[str]) -> int:
        if event.mid in seen:
            return 0
        seen.add(event.mid)
        ctx = befalling(tx, event, now, self._policy)
        inbox.record(tx, event.mid, event.at, ctx.late)
        handler = self._features.happens.get(type(event).__name__)
        return self._carry(ctx, handler) if handler is not None else 0

    def _ring(self, tx: Transaction, event: Timer, now: datetime) -> int:
        if not timers.take(tx, event.key, event.due):
            return 0
        ctx = Context(tx, now, self._policy, timer=event)
        return self._carry(ctx, self._features.rings[event.kind])

    def _return(self, tx: Transaction, event: Returned, now: datetime) -> int:
        if not errands.end(tx, event.errand, ok=event.ok):
            return 0
        handler = self._features.returns.get(event.what)
        ctx = Context(tx, now, self._policy, returned=event)
        return self._carry(ctx, handler) if handler is not None else 0

    def _binds(self, event: Heard) -> bool:
        """Whether this is heard in a group of no place: danger, and what binds it to one."""
        if event.reading.emergency is not None:
            return True
        heard = self._features.ears.match(event.message.text)
        is_binding = heard is not None and heard.name == "binding.bind"
        return is_binding and binding.is_meant(event.message)

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

    def _follow_language(self, ctx: Context) -> None:
        """Whoever writes whole words in the other language is answered in it from now on."""
        lang = written_in(ctx.text)
        if lang is not None and lang != ctx.who.lang:
            people.change(ctx.tx, ctx.who.id, lang=lang)
            ctx.speaker = people.get(ctx.tx, ctx.who.id)


def _is_talk(ctx: Context) -> bool:
    """Whether this is a group made for a talk of a few, and no danger."""
    room = ctx.room
    if room is None or room.private or room.place_id is not None or ctx.reading.emergency:
        return False
    return talks.in_room(ctx.tx, room.id) is not None
