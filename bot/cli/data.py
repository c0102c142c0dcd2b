"""``import``, ``export``, ``migrate``, ``backup`` and ``restore``: what the bot remembers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.table import Table

from bot import exchange, neighbours, store
from bot.cli.console import ConfigFile, complain, err, out, progress, settings_of
from bot.clock import SystemClock
from bot.config import Settings
from bot.exchange.writing import as_json, as_toml
from bot.only_one import only_one
from storage import backup, migrate
from storage.db import disposing, open_database, open_reader, transaction


def import_(
    file: Annotated[Path, typer.Argument(help="A .toml or .json file, or a folder of .csv files.")],
    config: ConfigFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look for mistakes, and write nothing.")
    ] = False,
) -> None:
    """Bring in places, people, roles, skills, boxes, stock, rosters and check-ins.

    Rows are known by their key: the same file twice changes nothing. A wrong row is refused with
    its line and reason, and then nothing at all is written. Stop the bot first. The format is
    explained in docs/import.md.

    \b
    Examples:
      linbang import neighbours.toml
      linbang import --dry-run neighbours/
    """
    settings = settings_of(config)
    bundle = exchange.read(file)
    url = store.url_of(settings)
    with only_one(settings.database.path), progress() as bar:
        store.update(settings, SystemClock().now())
        task = bar.add_task("importing", total=sum(map(len, bundle.rows.values())))
        with disposing(open_database(url)) as database, transaction(database) as tx:
            counts = exchange.bring_in(
                tx,
                bundle,
                SystemClock().now(),
                zone=settings.place.time_zone,
                country=settings.policy.working.holidays,
                step=lambda: bar.advance(task),
            )
            if dry_run:
                tx.connection.get_transaction().rollback()  # type: ignore[union-attr]
    table = Table("", "new", "known", box=None)
    for section, (new, known) in counts.items():
        table.add_row(section, str(new), str(known))
    out().print(table)
    for section in bundle.passed_over:
        err().print(f"{section}: passed over; what happened is only ever exported")
    out().print("Nothing was written (--dry-run)." if dry_run else "Imported.")


def export(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A .toml or .json file, or a folder for .csv files; else printed.",
            show_default=False,
        ),
    ] = None,
    config: ConfigFile = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of TOML.")] = False,
) -> None:
    """Write everything out: what can be imported, and requests with their events and holders.

    The bot may be running. The file holds people's rooms and phones: keep it as you would keep
    those.

    \b
    Examples:
      linbang export neighbours.toml
      linbang export --json > everything.json
      linbang export tables/
    """
    settings = settings_of(config)
    database = existing(settings)
    with (
        disposing(open_reader(f"sqlite:///{database}")) as reader,
        neighbours.reading(reader) as tx,
    ):
        sections = exchange.gather(tx)
    if file is None:
        sys.stdout.write(as_json(sections) if json else as_toml(sections))
        return
    if json and file.suffix.lower() != ".json":
        raise typer.BadParameter("--json writes a .json file", param_hint="FILE")
    exchange.write(sections, file)
    err().print(f"{sum(map(len, sections.values()))} rows → {file}", markup=False)


def migrate_(
    config: ConfigFile = None,
    back_to: Annotated[
        str | None,
        typer.Option(
            "--back-to",
            help="Undo migrations down to this revision; `base` undoes all.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Bring the database to the shape that this version of the bot expects.

    `linbang run` does so by itself. A filled database is copied to the backup folder first.

    \b
    Examples:
      linbang migrate
      linbang migrate --back-to 0001
    """
    settings = settings_of(config)
    url = store.url_of(settings)
    with only_one(settings.database.path):
        before = migrate.current(url) if settings.database.path.exists() else None
        wanted = back_to or migrate.head()
        if before == wanted:
            out().print(f"The database is at {before} already.")
            return
        if before is not None:
            made = store.copy(settings, SystemClock().now())
            out().print(f"Copied to {made.path}", markup=False)
        migrate.downgrade(url, back_to) if back_to else migrate.upgrade(url)
        out().print(
            f"The database is at {migrate.current(url) or 'base'}, it was at {before or 'base'}."
        )


def backup_(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Where to; the backup folder of the settings without it.", show_default=False
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Copy the database and the photos while the bot runs, and verify the copy.

    The oldest copies in the folder go, as the settings say.

    \b
    Examples:
      linbang backup
      linbang backup /media/stick/linbang
    """
    settings = settings_of(config)
    with progress() as bar:
        task = bar.add_task("copying", total=None)
        made = store.copy(
            settings,
            SystemClock().now(),
            folder=folder,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
        )
    out().print(f"{made.path}: {made.rows} rows, verified; {made.photos} new photos", markup=False)


def restore_(
    file: Annotated[
        Path | None,
        typer.Argument(help="The copy; without it the copies there are.", show_default=False),
    ] = None,
    config: ConfigFile = None,
    force: Annotated[
        bool, typer.Option("--force", help="Even while a bot seems to be running.")
    ] = False,
) -> None:
    """Put a backup in the database's place; the old one is kept beside it.

    The copy is verified first. Refused while the bot runs.

    \b
    Examples:
      linbang restore
      linbang restore data/backups/linbang-20270301-193000.db
    """
    settings = settings_of(config)
    if file is None:
        _list_copies(settings)
        return
    if not file.exists():
        raise FileNotFoundError(f"{file}: there is no such file")
    now, path = SystemClock().now(), settings.database.path
    if force:
        aside = backup.restore(file, path, now, media=settings.media.folder)
    else:
        with only_one(path):
            aside = backup.restore(file, path, now, media=settings.media.folder)
    kept = f"; the old one is {aside}" if aside else ""
    out().print(f"{path} is now the copy {file.name}{kept}", markup=False)


def _list_copies(settings: Settings) -> None:
    found = backup.copies(settings.backup.folder)
    if not found:
        complain(f"{settings.backup.folder} holds no copies yet; `linbang backup` makes one")
        raise typer.Exit(1)
    table = Table("made", "size", "file", box=None)
    for copy in found:
        table.add_row(
            f"{backup.made_at(copy):%Y-%m-%d %H:%M} UTC", decimal(copy.stat().st_size), str(copy)
        )
    out().print(table)


def existing(settings: Settings) -> Path:
    """The database file; FileNotFoundError where there is none yet."""
    path = settings.database.path
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no database yet; `linbang run` makes one")
    return path
