"""Danger to life in a message: high recall, and nothing switches it off.

Words give senses (`bot.understanding.senses`), senses near together give conditions of a kind.
Where a condition holds, all is weighed: conditions, doubts, senses and pieces of the words, by
weights that ``bench.train_dangers`` learns. The surer the condition, the less the weights must say
for it, and the most where none holds; a message without any telling word is no danger.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise
from operator import add
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

from bot.understanding.rules import FOLDER
from bot.understanding.senses import Said, Senses
from handlers.reading import Danger

FILE: Final = Path(__file__).parent / "dangers.bin"
KINDS: Final[tuple[Danger, ...]] = get_args(Danger)
FEWEST: Final = 20  # pieces: fewer are not weighed as heavily as they are few
PULL: Final = 2.0  # how much the pieces of the words weigh beside the facts
# The score from which a message is a danger, by the surest condition that holds in it; in a hint
# none holds. And that from which what is no alarm is asked about.
FROM: Final = {"clear": -0.6, "sure": -0.4, "likely": 0.8, "hint": 1.6}
ASKED_FROM: Final = {"clear": -2.0, "sure": -2.0, "likely": -1.9, "hint": 0.3}
_CRY: Final = 40  # letters: what is longer says more than a cry
_WIDE: Final = 3  # clauses that are read together
_HAN = re.compile("[\u3400-\u9fff]")
_MOST = 240  # tokens of one message that are weighed
_LENGTHS: Final = {"zh": (8, 16, 30, 60), "en": (25, 50, 90, 180)}


class _Condition(NamedTuple):
    """Holds in a mask with one sense of each of ``some`` and none of ``never``."""

    kind: Danger
    sure: bool
    name: str
    some: tuple[int, ...]
    never: int

    def holds(self, mask: int) -> bool:
        return not mask & self.never and all(mask & group for group in self.some)


class Seen(NamedTuple):
    """What speaks for and against danger: how surely (clear, sure, likely, or a hint where no
    condition holds), facts, and pieces of the words.

    A fact is a condition (``r:``), a sense (``m:``), or how these stand together.
    """

    surest: str
    facts: list[str]
    pieces: list[str]


class Cry(NamedTuple):
    """A danger heard; one that is not ``sure`` is asked about."""

    kind: Danger
    sure: bool = True


class Weights:
    """What training found, read-only: how much each fact and piece weighs, and for which kind."""

    def __init__(self, raw: bytes) -> None:
        top, _, rest = raw.partition(b"\n")
        head = json.loads(top)
        names, _, weights = rest.partition(b"\n\n")
        self._bias = float(head["bias"])
        self._starts: list[float] = head["starts"]
        rows = names.decode().split("\n")
        signed = memoryview(weights).cast("b").tolist()
        steps, wide, many = head["steps"], len(KINDS), len(rows)
        self._facts = {name: signed[i] * steps[0] for i, name in enumerate(rows[: head["facts"]])}
        self._pieces = {
            name: signed[i] * steps[1]
            for i, name in enumerate(rows[head["facts"] :], head["facts"])
        }
        self.telling = rows[head["facts"] : head["facts"] + head["telling"]]
        kinds = [one * steps[2] for one in signed[many:]]
        self._kinds = {name: kinds[i * wide : (i + 1) * wide] for i, name in enumerate(self._facts)}

    def score(self, seen: Seen) -> float:
        """The log odds that a message is a danger."""
        found = [weight for piece in seen.pieces if (weight := self._pieces.get(piece)) is not None]
        total = PULL * sum(found) / math.sqrt(max(len(found), FEWEST))
        facts = self._facts
        return float(self._bias + total + sum(facts.get(name, 0.0) for name in seen.facts))

    def alarms(self, seen: Seen) -> bool:
        """Whether the score is one from which a message is a danger."""
        return self.score(seen) >= FROM[seen.surest]

    def kind(self, seen: Seen) -> Danger:
        """The likeliest kind of a danger."""
        rows = [row for name in seen.facts if (row := self._kinds.get(name))]
        scores = [sum(lane) for lane in zip(self._starts, *rows, strict=True)]
        return KINDS[scores.index(max(scores))]


class Dangers:
    """The emergency layer, loaded once; read-only.

    Without ``weights`` only what is clear is a danger; ``known`` says which words it knows, and
    ``telling`` are pieces to notice beside those of the weights.
    """

    def __init__(
        self,
        weights: Path | None = FILE,
        known: Callable[[str], bool] | None = None,
        telling: Iterable[str] = (),
    ) -> None:
        data = tomllib.loads((FOLDER / "dangers.toml").read_text(encoding="utf-8"))
        self.weights = Weights(weights.read_bytes()) if weights and weights.exists() else None
        learnt = self.weights.telling if self.weights else ()
        self.senses = Senses(data, known, (*telling, *learnt))
        self._meant = [f"m:{name}" for name in self.senses.names]
        self._begins: dict[int, list[_Condition]] = {}
        for level in ("sure", "likely"):
            for kind, written in data[level].items():
                for condition in written:
                    self._add(kind, level == "sure", condition)
        self._any = sum(self._begins)
        self._stirs = self.senses.stirs(self._any) | self.senses.telling
        beside, bit = data["beside"], self.senses.bit
        self._doubts = [(name, bit[name]) for name in beside["doubts"].split()]
        self._doubtful = self.senses.mask(beside["doubts"])
        self._backing = [(name, bit[name]) for name in beside["backing"].split()]
        cries = "|".join(map(re.escape, data["bare"]["cries"].split("; ")))
        self._bare = re.compile(rf"\W*(?:(?:{cries})[啊呀哪呐吧]*\W*)+")

    def _add(self, kind: Any, sure: bool, written: str) -> None:
        words = written.split()
        some = tuple(self.senses.mask(word) for word in words if not word.startswith("!"))
        never = self.senses.mask(" ".join(word[1:] for word in words if word.startswith("!")))
        one = _Condition(
            kind, sure, f"{kind}:{'sure' if sure else 'likely'} {written}", some, never
        )
        for name in words[0].split("|"):
            self._begins.setdefault(self.senses.bit[name], []).append(one)

    def find(self, low: str) -> Cry | None:
        """The danger here and now in ``low`` (normalised, lower case), or None."""
        if len(low) < _CRY and self._bare.fullmatch(low):
            return Cry("medical")  # who cries and says no more is answered with the numbers to ring
        seen = self.see(low)
        if seen is None:
            return None
        if self.weights is None:
            return Cry(_first(seen)) if seen.surest == "clear" else None
        score = self.weights.score(seen)
        if score < ASKED_FROM[seen.surest]:
            return None
        return Cry(self.weights.kind(seen), score >= FROM[seen.surest])

    def see(self, low: str) -> Seen | None:
        """What speaks for danger and against it; None if no word in it is telling."""
        said = self.senses.read(low, self._stirs)
        if not said.whole & self._stirs:
            return None
        held = self._held(said) if said.whole & self._any else {}
        surely = {one: doubts for one, doubts in held.items() if one.sure}
        mark = "S" if surely else "L" if held else "H"
        facts = self._facts(said, surely or held, mark) if held else [mark]
        facts += [f"r:{one.name}" for one in held]
        facts += self._present(said.whole & ~self.senses.telling)
        facts += [f"!{sign}" for sign in "!?" if sign in low]
        tongue = "en" if said.text.isascii() else "zh"
        size = sum(len(low) > length for length in _LENGTHS[tongue])
        facts += [tongue, f"{tongue}{size}"]
        clear = bool(surely) and not said.whole & self._doubtful
        surest = "clear" if clear else "sure" if surely else "likely" if held else "hint"
        return Seen(surest, facts, list(pieces(said.text)))

    def _present(self, mask: int) -> Iterator[str]:
        """The fact of each sense in a mask."""
        while mask:
            bit = mask & -mask
            mask ^= bit
            yield self._meant[bit.bit_length() - 1]

    def _held(self, said: Said) -> dict[_Condition, int]:
        """The conditions that hold, each with the doubts of the clauses that have the fewest."""
        held: dict[_Condition, int] = {}
        parts = said.clauses
        for end in range(min(_WIDE, len(parts)), len(parts) + 1):
            mask = 0
            for part in parts[max(0, end - _WIDE) : end]:
                mask |= part
            begins, doubts = mask & self._any, mask & self._doubtful
            while begins:
                bit = begins & -begins
                begins ^= bit
                for one in self._begins[bit]:
                    if one.holds(mask):
                        before = held.get(one)
                        if before is None or doubts.bit_count() < before.bit_count():
                            held[one] = doubts
        return held

    def _facts(self, said: Said, held: dict[_Condition, int], mark: str) -> list[str]:
        """How many conditions hold, of which kinds, and what stands beside them and elsewhere."""
        least = min(held.values(), key=int.bit_count)
        whole, many = said.whole, min(3, len(held))
        names = [mark, f"{mark}n{many}", f"{mark}{'hedged' if least else 'clean'}"]
        if not whole & self._doubtful:
            names.append(f"{mark}allclean")
        names += [f"{mark}w:{name}" for name, bit in self._doubts if least & bit]
        names += [f"{mark}o:{name}" for name, bit in self._doubts if whole & ~least & bit]
        names += [f"{mark}c:{name}" for name, bit in self._backing if whole & bit]
        return [*names, *sorted({f"{mark}k:{one.kind}" for one in held})]


def pieces(text: str) -> Iterator[str]:
    """Runs of one to three Chinese characters or Latin words of a padded text, each once."""
    han = _HAN.search(text) is not None
    if han:
        marks = text[:_MOST]
        runs: Iterator[str] = chain(marks, map(add, marks, marks[1:]), _threes(marks))
        if any(map(str.isdigit, marks)):
            runs = (run for run in runs if not any(map(str.isdigit, run)))
        yield from dict.fromkeys(runs)
    words = [word for word in text.split() if word != "," and not (han and _HAN.search(word))]
    del words[_MOST:]
    twos = [f"{one} {more}" for one, more in pairwise(words)]
    threes = [f"{two} {more}" for two, more in zip(twos, words[2:], strict=False)]
    yield from dict.fromkeys([f" {run} " for run in chain(words, twos, threes)])
    yield from dict.fromkeys([f" {word[:5]}" for word in words if len(word) >= 6])


def _threes(marks: str) -> Iterator[str]:
    return map("".join, zip(marks, marks[1:], marks[2:], strict=False))


def _first(seen: Seen) -> Danger:
    """The kind of the first sure condition, where no weights are at hand."""
    names = (name for name in seen.facts if name.startswith("r:"))
    return next(kind for name in names for kind in KINDS if name.startswith(f"r:{kind}:sure"))
