"""The clinic's questions and answers, and the index they are searched by.

The words of an answer stand in ``terms``, cut up by `handlers.guides.terms`. SQLite indexes them in
an FTS5 table that triggers keep in step, PostgreSQL in a GIN index of a ``simple`` tsvector.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    UniqueConstraint,
    event,
    func,
    inspect,
    select,
    text,
    update,
)
from sqlmodel import Field, SQLModel

from storage.db import Transaction, table

INDEX = "guide_index"
"""How the names of all that belongs to the index begin."""
MADE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE IF NOT EXISTS guide_index USING fts5(terms, tokenize='unicode61')",
        "DELETE FROM guide_index",
        "INSERT INTO guide_index(rowid, terms) SELECT id, terms FROM guide_answer",
        """CREATE TRIGGER IF NOT EXISTS guide_index_new AFTER INSERT ON guide_answer BEGIN
            INSERT INTO guide_index(rowid, terms) VALUES (new.id, new.terms); END""",
        """CREATE TRIGGER IF NOT EXISTS guide_index_changed AFTER UPDATE ON guide_answer BEGIN
            UPDATE guide_index SET terms = new.terms WHERE rowid = new.id; END""",
        """CREATE TRIGGER IF NOT EXISTS guide_index_gone AFTER DELETE ON guide_answer BEGIN
            DELETE FROM guide_index WHERE rowid = old.id; END""",
    ),
    "postgresql": (
        "CREATE INDEX IF NOT EXISTS guide_index ON guide_answer"
        " USING gin (to_tsvector('simple', terms))",
    ),
}
DROPPED = {"sqlite": ("DROP TABLE IF EXISTS guide_index",), "postgresql": ()}
_FOUND = {
    "sqlite": text(
        "SELECT rowid FROM guide_index WHERE guide_index MATCH :words"
        " ORDER BY bm25(guide_index), rowid LIMIT :most"
    ),
    "postgresql": text(
        "SELECT id FROM guide_answer, to_tsquery('simple', :words) AS wanted"
        " WHERE to_tsvector('simple', terms) @@ wanted"
        " ORDER BY ts_rank(to_tsvector('simple', terms), wanted) DESC, id LIMIT :most"
    ),
}


class GuideAnswer(SQLModel, table=True):
    """One question with its answer, in one language or two. ``key`` is the clinic's own.

    ``also``: other ways to ask it. ``place_id``: where it holds; everywhere without one. ``dated``
    and ``valid_until`` are days (ISO); past the latter it is given no more. ``guide``: the
    collection it belongs to, ``position`` its turn there.
    """

    __tablename__ = "guide_answer"
    __table_args__ = (UniqueConstraint("place_id", "key"),)

    id: int = Field(default=None, primary_key=True)
    key: str
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    guide: str = ""
    position: int = 0
    question: str = ""
    question_en: str = ""
    also: list[str] = Field(default_factory=list, sa_type=JSON)
    answer: str = ""
    answer_en: str = ""
    source: str
    source_en: str = ""
    version: str = ""
    dated: str
    valid_until: str | None = None
    terms: str = ""


ANSWER = table(GuideAnswer)


@event.listens_for(ANSWER, "after_create")
def _created(_: object, connection: Connection, **__: object) -> None:
    keep_index(connection)


def keep_index(connection: Connection) -> None:
    """Make the index and fill it with what there is; without the table there is none, either.

    The index is no table of the metadata: it is made with the table, and after every migration.
    """
    made = MADE if inspect(connection).has_table(ANSWER.name) else DROPPED
    for statement in made[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def is_declared(name: str | None, _kind: str, _parents: object) -> bool:
    """For Alembic: whether something in the database is to be found in the metadata."""
    return not (name or "").startswith(INDEX)


def put(tx: Transaction, place_id: int | None, key: str, **columns: Any) -> bool:
    """Add an answer, or put it in the place of the one with this key there; True if it is new."""
    found = _by_key(tx, place_id).get(key)
    for kept in ("guides", "guide weights"):
        tx.memo.pop(kept, None)
    if found is not None:
        tx.run(update(ANSWER).where(ANSWER.c.id == found.id).values(**columns))
        return False
    tx.insert(ANSWER, {"place_id": place_id, "key": key, **columns})
    return True


def _by_key(tx: Transaction, place_id: int | None) -> dict[str, GuideAnswer]:
    same = ANSWER.c.place_id.is_(None) if place_id is None else ANSWER.c.place_id == place_id
    return {one.key: one for one in tx.rows(GuideAnswer, select(ANSWER).where(same))}


def every(tx: Transaction, place_ids: Collection[int] | None = None) -> list[GuideAnswer]:
    """All answers, or those that hold everywhere or at one of these places, in their order."""
    chosen = select(ANSWER).order_by(ANSWER.c.position, ANSWER.c.id)
    if place_ids is not None:
        here = ANSWER.c.place_id.is_(None) | ANSWER.c.place_id.in_(list(place_ids))
        chosen = chosen.where(here)
    return tx.rows(GuideAnswer, chosen)


def get(tx: Transaction, answer_id: int) -> GuideAnswer | None:
    return tx.first(GuideAnswer, select(ANSWER).where(ANSWER.c.id == answer_id))


def last_position(tx: Transaction) -> int:
    return int(tx.connection.execute(select(func.max(ANSWER.c.position))).scalar() or 0)


def places_with(tx: Transaction) -> set[int | None]:
    """Where there are answers (None: everywhere); kept until some are brought in."""
    kept: set[int | None] | None = tx.memo.get("guides")
    if kept is None:
        kept = tx.memo["guides"] = set(tx.values(select(ANSWER.c.place_id).distinct()))
    return kept


def near(tx: Transaction, terms: Sequence[str], most: int = 30) -> list[int]:
    """The ids of answers that share a word with these, best first as the index has it."""
    # Only letters and digits: nothing of a question is syntax here.
    words = [one for one in dict.fromkeys(terms) if one.isalnum()]
    if not words:
        return []
    name = tx.connection.dialect.name
    joined = " OR ".join(f'"{one}"' for one in words) if name == "sqlite" else " | ".join(words)
    return tx.values(_FOUND[name], {"words": joined, "most": most})


def counts(tx: Transaction) -> tuple[int, list[str]]:
    """How many answers there are, and the words of each: what is rare among them tells more."""
    written = tx.values(select(ANSWER.c.terms))
    return len(written), written
