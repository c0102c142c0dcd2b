"""The bot's database as the settings say: made, brought up to date, copied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Engine as Database

from bot import exchange, neighbours, worlds
from bot.config import Settings
from storage import backup, migrate, places
from storage.db import disposing, open_database, transaction

log = structlog.get_logger(__name__)

EXAMPLE = "xingfuli"


def url_of(settings: Settings) -> str:
    """The address of the database."""
    return f"sqlite:///{settings.database.path}"


def copy(
    settings: Settings,
    now: datetime,
    *,
    folder: Path | None = None,
    progress: backup.Progress = lambda _done, _all: None,
) -> backup.Made:
    """A backup as the settings say."""
    return backup.backup(
        settings.database.path,
        folder or settings.backup.folder,
        now,
        keep=settings.backup.keep,
        media=settings.media.folder,
        progress=progress,
    )


def update(settings: Settings, now: datetime) -> None:
    """Migrate the database if it is behind; one that holds something is copied first."""
    url = url_of(settings)
    found = migrate.current(url) if settings.database.path.exists() else None
    if found == migrate.head():
        return
    if found is not None:
        log.info("migrating", before=found, copy=str(copy(settings, now).path))
    elif not settings.database.path.exists():
        settings.database.path.parent.mkdir(parents=True, exist_ok=True)
        settings.database.path.touch(mode=0o600)  # it holds rooms and phones
    migrate.upgrade(url)


@contextmanager
def prepared(settings: Settings, now: datetime, *, example: bool) -> Iterator[Database]:
    """The database, brought up to date; an empty one gets the example compound if wanted."""
    update(settings, now)
    with disposing(open_database(url_of(settings))) as database:
        with transaction(database) as tx:
            if example and not places.every(tx):
                bundle = exchange.read(worlds.path_of(EXAMPLE))
                exchange.bring_in(tx, bundle, now, zone=settings.place.time_zone)
            if settings.gateways.local.enabled:
                worlds.open_rooms(tx, neighbours.GATEWAY)
        yield database
