"""Only one bot writes to a database at a time; whoever restores it can tell."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):  # noqa: N818
    """Another process holds this database."""


@contextmanager
def only_one(database: Path) -> Iterator[None]:
    """Hold ``<database>.lock``; raises AlreadyRunning if somebody does.

    The lock is SQLite's own, so it works on every system and ends with the process, however that
    ends.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(lock_of(database), timeout=0, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as taken:
            raise AlreadyRunning(f"a bot is running on {database}; stop it first") from taken
        yield
    finally:
        connection.close()


def lock_of(database: Path) -> Path:
    """The file that is locked while a bot runs on a database."""
    return database.with_name(database.name + ".lock")
