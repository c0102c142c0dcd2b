"""What a message does: the act, its category and its urgency, by rules over tags."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Final, NamedTuple, cast, get_args

from bot.understanding.lexicon import Hit
from bot.understanding.rules import FOLDER, Cues, Rules, Tags
from handlers.reading import Act, Category, Danger, Urgency

EDGES: Final = " \t.!~。,、;:?'\"“”-+*"
_KINDS = ("thing", "service", "fault", "symptom")
# Which category wins when a message names several.
_RANK: Final[tuple[Category, ...]] = (
    "rescue",
    "hands",
    "transport",
    "medicine",
    "medical",
    "shelter",
    "repair",
    "care",
    "safety",
    "sanitation",
    "dispute",
    "supplies",
    "mental",
    "info",
    "other",
)
_GUESSES: Final[tuple[tuple[Category, re.Pattern[str]], ...]] = tuple(
    (name, re.compile(like))
    for name, like in tomllib.loads((FOLDER / "categories.toml").read_text(encoding="utf-8"))[
        "guesses"
    ]
)


_CALM: Final = re.compile(
    r"不(?:是很|是特别|太|很)?(?:着)?急|not (?:\w+ )?urgent|no (?:rush|hurry)"
)


class Verdict(NamedTuple):
    """The act of a message, how sure, and the tags it was decided by."""

    act: Act
    sure: float
    tags: int


class Judge:
    """Decides acts; loaded once and read-only."""

    def __init__(self) -> None:
        self.names = Tags()
        bit = self.names.bit
        self._kind = {kind: bit(kind) for kind in _KINDS}
        self._item, self._drug, self._mend = bit("item"), bit("drug"), bit("mend")
        self._nuisance, self._ill, self._low = bit("nuisance"), bit("ill"), bit("low_spirits")
        self._qmark, self._bang = bit("qmark"), bit("bang")
        self._sizes = tuple(bit(size) for size in ("tiny", "short", "mid", "long"))
        self._tongue = {"zh": bit("zh"), "en": bit("en")}
        self._cues = Cues(self.names)
        self._rules = Rules(self.names)
        self._beside = self._rules.beside
        self._asked_item, self._wanted_item = bit("asked_item"), bit("wanted_item")
        self._had_item = bit("had_item")
        self._urgent, self._low_urgency = bit("urgent"), bit("low")
        self.asked = bit("asked")
        self.dangers = {kind: bit("danger") | bit(kind) for kind in get_args(Danger)}
        self.place, self.phone, self.room = bit("place"), bit("phone"), bit("room")
        self.forwarded, self.hashtag, self.amount = bit("forwarded"), bit("hashtag"), bit("amount")
        # Without one of these a message can only be chat, and costs nothing more.
        ignored = ("you", "laugh", "play", "me_now", "elder_name", "forward", "question", "home")
        self._plain = self._item | self._kind["thing"] | self._qmark
        for name in ignored:
            self._plain |= bit(name)
        for name in ("tiny", "short", "mid", "long", "zh", "en", "bang", "public", "low", "i_can"):
            self._plain |= bit(name)

    def tags(self, low: str, hits: Sequence[Hit], lang: str, extra: int) -> int:
        """Tags of a message: its cues, what the lexicon found, its shape, and ``extra``."""
        mask = self._cues.tags(low) | extra | self._tongue.get(lang, 0)
        for hit in hits:
            entry = hit.entry
            mask |= self._kind[entry.kind]
            if entry.kind in ("thing", "service"):
                mask |= self._item
                if entry.category == "medicine":
                    mask |= self._drug
            elif entry.kind == "fault":
                mask |= self._mend if entry.category == "repair" else self._nuisance
            else:
                mask |= self._ill if entry.category == "medical" else self._low
        if mask & self._item:
            mask |= self._named(low, hits, lang)
        if "?" in low:
            mask |= self._qmark
        if "!" in low:
            mask |= self._bang
        return mask | self._size(low, lang)

    def _named(self, low: str, hits: Sequence[Hit], lang: str) -> int:
        """Whether a thing or service is asked for, wanted or had by the words right beside it."""
        mask, beside = 0, self._beside
        for hit in hits:
            if hit.entry.kind not in ("thing", "service"):
                continue
            before = low[max(0, hit.start - 32) : hit.start]
            after = low[hit.end : hit.end + 24]
            if beside[f"asked_{lang}"].search(before):
                mask |= self._asked_item
            if beside[f"wanted_{lang}"].search(before) or beside[f"after_{lang}"].search(after):
                mask |= self._wanted_item
            if lang == "zh" and beside["had_zh"].search(before):
                asks = beside["asks_after_zh"].search(after)
                mask |= self._asked_item if asks else self._had_item
        return mask

    def _size(self, low: str, lang: str) -> int:
        tiny, short, mid, long = self._sizes
        size = len(low) if lang == "zh" else len(low) // 4
        if size <= 7:
            return tiny | short | mid
        if size <= 18:
            return short | mid
        return mid if size <= 50 else long

    def verdict(self, low: str, mask: int) -> Verdict:
        """The act of a message in lower case with these tags."""
        core = low.strip(EDGES)
        if not core or (len(core) > 8 and not mask & ~self._plain):
            return Verdict("chat", 0.97, mask)
        mask = self._rules.widen(mask, core)
        found = self._rules.first(mask, core)
        if found is None:
            return Verdict("chat", self._rules.no_rule, mask)
        return Verdict(cast(Act, found.gives), found.sure, mask)

    def wants(self, mask: int) -> bool:
        """Whether a thing or service is asked for in so many words."""
        return bool(mask & (self._asked_item | self._wanted_item))

    def urgency(self, act: Act, mask: int, low: str, *, danger: bool) -> Urgency:
        """``urgent`` for danger and words of haste, ``low`` for words of leisure."""
        if danger:
            return "urgent"
        # `不着急` has the word of haste in it, and is none.
        calm = mask & self._low_urgency and _CALM.search(low) is not None
        if mask & self._urgent and not calm and act in ("need", "report", "unwell", "reopen"):
            return "urgent"
        return "low" if mask & self._low_urgency else "normal"


def category(
    act: Act, low: str, hits: Sequence[Hit], danger: str | None, *, wanted: bool = False
) -> Category | None:
    """The category of a need, offer or report; None for other acts.

    ``wanted`` tells that a thing or service is asked for in so many words: then it decides, and
    not the trouble it is asked for (急缺饮用水,停水两天了).
    """
    if act not in ("need", "offer", "report"):
        return None
    if danger is not None:
        return _OF_DANGER[danger]
    kinds = _FAULTS if act == "report" else _GIVEN if wanted or act == "offer" else _ANY
    named = {hit.entry.category for hit in hits if hit.entry.kind in kinds}
    if named:
        return min(named, key=_RANK.index)
    ill = {hit.entry.category for hit in hits if hit.entry.kind == "symptom"}
    if ill and act != "report":
        return min(ill, key=_RANK.index)
    for name, like in _GUESSES:
        if name in _NEVER.get(act, ()):
            continue
        if like.search(low):
            return name
    return "other"


_OF_DANGER: Final[dict[str, Category]] = {
    "medical": "medical",
    "fire": "safety",
    "gas": "safety",
    "electric": "safety",
    "violence": "safety",
    "trapped": "rescue",
    "missing": "rescue",
    "self_harm": "mental",
}
_FAULTS = ("fault",)
_GIVEN = ("service", "thing")
_ANY = ("fault", "service", "thing")
_NEVER: Final[dict[str, tuple[Category, ...]]] = {
    "offer": ("dispute", "safety", "sanitation"),
    "report": ("rescue", "medical", "transport", "care", "shelter", "hands", "supplies"),
}
