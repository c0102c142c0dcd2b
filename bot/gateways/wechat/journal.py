"""What one account is in the middle of, kept in a small file across restarts of the bot.

A puppet service queues nothing: which messages were told and are not recorded yet, and which
letters were on their way, is known only here. No words are kept, only their hashes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

SKEW = timedelta(minutes=1)
"""By so much the platform's clock may be behind ours."""

KEPT = timedelta(days=3)
"""For so long a letter may still be asked for."""
TIDY_EVERY = timedelta(hours=6)
PAUSE = 0.01
"""Seconds that a write may wait for others."""

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS told (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS sending (
    letter INTEGER NOT NULL, part INTEGER NOT NULL, conversation TEXT NOT NULL,
    digest TEXT NOT NULL, at TEXT NOT NULL, echo TEXT, PRIMARY KEY (letter, part)
);
CREATE INDEX IF NOT EXISTS sending_unsure ON sending (conversation, digest) WHERE echo IS NULL;
CREATE INDEX IF NOT EXISTS sending_echo ON sending (echo);
CREATE INDEX IF NOT EXISTS sending_at ON sending (at);
"""


class Journal:
    """Used from one event loop; every call is one short write or read.

    Writes share a commit every `PAUSE` seconds; what must be known before it is done is committed
    at once.
    """

    def __init__(self, path: Path | None, now: datetime) -> None:
        """Without a path it lives in memory. Letters of long ago are forgotten."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=5)
        self._db.executescript(_TABLES)
        self._tidy(now)

    def close(self) -> None:
        """Write down what is left, and let go of the file."""
        self._commit()
        self._db.close()

    # Messages told and not recorded.

    def told(self, message: str) -> None:
        """A message is there to be fetched."""
        self._write("INSERT OR IGNORE INTO told (id) VALUES (?)", [message])

    def settled(self, message: str) -> None:
        """It is recorded, or will never be had."""
        self._write("DELETE FROM told WHERE id = ?", [message])

    def unsettled(self) -> list[str]:
        """Messages of before a restart, oldest first."""
        return [row[0] for row in self._db.execute("SELECT id FROM told ORDER BY seq")]

    # Parts of letters on their way.

    def sends(self, letter: int, part: int, conversation: str, digest: str, at: datetime) -> None:
        """This part of a letter is about to be handed over."""
        self._write(
            "INSERT OR REPLACE INTO sending (letter, part, conversation, digest, at)"
            " VALUES (?, ?, ?, ?, ?)",
            [letter, part, conversation, digest, at.isoformat()],
        )
        if at - self._tidied > TIDY_EVERY:
            self._tidy(at)
        self._commit()

    def unsent(self, letter: int, part: int) -> None:
        """It certainly was not handed over."""
        self._write("DELETE FROM sending WHERE letter = ? AND part = ?", [letter, part])

    def arrived(self, letter: int, part: int, echo: str) -> None:
        """It is there, by the platform's id ``echo``."""
        self._write(
            "UPDATE sending SET echo = ? WHERE letter = ? AND part = ?", [echo, letter, part]
        )

    def echoed(self, conversation: str, digest: str, echo: str, said: datetime) -> None:
        """Our own message was seen: the oldest part that it may be has arrived."""
        self._write(
            "UPDATE sending SET echo = ? WHERE (letter, part) = (SELECT letter, part FROM sending"
            " WHERE conversation = ? AND digest = ? AND echo IS NULL AND at <= ?"
            " ORDER BY at, letter, part LIMIT 1)"
            " AND NOT EXISTS (SELECT 1 FROM sending WHERE echo = ?)",
            [echo, conversation, digest, (said + SKEW).isoformat(), echo],
        )

    def parts(self, letter: int) -> dict[int, str | None]:
        """The parts of a letter that were handed over; what is None is not known to be there."""
        rows = self._db.execute("SELECT part, echo FROM sending WHERE letter = ?", [letter])
        return {row[0]: row[1] for row in rows}

    def _tidy(self, now: datetime) -> None:
        self._tidied = now
        self._db.execute("DELETE FROM sending WHERE at < ?", [(now - KEPT).isoformat()])

    def _write(self, statement: str, values: list[str | int]) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
            asyncio.get_running_loop().call_later(PAUSE, self._commit)
        self._db.execute(statement, values)

    def _commit(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # closed meanwhile
            self._db.commit()
