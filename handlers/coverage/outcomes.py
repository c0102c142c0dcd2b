"""What visitors and auditors say, line by line: `1 正常 2 没人 3 不舒服,送医院`, `沈奶奶没人应`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from handlers.checkins import replies
from handlers.sentences import tidy

_WORDS: dict[str, list[str]] = tomllib.loads(
    (resources.files("handlers") / "words" / "coverage_replies.toml").read_text("utf-8")
)


def _any_of(words: list[str]) -> re.Pattern[str]:
    found = [rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words]
    return re.compile("|".join(found))


_HAS = {name: _any_of(words) for name, words in _WORDS.items()}
_NUMBERS = re.compile(
    r"(?<![\d./:-])(\d{1,3}(?:\s*(?:[-~到至]|[、,和&]|and|to)\s*\d{1,3})*)\s*[.:号)]?(?=\s*[^\d\s/.:])"
    r"(?!\s*(?:号?楼|栋|幢|座|单元|层|室|点|岁|个|月|日|天|分|时|位|户|人|盒|片|瓶|度|年))"
)
_RANGE = re.compile(r"(\d+)\s*(?:[-~到至]|to)\s*(\d+)")
_ALL = re.compile(r"^(?:都|全部?|全都|所有(?:人|户)?都?|all|everyone|everybody)[\s,]*")
_QUESTION = re.compile(r"[吗?]|谁|怎么|\bwho\b|\bhow\b")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one household: its key, what it comes to, and the words."""

    key: int
    outcome: str
    note: str


def outcome_of(text: str) -> str | None:
    """``done``, ``nobody``, ``refused``, ``away``, ``trouble``, ``in_hand``; None says nothing."""
    plain = tidy(text)
    if _HAS["in_hand"].search(plain):
        return "in_hand"
    if replies.is_unwell(plain) or _HAS["trouble"].search(plain):
        return "trouble"
    for name in ("nobody", "refused", "away"):
        if _HAS[name].search(plain):
            return name
    alone = plain.strip(" ,;。:、") in _WORDS["well_alone"]
    return "done" if alone or _HAS["well"].search(plain) else None


def is_plain(text: str) -> bool:
    """Whether the words are about a visit whoever says them, and wherever."""
    return _HAS["plainly"].search(tidy(text)) is not None


def finding_of(text: str) -> str | None:
    """``agrees`` or ``differs``; None where the words are no auditor's."""
    plain = tidy(text)
    if _HAS["differs"].search(plain):
        return "differs"
    return "agrees" if _HAS["agrees"].search(plain) else None


def said_of(
    text: str,
    numbers: Mapping[int, int],
    names: Mapping[str, int],
    read: Callable[[str], str | None] = outcome_of,
) -> list[Said]:
    """What a message says of each household; empty where it is about something else.

    ``numbers``: the speaker's own number → key. ``names``: a name in small letters → key.
    """
    plain = tidy(text)
    if _QUESTION.search(text) or not plain:
        return []
    every = _ALL.match(plain)
    if every is not None and is_plain(plain) and read(plain[every.end() :]) == "done":
        return [Said(key, "done", plain) for key in numbers.values()]
    pieces = _by_name(plain, names) or _by_number(plain, numbers)
    if not pieces:
        alone = len(numbers) == 1 and read is outcome_of and is_plain(plain)
        pieces = [([next(iter(numbers.values()))], plain)] if alone else []
    found = []
    for keys, words in pieces:
        outcome = read(words)
        if outcome is not None:
            found += [Said(key, outcome, words.strip(" ,;。:，；：")[:200]) for key in keys]
    return found


def _by_name(plain: str, names: Mapping[str, int]) -> list[tuple[list[int], str]]:
    """Cut where the names stand; what is said before the first belongs to it."""
    hits: list[tuple[int, int, int]] = []
    for name, key in sorted(names.items(), key=lambda one: -len(one[0])):
        at = plain.find(name)
        if name and at >= 0 and all(not (a <= at < b) for a, b, _ in hits):
            hits.append((at, at + len(name), key))
    if not hits:
        return []
    hits.sort()
    ends = [begin for begin, _, _ in hits[1:]] + [len(plain)]
    cut = [([key], plain[end:until]) for (_, end, key), until in zip(hits, ends, strict=True)]
    if hits[0][0] > 0:
        cut[0] = (cut[0][0], plain[: hits[0][0]] + " " + cut[0][1])
    return _joined(cut)


def _joined(cut: Sequence[tuple[list[int], str]]) -> list[tuple[list[int], str]]:
    """`沈奶奶、王爷爷都正常`: names with nothing between share what follows."""
    pieces: list[tuple[list[int], str]] = []
    waiting: list[int] = []
    for keys, words in cut:
        waiting += keys
        if words.strip(" ,、;和及&") and words.strip() != "and":
            pieces.append((waiting, words))
            waiting = []
    return pieces


def _by_number(plain: str, numbers: Mapping[int, int]) -> list[tuple[list[int], str]]:
    """Cut where numbers of the list stand, each followed by words of its own."""
    hits = []
    for found in _NUMBERS.finditer(plain):
        told = _spread(found[1])
        if told and all(one in numbers for one in told):
            hits.append((found.start(), found.end(), [numbers[one] for one in told]))
    if not hits or hits[0][0] > 0:
        return []
    ends = [begin for begin, _, _ in hits[1:]] + [len(plain)]
    return [(keys, plain[end:until]) for (_, end, keys), until in zip(hits, ends, strict=True)]


def _spread(numbers: str) -> list[int]:
    """``1-3``, ``1、2 和 3`` → 1, 2, 3."""
    told: list[int] = []
    rest = numbers
    for span in _RANGE.finditer(numbers):
        first, last = int(span[1]), int(span[2])
        told += range(first, last + 1) if last - first < 100 else ()
        rest = rest.replace(span[0], " ")
    return [*told, *(int(one) for one in re.findall(r"\d+", rest))]
