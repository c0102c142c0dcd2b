"""Words misspelt by ear: 布洛分 for 布洛芬, as input by pinyin or by voice writes them.

Asked only of words that stand where a thing is named and that the lexicon does not know.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.understanding.lexicon import Entry, lexicon

FILE = Path(__file__).with_name("sounds.txt")
_LONGEST = 8
# What many speakers do not tell apart: zh and z, ing and in, l and n.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))
_ENDS = (("ng", "n"),)
_UNKNOWN = ("?", "?")


def alike(word: str) -> Entry | None:
    """The entry that ``word``, or the longest part of it, is a misspelling of by its sound."""
    if not 2 <= len(word) <= 2 * _LONGEST:
        return None
    sounds = _sounds()
    heard = [sounds.get(char, _UNKNOWN) for char in word]
    exact, folded = _index()
    if len(word) == 2:
        return exact.get(" ".join(plain for plain, _ in heard))
    for size in range(min(len(word), _LONGEST), 2, -1):
        for start in range(len(word) - size + 1):
            entry = folded.get(" ".join(fold for _, fold in heard[start : start + size]))
            if entry is not None:
                return entry
    return None


def _fold(syllable: str) -> str:
    for end, short in _ENDS:
        if syllable.endswith(end):
            syllable = syllable.removesuffix(end) + short
    for begin, plain in _FOLDS:
        if syllable.startswith(begin):
            return plain + syllable.removeprefix(begin)
    return syllable


@cache
def _sounds() -> dict[str, tuple[str, str]]:
    """The syllable of each character, and what sloppy speech makes of it."""
    out = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        said, _, chars = line.partition(" ")
        out.update(dict.fromkeys(chars, (said, _fold(said))))
    return out


@cache
def _index() -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Entries by the sound of two characters, and by the folded sound of three and more."""
    exact: dict[str, Entry] = {}
    folded: dict[str, Entry] = {}
    sounds = _sounds()
    for word, entry in lexicon().words():
        size = len(word)
        if not 2 <= size <= _LONGEST or word.isascii() or entry.kind == "symptom":
            continue
        heard = [sounds.get(char, _UNKNOWN) for char in word]
        if _UNKNOWN not in heard:
            if size == 2:
                exact.setdefault(" ".join(plain for plain, _ in heard), entry)
            else:
                folded.setdefault(" ".join(fold for _, fold in heard), entry)
    return exact, folded
