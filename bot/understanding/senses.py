"""Words to senses: which classes of words of ``rules/dangers.toml`` stand in which clause.

One pass of an automaton finds every word; a sense may also be told by two words, the second soon
after the first (脸…紫, alarm … beeping). A figure of speech hides the words that begin inside it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

_APART: Final[dict[int, str | None]] = {
    **dict.fromkeys(map(ord, ',.;:!?¡¿…。、~—()"“”|\n'), ","),
    **dict.fromkeys(map(ord, "-/*_[]【】<>「」+="), " "),
    **dict.fromkeys(map(ord, "'’`"), None),
}
_PLAIN: Final = {ord("'"): None, ord("-"): " "}  # as `_APART` has it for messages
# A space between two Chinese characters ends a clause, for many write no other sign.
_CUT = re.compile("(?<=[\u3000-\u9fff]) (?=[\u3000-\u9fff])|,")
# English words among Chinese ones are often written without a space.
_SEAM = re.compile("(?<=[\u3400-\u9fff])(?=[a-z])|(?<=[a-z])(?=[\u3400-\u9fff])")
# Without one of these a message holds the words that it holds when padded, and perhaps more.
_CHANGING = re.compile("[a-z'’`]")
_CHOICE = re.compile(r"(\([^)]*\))")
_COMMA = re.compile(r",(?![^(]*\))")
_DROPPED = re.compile(r"(?<=[a-z]{3})ing\b")
_GAPS: Final = {"zh": 4, "en": 14}  # characters between the two words of one sense
_FIGURE: Final = "figure"
_Hit = tuple[int, int, int]  # start, end, senses


class Said(NamedTuple):
    """A message as senses: its padded text, the senses of it all, and of each clause in order."""

    text: str
    whole: int
    clauses: Sequence[int]


_NOTHING: Final = Said("", 0, ())


class _Near(NamedTuple):
    """Gives ``sense`` where ``last`` begins at most ``gap`` characters after ``first``."""

    first: int
    last: int
    gap: int
    sense: int


def padded(low: str) -> str:
    """Words of a message in lower case between single spaces, clauses parted by `` , ``."""
    if not low.isascii():
        low = _SEAM.sub(" ", low)
    # Signs become one sign each at first: ASCII text is then translated ten times as fast.
    return f" {' '.join(low.translate(_APART).replace(',', ' , ').split())} "


def expanded(word: str) -> Iterator[str]:
    """Each form of a word written with choices: ``(a|b)c`` is ac and bc."""
    if "(" not in word:
        return iter((word,))
    parts = (
        part[1:-1].split("|") if part.startswith("(") else [part] for part in _CHOICE.split(word)
    )
    return map("".join, product(*parts))


class Senses:
    """The word classes, loaded once; a sense is a bit. ``known`` says which words are kept.

    ``telling`` are words of no class, of which it is only noticed that one of them is there.
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        known: Callable[[str], bool] | None = None,
        telling: Iterable[str] = (),
    ) -> None:
        self.names: list[str] = list(dict.fromkeys((*data["zh"], *data["en"])))
        self.bit = {name: 1 << i for i, name in enumerate(self.names)}
        self.telling = 1 << len(self.names)
        self._all = 2 * self.telling - 1
        self._figure = self.bit[_FIGURE]
        words: dict[str, int] = {}
        for lang in ("zh", "en"):
            for name, listed in data[lang].items():
                for word in _listed(listed, lang):
                    words[word] = words.get(word, 0) | self.bit[name]
        for word in telling:
            words[word] = words.get(word, 0) | self.telling
        self._near: dict[int, list[_Near]] = {}
        for near in self._pairs(data["near"], words):
            self._near.setdefault(near.first, []).append(near)
        self._firsts = sum(self._near)
        if known is not None:
            words = {word: mask for word, mask in words.items() if known(word)}
        self._masks = list(words.values())
        self._finder = AhoCorasick(list(words), matchkind=MatchKind.Standard)

    def _pairs(self, rows: Mapping[str, Any], words: dict[str, int]) -> Iterator[_Near]:
        spare = self._all + 1
        for lang, gap in _GAPS.items():
            for sense, first, last in rows[lang]:
                ends = []
                for side in (first, last):
                    if side.startswith("@"):
                        ends.append(self.bit[side[1:]])
                        continue
                    for word in _listed(side, lang):
                        words[word] = words.get(word, 0) | spare
                    ends.append(spare)
                    spare <<= 1
                yield _Near(ends[0], ends[1], gap, self.bit[sense])

    def mask(self, names: str) -> int:
        """The bits of senses named ``a|b`` or ``a b``."""
        return sum(self.bit[name] for name in names.replace("|", " ").split())

    def stirs(self, wanted: int) -> int:
        """The words a message must hold one of to have a sense of ``wanted``: bits for `read`."""
        for nears in self._near.values():
            for near in nears:
                if near.sense & wanted:
                    wanted |= near.first
        return wanted

    def read(self, low: str, stirs: int = -1) -> Said:
        """The senses of a message in lower case; none at all if it holds no word of ``stirs``."""
        if _CHANGING.search(low) is None and not self._holds(low) & stirs:
            return _NOTHING
        text = padded(low)
        found = self._finder.find_matches_as_indexes(text, overlapping=True)
        masks, whole = self._masks, 0
        hits = [(start, end, masks[which]) for which, start, end in found]
        for _, _, mask in hits:
            whole |= mask
        if not whole & stirs:
            return _NOTHING
        if whole & self._figure:
            hits = self._literal(hits)
        cuts = [cut.start() for cut in _CUT.finditer(text)]
        parted: dict[int, list[_Hit]] = {}
        for hit in hits:
            parted.setdefault(bisect_right(cuts, hit[0]), []).append(hit)
        clauses = [self._clause(parted[at]) for at in sorted(parted)]
        whole = 0
        for mask in clauses:
            whole |= mask
        return Said(text, whole, clauses)

    def _holds(self, text: str) -> int:
        masks, whole = self._masks, 0
        for which, _, _ in self._finder.find_matches_as_indexes(text, overlapping=True):
            whole |= masks[which]
        return whole

    def _literal(self, hits: list[_Hit]) -> list[_Hit]:
        """The hits that do not begin inside a figure of speech."""
        hidden = bytearray(max(end for _, end, _ in hits) + 1)
        for start, end, mask in hits:
            if mask & self._figure:
                hidden[start:end] = b"\1" * (end - start)
        return [hit for hit in hits if hit[2] & self._figure or not hidden[hit[0]]]

    def _clause(self, hits: list[_Hit]) -> int:
        mask = 0
        for _, _, senses in hits:
            mask |= senses
        firsts = mask & self._firsts
        while firsts:
            bit = firsts & -firsts
            firsts ^= bit
            for near in self._near[bit]:
                if mask & near.last and not mask & near.sense and _follows(near, hits):
                    mask |= near.sense
        return mask & self._all


def _follows(near: _Near, hits: list[_Hit]) -> bool:
    """Whether of two words the last comes soon after the first."""
    starts = sorted(start for start, _, senses in hits if senses & near.last)
    for _, end, senses in hits:
        if senses & near.first:
            at = bisect_left(starts, end - 1)
            if at < len(starts) and starts[at] <= end + near.gap:
                return True
    return False


def _listed(words: str, lang: str) -> Iterator[str]:
    """Each word of a list as it is looked for: English ones between spaces, ``a*`` open."""
    if lang == "zh":
        for word in words.lower().split():
            yield from expanded(word)
        return
    for word in _COMMA.split(words.translate(_PLAIN).lower()):
        for form in expanded(word):
            plain = " ".join(form.split())
            if not plain:
                continue
            end = "" if plain.endswith("*") else " "
            said = f" {plain.removesuffix('*')}{end}"
            yield said
            if "ing " in said and (clipped := _DROPPED.sub("in", said)) != said:
                yield clipped  # choking, chokin
