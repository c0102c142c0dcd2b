"""Words of asking in a message: of wanting, having, giving and mending, and which clause asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, MatchKind

Token = tuple[str, int, int]
_CUES_ZH = {
    "want": "急需|需要|想要|要不要|等着用|要|求|缺|差|找|寻|订|蹲|想",
    "borrow": "借|租",
    "have": "有没有|有冇|谁有|还有|有",
    "give": "送|给|出|转|捐|匀|分|让|剩|多|闲置|富余|捡到|拿|领|取",
    "fetch": "买|带|捎|代购|拎|抢|囤",
    "do": "修|换|装|搬|抬|教|帮|陪|接|喂|遛|看|照|弄|写|填|通|查|洗|缝|剪|会|懂|认识",
    "no": "没|不|别|了",
    "spent": "用完|喝完|吃完|用光|断|完了",
}
_CUES_EN = {
    "want": "need needed want wanted wants needs looking require required iso after urgently",
    "borrow": "borrow lend loan spare use",
    "have": "got have has get anyone anybody any who having with some",
    "give": "giving give free offer leftover extra going share made take donate donating too",
    "fetch": "buy grab pick bring fetch collect drop",
    "do": "fix help teach watch feed walk look sit drive carry move read write lift check do",
    "no": "not no won't isn't don't can't stopped keeps broken ran out gone leaking blocked stuck",
    "own": "my the our your a an this his her",
    "and": "and or n plus",
    "of": "of for to in at on from",
}
_KIND = {word: kind[:2] for kind, words in _CUES_EN.items() for word in words.split()}
_CUE_KINDS = [kind[:2] for kind, words in _CUES_ZH.items() for _ in words.split("|")]
# The first of the list that fits, as in a pattern of choices.
_CUE = AhoCorasick(
    [word for words in _CUES_ZH.values() for word in words.split("|")],
    matchkind=MatchKind.LeftmostFirst,
)
KINDS = tuple(kind[:2] for kind in _CUES_ZH | _CUES_EN)
# What a clause does: ask for a thing, ask for a deed, give; or tell that something is amiss.
_DOES = tuple(
    (name, re.compile(like))
    for name, like in (
        (
            "h",
            "有没有|有冇|有无|谁有|谁家|哪[家位个]|邊[个位]|边[个位]|有吗|借|求|缺|匀|急需|需要|还差"
            r"|\bany|spare|borrow|need|looking for|lend|short|want",
        ),
        (
            "d",
            "谁会|谁懂|谁能|会.{0,6}的|帮|修|师傅|陪|接|能不能"
            "|can |could|help|who|would|please|pls",
        ),
        (
            "g",
            "送|免费|多了|要的|来拿|自取|自提|拿走"
            "|free|giving|leftover|happy to|come|help yourself|available|extra|offer",
        ),
        (
            "n",
            "没(?!有人|有谁)|不|坏|断|完了|光了|丢|漏|堵|碎"
            "|n't|broke|ran out|out of|gone|no |not |stuck|lost|finished|dead|leak",
        ),
    )
)


def cues(low: str, found: Sequence[Token]) -> list[str]:
    """For each token the first letters of the cue it belongs to, or nothing."""
    if low.isascii():
        return [_KIND.get(word, "") for word, _, _ in found]
    at: dict[int, str] = {}
    for which, start, end in _CUE.find_matches_as_indexes(low):
        for place in range(start, end):
            at[place] = _CUE_KINDS[which]
    return [at.get(start) or _KIND.get(word, "") for word, start, _ in found]


def asking(low: str, found: Sequence[Token], sizes: Sequence[int]) -> tuple[str, list[str]]:
    """What a message asks, and of each clause, by its tokens, what it and what the others do."""
    here = [(name, like) for name, like in _DOES if like.search(low)]
    ends = list(accumulate(sizes))
    spans = [
        (found[end - size][1], found[end - 1][2]) if size else (0, 0)
        for size, end in zip(sizes, ends, strict=True)
    ]
    does = ["".join([name for name, like in here if like.search(low, *span)]) for span in spans]
    out = []
    for which, size in enumerate(sizes):
        others = set("".join(does[:which] + does[which + 1 :]))
        out += [f"{does[which]}.{''.join(sorted(others - {'n'}))}"] * size
    return "".join(name for name, _ in here if name != "n"), out
