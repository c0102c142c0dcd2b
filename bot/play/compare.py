"""Compares what the bot said with what it was expected to say, conversation by conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.play import grammar
from bot.play.steps import Expected


class Spoken(Protocol):
    """A line that the bot sent."""

    @property
    def external(self) -> str: ...
    @property
    def conversation(self) -> str: ...
    @property
    def private(self) -> bool: ...
    @property
    def mentions(self) -> tuple[str, ...]: ...
    @property
    def text(self) -> str: ...
    @property
    def photos(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """An expected line with its conversation found."""

    line: Expected
    external: str
    conversation: str
    mentions: tuple[str, ...]

    def fits(self, spoken: Spoken) -> bool:
        """Whether this is the line, wherever it was said."""
        if self.line.photos is not None and self.line.photos != spoken.photos:
            return False
        if not set(self.mentions) <= set(spoken.mentions):
            return False
        return _pattern(self.line.text).fullmatch(_tidy(spoken.text)) is not None


@dataclass(slots=True)
class Misses:
    """What differs: readable lines; and which expectation each sent line met."""

    lines: list[str] = field(default_factory=list)
    met: dict[int, Wanted] = field(default_factory=dict)
    """Index of a sent line → the expectation it fits, in order."""


def compare(wanted: Sequence[Wanted], sent: Sequence[Spoken], *, loose: bool) -> Misses:
    """In order within each conversation, conversations in any order; ``loose`` allows more."""
    misses = Misses()
    talks = [*(one.external for one in wanted), *(one.external for one in sent)]
    for external in dict.fromkeys(talks):
        here = [one for one in wanted if one.external == external]
        spoken = [(at, one) for at, one in enumerate(sent) if one.external == external]
        pairs = _aligned(here, [one for _, one in spoken])
        misses.met |= {spoken[at][0]: here[index] for index, at in pairs.items()}
        misses.lines += [
            _told("-", one.conversation, one.line.to, one.mentions, one.line.text)
            for index, one in enumerate(here)
            if index not in pairs and not one.line.any_number
        ]
        misses.lines += [
            _told("+", line.conversation, line.private, line.mentions, line.text)
            for at, (_, line) in enumerate(spoken)
            if at not in pairs.values() and not loose and not _may_stand(here, pairs, at)
        ]
    return misses


def _may_stand(here: Sequence[Wanted], pairs: Mapping[int, int], at: int) -> bool:
    """Whether an unexpected line stands where ``bot: *`` allows any."""
    before = max((index for index, one in pairs.items() if one < at), default=-1)
    after = min((index for index, one in pairs.items() if one > at), default=len(here))
    return any(wanted.line.any_number for wanted in here[before + 1 : after])


def _aligned(wanted: Sequence[Wanted], spoken: Sequence[Spoken]) -> dict[int, int]:
    """Index of expectation → index of line: the longest pairing that keeps the order."""
    best = [[0] * (len(spoken) + 1) for _ in range(len(wanted) + 1)]
    fits = [[not w.line.any_number and w.fits(s) for s in spoken] for w in wanted]
    for i in range(len(wanted) - 1, -1, -1):
        for j in range(len(spoken) - 1, -1, -1):
            paired = 1 + best[i + 1][j + 1] if fits[i][j] else 0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs, i, j = {}, 0, 0
    while i < len(wanted) and j < len(spoken):
        if fits[i][j] and best[i][j] == 1 + best[i + 1][j + 1]:
            pairs[i] = j
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _pattern(text: str) -> re.Pattern[str]:
    """``...`` stands for anything; ``\\...`` for three dots."""
    parts = re.split(r"(?<!\\)\.\.\.", text)
    return re.compile(
        ".*".join(re.escape(_tidy(grammar.unescape(part), ends=False)) for part in parts), re.DOTALL
    )


def _tidy(text: str, *, ends: bool = True) -> str:
    """Spaces at the ends of lines do not count."""
    tidied = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
    return tidied.strip() if ends else tidied


def _told(mark: str, conversation: str, private: object, mentions: Sequence[str], text: str) -> str:
    names = "".join(f" @{name}" for name in mentions)
    return f"{mark} bot {'to' if private else 'in'} {conversation}{names}: {text}"
