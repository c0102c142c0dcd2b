"""Copies of the database made while the bot runs, each verified, and the way back from one.

A backup folder holds ``linbang-<UTC time>.db`` files and one ``media`` folder: photos are named by
their content, so what is there already need not be copied again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.guides import INDEX

Progress = Callable[[int, int], object]
"""Told how many pages are done, of how many."""
_PAGES = 2048
_NAME = "linbang-{:%Y%m%d-%H%M%S}.db"
_PATTERN = "linbang-????????-??????.db"


class Damaged(Exception):  # noqa: N818
    """A file that is no sound copy; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup: its file, how many rows it holds, how many photos were new."""

    path: Path
    rows: int
    photos: int


def backup(
    database: Path,
    folder: Path,
    now: datetime,
    *,
    keep: int = 14,
    media: Path | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Made:
    """Copy the database as it is at this instant, verify the copy, keep the newest ``keep``.

    Nobody is held up meanwhile. Raises FileNotFoundError without a database, Damaged if the copy
    is not sound; then nothing is left behind.
    """
    if not database.exists():
        raise FileNotFoundError(f"{database}: there is no database to copy")
    path = folder / _NAME.format(now.astimezone(UTC))
    photos = _copy_photos(media, folder / "media")
    counts = _copy(database, path, progress)
    for old in copies(folder)[keep:]:
        old.unlink()
    return Made(path, sum(counts.values()), photos)


def copies(folder: Path) -> list[Path]:
    """The backups in a folder, newest first."""
    return sorted(folder.glob(_PATTERN), key=lambda one: one.name, reverse=True)


def made_at(copy: Path) -> datetime:
    """When a backup was made, by its name."""
    return datetime.strptime(copy.stem, "linbang-%Y%m%d-%H%M%S").replace(tzinfo=UTC)


def verify(path: Path) -> dict[str, int]:
    """Table → rows of a sound copy. Raises Damaged."""
    try:
        with contextlib.closing(_open(path, "ro")) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise Damaged(f"{path}: {found}")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise Damaged(f"{path}: rows refer to rows that are not there")
            counts = _counts(connection)
    except sqlite3.DatabaseError as wrong:
        raise Damaged(f"{path}: {wrong}") from wrong
    if "alembic_version" not in counts:
        raise Damaged(f"{path}: is a database, but not one of this bot")
    return counts


def restore(copy: Path, database: Path, now: datetime, *, media: Path | None = None) -> Path | None:
    """Put a verified copy in the database's place; the old one is kept and its path returned.

    Photos beside the copy are brought back too. Raises Damaged, and then changes nothing. The bot
    must not be running.
    """
    verify(copy)
    draft = database.with_name(database.name + ".draft")
    _copy(copy, draft, lambda _done, _all: None)
    aside = None
    if database.exists():
        aside = database.with_name(f"{database.name}.before-{now.astimezone(UTC):%Y%m%d-%H%M%S}")
        for ending in ("-wal", "-shm", ""):
            part = database.with_name(database.name + ending)
            if part.exists():
                part.replace(aside.with_name(aside.name + ending))
    draft.replace(database)
    _sync(database.parent)
    if media is not None:
        _copy_photos(copy.parent / "media", media)
    return aside


def _copy(source: Path, target: Path, progress: Progress) -> dict[str, int]:
    """A copy of one instant, verified against what it was made of; whole or not there at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".draft-{target.name}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)  # it holds rooms and phones
    try:
        with (
            contextlib.closing(_open(source, "rw")) as old,
            contextlib.closing(sqlite3.connect(draft)) as new,
        ):
            # Within a transaction all steps see the same instant, whatever is written meanwhile.
            old.execute("BEGIN")
            counts = _counts(old)
            old.backup(
                new, pages=_PAGES, progress=lambda _, left, whole: progress(whole - left, whole)
            )
            new.execute("PRAGMA journal_mode=DELETE")
        if verify(draft) != counts:
            raise Damaged(f"{draft}: does not hold what the database held")
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return counts


def _open(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None)


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    # What an index is kept in is made of the rows counted already.
    names = [row[0] for row in connection.execute(tables) if not row[0].startswith(INDEX)]
    # The names are the database's own.
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in names
    }


def _copy_photos(source: Path | None, target: Path) -> int:
    """Copy the photos that are not there yet; how many."""
    copied = 0
    for photo in _photos(source):
        there = target / photo.parent.name / photo.name
        if there.exists():
            continue
        there.parent.mkdir(parents=True, exist_ok=True)
        draft = there.with_name(f".draft-{there.name}")
        shutil.copyfile(photo, draft)
        draft.replace(there)
        copied += 1
    return copied


def _photos(folder: Path | None) -> Iterator[Path]:
    """Photos as `bot.media` keeps them: ``ab/ab…``."""
    if folder is not None and folder.is_dir():
        yield from (one for one in sorted(folder.glob("??/*")) if not one.name.startswith("."))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
