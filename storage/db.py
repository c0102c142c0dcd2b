"""The database: how it is opened, how instants are kept, and the one transaction that writes.

SQLite runs in WAL with ``synchronous=FULL``; every writing transaction begins ``IMMEDIATE``; one
connection writes and checkpoints, all others are ``query_only``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Executable,
    Insert,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine import CursorResult, Dialect
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from storage.prepared import Insertion, Prepared, insertion

Row = TypeVar("Row", bound=SQLModel)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as whole milliseconds since the epoch (UTC).

    ``into`` and ``out`` serve prepared statements, which go past SQLAlchemy.
    """

    impl = BigInteger
    cache_ok = True

    @staticmethod
    def into(value: datetime | None) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return round(value.timestamp() * 1000)

    @staticmethod
    def out(value: int | None) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)

    def process_bind_param(self, value: datetime | None, _: Dialect) -> int | None:
        return self.into(value)

    def process_result_value(self, value: int | None, _: Dialect) -> datetime | None:
        return self.out(value)


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a declared model, for the hot path's statements."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def open_database(url: str) -> Engine:
    """An engine for the writer. ``sqlite://`` alone is a database in memory."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    in_memory = url in {"sqlite://", "sqlite:///:memory:"}
    engine = create_engine(
        url,
        poolclass=StaticPool if in_memory else NullPool,
        hide_parameters=True,  # they are what people said
        connect_args={"check_same_thread": False, "timeout": 10, "cached_statements": 512},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def open_reader(url: str) -> Engine:
    """An engine for pages and exports: it cannot write."""
    if not url.startswith("sqlite"):
        only_reads = {"options": "-c default_transaction_read_only=on"}
        return create_engine(url, pool_pre_ping=True, connect_args=only_reads)
    engine = create_engine(url, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def _only_reads(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    return engine


@contextmanager
def disposing(database: Engine) -> Iterator[Engine]:
    """The engine, and at the end none of its connections."""
    try:
        yield database
    finally:
        database.dispose()


def _set_pragmas(connection: Any, _: Any) -> None:
    # The driver must not open transactions by itself: `begin` below says how.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
        # The writer checkpoints when nobody waits (`checkpoint`); this is for when it never may.
        "wal_autocheckpoint=10000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def checkpoint(connection: Connection) -> None:
    """Let SQLite's write-ahead log flow into the database file, as far as nobody reads it."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        with suppress(connection.dialect.loaded_dbapi.Error):  # another time, then
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _begin_immediate(connection: Connection) -> None:
    # A plain BEGIN that reads first and writes later fails at once when another process writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Memo(dict[Any, Any]):
    """Look-ups worth keeping between transactions; emptied whenever one is undone."""


class Transaction:
    """One writing transaction, shared by the events of a batch.

    Rows that no handler needs to see at once are collected by `put` and written together, one
    statement a table. Whoever reads such a table calls `flush` first.
    """

    def __init__(self, connection: Connection, memo: Memo | None = None) -> None:
        self.connection = connection
        self.memo = Memo() if memo is None else memo
        self.writes = 0
        self.scratch: dict[str, set[Any]] = {}
        """What a module wants to remember until the commit."""
        self._waiting: dict[Table, list[dict[str, Any]]] = {}
        # Prepared statements go straight to SQLite's driver, inside this same transaction.
        self._driver: Any = None
        if connection.dialect.name == "sqlite":
            self._driver = connection.connection.driver_connection

    def put(self, model_table: Table, row: dict[str, Any]) -> None:
        """Write this row before the commit, together with others of its table."""
        self._waiting.setdefault(model_table, []).append(row)

    def flush(self, *tables: Table) -> None:
        """Write what `put` collected: for these tables, or for all."""
        for model_table in tables or tuple(self._waiting):
            rows = self._waiting.pop(model_table, None)
            if rows:
                self.writes += 1
                self._write(model_table, rows)

    def _write(self, model_table: Table, rows: list[dict[str, Any]]) -> None:
        if self._driver is None:
            statement = self._own(model_table)
            self.connection.execute(model_table.insert() if statement is None else statement, rows)
        else:
            self._insertion(model_table).execute(self._driver, rows)

    def _insertion(self, model_table: Table) -> Insertion:
        return insertion(model_table, self._own(model_table), self.connection.dialect)

    def _own(self, model_table: Table) -> Insert | None:
        """The table's own way to insert, if it has one (`upsert`)."""
        by_dialect: dict[str, Insert] = model_table.info.get("insert", {})
        return by_dialect.get(self.connection.dialect.name)

    def run(
        self,
        statement: Executable | Prepared,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Execute a writing statement at once; ``rowcount`` of the result is how many it met."""
        self.writes += 1
        if isinstance(statement, Executable):
            return self.connection.execute(statement, values)
        if self._driver is None:
            return self.connection.execute(statement.statement, values)
        road = statement.road(self.connection.dialect)
        return cast("CursorResult[Any]", road.execute(self._driver, values))

    def insert(self, model_table: Table, row: dict[str, Any]) -> int:
        """Insert one row at once and return its primary key."""
        number = model_table.autoincrement_column
        if self._driver is None or number is None or number.key in row:
            result = self.run(model_table.insert(), row)
            key = result.inserted_primary_key
            return int(key[0]) if key else 0
        self.writes += 1
        return int(self._insertion(model_table).execute(self._driver, row).lastrowid)

    def add(self, model: type[Row], model_table: Table, row: dict[str, Any]) -> Row:
        """Insert one row at once and hand it out as it would be read back."""
        del model  # it only tells the type
        number = self.insert(model_table, row)
        return cast("Row", self._insertion(model_table).made(row, number))

    def first(
        self,
        model: type[Row],
        statement: Executable | Prepared,
        values: Mapping[str, Any] | None = None,
    ) -> Row | None:
        """The first row, with the attributes of ``model`` (a read-only row, not an ORM object)."""
        if isinstance(statement, Executable):
            return cast("Row | None", self.connection.execute(statement, values).first())
        found = self.rows(model, statement, values)
        return found[0] if found else None

    def rows(
        self,
        model: type[Row],
        statement: Executable | Prepared,
        values: Mapping[str, Any] | None = None,
    ) -> list[Row]:
        """All rows, with the attributes of ``model``."""
        del model  # it only tells the type
        return cast("list[Row]", self._found(statement, values))

    def values(
        self, statement: Executable | Prepared, values: Mapping[str, Any] | None = None
    ) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self._found(statement, values)]

    def _found(
        self, statement: Executable | Prepared, values: Mapping[str, Any] | None
    ) -> Sequence[Any]:
        if isinstance(statement, Executable):
            return self.connection.execute(statement, values).all()
        if self._driver is None:
            return self.connection.execute(statement.statement, values).all()
        road = statement.road(self.connection.dialect)
        return road.rows(road.execute(self._driver, values))

    def bookmark(self) -> tuple[int, dict[Table, int]]:
        """Where this transaction stands, for `rewind`."""
        return self.writes, {key: len(rows) for key, rows in self._waiting.items()}

    def rewind(self, to: tuple[int, dict[Table, int]]) -> bool:
        """Forget rows collected since the bookmark; False if something was already written."""
        writes, lengths = to
        if writes != self.writes:
            return False
        for key, rows in self._waiting.items():
            if len(rows) > lengths.get(key, 0):
                del rows[lengths.get(key, 0) :]
                self.memo.clear()  # it may know of what was never written
        return True


@contextmanager
def transaction(database: Engine | Connection, memo: Memo | None = None) -> Iterator[Transaction]:
    """Begin, hand out, flush and commit; on any error roll back and empty the memo.

    A `Connection` is used and kept open, an `Engine` asked for one.
    """
    if isinstance(database, Engine):
        with database.connect() as connection, transaction(connection, memo) as tx:
            yield tx
        return
    kept = Memo() if memo is None else memo
    try:
        with database.begin():
            tx = Transaction(database, kept)
            yield tx
            tx.flush()
    except BaseException:
        kept.clear()
        raise
