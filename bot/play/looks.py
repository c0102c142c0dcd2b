"""Looks at what the bot remembers: ``? #3 state = claimed``, ``? stock 3号楼 布洛芬 = 1``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.play.cast import Cast
from bot.play.eyes import Eyes, Value
from bot.play.road import Road
from bot.play.steps import Look
from storage.db import Transaction

_NONE = {"", "none", "nobody", "nothing", "null", "无", "没有", "-"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing looked at, and what it should have been."""

    name: str
    value: Value
    op: str = ""
    wanted: str = ""

    @property
    def is_right(self) -> bool:
        return not self.op or _holds(self.value, self.op, self.wanted)


@dataclass(slots=True)
class Seen:
    """A look with what was found."""

    look: Look
    found: list[Checked] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return all(one.is_right for one in self.found)


def see(tx: Transaction, *, look: Look, cast: Cast, road: Road, now: datetime) -> Seen:
    """Look; ValueError where there is no such thing to look at."""
    eyes = Eyes(tx, cast, road, now)
    seen = Seen(look)
    of, _, _ = look.parts[0][0].rpartition(" ")
    for part, op, wanted in look.parts:
        # ``? person 小何 lang = en, room = 501``: the name holds for all that follows.
        name = f"{of} {part}" if of and " " not in part and len(seen.found) else part
        shown = eyes.at(look.subject, name)
        if op:
            label = f"{look.subject} {name}".strip()
            if isinstance(shown, dict):
                shown = shown.get("state")
            seen.found.append(Checked(label, shown, op, wanted))
        elif isinstance(shown, dict):
            seen.found += [
                Checked(key, value)
                for key, value in shown.items()
                if value not in (None, "", [], 0)
            ]
        else:
            seen.found.append(Checked(f"{look.subject} {name}".strip(), shown))
    return seen


def _holds(value: Value, op: str, wanted: str) -> bool:
    if op == "!~":
        return not _holds(value, "~", wanted)
    if isinstance(value, list):
        if re.fullmatch(r"\d+", wanted) and op != "~":
            return _compared(len(value), op, int(wanted))
        if op == "~":
            return any(wanted.casefold() in one.casefold() for one in value)
        names = sorted(
            one.strip().casefold() for one in re.split(r"[,，、;；]", wanted) if one.strip()
        )
        if wanted.strip().casefold() in _NONE:
            names = []
        return _compared(sorted(_first_word(one, names) for one in value), op, names)
    if op == "~":
        return wanted.casefold() in str(value if value is not None else "").casefold()
    return _alike(value, op, wanted)


def _alike(value: str | int | None, op: str, wanted: str) -> bool:
    """One value with one value: numbers as numbers, times by their clock, words in any case."""
    if isinstance(value, int) and re.fullmatch(r"-?\d+", wanted):
        return _compared(value, op, int(wanted))
    shown = "" if value is None else str(value).casefold()
    meant = "" if wanted.casefold() in _NONE else wanted.casefold()
    if re.fullmatch(r"\d{1,2}:\d{2}", meant):
        shown, meant = shown[-5:], meant.zfill(5)
    return _compared("" if shown in _NONE else shown, op, meant)


def _first_word(one: str, names: list[str]) -> str:
    """A step of a story or a timer by its kind alone, where nothing more was written."""
    whole = one.casefold()
    return (
        whole if whole in names else whole.split(" ")[0] if whole.split(" ")[0] in names else whole
    )


def _compared(value: Any, op: str, wanted: Any) -> bool:
    match op:
        case "=":
            return bool(value == wanted)
        case "!=":
            return bool(value != wanted)
        case ">=":
            return bool(value >= wanted)
        case _:
            return bool(value <= wanted)
