"""Speaks Chinese and English: texts and sentences from ``handlers/words/*.toml``.

Each file is a feature. ``[say.<key>]`` holds ``zh`` and ``en`` templates: ``{name}`` is a value,
``{n:box|boxes}`` counts. ``[hear.<name>]`` holds lists of sentences (`handlers.sentences`).
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from bot.amounts import Translate, amount
from handlers.kit import Both, Lines, Things, Word


@cache
def load() -> dict[str, dict[str, Any]]:
    """Every word file of the package: feature → its table. Data files beside them are left out."""
    folder = resources.files("handlers") / "words"
    found = {}
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.name.endswith(".toml"):
            words = tomllib.loads(path.read_text("utf-8"))
            if "say" in words or "hear" in words:
                found[path.name.removesuffix(".toml")] = words
    return found


def sentences(words: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Sentence name (``<feature>.<name>``) → its forms in both languages."""
    return {
        f"{feature}.{name}": [*forms.get("zh", ()), *forms.get("en", ())]
        for feature, table in words.items()
        for name, forms in table.get("hear", {}).items()
    }


Piece = tuple[str, str | None, str]


class Words:
    """Renders text keys in the listener's language."""

    def __init__(
        self, words: Mapping[str, Mapping[str, Any]], translate: Translate = lambda name, _: name
    ) -> None:
        """``translate(name, lang)`` names an item of the lexicon in a language."""
        self._texts: dict[tuple[str, str], tuple[Piece, ...]] = {}
        for feature, table in words.items():
            for key, texts in table.get("say", {}).items():
                for lang in ("zh", "en"):
                    self._texts[f"{feature}.{key}", lang] = _pieces(texts[lang])
        self._translate = translate

    def knows(self, key: str) -> bool:
        return (key, "zh") in self._texts

    def say(
        self, key: str, lang: str, values: Mapping[str, Any], *, zone: ZoneInfo, now: datetime
    ) -> str:
        """The text of a key; KeyError names a key or value that is missing."""
        voice, said = _Voice(self, lang, zone, now), []
        for words, name, counted in self._texts[key, lang]:
            said.append(words)
            if name is not None:
                said.append(voice.value(values[name], counted))
        return "".join(said)

    def spoken(self, value: Any, lang: str, *, zone: ZoneInfo, now: datetime) -> str:
        """One value by itself, as a text would say it."""
        return _Voice(self, lang, zone, now).spoken(value)

    def plain(self, value: Any, lang: str) -> str:
        """A value in which there is no time, as a printed page says it."""
        return self.spoken(value, lang, zone=ZoneInfo("UTC"), now=datetime.min.replace(tzinfo=UTC))

    def items(self, things: Things, lang: str) -> str:
        """``布洛芬2盒、口罩`` / ``2 boxes of ibuprofen, masks``."""
        named = [amount(one, lang, self._translate) for one in things.items]
        return ("、" if lang == "zh" else ", ").join(named)


def _pieces(template: str) -> tuple[Piece, ...]:
    """``at {place}, {n:box|boxes}``: words, then the value behind them and how it counts."""
    return tuple(
        (words, name, counted or "")
        for words, name, counted, _ in string.Formatter().parse(template)
    )


class _Voice:
    """One rendering: language, zone and the present moment."""

    def __init__(self, words: Words, lang: str, zone: ZoneInfo, now: datetime) -> None:
        self._words, self._lang, self._zone, self._now = words, lang, zone, now

    def value(self, value: Any, counted: str) -> str:
        """A value in a text; ``counted`` is ``box|boxes`` where it is a number of things."""
        spoken = self.spoken(value)
        if "|" not in counted:
            return spoken
        one, many = counted.split("|", 1)
        return f"{spoken} {one if value == 1 else many}"

    def spoken(self, value: Any) -> str:  # noqa: PLR0911  one line for each kind of value
        zh = self._lang == "zh"
        match value:
            case None:
                return ""
            case str():
                return value
            case Word():
                return self._words.say(
                    value.key, self._lang, value.values, zone=self._zone, now=self._now
                )
            case Both():
                return value.zh if zh or not value.en else value.en
            case Things():
                return self._words.items(value, self._lang)
            case Lines():
                return "\n".join(self.spoken(one) for one in value.lines)
            case datetime():
                return spoken_time(value, self._lang, self._zone, self._now)
            case timedelta():
                return spoken_span(value, self._lang)
            case float():
                return f"{value:g}"
            case tuple() | list():
                return ("、" if zh else ", ").join(self.spoken(one) for one in value)
            case _:
                return str(value)


def spoken_time(at: datetime, lang: str, zone: ZoneInfo, now: datetime) -> str:
    """``今天15:30``, ``明天08:30``, ``3月5日15:30`` / ``today 15:30``, ``5 March 15:30``."""
    local, days = at.astimezone(zone), 0
    days = (local.date() - now.astimezone(zone).date()).days
    clock = f"{local:%H:%M}"
    if lang == "zh":
        day = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}.get(days)
        return (day or f"{local.month}月{local.day}日") + clock
    day = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    return f"{day or f'{local.day} {local:%B}'} {clock}"


def spoken_span(span: timedelta, lang: str) -> str:
    """``5分钟``, ``2小时``, ``3天`` / ``5 minutes``, ``2 hours``, ``3 days``."""
    minutes = round(span.total_seconds() / 60)
    for size, zh, en in ((1440, "天", "day"), (60, "小时", "hour"), (1, "分钟", "minute")):
        # Small spans to the minute, long ones rounded: nobody reads "340 minutes".
        if minutes >= 2 * size or minutes == size:
            count = round(minutes / size)
            return f"{count}{zh}" if lang == "zh" else f"{count} {en}{'s' if count > 1 else ''}"
    return "不到1分钟" if lang == "zh" else "less than a minute"
