"""Danger to life in a message: high recall, and nothing switches it off.

Cues name the kind; longer harmless phrases shadow them (笑死, my phone died); then the clause
around a cue may take it back (negation, the past, a question of knowledge), and the message as
a whole may (a drill, a film, news), unless it speaks of here and now.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import NamedTuple, cast

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.understanding.rules import FOLDER
from handlers.reading import Danger

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789'")
_HARMLESS = "harmless"
_CLAUSE = frozenset(",。!?;\n")
_AROUND = 24  # characters of a clause that can take a cue back


class _Weak(NamedTuple):
    """A cue that needs more: ``like`` must be found in the message."""

    cues: frozenset[str]
    like: re.Pattern[str]


def _weak(cues: str, like: str, split: str = " ") -> _Weak:
    return _Weak(frozenset(word.strip() for word in cues.split(split)), re.compile(like))


class Dangers:
    """The emergency layer, loaded once; read-only."""

    def __init__(self, folder: Path = FOLDER) -> None:
        data = tomllib.loads((folder / "dangers.toml").read_text(encoding="utf-8"))
        words: dict[str, str] = {}
        for lang, split in (("zh", " "), ("en", ",")):
            for kind, cues in data[lang].items():
                for cue in cues.split(split):
                    if word := cue.strip():
                        words[word] = kind
        self._words = list(words)
        self._kinds = list(words.values())
        self._finder = AhoCorasick(
            [word.rstrip("*") for word in words], matchkind=MatchKind.LeftmostLongest
        )
        self._hedges = {name: re.compile(like) for name, like in data["hedges"].items()}
        self._weak = [_weak(*row) for row in data["weak"]]

    def find(self, low: str) -> Danger | None:
        """The danger here and now in ``low`` (normalised, lower case), or None."""
        matches = self._finder.find_matches_as_indexes(low)
        if not matches:
            return None
        best: str | None = None
        for which, start, end in matches:
            kind = self._kinds[which]
            if kind == _HARMLESS or not _alone(low, start, end, self._words[which]):
                continue
            if self._holds(low, self._words[which], start, end) and (
                best is None or _ORDER.index(kind) < _ORDER.index(best)
            ):
                best = kind
        if best is None or self._taken_back(low, best):
            return None
        return cast(Danger, best)

    def _holds(self, low: str, word: str, start: int, end: int) -> bool:
        for weak in self._weak:
            if word in weak.cues and not weak.like.search(low):
                return False
        before = low[max(0, start - _AROUND) : start]
        after = low[end : end + _AROUND]
        for i in range(len(before) - 1, -1, -1):
            if before[i] in _CLAUSE:
                before = before[i + 1 :]
                break
        tongue = "en" if low[start].isascii() else "zh"
        if self._hedges[f"{tongue}_before"].search(before):
            return False
        return not self._hedges[f"{tongue}_after"].search(after)

    def _taken_back(self, low: str, kind: str) -> bool:
        """Whether the message as a whole is a drill, film, joke, notice or news."""
        hedges = self._hedges
        if hedges["joke"].search(low) and not hedges["earnest"].search(low):
            return True
        if hedges["past_zh"].search(low) and not hedges["strict_now"].search(low):
            return True
        if kind != "self_harm":
            for tongue in ("zh", "en"):
                said = hedges[f"{tongue}_whole"].search(low)
                if said and not hedges[f"now_{tongue}"].search(low):
                    return True
        return (
            kind == "medical"
            and hedges["question"].search(low) is not None
            and hedges["sudden"].search(low) is None
        )


# If a message names several, the one whose number must be rung first.
_ORDER = (
    "fire",
    "gas",
    "violence",
    "self_harm",
    "trapped",
    "electric",
    "medical",
    "missing",
)


def _alone(low: str, start: int, end: int, word: str) -> bool:
    """Whether an English cue is not part of a longer word; Chinese ones always stand alone."""
    if low[start] in _LETTERS and start and low[start - 1] in _LETTERS:
        return False
    return not (
        low[end - 1] in _LETTERS
        and end < len(low)
        and low[end] in _LETTERS
        and not word.endswith("*")
    )
