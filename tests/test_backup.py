"""Backups: whole, verified, made while others write; and the way back."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.only_one import AlreadyRunning, only_one
from storage import backup, migrate
from storage.db import disposing, open_database

NOW = datetime(2027, 3, 1, 19, 30, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "linbang.db"
    path.parent.mkdir()
    migrate.upgrade(f"sqlite:///{path}")
    add(path, 1000)
    return path


def add(path: Path, rows: int, beginning: str = "m") -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        already = connection.execute("SELECT count(*) FROM inbox").fetchone()[0]
        new = ((f"{beginning}{already + row}", 0, False) for row in range(rows))
        connection.executemany("INSERT INTO inbox (mid, at, late) VALUES (?, ?, ?)", new)


def seen(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])


def test_a_copy_holds_every_row_and_is_one_file(database: Path, tmp_path: Path) -> None:
    made = backup.backup(database, tmp_path / "copies", NOW)
    assert made.path.name == "linbang-20270301-193000.db"
    assert backup.made_at(made.path) == NOW
    assert made.rows == 1000 + 1  # and the revision
    assert seen(made.path) == 1000
    assert [one.name for one in made.path.parent.iterdir()] == [made.path.name]


def test_a_copy_is_of_one_instant_though_others_write(database: Path, tmp_path: Path) -> None:
    add(database, 200_000)
    steps = []

    def meanwhile(done: int, whole: int) -> None:
        steps.append((done, whole))
        if len(steps) == 1:  # as the bot would, between two pages
            with disposing(open_database(f"sqlite:///{database}")) as writer, writer.begin() as bot:
                bot.exec_driver_sql("INSERT INTO inbox VALUES ('while copying', 0, 0)")

    made = backup.backup(database, tmp_path / "copies", NOW, progress=meanwhile)
    assert len(steps) > 1
    assert steps[-1][0] == steps[-1][1]
    assert (seen(made.path), seen(database)) == (201_000, 201_001)


def test_the_newest_copies_are_kept(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    for day in range(5):
        backup.backup(database, folder, NOW + timedelta(days=day), keep=3)
    assert [backup.made_at(one).day for one in backup.copies(folder)] == [5, 4, 3]


def test_photos_go_along_once(database: Path, tmp_path: Path) -> None:
    photo = tmp_path / "media" / "ab" / "ab12"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a picture")
    (photo.parent / ".draft-1").write_bytes(b"half a pict")
    folder = tmp_path / "copies"
    assert backup.backup(database, folder, NOW, media=tmp_path / "media").photos == 1
    later = backup.backup(database, folder, NOW + timedelta(days=1), media=tmp_path / "media")
    assert later.photos == 0
    photo.unlink()
    backup.restore(later.path, database, NOW, media=tmp_path / "media")
    assert photo.read_bytes() == b"a picture"
    assert len(list((tmp_path / "media").rglob("*12"))) == 1


def test_restoring_keeps_the_old_one_whole(database: Path, tmp_path: Path) -> None:
    made = backup.backup(database, tmp_path / "copies", NOW)
    # What was written since is still in the write-ahead log, as after a crash.
    with contextlib.closing(sqlite3.connect(database)) as bot:
        bot.execute("PRAGMA journal_mode=WAL")
        bot.execute("INSERT INTO inbox VALUES ('since', 0, 0)")
        bot.commit()
        aside = backup.restore(made.path, database, NOW)
    assert aside == database.with_name("linbang.db.before-20270301-193000")
    assert aside is not None
    assert (seen(database), seen(aside)) == (1000, 1001)
    assert migrate.current(f"sqlite:///{database}") == migrate.head()


def test_restoring_onto_nothing_works(database: Path, tmp_path: Path) -> None:
    made = backup.backup(database, tmp_path / "copies", NOW)
    assert backup.restore(made.path, tmp_path / "new.db", NOW) is None
    assert seen(tmp_path / "new.db") == 1000


@pytest.mark.parametrize("harm", ["cut", "garbled", "empty", "another"])
def test_a_damaged_copy_changes_nothing(database: Path, tmp_path: Path, harm: str) -> None:
    copy = backup.backup(database, tmp_path / "copies", NOW).path
    whole = copy.read_bytes()
    match harm:
        case "cut":
            copy.write_bytes(whole[: len(whole) // 2])
        case "garbled":
            middle = len(whole) // 2
            copy.write_bytes(whole[:middle] + b"\xa5" * 4096 + whole[middle + 4096 :])
        case "empty":
            copy.write_bytes(b"")
        case "another":
            copy.unlink()
            with contextlib.closing(sqlite3.connect(copy)) as other:
                other.execute("CREATE TABLE x (y)")
    with pytest.raises(backup.Damaged):
        backup.restore(copy, database, NOW)
    assert seen(database) == 1000
    assert sorted(one.name for one in database.parent.iterdir()) == ["linbang.db"]


def test_without_a_database_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no database"):
        backup.backup(tmp_path / "none.db", tmp_path / "copies", NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_fails_leaves_nothing_behind(database: Path, tmp_path: Path) -> None:
    def full(_done: int, _whole: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        backup.backup(database, tmp_path / "copies", NOW, progress=full)
    assert list((tmp_path / "copies").iterdir()) == []


def test_only_one_bot_holds_a_database(database: Path) -> None:
    refused = pytest.raises(AlreadyRunning, match="a bot is running")
    with only_one(database), refused, only_one(database):
        pass
    with only_one(database):
        pass
