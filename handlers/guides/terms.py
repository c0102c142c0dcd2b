"""What a question is about, as words that can be looked up and compared.

Chinese is cut into overlapping pairs, so that words of two letters are found; English into words
without their endings. `guide_terms.toml` beside the texts says which words are one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_RUN = re.compile("[\u3400-\u9fff]+|[a-z]+|\\d+")
_ENDINGS = ("ing", "ies", "es", "ed", "s")


@cache
def _data() -> dict[str, Any]:
    path = resources.files("handlers") / "words" / "guide_terms.toml"
    return tomllib.loads(path.read_text("utf-8"))


@cache
def _renaming() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of all words that are read as another, and what each is read as."""
    first = {word: group[0] for group in _data()["same"] for word in group[1:]}
    return _any_of(first), first


@cache
def _empty() -> re.Pattern[str]:
    return _any_of({*_data()["empty_zh"], *_data()["empty_en"]})


@cache
def _guards() -> dict[str, re.Pattern[str]]:
    return {name: _any_of(words) for name, words in _data()["guarded"].items()}


@cache
def _kinds() -> dict[str, re.Pattern[str]]:
    return {name: _any_of(words) for name, words in _data()["asked"].items()}


def _any_of(words: Any) -> re.Pattern[str]:
    """Any of these, the longest that fits; an English one only as a whole word."""
    longest = sorted(words, key=len, reverse=True)
    parts = (rf"\b{re.escape(one)}\b" if one.isascii() else re.escape(one) for one in longest)
    return re.compile("|".join(parts), re.ASCII)


def plain(text: str) -> str:
    """One width, small letters, and one word where several mean the same."""
    pattern, first = _renaming()
    low = unicodedata.normalize("NFKC", text).lower()
    return pattern.sub(
        lambda found: f" {first[found[0]]} " if found[0].isascii() else first[found[0]], low
    )


@lru_cache(maxsize=4096)
def terms(text: str) -> tuple[str, ...]:
    """The words that tell what a text is about, each as often as it stands there."""
    found: list[str] = []
    for run in _RUN.findall(_empty().sub(" ", plain(text))):
        if run[0] >= "\u3400":
            found += [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]
        else:
            found.append(_stem(run))
    return (*found, *(f"asks{kind}" for kind in sorted(kinds(text))))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word


@cache
def _health() -> re.Pattern[str]:
    return _any_of(_data()["health"])


def is_of_health(text: str) -> bool:
    """Whether a text is plainly about health: an illness, a medicine, a vaccine, a doctor."""
    return _health().search(plain(text)) is not None


@lru_cache(maxsize=4096)
def kinds(text: str) -> frozenset[str]:
    """What is asked of a thing: when, where, how long; empty where the words do not say."""
    words = plain(text)
    return frozenset(name for name, pattern in _kinds().items() if pattern.search(words))


def guards(text: str) -> set[str]:
    """The kinds of people and conditions that a text names, for whom another answer may hold."""
    words = plain(text)
    return {name for name, pattern in _guards().items() if pattern.search(words)}
