"""What the engine is held against: a bare asyncio loop that inserts one durable row a message."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

from handlers.kit import Message


async def rate(folder: Path, messages: Sequence[Message]) -> float:
    """Messages a second: taken from a queue, the id inserted, committed (WAL, ``FULL``)."""
    incoming: asyncio.Queue[Message] = asyncio.Queue()
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE inbox (mid TEXT PRIMARY KEY, at INTEGER, late INTEGER)")
        began = perf_counter()
        for message in messages:
            incoming.put_nowait(message)
        for _ in messages:
            message = await incoming.get()
            row = (f"{message.gateway}:{message.id}", int(message.at.timestamp() * 1000), 0)
            db.execute("INSERT INTO inbox VALUES (?, ?, ?)", row)
        return len(messages) / (perf_counter() - began)
