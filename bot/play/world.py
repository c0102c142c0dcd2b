"""The neighbourhood of a transcript: its database, its settings, and who speaks where."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine as Database
from sqlalchemy import update

from bot import exchange, guides, worlds
from bot.config import BadSettings, load
from bot.play import waits
from bot.play.newcomers import register
from bot.play.road import GATEWAY
from bot.play.steps import BadScript, Script
from handlers.policy import Policy
from storage import places
from storage.db import Transaction, disposing, open_database, transaction
from storage.people import PERSON
from storage.tables import metadata


@dataclass
class World:
    """A database with people in it, as the transcript's head describes."""

    database: Database
    policy: Policy
    zone: ZoneInfo
    start: datetime


@contextmanager
def built(script: Script, url: str) -> Iterator[World]:
    """Set the scene, and clear it away at the end. Raises BadScript."""
    policy = _policy(script)
    with disposing(open_database(url)) as database:
        metadata().create_all(database)
        zone, start = _furnish(script, database)
        yield World(database, policy, zone, start)


def _furnish(script: Script, database: Database) -> tuple[ZoneInfo, datetime]:
    """Bring in who lives there; the zone, and when it begins."""
    with transaction(database) as tx:
        now = _moment(script, ZoneInfo("Asia/Shanghai"))
        _bring_in(script, tx, now)
        first = next((one for one in places.every(tx).values() if one.kind == "building"), None)
        zone = ZoneInfo(first.zone if first else "Asia/Shanghai")
        start = _moment(script, zone)
        worlds.open_rooms(tx, GATEWAY, script.lang or "zh")
        # A transcript begins in the middle of life: whoever lives here has met the bot.
        tx.run(update(PERSON).values(noticed=True))
        tx.memo.clear()
        for newcomer in script.people:
            register(tx, script, newcomer, start)
    return zone, start


def _moment(script: Script, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(script.start)
    except ValueError:
        wait = waits.read(script.start)
        if wait is None:
            raise BadScript([f"{script.path}: start: write `start: 2026-03-02 10:00`"]) from None
        return wait.until(datetime(2026, 3, 2, tzinfo=zone))
    if found.hour == found.minute == 0 and not re.search(r"\d:\d", script.start):
        found = found.replace(hour=10)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _bring_in(script: Script, tx: Transaction, now: datetime) -> None:
    if script.imported is not None:
        path = script.path.parent / script.imported
    elif script.world in {None, "none", "empty", "无"}:
        return
    else:
        try:
            path = worlds.path_of(script.world or "")
        except KeyError:
            known = ", ".join(worlds.names())
            problem = f"{script.path}: world: there is no {script.world}; there are: {known}, none"
            raise BadScript([problem]) from None
    try:
        bundle = exchange.read(path)
        for section in script.without:
            bundle.rows.pop(section, None)
        exchange.bring_in(tx, bundle, now)
        if script.guides is not None:
            answers = guides.read(script.path.parent / script.guides)
            guides.bring_in(tx, answers, None)
    except exchange.BadImport as wrong:
        raise BadScript(wrong.problems) from wrong


def _setting(name: str) -> str:
    """Its name in a settings file, where a place's own is ``places."3号楼".nudge.urgent``."""
    if name.startswith("places."):
        _, place, rest = name.split(".", 2)
        return f'places."{place}".{rest}'
    return name if name.startswith("policy.") else f"policy.{name}"


def _policy(script: Script) -> Policy:
    """The settings of the ``set:`` lines, read as the bot's own settings file is."""
    text = [""] * len(script.lines)
    for number, words in script.settings:
        name, equals, value = words.partition("=")
        if not equals:
            raise BadScript(
                [f"{script.path}:{number}: set: write `set: policy.caps.per_15_min = 2`"]
            )
        name, value = name.strip(), value.strip()
        if not re.fullmatch(r"[-+]?[\d.]+|true|false|[\"'\[].*", value):
            value = f'"{value}"'
        text[number - 1] = f"{_setting(name)} = {value}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set.toml"
        path.write_text("\n".join(text), "utf-8")
        try:
            return load(path).everywhere
        except BadSettings as wrong:
            problems = [one.replace(str(path), str(script.path)) for one in wrong.problems]
            raise BadScript(problems) from wrong
