"""Sentences as data: ``[hear.<name>]`` in the words, matched whole against a message.

A sentence is written as people say it: ``[请]把#{number}交给{name}``. ``[x]`` may be missing,
``(a|b)`` is one or the other; the speaker fills ``{number} {name} {count} {when} {old} {text}``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

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
_EDGES = " \t\r\n。.!！?？~～,，、;；…"
_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xFE0F))
LONGEST = 400
"""Longer messages are no commands, but for those that carry a text."""


def tidy(text: str) -> str:
    """The message as sentences are matched: one script width, no mention, no edge punctuation."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST + 1]).translate(_INVISIBLE)
    plain = _MENTION.sub("", plain.strip()).strip(_EDGES)
    return _CJK_SPACE.sub("", " ".join(plain.split())).lower()


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
        self._patterns = [
            (name, _pattern(_expression(form))) for name, forms in listed.items() for form in forms
        ]
        # One look tells whether any fits; most messages fit none.
        bare = (re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for _, pattern in self._patterns)
        self._any = _pattern("|".join(f"(?:{one})" for one in bare) or r"(?!)")

    def match(self, text: str) -> Heard | None:
        """The first sentence that is the whole message, if any."""
        return next((heard for heard in self.matches(text) if not heard.cut), None)

    def matches(self, text: str) -> Iterator[Heard]:
        """Every sentence that is the whole message, or a long one's beginning, in order."""
        plain, cut = tidy(text)[:LONGEST], len(text.strip()) > LONGEST
        if not plain or not self._any.fullmatch(plain):
            return
        for name, pattern in self._patterns:
            found = pattern.fullmatch(plain)
            if found:
                slots = {key: value.strip() for key, value in found.groupdict().items() if value}
                yield Heard(name, slots, cut)


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


def tidy_form(form: str) -> str:
    """The form in the same width and case as `tidy` makes messages."""
    plain = unicodedata.normalize("NFKC", form).lower()
    return _CJK_SPACE.sub("", plain)
