"""Brings a database to the shape that this version of the bot expects, or back."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage import guides
from storage.db import disposing, open_database, open_reader
from storage.tables import metadata

FOLDER = Path(__file__).with_name("migrations")


def head() -> str:
    """The revision that this version of the bot expects."""
    found = ScriptDirectory(str(FOLDER)).get_current_head()
    if found is None:
        raise LookupError("there are no migrations")
    return found


def current(url: str) -> str | None:
    """The revision of a database; None for an empty one."""
    with disposing(open_reader(url)) as engine, engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(url: str, to: str = "head") -> None:
    """Migrate forwards; a database that is there already is left as it is."""
    _run(url, lambda config: command.upgrade(config, to))


def downgrade(url: str, to: str) -> None:
    """Migrate back to a revision, or to ``base``: nothing."""
    _run(url, lambda config: command.downgrade(config, to))


def write(url: str, message: str) -> None:
    """For developers: write the next migration from what the tables say and the database lacks."""
    _run(url, lambda config: command.revision(config, message, autogenerate=True))


def differences(connection: Connection) -> list[Any]:
    """What the tables say and the database does not have, or has otherwise."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": guides.is_declared}
    )
    return list(compare_metadata(context, metadata()))


def _run(url: str, work: Callable[[Config], object]) -> None:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with disposing(open_database(url)) as engine, engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # A table that is copied must not take the rows that refer to it along. The switch
            # works only between transactions, so it goes past SQLAlchemy.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        config.attributes["connection"] = connection
        with connection.begin():
            work(config)
            guides.keep_index(connection)
