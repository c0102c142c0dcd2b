"""A town to measure in: streets of buildings, each with its group, residents and volunteers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import Engine
from sqlmodel import SQLModel

from storage import people, places, rooms, tables
from storage.db import Transaction, open_database, transaction

GATEWAY = "paper"
MORNING = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
"""Ten o'clock in the town: nobody's quiet hours."""
_STREET = 50
_SURNAMES = "赵钱孙吴郑冯褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严"


class DayClock:
    """Runs as fast as the machine's, but from ten o'clock of an invented morning."""

    def __init__(self) -> None:
        self._began = perf_counter()

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=perf_counter() - self._began)


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who speaks: ``account`` and ``room`` as the gateway names them."""

    account: str
    name: str
    room: str
    lang: str


@dataclass(frozen=True, slots=True)
class Building:
    """A building's group and the people who speak in it."""

    room: str
    residents: tuple[Resident, ...]


@dataclass(frozen=True, slots=True)
class World:
    """The buildings of a town; ``most`` residents live in one."""

    buildings: tuple[Building, ...]

    @property
    def most(self) -> int:
        return max(len(one.residents) for one in self.buildings)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk where we are: a disk in memory would flatter."""
    here = Path("build")
    here.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=here) as made:
        yield Path(made)


def open_new(path: Path) -> Engine:
    """An empty database on disk, written as durably as the real one (WAL, ``FULL``)."""
    tables.metadata()
    database = open_database(f"sqlite:///{path}")
    SQLModel.metadata.create_all(database)
    return database


def settle(
    database: Engine, *, buildings: int, volunteers: int, residents: int, shares: bool
) -> World:
    """Fill a town; ``shares``: volunteers are asked across buildings, as is the default."""
    with transaction(database) as tx:
        return World(
            tuple(
                _building(tx, number, volunteers=volunteers, residents=residents, shares=shares)
                for number in range(1, buildings + 1)
            )
        )


def _building(
    tx: Transaction, number: int, *, volunteers: int, residents: int, shares: bool
) -> Building:
    place_id = places.add(
        tx,
        key=f"b{number}",
        name=f"{number}号楼",
        name_en=f"Building {number}",
        kind="building",
        number=str(number),
        parent_id=_above(tx, number),
        shares=shares,
    )
    room = f"b{number}"
    rooms.add(tx, gateway=GATEWAY, external=room, name=f"{number}号楼邻里群", place_id=place_id)
    for turn in range(volunteers):
        account = f"v{number}-{turn}"
        person_id = _person(tx, account, place_id, "zh")
        people.give_role(tx, person_id, place_id, "volunteer", MORNING - timedelta(days=60))
        # They signed up by writing to the bot.
        name = {"gateway": GATEWAY, "external": account, "name": account}
        rooms.add(tx, **name, person_id=person_id, private=True)
    spoken = []
    for turn in range(residents):
        account, lang = f"r{number * 1000 + turn}", "en" if turn % 4 == 3 else "zh"
        _person(tx, account, place_id, lang)
        spoken.append(Resident(account, account, room, lang))
    return Building(room, tuple(spoken))


def _above(tx: Transaction, number: int) -> int:
    """The micro-grid of a building, with all above it: ten, fifty buildings each."""
    parent = None
    for kind, size in (("street", _STREET), ("community", 25), ("grid", 10), ("micro_grid", 5)):
        key = f"{kind}{(number - 1) // size}"
        if parent is not None:
            key += f"-{parent}"
        known = places.by_key(tx, key)
        row = {"key": key, "name": key, "kind": kind, "parent_id": parent}
        parent = known.id if known else places.add(tx, **row)
    assert parent is not None
    return parent


def _person(tx: Transaction, account: str, place_id: int, lang: str) -> int:
    person_id = people.add(
        tx,
        name=_SURNAMES[hash(account) % len(_SURNAMES)] + account,
        lang=lang,
        place_id=place_id,
        unit="1",
        room="501",
        joined_at=MORNING - timedelta(days=90),
        vouched=True,
        noticed=True,
    )
    people.add_account(tx, person_id, GATEWAY, account)
    return person_id
