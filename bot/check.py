"""Looks at everything the bot stands on, and says what is wrong and how to mend it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from bot import check_accounts
from bot.check_accounts import Finding
from bot.clock import Clock, SystemClock
from bot.config.tables import Settings
from bot.plots.easel import needed
from bot.plots.fonts import NoFont, find
from bot.words import Words, load
from storage import migrate

ROOM_NEEDED = 500 * 1024 * 1024
"""Bytes that should be free: the database, its log and a backup grow."""

LOCK_PATIENCE = 5.0
"""Seconds to wait for a running bot to finish its commit."""

BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock before this is wrong: the bot did not exist."""


def check(settings: Settings, clock: Clock | None = None) -> list[Finding]:
    """Look at everything, change nothing, send nothing."""
    looks: Sequence[Callable[[], Iterator[Finding]]] = (
        lambda: _settings(settings),
        lambda: _database(settings.database.path),
        lambda: _folders(settings),
        lambda: _font(settings),
        lambda: _gateways(settings),
        lambda: _port(settings),
        lambda: _clock(settings, clock or SystemClock()),
    )
    return [finding for look in looks for finding in look()]


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """One line a finding, its mending below it, and the sum at the end."""
    grid = Table.grid(padding=(0, 1))
    for found in findings:
        sign = (
            "[red]✗[/]" if not found.ok else "[yellow]![/]" if found.how_to_mend else "[green]✓[/]"
        )
        grid.add_row(sign, _plain(found.what))
        if found.how_to_mend:
            grid.add_row("", f"[dim]→ {_plain(found.how_to_mend)}[/]")
    console.print(grid)
    wrong = sum(not found.ok for found in findings)
    console.print(f"[red]{wrong} to mend.[/]" if wrong else "[green]All is well.[/]")


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("settings: understood", True)
    if not settings.policy.emergency.gas:
        yield Finding(
            "settings: no number of the gas company",
            True,
            "set [policy.emergency] gas, or the place's own; till then the fire brigade is named",
        )


def _database(path: Path) -> Iterator[Finding]:
    yield Finding(f"SQLite {sqlite3.sqlite_version}; only the bot may write to its file", True)
    if not path.exists():
        yield Finding(
            f"database: {path} is not there yet",
            True,
            "`linbang run` or `linbang migrate` makes it",
        )
        return
    try:
        # Opened without making it, and closed without checkpointing somebody else's log.
        with contextlib.closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=LOCK_PATIENCE)
        ) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            yield Finding(f"database: {path} can be written", True)
            damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            yield Finding(
                f"database: {'sound' if damage == 'ok' else 'damaged'}",
                damage == "ok",
                "" if damage == "ok" else "stop the bot and `linbang restore` the last good backup",
            )
            yield _migrated(connection)
    except sqlite3.Error as wrong:
        yield Finding(f"database: {path}: {wrong}", False, _mending(wrong, path))


def _mending(wrong: sqlite3.Error, path: Path) -> str:
    if "locked" in str(wrong):
        return "another program holds it: close it (only one bot may use a database)"
    if "not a database" in str(wrong):
        return f"{path} is something else: name another file in [database] path"
    return "let the user that runs the bot own the file and its folder, and look at the disk"


def _migrated(connection: sqlite3.Connection) -> Finding:
    try:
        have = [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]
    except sqlite3.OperationalError:
        have = []
    if have == [migrate.head()]:
        return Finding("database: migrations current", True)
    if have and have[0].isdecimal() and have[0] > migrate.head():
        mend = "run that version again, or `linbang restore` a backup from before it"
        return Finding(f"database: used by a newer version of the bot ({have[0]})", False, mend)
    mend = "`linbang backup`, then `linbang migrate`"
    return Finding("database: migrations not current", False, mend)


def _folders(settings: Settings) -> Iterator[Finding]:
    named = {
        "database": settings.database.path.parent,
        "backups": settings.backup.folder,
        "media": settings.media.folder,
    }
    for name, folder in named.items():
        yield _writable(name, folder)
    there = _existing(settings.database.path.parent)
    free = shutil.disk_usage(there).free
    enough = free >= ROOM_NEEDED
    yield Finding(
        f"disk: {free / 1024**3:.1f} GB free",
        enough,
        "" if enough else "make room: old backups, old logs; at least 0.5 GB should be free",
    )
    device = _existing(settings.backup.folder).stat().st_dev
    if device == there.stat().st_dev:
        yield Finding(
            "backups: on the same disk as the database",
            True,
            "let [backup] folder be on another disk, or copy it away every night",
        )


def _font(settings: Settings) -> Iterator[Finding]:
    """Labels in pictures of readings: Chinese letters, or none at all."""
    letters = needed(Words(load()))
    try:
        face = find(settings.media.font, letters)
    except NoFont as why:
        named = bool(settings.media.font)
        yield Finding(
            f"pictures: {why}; labels will be in Latin letters",
            not named,
            "install one (Debian: fonts-noto-cjk), or name a file in [media] font",
        )
    else:
        yield Finding(f"pictures: {face.path} has all Chinese letters", True)


def _writable(name: str, folder: Path) -> Finding:
    there, folder = _existing(folder), folder.absolute()
    mend = f"let the user that runs the bot write to {there}, or name another folder"
    if not there.is_dir():
        return Finding(f"{name}: {there} is a file, not a folder", False, "name another folder")
    try:
        if there == folder:
            tempfile.TemporaryFile(dir=there).close()
        elif not os.access(there, os.W_OK | os.X_OK):
            return Finding(f"{name}: {folder} cannot be made", False, mend)
    except OSError as wrong:
        return Finding(f"{name}: {folder} cannot be written ({wrong.strerror})", False, mend)
    return Finding(f"{name}: {folder}{'' if there == folder else ' will be made'}", True)


def _existing(path: Path) -> Path:
    """The path, or the nearest above it that is there."""
    path = path.absolute()
    return next(one for one in (path, *path.parents) if one.exists())


def _gateways(settings: Settings) -> Iterator[Finding]:
    gateways = settings.gateways
    if gateways.local.enabled:
        yield Finding("gateways: local chat", True)
    if gateways.wechat.enabled:
        yield from check_accounts.wechat(settings)
    if not (gateways.local.enabled or gateways.wechat.enabled):
        yield Finding(
            "gateways: none is enabled: nobody can reach the bot",
            False,
            "set [gateways.local] enabled = true",
        )


def _port(settings: Settings) -> Iterator[Finding]:
    host, port = settings.web.host, settings.web.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            yield Finding(f"web: {host}:{port} is free", True)
        except PermissionError:
            yield Finding(f"web: port {port} is not allowed", False, "take one above 1024")
        except OSError:
            yield Finding(
                f"web: {host}:{port} is taken",
                True,
                "the bot is running already, or another program is: a free port will be taken",
            )


def _clock(settings: Settings, clock: Clock) -> Iterator[Finding]:
    now, path = clock.now(), settings.database.path
    local = now.astimezone(ZoneInfo(settings.place.time_zone))
    yield Finding(f"clock: {local:%Y-%m-%d %H:%M} {settings.place.time_zone}", True)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else BUILT
    if now < max(BUILT, written - timedelta(minutes=5)):
        yield Finding(
            "clock: it is behind", False, "set it and switch on time synchronisation (NTP)"
        )
