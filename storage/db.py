"""The database: how it is opened, how instants are kept, and the one transaction that writes.

SQLite runs in WAL with ``synchronous=FULL``; every writing transaction begins ``IMMEDIATE``; one
connection writes and checkpoints, all others are ``query_only``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import BigInteger, Connection, Engine, Executable, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, Dialect
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as whole milliseconds since the epoch (UTC)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return round(value.timestamp() * 1000)

    def process_result_value(self, value: int | None, _: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a declared model, for the hot path's statements."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]


def open_database(url: str) -> Engine:
    """An engine for the writer. ``sqlite://`` alone is a database in memory."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    in_memory = url in {"sqlite://", "sqlite:///:memory:"}
    engine = create_engine(
        url,
        poolclass=StaticPool if in_memory else NullPool,
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


def _set_pragmas(connection: Any, _: Any) -> None:
    # The driver must not open transactions by itself: `begin` below says how.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    # A plain BEGIN that reads first and writes later fails at once when another process writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def upsert(model_table: Table, key: str, *columns: str) -> dict[str, Executable]:
    """Per dialect: insert a row, or renew these columns of the one with the same key."""
    statements: dict[str, Executable] = {}
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql)):
        made = dialect.insert(model_table)
        renewed = {column: made.excluded[column] for column in columns}
        statements[name] = made.on_conflict_do_update(index_elements=[key], set_=renewed)
    return statements


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
        self._waiting: dict[Table, list[dict[str, Any]]] = {}

    def put(self, model_table: Table, row: dict[str, Any]) -> None:
        """Write this row before the commit, together with others of its table."""
        self._waiting.setdefault(model_table, []).append(row)

    def flush(self, *tables: Table) -> None:
        """Write what `put` collected: for these tables, or for all."""
        for model_table in tables or tuple(self._waiting):
            rows = self._waiting.pop(model_table, None)
            if rows:
                self.writes += 1
                self.connection.execute(self._insertion(model_table), rows)

    def _insertion(self, model_table: Table) -> Executable:
        by_dialect = model_table.info.get("insert")
        if by_dialect is None:
            return model_table.insert()
        statement: Executable = by_dialect[self.connection.dialect.name]
        return statement

    def run(
        self,
        statement: Executable,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Execute a writing statement at once."""
        self.writes += 1
        return self.connection.execute(statement, values)

    def insert(self, model_table: Table, row: dict[str, Any]) -> int:
        """Insert one row at once and return its primary key."""
        result = self.run(model_table.insert(), row)
        key = result.inserted_primary_key
        return int(key[0]) if key else 0

    def first(
        self, model: type[Row], statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Row | None:
        """The first row, with the attributes of ``model`` (a read-only row, not an ORM object)."""
        del model  # it only tells the type
        return cast("Row | None", self.connection.execute(statement, values).first())

    def rows(
        self, model: type[Row], statement: Executable, values: Mapping[str, Any] | None = None
    ) -> list[Row]:
        """All rows, with the attributes of ``model``."""
        del model  # it only tells the type
        return cast("list[Row]", self.connection.execute(statement, values).all())

    def values(self, statement: Executable, values: Mapping[str, Any] | None = None) -> list[Any]:
        """The first column of every row."""
        return list(self.connection.execute(statement, values).scalars())

    def bookmark(self) -> tuple[int, dict[Table, int]]:
        """Where this transaction stands, for `rewind`."""
        return self.writes, {key: len(rows) for key, rows in self._waiting.items()}

    def rewind(self, to: tuple[int, dict[Table, int]]) -> bool:
        """Forget rows collected since the bookmark; False if something was already written."""
        writes, lengths = to
        if writes != self.writes:
            return False
        for key, rows in self._waiting.items():
            del rows[lengths.get(key, 0) :]
        return True


@contextmanager
def transaction(engine: Engine, memo: Memo | None = None) -> Iterator[Transaction]:
    """Begin, hand out, flush and commit; on any error roll back and empty the memo."""
    kept = Memo() if memo is None else memo
    with engine.connect() as connection:
        try:
            with connection.begin():
                tx = Transaction(connection, kept)
                yield tx
                tx.flush()
        except BaseException:
            kept.clear()
            raise
