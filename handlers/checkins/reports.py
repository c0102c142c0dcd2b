"""What a volunteer answers to the call list: ``1 好 135/80, 2 没接, 3 头晕``, line by line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from handlers.checkins import replies

_PIECES = re.compile(r"[,;。!\n]+|(?<!\d)\.\s|\.$")
_NUMBERS = r"\d{1,3}(?:号)?(?:\s*(?:、|和|and|&)\s*\d{1,3}(?:号)?)*"
_HEAD = re.compile(
    rf"(?:更正|改|不对|sorry|correction|no)?[:\s]*({_NUMBERS})"
    r"(?!\d|\s*[/%℃度]|\.\d)(?:号|[.:)\]]|都|both|are|is)?\s*(.*)",
    re.DOTALL,
)
_INSIDE = re.compile(
    r"(?<=[^\d\s./:、和&])(?<!and)\s*(?=\d{1,3}号?\s*[^\d\s./:%℃度点])|(?<!and)\s+(?=\d{1,3}(?:号|\s+[a-z]))"
)
"""Where the next line may begin without a comma: ``1好2没接``."""
_ALL = re.compile(r"(?:全|大家|他们)?都(?:.*)|(?:all|everybody|everyone)\b.*")
_REST = re.compile(r"(?:其他|其余|剩下|别)的?(?:人)?(.*)|(?:the )?(?:rest|others)\b(.*)")
_NOT_THAT = re.compile(r"不是\s*[\d./]+|\bnot\s+[\d./]+")
"""``不是135/80,是145/80`` tells one reading."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was said of one line: ``well``, ``missed``, ``unwell``; None where nobody can tell."""

    line: int
    said: str
    found: str | None


def read(text: str, known: Mapping[int, tuple[str, str]], waiting: Collection[int]) -> list[Report]:
    """The reports of a message, in the order of its lines.

    ``known``: number → both names of everybody on the list; ``waiting``: those not yet reported.
    """
    said: dict[int, list[str]] = {}
    plain = unicodedata.normalize("NFKC", text).lower()
    named: list[int] = []
    for piece in _pieces(plain):
        others = [one for one in waiting if one not in said]
        numbers, words = _begins(piece, known, others, alone=not named)
        if numbers:
            named = numbers
            # A line named twice in one message was corrected: the last word holds.
            said |= {number: [words] for number in numbers}
        elif named:
            for number in named:
                said[number].append(words)
    return [_report(number, words) for number, words in said.items()]


def _report(number: int, words: list[str]) -> Report:
    told = _NOT_THAT.sub(" ", " ".join(words)).strip()
    return Report(number, told, replies.of_call(told))


def _pieces(plain: str) -> Iterator[str]:
    for piece in _PIECES.split(plain):
        yield from (part.strip() for part in _INSIDE.split(piece) if part.strip())


def _begins(
    piece: str, known: Mapping[int, tuple[str, str]], waiting: list[int], *, alone: bool
) -> tuple[list[int], str]:
    """The lines that a piece begins to speak of, and what it says."""
    head = _HEAD.match(piece)
    if head is not None:
        numbers = [int(one) for one in re.findall(r"\d+", head[1])]
        if all(one in known for one in numbers):
            return numbers, head[2]
    rest = _REST.fullmatch(piece)
    if rest is not None:
        return waiting, (rest[1] or rest[2] or "").strip()
    if alone and waiting and _ALL.fullmatch(piece):
        return waiting, piece
    for number, names in known.items():
        for name in filter(None, (one.lower() for one in names)):
            if name in piece:
                return [number], piece.replace(name, " ").strip()
    return [], piece
