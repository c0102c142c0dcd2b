"""Statements of the hot path, compiled once and handed straight to SQLite's driver.

Building, caching and unpacking a statement takes SQLAlchemy ten times what SQLite needs for a
look-up by key. Only the words of the statement, the types of its values and the names of its
columns are taken from it here; on any other database it goes the usual way.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, ColumnElement, Executable, Insert, Select, Table, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

_ENCODE, _DECODE = json.JSONEncoder().encode, json.JSONDecoder().decode
_EMPTY: dict[type, str] = {list: "[]", dict: "{}"}
Value = Callable[[Any], Any]
Values = Mapping[str, Any]


class Prepared:
    """A Core statement whose values are all named (``bindparam``) or fixed."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._road: Road | None = None

    def road(self, dialect: Dialect) -> Road:
        """How it goes to this dialect's driver, worked out on first use."""
        if self._road is None:
            self._road = Road(self.statement, dialect)
        return self._road


def one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """``column IN (…)`` for fixed words; a plain ``in_`` is only finished when it is executed."""
    return or_(*(column == value for value in values))


class Road:
    """The words of a statement, how values go in, and how rows come back."""

    def __init__(self, statement: Executable, dialect: Dialect, names: Sequence[str] = ()) -> None:
        """``names``: the columns of an insertion."""
        compiled: Any = statement.compile(  # type: ignore[attr-defined]
            dialect=dialect, column_keys=list(names) or None
        )
        self.sql = str(compiled)
        self._errors = dialect.loaded_dbapi.Error
        bound = [compiled.binds[name] for name in compiled.positiontup or ()]
        intos = [_in(one.type, dialect) for one in bound]
        self._fixed = {
            one.key: into(one.value) if into else one.value
            for one, into in zip(bound, intos, strict=True)
            if not one.required
        }
        self._ins = [
            (at, into)
            for at, (one, into) in enumerate(zip(bound, intos, strict=True))
            if into is not None and one.required
        ]
        self._pick = _picking([one.key for one in bound])
        if isinstance(statement, Select):
            columns = statement.selected_columns
            self._row: Any = namedtuple("Row", [str(column.key) for column in columns], rename=True)  # type: ignore[misc]
            made = enumerate(_out(column.type, dialect) for column in columns)
            self._outs = [(at, out) for at, out in made if out is not None]

    def execute(self, driver: Any, values: Values | Sequence[Values] | None) -> Any:
        """The driver's cursor, after the statement was executed for these values."""
        try:
            if values is None or isinstance(values, Mapping):
                return driver.execute(self.sql, self._in(values or {}))
            return driver.executemany(self.sql, [self._in(one) for one in values])
        except self._errors as error:
            # As SQLAlchemy would raise it, but for the values: they are people's.
            raise DBAPIError.instance(
                self.sql, None, error, self._errors, hide_parameters=True
            ) from error

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """The driver's rows, each value as its column's type says."""
        made, outs = [], self._outs
        for one in found:
            row = list(one)
            for at, out in outs:
                row[at] = out(row[at])
            made.append(self._row._make(row))
        return made

    def _in(self, values: Values) -> list[Any]:
        row = list(self._pick({**values, **self._fixed} if self._fixed else values))
        for at, into in self._ins:
            row[at] = into(row[at])
        return row


def _picking(names: Sequence[str]) -> Callable[[Values], Sequence[Any]]:
    """What takes the values of these names, in their order, out of a mapping."""
    if not names:
        return lambda _: ()
    if len(names) == 1:
        return lambda values: (values[names[0]],)
    return itemgetter(*names)


def _in(kind: Any, dialect: Dialect) -> Value | None:
    if isinstance(kind, JSON):
        return _to_json
    own: Value | None = getattr(kind, "into", None)
    return own or kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: Any, dialect: Dialect) -> Value | None:
    if isinstance(kind, JSON):
        return _from_json
    own: Value | None = getattr(kind, "out", None)
    return own or kind.dialect_impl(dialect).result_processor(dialect, None)


def _to_json(value: Any) -> str:
    return _ENCODE(value) if value else _EMPTY.get(type(value)) or _ENCODE(value)


def _from_json(written: str | None) -> Any:
    match written:
        case None:
            return None
        case "[]":
            return []
        case "{}":
            return {}
    return _DECODE(written)


class Insertion(Road):
    """Inserting rows of a table: what a row does not name is the table's default.

    Only a number that the database itself gives is left out.
    """

    def __init__(self, model_table: Table, statement: Insert, dialect: Dialect) -> None:
        number = model_table.autoincrement_column
        columns = [column for column in model_table.columns if column is not number]
        super().__init__(statement, dialect, [column.key for column in columns])
        self._defaults = {column.key: _default(column) for column in columns}

        kinds = [(one.key, one.type) for one in columns if not isinstance(one.type, JSON)]
        roads = [(key, _in(kind, dialect), _out(kind, dialect)) for key, kind in kinds]
        self._there_and_back = [(key, into, out) for key, into, out in roads if into and out]
        self._made: Any = namedtuple("Row", [str(one.key) for one in model_table.columns])  # type: ignore[misc]
        self._number = "" if number is None else str(number.key)

    def _in(self, values: Values) -> list[Any]:
        return super()._in(self._defaults | values)  # type: ignore[operator]

    def made(self, values: Values, number: int) -> Any:
        """The new row as it would be read back; its JSON is the very objects that were given."""
        row: dict[str, Any] = {**self._defaults, **values, self._number: number}
        for key, into, out in self._there_and_back:
            row[key] = out(into(row[key]))
        return self._made(**row)


def _default(column: Any) -> Any:
    """What stands in a new row, the same in every one."""
    default = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def insertion(model_table: Table, statement: Insert | None, dialect: Dialect) -> Insertion:
    """The road of inserting into a table, by a statement of its own or plainly; worked out once."""
    kept: Insertion | None = model_table.info.get("road")
    if kept is None:
        statement = model_table.insert() if statement is None else statement
        kept = model_table.info["road"] = Insertion(model_table, statement, dialect)
    return kept


def upsert(model_table: Table, key: str, *columns: str) -> dict[str, Insert]:
    """Per dialect: insert a row, or renew these columns of the one with the same key."""
    statements: dict[str, Insert] = {}
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql)):
        made = dialect.insert(model_table)
        renewed = {column: made.excluded[column] for column in columns}
        statements[name] = made.on_conflict_do_update(index_elements=[key], set_=renewed)
    return statements
