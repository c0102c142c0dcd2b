"""Plays a transcript on the real bot: its own database, a clock and a gateway on paper."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from bot.app import App
from bot.clock import PaperClock
from bot.engine import Job
from bot.media import MediaStore
from bot.play import looks, world
from bot.play.cast import Cast
from bot.play.compare import Misses, compare
from bot.play.lines import Line
from bot.play.newcomers import register
from bot.play.road import Killed, Road
from bot.play.steps import (
    BadScript,
    Deed,
    Lines,
    Newcomer,
    Script,
    Talk,
    Turn,
)
from bot.play.waits import Wait
from bot.plots.easel import painting
from bot.understanding.reader import reader
from handlers.kit import Message
from storage.db import Transaction, transaction

Found = TypeVar("Found")


@dataclass(slots=True)
class Outcome:
    """A turn as it went: what was said, what the bot sent, and what it should have sent."""

    turn: Turn
    said: list[Line] = field(default_factory=list)
    sent: list[Line] = field(default_factory=list)
    here: str | None = None
    """The conversation that a bare ``bot:`` means."""
    seen: list[looks.Seen] = field(default_factory=list)
    misses: Misses = field(default_factory=Misses)

    @property
    def is_right(self) -> bool:
        return not self.misses.lines and all(one.is_right for one in self.seen)


@dataclass(slots=True)
class Played:
    """A transcript as it went."""

    script: Script
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """Everything said and sent, in order."""
        return [line for one in self.outcomes for line in (*one.said, *one.sent)]

    @property
    def wrong(self) -> list[Outcome]:
        return [one for one in self.outcomes if not one.is_right]


async def run(script: Script) -> Played:
    """Play a transcript to its end. Raises BadScript where it asks for what there is not."""
    with (
        TemporaryDirectory(prefix="linbang-play-") as folder,
        world.built(script, _address(script, Path(folder))) as made,
    ):
        player = _Player(script, Path(folder), made)
        try:
            return await player.play()
        finally:
            player.kill()


def _address(script: Script, folder: Path) -> str:
    """Of the database: in memory where it need not outlive the bot, which is much faster."""
    dies = any(
        isinstance(turn.doing, Deed) or (isinstance(turn.doing, Talk) and turn.doing.death)
        for turn in script.turns
    )
    return f"sqlite:///{folder / 'play.db'}" if dies else "sqlite://"


class _Player:
    def __init__(self, script: Script, folder: Path, made: world.World) -> None:
        self.script, self.world = script, made
        self.clock = PaperClock(self.world.start)
        self.road = Road(self.clock)
        self.media = MediaStore(folder / "media")
        self.cast = Cast(script, self.media, self.world.zone)
        self.app: App | None = None
        self.waiting: list[Message] = []

    async def play(self) -> Played:
        played = Played(self.script)
        turns = self.script.turns
        if not turns or turns[0].doing is not None:
            before = turns[0].at.first - 1 if turns else len(self.script.lines)
            turns = [Turn(None, Lines(before, before)), *turns]
        for turn in turns:
            played.outcomes.append(await self._turn(turn))
        return played

    async def _turn(self, turn: Turn) -> Outcome:
        outcome, mark = Outcome(turn), len(self.road.log)
        await self._do(turn, outcome)
        sent, outcome.here = self.road.log[mark:], self.cast.here
        outcome.sent = await self._look(lambda tx: [self.cast.sent(tx, one) for one in sent])
        expected = await self._look(lambda tx: self.cast.expected(tx, turn))
        outcome.misses = compare(expected, outcome.sent, loose=turn.loose)
        for one in turn.looks:
            eyes = functools.partial(
                looks.see, look=one, cast=self.cast, road=self.road, now=self.clock.now()
            )
            with self._at(one.at):
                outcome.seen.append(await self._look(eyes))
        return outcome

    async def _do(self, turn: Turn, outcome: Outcome) -> None:
        with self._at(turn.at):
            match turn.doing:
                case None:
                    await self._start()
                case Talk():
                    await self._talk(turn.doing, outcome)
                case Wait():
                    await self._wait(turn.doing)
                case Newcomer():
                    newcomer = turn.doing
                    await self._look(
                        lambda tx: register(tx, self.script, newcomer, self.clock.now())
                    )
                case Deed():
                    await self._deed(turn.doing)

    @contextlib.contextmanager
    def _at(self, at: Lines) -> Iterator[None]:
        """Complaints name the line of the transcript."""
        try:
            yield
        except ValueError as wrong:
            raise BadScript([f"{self.script.where(at)}: {wrong}"]) from wrong

    async def _look(self, look: Callable[[Transaction], Found]) -> Found:
        if self.app is not None:
            found: Found = await self.app.engine.write(_caught(look))
            if isinstance(found, ValueError | BadScript):
                raise found
            return found
        with transaction(self.world.database) as tx:
            return look(tx)

    # What happens.

    async def _talk(self, talk: Talk, outcome: Outcome) -> None:
        now, messages = self.clock.now(), []
        for said in talk.lines:
            line, heard = await self._look(
                functools.partial(self.cast.say, said=said, now=now, road=self.road)
            )
            outcome.said.append(line)
            messages += heard
        if self.app is None or self.road.is_down or talk.death == "recording":
            self.waiting += messages
            if talk.death:
                self.kill()
            return
        await self._hear(messages, at_once=len(talk.lines) > 1)
        if talk.death != "sending":
            self.road.kills = talk.death == "marking"
            with contextlib.suppress(Killed):
                await self._go_on()
        if talk.death:
            self.road.kills = self.road.dead = False
            self.kill()

    async def _hear(self, messages: list[Message], *, at_once: bool) -> None:
        """One after the other; or all waiting in the engine before any is handled."""
        assert self.app is not None  # noqa: S101  for the type checker
        if not at_once:
            for message in messages:
                await self.app.hear(message)
            return
        door = threading.Event()
        self.app.engine.submit(Job(lambda _tx: door.wait(10)))
        hearing = [asyncio.create_task(self.app.hear(message)) for message in messages]
        await asyncio.sleep(0)
        door.set()
        await asyncio.gather(*hearing)

    async def _wait(self, wait: Wait) -> None:
        to = wait.until(self.clock.now().astimezone(self.world.zone))
        if self.app is None:
            self.clock.set(to)
        else:
            await self.app.advance(to)

    async def _deed(self, deed: Deed) -> None:
        match deed.what:
            case "kill" | "stop":
                self.kill()
            case "restart":
                self.kill()
                await self._start()
            case "down" if deed.wait is not None:
                self.kill()
                await self._wait(deed.wait)
                await self._start()
            case "jump" if deed.wait is not None:
                self.clock.set(deed.wait.until(self.clock.now().astimezone(self.world.zone)))
                await self._catch_up()
            case "road down":
                self.road.is_down = True
            case "road up":
                self.road.is_down = False
                await self._catch_up()
            case "refuse" | "accept":
                account = await self._look(lambda tx: self.cast.account(tx, deed.who or ""))
                change = (
                    self.road.refusing.add if deed.what == "refuse" else self.road.refusing.discard
                )
                change(account)

    async def _start(self) -> None:
        made = self.world
        self.app = App(
            made.database,
            [self.road],
            self.clock,
            policy=made.policy,
            zone=made.zone,
            reader=reader(),
            pictures=painting(self.media),
        )
        await self.app.start(live=False)
        await self._catch_up()

    def kill(self) -> None:
        """Stop the bot, if it runs."""
        if self.app is not None:
            self.app.engine.stop()
            self.app = None

    async def _catch_up(self) -> None:
        """What happens by itself on a running bot: waiting messages come in, what is due rings."""
        if self.app is None:
            return
        waiting, now = self.waiting, self.clock.now()
        if not self.road.is_down:
            self.waiting = []
            await self._hear([self.cast.arrived(one, now) for one in waiting], at_once=False)
        await self._go_on()

    async def _go_on(self) -> None:
        """What a running bot does within the second: send what may go, ring what is due."""
        if self.app is not None:
            await self.app.advance(self.clock.now())


def _caught(look: Callable[[Transaction], Any]) -> Callable[[Transaction], Any]:
    """The engine keeps its own errors apart; the transcript's are handed on."""

    def run_it(tx: Transaction) -> Any:
        try:
            return look(tx)
        except (ValueError, BadScript) as wrong:
            return wrong

    return run_it
