"""What the reader is held against: a list of keywords, and a linear model over characters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

from bench.hearing_lines import Line
from handlers.reading import Act, Danger, Reading

_ACTS: Final[tuple[tuple[Act, str], ...]] = (
    ("command", r"^@?bot\b|^帮助$|^help$|我的任务|my tasks|暂停|登记"),
    ("release", r"去不了|来不了|接不了|can'?t make it|drop #"),
    ("arrived", r"到了|出发|在路上|on my way|\bomw\b|i'm here"),
    ("cancel", r"取消|不用了|不需要了|\bcancel|no longer need|never ?mind"),
    ("reopen", r"还没|又[堵坏漏停]|没人来|still not|again"),
    ("done", r"送到了|修好了|搞定|办好了|完成|\bdone\b|delivered|dropped off"),
    ("confirm", r"收到|谢谢.*(?:到了|好了)|已解决|got it|all sorted|thanks"),
    ("claim", r"我来|交给我|我去|我可以|i'll|i can|on it"),
    (
        "need",
        r"求|急需|需要|谁能|谁有|有没有|帮我|帮忙|借|need|anyone (?:have|got)|can (?:some|any)",
    ),
    ("report", r"投诉|举报|坏了|堵了|没人管|乱停|漏水|噪音|broken|blocked|complain|leak"),
    ("offer", r"多余|免费|送给|自取|可以帮|free to|giving away|spare|happy to help"),
    ("unwell", r"头晕|不舒服|难受|发烧|疼|dizzy|not feeling|feel sick|pain"),
    ("well", r"都好|挺好|没事|正常|i'm fine|all good|doing well"),
    ("vouch", r"看到.{0,6}(?:奶奶|爷爷|叔|阿姨)|saw (?:mr|mrs|aunt|uncle)"),
    ("question", r"\?|？|吗|怎么|几点|什么|where|what|when|how"),
)
_DANGERS: Final[tuple[tuple[Danger, str], ...]] = (
    ("fire", r"着火|起火|fire"),
    ("gas", r"煤气|燃气泄漏|gas leak|smell gas"),
    ("violence", r"打人|砍|家暴|knife|hitting"),
    ("trapped", r"被困|trapped|stuck in"),
    ("missing", r"走失|失踪|不见了|missing"),
    ("self_harm", r"不想活|自杀|kill myself|suicide"),
    ("electric", r"触电|漏电|electrocut"),
    ("medical", r"昏迷|没呼吸|晕倒|胸口|救命|unconscious|can't breathe|collapsed|chest pain"),
)
_LIKE_ACT: Final = [(act, re.compile(like, re.IGNORECASE)) for act, like in _ACTS]
_LIKE_DANGER: Final = [(kind, re.compile(like, re.IGNORECASE)) for kind, like in _DANGERS]


class Keywords:
    """The first list of keywords that fits."""

    def read(self, line: Line) -> Reading:
        """Act and danger of a line, its context not looked at."""
        act = next((act for act, like in _LIKE_ACT if like.search(line.text)), "chat")
        kind = next((kind for kind, like in _LIKE_DANGER if like.search(line.text)), None)
        return Reading(act=cast(Act, act), emergency=kind, confidence=1.0)


class Plain:
    """TF-IDF over one to four characters, and logistic regression; trained on the same lines."""

    def __init__(self, lines: Sequence[Line]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        self._words: Any = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), min_df=3, sublinear_tf=True
        )
        shown = self._words.fit_transform(_shown(line) for line in lines)
        self._act: Any = LogisticRegression(C=20, max_iter=100)
        self._act.fit(shown, [line.act for line in lines])
        self._kind: Any = LogisticRegression(C=20, max_iter=100)
        self._kind.fit(shown, [line.emergency or "none" for line in lines])

    def read(self, lines: Sequence[Line]) -> list[Reading]:
        """Act, danger and confidence of each line."""
        shown = self._words.transform(_shown(line) for line in lines)
        likely, kinds = self._act.predict_proba(shown), self._kind.predict(shown)
        return [
            Reading(
                act=self._act.classes_[row.argmax()],
                emergency=None if kind == "none" else kind,
                confidence=float(row.max()),
            )
            for row, kind in zip(likely, kinds, strict=True)
        ]


def _shown(line: Line) -> str:
    return line.text if not line.context else f"{line.context[-1]} ⏎ {line.text}"
