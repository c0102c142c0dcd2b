"""The lexicon: medicines, goods, services, faults and symptoms found in a message at once.

The words are data, in ``lexicon/*.toml``; each entry has a canonical Chinese name, an English
one, a kind, a category, and aliases with the typos people and voice input make.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, cast

from ahocorasick_rs import AhoCorasick, MatchKind

from handlers.pharmacy import rules
from handlers.pharmacy.table import WRITTEN
from handlers.reading import Category

Kind = Literal["thing", "service", "fault", "symptom"]
_FOLDER = Path(__file__).parent / "lexicon"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
# A single character names a thing only after one of these (两瓶水, 借点盐), never inside a word.
_BEFORE_SINGLE = frozenset("瓶袋斤桶箱包盒把点些的嘅缺借买要送有没床条块个卷口颗根床只艘顶")
_AFTER_SINGLE = frozenset(" ,。!?:;、.吗吧呢了啊呀和跟或给喝吃用的么嘛")
_VERBS = frozenset("修换装补通洗搬抬接看喂遛取拿收买带送照教打填写翻剪擦浇量测陪")
# Shorter names of medicines (安定, 乐松) are everyday words too often: heard between these only.
_BRAND = 3
_BEFORE_BRAND = frozenset("有要盒瓶片粒支板袋包点些借缺求买送吃服的叫 ,、和跟")
_AFTER_BRAND = frozenset(" ,。!?:;、.吗吧呢啊和跟或还有没胶片颗药0123456789一两二三四五六几半")
_LIGHT = ("一下", "下", "个", "一哈")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing, service, fault or symptom; ``cure`` names the service that mends a fault."""

    name: str
    en: str
    kind: Kind
    category: Category
    cure: str | None = None


class Hit(NamedTuple):
    """An entry found in a message, and where."""

    start: int
    end: int
    entry: Entry


class Lexicon:
    """All entries, matched leftmost-longest in one pass; read-only, so safe between threads."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self.entries: dict[str, Entry] = {}
        named: list[tuple[Entry, list[str]]] = []
        for file in sorted(folder.glob("*.toml")):
            for kind, by_category in tomllib.loads(file.read_text(encoding="utf-8")).items():
                for category, lines in by_category.items():
                    for name, line in lines.items():
                        entry, aliases = _entry(name, line, kind, category, file.name)
                        self.entries.setdefault(name, entry)
                        named.append((entry, aliases))
        # What one thing is called outright is no by-name of another.
        words = {word.lower(): entry for entry, _ in named[::-1] for word in (entry.name, entry.en)}
        for entry, aliases in named:
            for alias in aliases:
                words.setdefault(alias, entry)
        brands = {word: entry for word, entry in _of_the_box(self.entries) if word not in words}
        words.update(brands)
        self._words = words
        self._of = list(words.values())
        self._short = frozenset(
            at for at, word in enumerate(words) if word in brands and len(word) < _BRAND
        )
        self._finder = AhoCorasick(list(words), matchkind=MatchKind.LeftmostLongest)

    def find(self, low: str) -> list[Hit]:
        """Entries named in ``low`` (normalised, lower case), in order, none overlapping."""
        found = []
        for which, start, end in self._finder.find_matches_as_indexes(low):
            if low[start] in _LETTERS or low[end - 1] in _LETTERS:
                closed = _closed(low, start, end)
                if closed:
                    found.append(Hit(start, closed, self._of[which]))
                continue
            if which in self._short and not _is_asked_for(low, start, end):
                continue
            if end - start > 1 or _single(low, start):
                found.append(Hit(start, end, self._of[which]))
        return found

    def words(self) -> Iterable[tuple[str, Entry]]:
        """Every name and by-name in lower case, with its entry."""
        return self._words.items()

    def entry(self, word: str) -> Entry | None:
        """The entry of a canonical name or any alias, or None."""
        word = word.strip()
        return self.entries.get(word) or self._words.get(word.lower())


def _entry(name: str, line: str, kind: str, category: str, file: str) -> tuple[Entry, list[str]]:
    parts = [part.strip() for part in line.split(";")]
    if len(parts) > 4 or not parts[0]:
        raise ValueError(f"{file}: {name}: write 'English; English aliases; Chinese aliases'")
    parts += [""] * (4 - len(parts))
    english = [word.strip() for word in (parts[0] + "," + parts[1]).split(",")]
    aliases = [name, *parts[2].split()]
    if kind == "service":
        aliases += [word[0] + light + word[1:] for word in aliases for light in _lightened(word)]
    aliases += english
    entry = Entry(
        name,
        parts[0],
        cast(Kind, kind),
        cast(Category, category),
        parts[3] or None,
    )
    return entry, [alias.lower() for alias in aliases if alias]


def _of_the_box(entries: dict[str, Entry]) -> Iterator[tuple[str, Entry]]:
    """Names of medicines from the table of the medicine box, for those the lexicon lacks."""
    for word, rule, _ in WRITTEN:
        if rule.kind != "goods":
            made = Entry(rule.name, rule.english, "thing", "medicine")
            yield word.lower(), entries.setdefault(rule.name, made)


def _lightened(word: str) -> tuple[str, ...]:
    """What people put after the verb of a deed: 修一下水龙头, 搬个柜子."""
    return _LIGHT if len(word) > 2 and word[0] in _VERBS and word[1] not in "一下个" else ()


def _closed(low: str, start: int, end: int) -> int:
    """End of an English word that stands alone, its plural included; 0 if it is part of another."""
    size = len(low)
    if start and low[start] in _LETTERS and low[start - 1] in _LETTERS:
        return 0
    if low[end - 1] not in _LETTERS or end >= size or low[end] not in _LETTERS:
        return end
    for plural in ("s", "es"):
        after = end + len(plural)
        if low.startswith(plural, end) and (after >= size or low[after] not in _LETTERS):
            return after
    return 0


def _single(low: str, start: int) -> bool:
    before = low[start - 1] if start else ""
    after = low[start + 1] if start + 1 < len(low) else " "
    return before in _BEFORE_SINGLE and before != "" and after in _AFTER_SINGLE


def _is_asked_for(low: str, start: int, end: int) -> bool:
    """Whether a short brand stands where a thing does: `谁有感康吗`, `两盒乐松`, not `很安定的`."""
    before, after = low[start - 1 : start], low[end : end + 1]
    return (not before or before in _BEFORE_BRAND) and (not after or after in _AFTER_BRAND)


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the bot, loaded once."""
    return Lexicon()


def english_name(name: str) -> str:
    """A canonical name in English (``布洛芬`` → ``ibuprofen``), or the word as given."""
    entry = lexicon().entry(name)
    return entry.en if entry else rules.english(name)


def chinese_name(name: str) -> str:
    """The canonical Chinese name of any alias (``Advil`` → ``布洛芬``), or the word as given."""
    entry = lexicon().entry(name)
    return entry.name if entry else name
