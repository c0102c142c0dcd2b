"""A small linear model: how likely each act and category is, from pieces and facts.

The file, packed by zlib, holds one JSON line (lanes, biases, scales), the names of the rows, those
of pieces first and further forms of them last, and a byte for each row and lane. One search of an
automaton finds the pieces of a message, and a row is one whole number with 32 bits for each lane,
so that adding rows adds all lanes at once; that needs no array library and some ten microseconds.
There is an automaton for Chinese and one for Latin letters, each made when it is first needed.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Sequence
from functools import cache, cached_property
from operator import add
from pathlib import Path
from struct import Struct
from typing import Any, Final, NamedTuple, cast

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from handlers.reading import Act, Category, Danger

FILE: Final = Path(__file__).parent / "model.bin"
LIFT: Final = 128  # the byte of a weight of nothing, so that no lane runs below it
_HAN = re.compile("[\u2e80-\u9fff]")
_LATIN = re.compile("[a-z]")
_GRAIN = 256  # steps in which the length of a message is weighed
PLEAS: Final[tuple[Act, ...]] = ("need", "report")
_GOODS: Final[tuple[Act, ...]] = ("need", "report", "offer")
_FAINTLY: Final = 0.05  # a danger whose message is less likely a cry keeps its own act
_CRIES: Final[tuple[Act, ...]] = ("need", "unwell", "report")
_PERHAPS: Final = 0.1  # what is less likely a cry is not asked about as a danger
_WEIGHED: Final = frozenset(("chat", *PLEAS))  # what the rules are not sure of in few words
# Rules of this certainty are not weighed again: [Request] is one, whatever follows.
_VERY_SURE: Final[dict[Act, float]] = {"command": 0.93, "claim": 0.97, "need": 0.97}
# A thing asked for in so many words is a need, unless to the model it is surely talk (有钱用吗).
_ASKED: Final = 0.93
_TALK: Final = 0.8
_FIRM: Final = 0.84  # a rule of this certainty and the model at `_AGREED` are enough to act on
_AGREED: Final = 0.5
_ACTS: Final = 0.76  # just above the confidence from which the bot acts
_ASKS: Final = 0.5  # the confidence from which the bot asks
_ALONE: Final = 0.95  # the probability from which the bot acts on a plea that no rule backs
_NOT_YET: Final = 0.74  # just below the confidence from which the bot acts
_LIKELY: Final = 0.5  # a plea this likely is asked about even if another act is likelier
CLEAR: Final = 0.45  # below this the rules name the category


class Judged(NamedTuple):
    """Probability of each act, and the scores of all lanes."""

    acts: dict[Act, float]
    scores: Sequence[float]


class Decided(NamedTuple):
    """What a message does, before its slots are read; a tuple, for a `Reading` costs ten times."""

    act: Act
    confidence: float
    emergency: Danger | None = None


class _Finder:
    """One search of an automaton for all of some pieces, each with its row."""

    def __init__(self, pieces: Sequence[tuple[str, int]]) -> None:
        self._row_of = [row for _, row in pieces]
        self._automaton = AhoCorasick(
            [piece for piece, _ in pieces],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
        )

    def rows(self, spelt: str) -> set[int]:
        """The rows of the pieces that stand in it."""
        row_of = self._row_of
        matches = self._automaton.find_matches_as_indexes(spelt, overlapping=True)
        return {row_of[which] for which, _, _ in matches}


def _is_neither(piece: str) -> bool:
    return _HAN.search(piece) is None and _LATIN.search(piece) is None


class Model:
    """Weights in memory; a row that two threads put in its place at once is the same row."""

    def __init__(self, raw: bytes) -> None:
        top, _, rest = raw.partition(b"\n")
        head = json.loads(top)
        names, _, weights = rest.partition(b"\n\n")
        self._lanes: dict[str, list[str]] = head["lanes"]
        # Scores are reckoned in the steps of the lanes.
        step = head["step"] / _GRAIN
        self._bias: list[float] = [bias / step for bias in head["bias"]]
        self._heat: dict[str, float] = {kind: heat * step for kind, heat in head["heat"].items()}
        self._pull: dict[str, float] = head["pull"]
        self._width = len(self._bias)
        self._unpack = Struct(f"<{self._width}I").unpack
        self._weights = memoryview(weights)
        listed, pieces, again = names.decode().split("\n"), head["pieces"], head["again"]
        many = len(listed) - len(again)
        forms = listed[:pieces] + listed[many:]
        self._pieces = list(zip(forms, [*range(pieces), *again], strict=True))
        self._places = {name: at for at, name in enumerate(listed[pieces:many], pieces)}
        self._rows = [0] * many  # each is unpacked when it is first needed
        self._span: dict[str, tuple[int, int]] = {}
        start = 0
        for kind, lanes in self._lanes.items():
            self._span[kind] = (start, start + len(lanes))
            start += len(lanes)

    def judge(self, spelt: str, facts: Sequence[str], line: Sequence[str]) -> Judged:
        """Weigh a message as `features.spelt` gives it, its facts, and pieces of the line before.

        All lanes of a row are added at once, for a row is one number. That each byte is lifted
        lifts all lanes alike, which changes neither which is highest nor by how much.
        """
        pull, rows = self._pull, self._rows
        pieces, known = self.found(spelt), self._known(facts)
        total = sum([rows[at] or self._row(at) for at in known]) * round(pull["facts"] * _GRAIN)
        for found, much in ((pieces, pull["pieces"]), (self._known(line), pull["line"])):
            if found:
                many = round(much / math.sqrt(len(found)) * _GRAIN)
                total += sum([rows[at] or self._row(at) for at in found]) * many
        lanes = self._unpack(total.to_bytes(4 * self._width, "little"))
        scores = list(map(add, lanes, self._bias))
        return Judged(self._acts(scores), scores)

    def category(self, judged: Judged) -> tuple[Category, float]:
        """The likeliest category and its probability; only some acts have one."""
        start, end = self._span["category"]
        some, heat = judged.scores[start:end], self._heat["category"]
        top = max(some)
        name = cast(Category, self._lanes["category"][some.index(top)])
        return name, 1 / sum([math.exp((one - top) * heat) for one in some])

    def found(self, spelt: str) -> set[int]:
        """The rows of the pieces of a message."""
        if _HAN.search(spelt) is None:
            return self._latin.rows(spelt)
        if _LATIN.search(spelt) is None:
            return self._han.rows(spelt)
        return self._han.rows(spelt) | self._latin.rows(spelt)

    @cached_property
    def _han(self) -> _Finder:
        # What has both scripts stands only where both are searched.
        return _Finder([one for one in self._pieces if _HAN.search(one[0]) or _is_neither(one[0])])

    @cached_property
    def _latin(self) -> _Finder:
        return _Finder([one for one in self._pieces if not _HAN.search(one[0])])

    def _known(self, names: Sequence[str]) -> list[int]:
        get = self._places.get
        return [row for row in map(get, names) if row is not None]

    def _row(self, at: int) -> int:
        wide = bytearray(4 * self._width)
        wide[0::4] = self._weights[at * self._width : (at + 1) * self._width]
        row = self._rows[at] = int.from_bytes(wide, "little")
        return row

    def _acts(self, scores: Sequence[float]) -> dict[Any, float]:
        start, end = self._span["act"]
        scores, heat = scores[start:end], self._heat["act"]
        top, exp = max(scores), math.exp
        powers = [exp((one - top) * heat) for one in scores]
        whole = sum(powers)
        return dict(zip(self._lanes["act"], [one / whole for one in powers], strict=True))


@cache
def shipped() -> Model | None:
    """The model that ships with the bot, loaded once; None before the first training."""
    return Model(unpacked()) if FILE.exists() else None


def unpacked() -> bytes:
    """What the shipped file holds."""
    return zlib.decompress(FILE.read_bytes())


def weigh(ruled: Decided, judged: Judged, *, brief: bool, argued: float) -> Decided:
    """What rules and model say together; the rules are among what the model has weighed.

    A danger that the rules hear stays one, and its act one of those that call for help unless none
    of them is likely at all (*he was poorly, I took him in* of a task that is done); a command
    stays one, and a ``brief`` answer is what the rules say it is. From the probability ``argued``
    on, an act of theirs wins over a likelier one: the model trusts them too little where it knows
    few of the words.
    """
    acts = judged.acts
    danger = ruled.emergency
    cries = sum([acts[one] for one in _CRIES]) if danger is not None else 0.0
    if cries >= _FAINTLY:
        act = max(_CRIES, key=acts.__getitem__)
        sure = acts[act] / cries
    elif _stands(ruled, acts) or (brief and ruled.act not in _WEIGHED):
        act, sure = ruled.act, ruled.confidence
    else:
        act, sure = _likeliest(ruled, acts, argued)
    return Decided(act, sure, danger)


def _stands(ruled: Decided, acts: dict[Act, float]) -> bool:
    """Whether the rules are so sure that the model is not asked, or only whether it objects."""
    asked = ruled.act == "need" and ruled.confidence >= _ASKED
    return ruled.confidence >= _VERY_SURE.get(ruled.act, 2.0) or (asked and acts["chat"] < _TALK)


def may_cry(judged: Judged) -> bool:
    """Whether a message may call for help, or tell that somebody is unwell."""
    return sum([judged.acts[one] for one in _CRIES]) >= _PERHAPS


def _likeliest(ruled: Decided, acts: dict[Act, float], argued: float) -> tuple[Act, float]:
    """The act and its probability; what may well be a plea is one the bot must ask about."""
    act = max(acts, key=acts.__getitem__)
    if act == ruled.act in _GOODS and ruled.confidence >= _FIRM:
        return act, max(acts[act], _ACTS if acts[act] >= _AGREED else _ASKS)
    if act != ruled.act != "chat" and acts[ruled.act] >= argued:
        return ruled.act, max(acts[ruled.act], _ASKS)
    if acts["need"] + acts["report"] >= _LIKELY and (act not in PLEAS or ruled.act in PLEAS):
        plea = max(PLEAS, key=acts.__getitem__)  # need or report, it is one of them (下水道堵了)
        return plea, max(acts[plea], _ASKS) if act in PLEAS else _ASKS
    backed = act not in PLEAS or ruled.act in PLEAS or acts[act] >= _ALONE
    return act, acts[act] if backed else min(acts[act], _NOT_YET)
