"""People: who they are, their accounts on the gateways, and their roles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, func, select, update
from sqlmodel import Field, SQLModel

from storage import places
from storage.db import Instant, Transaction, table
from storage.prepared import Prepared

ROLES = (
    "volunteer",
    "coordinator",
    "doctor",
    "community_worker",
    "property",
    "police",
    "keeper",
    "mediator",
    "leader",
    "contact",
)
"""What a person can be at a place (``contact``: at a department); residents are without saying."""


class Person(SQLModel, table=True):
    """A neighbour. ``vouched``: imported, or vouched for by the coordinator."""

    __tablename__ = "person"

    id: int = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    name: str = Field(index=True)
    name_en: str = ""
    lang: str = "zh"
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    phone: str | None = None
    public_phone: str | None = None
    """Said to everybody who asks for the care team or who is on duty."""
    birth_year: int | None = None
    joined_at: datetime = Field(sa_type=Instant)
    vouched: bool = False
    noticed: bool = False
    """Told once what the bot keeps."""
    left_at: datetime | None = Field(default=None, sa_type=Instant)


class Account(SQLModel, table=True):
    """A person's name on a gateway."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("gateway", "external"),)

    id: int = Field(default=None, primary_key=True)
    gateway: str
    external: str
    person_id: int = Field(foreign_key="person.id", index=True)


class Role(SQLModel, table=True):
    """What a person is at a place."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("person_id", "place_id", "role"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    role: str
    since: datetime = Field(sa_type=Instant)


PERSON, ACCOUNT, ROLE = table(Person), table(Account), table(Role)

_BY_ID = Prepared(select(PERSON).where(PERSON.c.id == bindparam("person_id")))
_BY_ACCOUNT = Prepared(
    select(PERSON)
    .join(ACCOUNT, ACCOUNT.c.person_id == PERSON.c.id)
    .where(ACCOUNT.c.gateway == bindparam("gateway"), ACCOUNT.c.external == bindparam("external"))
)
_ACCOUNTS = Prepared(
    select(ACCOUNT).where(ACCOUNT.c.person_id == bindparam("person_id")).order_by(ACCOUNT.c.id)
)
_EXTERNAL = Prepared(
    select(ACCOUNT.c.external).where(
        ACCOUNT.c.person_id == bindparam("person_id"), ACCOUNT.c.gateway == bindparam("gateway")
    )
)


def get(tx: Transaction, person_id: int) -> Person:
    """The person; KeyError if there is none."""
    kept = tx.memo.get(("person", person_id))
    if kept is None:
        kept = tx.first(Person, _BY_ID, {"person_id": person_id})
        if kept is None:
            raise KeyError(person_id)
        tx.memo["person", person_id] = kept
    found: Person = kept
    return found


def by_key(tx: Transaction, key: str) -> Person | None:
    """The person of the operator's own short name."""
    return tx.first(Person, select(PERSON).where(PERSON.c.key == key))


def by_account(tx: Transaction, gateway: str, external: str) -> Person | None:
    key = ("account", gateway, external)
    person_id: int | None = tx.memo.get(key)
    if person_id is None:
        row = tx.first(Person, _BY_ACCOUNT, {"gateway": gateway, "external": external})
        if row is None:
            return None
        tx.memo["person", row.id] = row
        tx.memo[key] = person_id = row.id
        tx.memo.setdefault(("external", gateway, row.id), external)
    return get(tx, person_id) if person_id is not None else None


def account(tx: Transaction, person_id: int, gateway: str) -> str | None:
    """The person's own name on a gateway, if they have one there."""
    key = ("external", gateway, person_id)
    if key not in tx.memo:
        found = tx.values(_EXTERNAL, {"person_id": person_id, "gateway": gateway})
        tx.memo[key] = found[0] if found else None
    external: str | None = tx.memo[key]
    return external


def accounts(tx: Transaction, person_id: int) -> list[Account]:
    """Every account of a person, oldest first; kept until there is another."""
    key = ("accounts", person_id)
    if key not in tx.memo:
        tx.memo[key] = tx.rows(Account, _ACCOUNTS, {"person_id": person_id})
    found: list[Account] = tx.memo[key]
    return found


def named(
    tx: Transaction, name: str, near: int | None = None, *, short: bool = False
) -> list[Person]:
    """People of this name who are still here, nearest first; ``short``: 小明 of 王小明, Liza."""
    ends = PERSON.c.name.endswith(name, autoescape=True) & (func.length(name) > 1)
    whole = (PERSON.c.name == name) | (PERSON.c.name_en == name)
    begins = PERSON.c.name.istartswith(f"{name} ") | PERSON.c.name_en.istartswith(f"{name} ")
    here = ((ends | begins) if short else whole) & PERSON.c.left_at.is_(None)
    found = tx.rows(Person, select(PERSON).where(here))
    return sorted(found, key=lambda one: (places.distance(tx, near, one.place_id), one.id))


def add(tx: Transaction, **columns: Any) -> int:
    return tx.insert(PERSON, columns)


def change(tx: Transaction, person_id: int, **columns: Any) -> None:
    tx.run(update(PERSON).where(PERSON.c.id == person_id).values(**columns))
    tx.memo.pop(("person", person_id), None)
    if columns.keys() & {"place_id", "left_at"}:
        tx.memo.pop("cast", None)


def add_account(tx: Transaction, person_id: int, gateway: str, external: str) -> None:
    tx.insert(ACCOUNT, {"person_id": person_id, "gateway": gateway, "external": external})
    for key in (
        ("external", gateway, person_id),
        ("reachable", person_id),
        ("accounts", person_id),
    ):
        tx.memo.pop(key, None)


def give_role(tx: Transaction, person_id: int, place_id: int, role: str, now: datetime) -> bool:
    """False if they had it already."""
    if role in roles_at(tx, person_id, place_id):
        return False
    row = {"person_id": person_id, "place_id": place_id, "role": role, "since": now}
    tx.insert(ROLE, row)
    _forget_roles(tx)
    return True


def drop_role(tx: Transaction, person_id: int, role: str) -> int:
    """Take the role away everywhere; how many places that was."""
    gone = tx.run(ROLE.delete().where(ROLE.c.person_id == person_id, ROLE.c.role == role))
    _forget_roles(tx)
    return gone.rowcount


def set_roles(tx: Transaction, person_id: int, wanted: set[tuple[int, str]], now: datetime) -> None:
    """Have exactly these ``(place id, role)``."""
    for place_id, role in set(all_roles(tx).get(person_id, ())) - wanted:
        here = (ROLE.c.person_id == person_id) & (ROLE.c.place_id == place_id)
        tx.run(ROLE.delete().where(here, ROLE.c.role == role))
    for place_id, role in sorted(wanted - set(all_roles(tx).get(person_id, ()))):
        row = {"person_id": person_id, "place_id": place_id, "role": role, "since": now}
        tx.insert(ROLE, row)
    _forget_roles(tx)


def _forget_roles(tx: Transaction) -> None:
    for key in ("roles", "by role", "serving", "cast"):
        tx.memo.pop(key, None)


def all_roles(tx: Transaction) -> dict[int, list[tuple[int, str]]]:
    """person id → (place id, role), kept until a role changes."""
    kept: dict[int, list[tuple[int, str]]] | None = tx.memo.get("roles")
    if kept is None:
        kept = {}
        for row in tx.rows(Role, select(ROLE).order_by(ROLE.c.id)):
            kept.setdefault(row.person_id, []).append((row.place_id, row.role))
        tx.memo["roles"] = kept
    return kept


def roles_at(tx: Transaction, person_id: int, place_id: int | None) -> set[str]:
    """What the person is at this place or at one that contains it."""
    above = {place.id for place in places.chain(tx, place_id)}
    return {role for at, role in all_roles(tx).get(person_id, ()) if at in above}


def serving(tx: Transaction, place_id: int | None, role: str) -> list[int]:
    """Who has a role for a place: at the place itself first, then further up the tree."""
    kept: dict[tuple[int | None, str], list[int]] = tx.memo.setdefault("serving", {})
    if (place_id, role) not in kept:
        held, around = _by_role(tx), places.chain(tx, place_id)
        found = [one for place in around for one in held.get((role, place.id), ())]
        kept[place_id, role] = list(dict.fromkeys(found))
    return list(kept[place_id, role])


def _by_role(tx: Transaction) -> dict[tuple[str, int], list[int]]:
    """(role, place id) → who has it, in the order of their ids; kept until a role changes."""
    kept: dict[tuple[str, int], list[int]] | None = tx.memo.get("by role")
    if kept is None:
        kept = tx.memo["by role"] = {}
        for person_id, held in sorted(all_roles(tx).items()):
            for at, role in held:
                kept.setdefault((role, at), []).append(person_id)
    return kept


def living(tx: Transaction, place_ids: Collection[int]) -> list[Person]:
    """Everybody who lives in these places and has not left, by place."""
    found: list[Person] = []
    ids = sorted(place_ids)
    for at in range(0, len(ids), 500):
        here = PERSON.c.place_id.in_(ids[at : at + 500]) & PERSON.c.left_at.is_(None)
        found += tx.rows(
            Person, select(PERSON).where(here).order_by(PERSON.c.place_id, PERSON.c.id)
        )
    return found


def homes(tx: Transaction, wanted: Collection[int]) -> list[tuple[int, int]]:
    """(person id, place id) of those among the wanted who live somewhere and have not left."""
    found: list[tuple[int, int]] = []
    ids = sorted(wanted)
    for at in range(0, len(ids), 500):
        chosen = select(PERSON.c.id, PERSON.c.place_id).where(
            PERSON.c.id.in_(ids[at : at + 500]),
            PERSON.c.left_at.is_(None),
            PERSON.c.place_id.is_not(None),
        )
        found += [(row[0], row[1]) for row in tx.connection.execute(chosen)]
    return found
