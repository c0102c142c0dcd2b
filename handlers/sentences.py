"""Sentences as data: ``[hear.<name>]`` in the words, matched whole against a message.

A sentence is written as people say it: ``[请]把#{number}交给{name}``. ``[x]`` may be missing,
``(a|b)`` is one or the other; the speaker fills ``{number} {name} {count} {when} {old} {text}``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from operator import add

_SLOTS = {
    "number": r"[#＃]?\s*(?P<number>\d{1,7})\s*(?:号单|号任务|号|单)?",
    "name": r"(?P<name>[^\s,，。;；:：#]{1,16}?|[A-Za-z][A-Za-z .'-]{0,30}?)",
    "count": r"(?P<count>\d{1,4}|[一二两俩三四五六七八九十半]{1,3})",
    "when": r"(?P<when>.{1,30}?)",
    "old": r"(?P<old>.{1,40}?)",
    "text": r"(?P<text>.{1,2000})",
}
_TOKEN = re.compile(r"\{(\w+)\}|([\[\](|)])|([^\[\](|){}]+)")
_CJK = "\u3400-\u9fff"
_CJK_SPACE = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
_MENTION = re.compile(r"^(?:@\S+\s*)+")
_MARK = re.compile(r"[：:，,]")
_EDGES = " \t\r\n。.!！?？~～,，、;；…"
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xFE0F))
LONGEST = 400
"""Longer messages are no commands, but for those that carry a text."""


def tidy(text: str) -> str:
    """The message as sentences are matched: one script width, no mention, no edge punctuation."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST + 1]).translate(_INVISIBLE)
    plain = _MENTION.sub("", plain.strip()).strip(_EDGES)
    return _CJK_SPACE.sub("", " ".join(plain.split())).lower()


def after_the_word(text: str) -> str:
    """What follows the first colon or comma, as it was written: the ``{text}`` of a note."""
    return _MARK.split(text, maxsplit=1)[-1].strip()


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence that fitted: ``name`` is ``<feature>.<name>``, ``slots`` what was filled in.

    ``cut``: only the beginning of a long message was looked at, and the last slot ends there.
    """

    name: str
    slots: Mapping[str, str]
    cut: bool = False


class Sentences:
    """All sentences of all features, tried in the order of the words."""

    def __init__(self, listed: Mapping[str, Iterable[str]]) -> None:
        """``listed``: sentence name → its forms, both languages."""
        self.forms = [
            (name, _pattern(_expression(form))) for name, forms in listed.items() for form in forms
        ]
        """Name and regular expression of each, in the order in which they are tried."""
        needed = [_needs(form) for forms in listed.values() for form in forms]
        often = Counter(piece for one in needed for pieces in one for piece in set(pieces))
        self._always = [at for at, one in enumerate(needed) if not one]
        """Forms that may fit a message in which none of their letters stands."""
        self._by_piece: dict[str, list[int]] = {}
        for at, one in enumerate(needed):
            for pieces in one:
                rarest = min(pieces, key=lambda piece: (often[piece], piece))
                self._by_piece.setdefault(rarest, []).append(at)

    def match(self, text: str) -> Heard | None:
        """The first sentence that is the whole message, if any."""
        return next((heard for heard in self.matches(text) if not heard.cut), None)

    def matches(self, text: str) -> Iterator[Heard]:
        """Every sentence that is the whole message, or a long one's beginning, in order."""
        plain, cut = tidy(text)[:LONGEST], len(text.strip()) > LONGEST
        if not plain:
            return
        for at in self._near(plain):
            name, pattern = self.forms[at]
            found = pattern.fullmatch(plain)
            if found:
                slots = {key: value.strip() for key, value in found.groupdict().items() if value}
                yield Heard(name, slots, cut)

    def _near(self, plain: str) -> list[int]:
        """Which forms could fit, in order: a look at each letter spares most of the searching."""
        found = set(self._always)
        for piece in self._by_piece.keys() & {*plain, *_pairs(plain)}:
            found.update(self._by_piece[piece])
        return sorted(found)


@cache
def _pattern(expression: str) -> re.Pattern[str]:
    """Compiled once, however many bots live in this process: they are more than `re` keeps."""
    return re.compile(expression, re.IGNORECASE | re.DOTALL)


@cache
def _expression(form: str) -> str:
    """The regular expression of one sentence."""
    out: list[str] = []
    for slot, mark, words in _TOKEN.findall(tidy_form(form)):
        if slot:
            out.append(_SLOTS[slot])
        elif mark:
            out.append({"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}[mark])
        else:
            out.append(re.escape(words).replace(r"\ ", r"\s*"))
    return "".join(out)


@cache
def _needs(form: str) -> list[list[str]]:
    """What has to stand in whatever fits: all pieces of at least one of the lists; none: nothing.

    A piece is a letter or two that stand together.
    """
    return _needs_of(iter(_TOKEN.findall(tidy_form(form))))


def _needs_of(tokens: Iterator[tuple[str, str, str]]) -> list[list[str]]:
    """The same of what goes on to the end, or to the bracket that closes it."""
    ways: list[list[list[str]]] = [[]]
    own: list[str] = []
    for _, mark, words in tokens:
        if mark in {"[", "("}:
            inner = _needs_of(tokens)
            if mark == "(" and not ways[-1]:
                ways[-1] = inner
        elif mark == "|":
            ways, own = [*ways, []], []
        elif mark:
            break
        else:
            own += (piece for word in words.split() for piece in _pairs(word) or word)
            ways[-1] = [own] if own else ways[-1]
    return [one for way in ways for one in way] if all(ways) else []


def _pairs(text: str) -> list[str]:
    return list(map(add, text, text[1:]))


def tidy_form(form: str) -> str:
    """The form in the same width and case as `tidy` makes messages."""
    plain = unicodedata.normalize("NFKC", form).lower()
    return _CJK_SPACE.sub("", plain)
