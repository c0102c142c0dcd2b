"""A pretend platform in a file of its own: it outlives the bot, forgets nothing, and may lie.

It brings a message again until the bot has recorded it, sometimes even after, and writes down every
letter that reaches it, so that a letter sent twice is there twice.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from bench.world import GATEWAY
from bot.clock import Clock
from bot.gateways.base import Letter, NotNow, Unsure
from handlers.kit import Message

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS said (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, conversation TEXT, sender TEXT, text TEXT,
    recorded INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS arrived (
    seq INTEGER PRIMARY KEY, letter INTEGER, conversation TEXT, kind TEXT, about INTEGER
);
CREATE INDEX IF NOT EXISTS arrived_letter ON arrived (letter);
"""
_POLL = 0.005


def opened(path: Path) -> sqlite3.Connection:
    """The platform's memory. What SIGKILL spares is enough: nobody cuts its power."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.executescript(_TABLES)
    return connection


class Platform:
    """The bot's side of it. ``lies``: how often a confirmation is wrong, from 0 to 1."""

    name = GATEWAY

    def __init__(self, path: Path, clock: Clock, lies: float, seed: int) -> None:
        self._db, self._clock, self._lies = opened(path), clock, lies
        self._random = random.Random(seed)

    async def messages(self) -> AsyncIterator[Message]:
        handed = 0
        while True:
            rows = self._db.execute(
                "SELECT seq, id, conversation, sender, text FROM said"
                " WHERE recorded = 0 AND seq > ? ORDER BY seq LIMIT 50",
                [handed],
            ).fetchall()
            for seq, message_id, conversation, sender, text in rows:
                handed = seq
                message = self._message(message_id, conversation, sender, text)
                yield message
                if self._random.random() < self._lies:
                    yield message
            if not rows:
                await asyncio.sleep(_POLL)

    def _message(self, message_id: str, conversation: str, sender: str, text: str) -> Message:
        now = self._clock.now()
        return Message(
            gateway=self.name,
            id=message_id,
            conversation=conversation,
            sender=sender,
            sender_name=sender,
            text=text,
            at=now,
            arrived=now,
        )

    async def recorded(self, message: Message) -> None:
        self._db.execute("UPDATE said SET recorded = 1 WHERE id = ?", [message.id])

    async def send(self, letter: Letter) -> str:
        chance = self._random.random()
        if chance < self._lies / 2:
            raise NotNow("not now") if chance < self._lies / 4 else Unsure("lost on the way")
        made = self._db.execute(
            "INSERT INTO arrived (letter, conversation, kind, about) VALUES (?, ?, ?, ?)",
            [letter.id, letter.conversation, letter.kind, letter.about],
        )
        await asyncio.sleep(0)
        if chance > 1 - self._lies:
            raise Unsure("the confirmation was lost")
        return f"arrived-{made.lastrowid}"

    async def arrived(self, letter: Letter) -> str | None:
        row = self._db.execute("SELECT seq FROM arrived WHERE letter = ?", [letter.id]).fetchone()
        return f"arrived-{row[0]}" if row else None

    def alive(self) -> datetime | None:
        return self._clock.now()

    def is_quiet(self) -> bool:
        """Whether everything said is recorded."""
        found = self._db.execute("SELECT count(*) FROM said WHERE recorded = 0").fetchone()
        return not found[0]
