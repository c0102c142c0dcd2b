"""Migrations: forwards and back on a filled database, and no difference to what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import postgres
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Column, Connection, Integer, Table, func, select
from sqlalchemy.exc import IntegrityError

from bot.clock import SystemClock
from storage import migrate, tables
from storage.db import Instant, disposing, open_database, open_reader
from storage.migrate import FOLDER
from storage.tables import metadata

SERVERS = ["sqlite"]
if find_spec("psycopg") is not None:
    SERVERS.append("postgresql")


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'linbang.db'}"
        return
    with postgres.server() as address:
        yield address


def value(column: Column[Any]) -> Any:
    """Something that fits; every reference is to row 1."""
    if isinstance(column.type, Instant):
        return SystemClock().now()
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, JSON):
        return ["有", {"quote": "'\""}]
    if isinstance(column.type, Integer) or column.type.python_type is int:
        return 1
    return 1.5 if column.type.python_type is float else "值'\""


def fill(connection: Connection) -> None:
    """One row in every table."""
    for table in metadata().sorted_tables:
        looped = {key.parent.name for key in table.foreign_keys if key.column.table is table}
        row = {column.name: value(column) for column in table.columns if column.name not in looped}
        connection.execute(table.insert(), row)


def counts(connection: Connection) -> dict[str, int]:
    def rows(table: Table) -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    return {table.name: rows(table) for table in metadata().sorted_tables}


def revisions() -> list[str]:
    """All revisions, oldest first."""
    walked = ScriptDirectory(str(FOLDER)).walk_revisions()
    return [script.revision for script in walked][::-1]


def test_migrations_make_what_the_tables_say(url: str) -> None:
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head() == revisions()[-1]
    with disposing(open_database(url)) as database, database.connect() as connection:
        assert migrate.differences(connection) == []


def test_a_filled_database_goes_forwards_and_back_step_by_step(url: str) -> None:
    migrate.upgrade(url)
    with disposing(open_database(url)) as database, database.begin() as connection:
        fill(connection)
        filled = counts(connection)
    assert set(filled.values()) == {1}
    for revision in [*revisions()[-2::-1], "base"]:
        migrate.downgrade(url, revision)
        assert migrate.current(url) == (None if revision == "base" else revision)
    for revision in revisions():
        migrate.upgrade(url, revision)
        assert migrate.current(url) == revision
    with disposing(open_database(url)) as database, database.connect() as connection:
        assert migrate.differences(connection) == []


def test_a_database_that_is_there_already_is_left_as_it_is(url: str) -> None:
    migrate.upgrade(url)
    with disposing(open_database(url)) as database:
        with database.begin() as connection:
            fill(connection)
        migrate.upgrade(url)
        with database.connect() as connection:
            assert set(counts(connection).values()) == {1}


def test_instants_and_lists_come_back_as_they_were(url: str) -> None:
    migrate.upgrade(url)
    with disposing(open_database(url)) as database, database.begin() as connection:
        fill(connection)
        row = connection.execute(select(metadata().tables["request"])).one()
    assert row.made_at.utcoffset().total_seconds() == 0
    assert row.items == ["有", {"quote": "'\""}]


def test_the_reader_of_pages_cannot_write(url: str) -> None:
    migrate.upgrade(url)
    with (
        disposing(open_reader(url)) as reader,
        reader.connect() as connection,
        pytest.raises(Exception, match=r"readonly|read-only"),
    ):
        fill(connection)


def test_a_reference_to_nothing_is_refused(url: str) -> None:
    migrate.upgrade(url)
    row = {"person_id": 7, "gateway": "local", "external": "p7"}
    with (
        disposing(open_database(url)) as database,
        database.connect() as connection,
        pytest.raises(IntegrityError),
    ):
        connection.execute(metadata().tables["account"].insert(), row)


def test_every_module_with_tables_is_among_those_migrated() -> None:
    named = {module.__name__ for module in tables.MODULES}
    written = {
        f"storage.{path.stem}"
        for path in Path(tables.__file__).parent.glob("*.py")
        if "table=True" in path.read_text("utf-8")
    }
    assert written == named
