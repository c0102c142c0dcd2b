"""Cues and rules: words give a message tags, rules over tags and patterns give it an act.

Both are data in ``rules/*.toml``. A tag is a bit, so a rule that cannot fit costs one comparison
and its pattern is not tried; that keeps two hundred rules under some twenty microseconds.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

FOLDER: Final = Path(__file__).parent / "rules"
_KEPT = 8_192  # sets of tags whose rules are remembered
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789'")


class Tags:
    """Names of tags and their bits, given out in order of appearance."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}

    def bit(self, name: str) -> int:
        """The bit of a tag; a new one for a new name."""
        return self._bits.setdefault(name, 1 << len(self._bits))

    def by_bit(self) -> list[tuple[int, str]]:
        """Every tag's bit and name."""
        return [(bit, name) for name, bit in self._bits.items()]

    def names(self, mask: int) -> list[str]:
        """The tags in a mask, for explaining a reading."""
        return [name for name, bit in self._bits.items() if mask & bit]


class Cues:
    """All cue words; one pass over a message gives its tags."""

    def __init__(self, tags: Tags, folder: Path = FOLDER) -> None:
        bits: dict[str, int] = {}
        for name, split in (("cues_zh.toml", " "), ("cues_en.toml", ",")):
            for tag, words in tomllib.loads((folder / name).read_text(encoding="utf-8")).items():
                for word in words.split(split):
                    if cue := word.strip().lower():
                        bits[cue] = bits.get(cue, 0) | tags.bit(tag)
        self._bits = list(bits.values())
        # Which ends of a word must not run on into further letters.
        self._left = [cue[0] in _LETTERS for cue in bits]
        self._right = [cue[-1] in _LETTERS for cue in bits]
        self._finder = AhoCorasick(
            [cue.rstrip("*") for cue in bits],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        )

    def tags(self, low: str) -> int:
        """Tags of a message in lower case, as a mask."""
        mask = 0
        bits, left, right, size = self._bits, self._left, self._right, len(low)
        for which, start, end in self._finder.find_matches_as_indexes(low, overlapping=True):
            if mask | bits[which] == mask:
                continue
            if left[which] and start and low[start - 1] in _LETTERS:
                continue
            if right[which] and end < size and low[end] in _LETTERS:
                continue
            mask |= bits[which]
        return mask


class Late:
    """A pattern compiled when it is first asked for: most buildings speak but one language."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.finds: Callable[[str], re.Match[str] | None] = self._first

    def _first(self, low: str) -> re.Match[str] | None:
        self.finds = re.compile(self.source).search
        return self.finds(low)


class Rule(NamedTuple):
    """Fits if a message has all of ``need``, one of each of ``some``, none of ``never``."""

    gives: str
    sure: float
    need: int
    some: tuple[int, ...]
    never: int
    like: Late | None
    bit: int = 0

    def allows(self, mask: int) -> bool:
        """Whether the tags of a message let this rule fit."""
        if mask & self.need != self.need or mask & self.never:
            return False
        return not self.some or all(mask & group for group in self.some)

    def says(self, low: str) -> bool:
        """Whether the words of a message do."""
        return self.like is None or self.like.finds(low) is not None


def rule(tags: Tags, gives: str, sure: float, condition: str, like: str = "") -> Rule:
    """A rule from its written form: tags by space, ``a|b`` either, ``!a`` not, and a pattern."""
    need = never = 0
    some = []
    for word in condition.split():
        if word.startswith("!"):
            for name in word[1:].split("|"):
                never |= tags.bit(name)
        elif "|" in word:
            group = 0
            for name in word.split("|"):
                group |= tags.bit(name)
            some.append(group)
        else:
            need |= tags.bit(word)
    return Rule(gives, sure, need, tuple(some), never, Late(like) if like else None)


class Rules:
    """The rules of ``rules/acts.toml``: first those that add tags, then the first act that fits."""

    def __init__(self, tags: Tags, folder: Path = FOLDER) -> None:
        data = tomllib.loads((folder / "acts.toml").read_text(encoding="utf-8"))
        self.beside = {name: re.compile(like) for name, like in data["beside"].items()}
        derive = [
            rule(tags, row[0], 1.0, row[1], row[2] if len(row) > 2 else "")._replace(
                bit=tags.bit(row[0])
            )
            for row in data["derive"]
        ]
        most = data["ceiling"]
        acts = [
            rule(
                tags,
                row[0],
                min(row[1], most.get(row[0], 1.0)),
                row[2],
                row[3] if len(row) > 3 else "",
            )
            for row in data["acts"]
        ]
        self.no_rule: float = most["chat"]
        # A rule for one language is not even looked at for the other.
        self._en, zh = tags.bit("en"), tags.bit("zh")
        others = (self._en, zh)
        self._derive = [_Order([each for each in derive if not each.need & one]) for one in others]
        self._acts = [_Order([each for each in acts if not each.need & one]) for one in others]

    def widen(self, mask: int, low: str) -> int:
        """The mask with the tags that follow from it."""
        order = self._derive[bool(mask & self._en)]
        passed = -1
        while True:
            for at, each in order.allowed(mask):
                if at > passed and not mask & each.bit and each.says(low):
                    mask |= each.bit  # and perhaps some of those that come after fit now
                    passed = at
                    break
            else:
                return mask

    def first(self, mask: int, low: str) -> Rule | None:
        """The first act rule that fits."""
        order = self._acts[bool(mask & self._en)]
        return next((each for _, each in order.allowed(mask) if each.says(low)), None)


class _Order:
    """Rules in their order, and for each tag which of them it opens, as a mask of their places.

    A rule is filed under the tag it needs that fewest rules need, or under each of the smallest
    choice of tags; so of two hundred rules some thirty are asked whether the tags allow them. Chat
    is much alike: three messages in four bring tags that some other message has brought.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._always = 0
        self._opens: dict[int, int] = {}
        self._allowed: dict[int, list[tuple[int, Rule]]] = {}
        wanted = Counter(bit for each in rules for bit in _bits(each.need))
        for at, each in enumerate(rules):
            under = [min(_bits(each.need), key=wanted.__getitem__)] if each.need else ()
            if not each.need and each.some:
                under = _bits(min(each.some, key=int.bit_count))
            for bit in under:
                self._opens[bit] = self._opens.get(bit, 0) | 1 << at
            if not under:
                self._always |= 1 << at
        self._keys = sum(self._opens)

    def allowed(self, mask: int) -> list[tuple[int, Rule]]:
        """The rules that these tags allow, in order, each with its place."""
        found = self._allowed.get(mask)
        if found is None:
            if len(self._allowed) >= _KEPT:
                self._allowed.clear()
            found = self._allowed[mask] = []
            may = self._opened(mask)
            while may:
                bit = may & -may
                may ^= bit
                at = bit.bit_length() - 1
                if self._rules[at].allows(mask):
                    found.append((at, self._rules[at]))
        return found

    def _opened(self, mask: int) -> int:
        may, opens = self._always, self._opens
        mask &= self._keys
        while mask:
            bit = mask & -mask
            mask ^= bit
            may |= opens[bit]
        return may


def _bits(mask: int) -> list[int]:
    return [1 << at for at in range(mask.bit_length()) if mask >> at & 1]
