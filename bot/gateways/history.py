"""What was said in the local chat, kept in a file of its own: the pretend platform's memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from handlers.kit import Photo

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS lines (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, conversation TEXT NOT NULL,
    private INTEGER NOT NULL, sender TEXT, sender_name TEXT NOT NULL, text TEXT NOT NULL,
    at TEXT NOT NULL, mentions TEXT NOT NULL, photos TEXT NOT NULL, quotes TEXT,
    alarm INTEGER NOT NULL DEFAULT 0, waits INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS lines_of_conversation ON lines (conversation, seq);
CREATE INDEX IF NOT EXISTS lines_waiting ON lines (seq) WHERE waits = 1;
"""
_SELECT = """
SELECT l.*, q.sender AS quoted_sender, q.sender_name AS quoted_name, q.text AS quoted_text
FROM lines l LEFT JOIN lines q ON q.id = l.quotes
"""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the platform shows it; ``sender`` is None where the bot speaks.

    ``seq`` grows with every line of the whole platform.
    """

    seq: int
    id: str
    conversation: str
    private: bool
    sender: str | None
    sender_name: str
    text: str
    at: datetime
    mentions: tuple[str, ...]
    photos: tuple[Photo, ...]
    quotes: str | None
    quoted_sender: str | None
    quoted_name: str | None
    quoted_text: str | None
    alarm: bool
    """It tells of danger to somebody's life."""


class History:
    """The lines of all conversations; those that the bot has not recorded yet wait."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # private talks lie in it
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=0.5)
        self._db.row_factory = sqlite3.Row
        try:
            self._db.executescript(_TABLES)
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def keep(
        self,
        line_id: str,
        *,
        conversation: str,
        private: bool,
        text: str,
        at: datetime,
        mentions: Iterable[str] = (),
        photos: Iterable[Photo] = (),
        sender: str | None = None,
        sender_name: str = "",
        quotes: str | None = None,
        alarm: bool = False,
    ) -> None:
        """Add a line, unless there is one of this id; a person's line waits for the bot."""
        self._db.execute(
            "INSERT INTO lines (id, conversation, private, sender, sender_name, text, at, mentions,"
            " photos, quotes, alarm, waits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            [
                line_id,
                conversation,
                private,
                sender,
                sender_name,
                text,
                at.isoformat(),
                json.dumps(list(mentions)),
                json.dumps([[photo.digest, photo.media_type] for photo in photos]),
                quotes,
                alarm,
                sender is not None,
            ],
        )

    def settle(self, line_id: str) -> None:
        """The bot has recorded this line."""
        self._db.execute("UPDATE lines SET waits = 0 WHERE id = ?", [line_id])

    def find(self, line_id: str) -> Line | None:
        """The line of this id."""
        found = self._lines("l.id = ?", [line_id])
        return found[0] if found else None

    def waiting(self, after: int) -> list[Line]:
        """The next lines that the bot has not recorded, in order."""
        return self._lines("l.waits = 1 AND l.seq > ? ORDER BY l.seq LIMIT ?", [after, _AT_ONCE])

    def since(self, after: int, conversations: Collection[str]) -> list[Line]:
        """The next lines of these conversations, in order."""
        marks = ",".join("?" * len(conversations))
        return self._lines(
            f"l.seq > ? AND l.conversation IN ({marks}) ORDER BY l.seq LIMIT ?",
            [after, *conversations, _AT_ONCE],
        )

    def newest_of(self, conversation: str, limit: int, before: int | None) -> list[Line]:
        """The last lines of a conversation (older than ``before``), oldest first."""
        where = "l.conversation = ? AND l.seq < ? ORDER BY l.seq DESC LIMIT ?"
        return self._lines(where, [conversation, before or 2**62, limit])[::-1]

    def written_to(self, after: int) -> dict[str, int]:
        """Who was privately written to by the bot: person to the newest line's ``seq``."""
        rows = self._db.execute(
            "SELECT conversation, max(seq) FROM lines"
            " WHERE private = 1 AND sender IS NULL AND seq > ? GROUP BY conversation",
            [after],
        )
        return {row[0]: row[1] for row in rows}

    def newest(self) -> int:
        """The ``seq`` of the newest line, or 0."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM lines").fetchone()[0])

    def _lines(self, where: str, values: Sequence[Any]) -> list[Line]:
        # ``where`` is always one of this file's own strings; the values are bound.
        return [_line(row) for row in self._db.execute(f"{_SELECT} WHERE {where}", values)]


def _line(row: sqlite3.Row) -> Line:
    fields = {name: row[name] for name in Line.__dataclass_fields__}
    return Line(
        **{
            **fields,
            "private": bool(row["private"]),
            "alarm": bool(row["alarm"]),
            "at": datetime.fromisoformat(row["at"]),
            "mentions": tuple(json.loads(row["mentions"])),
            "photos": tuple(Photo(*photo) for photo in json.loads(row["photos"])),
        }
    )
