"""Marks in square brackets: ``[photo]``, ``[voice]``, ``[late 40 min]``, ``[x 1000]``."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.play import waits
from bot.play.steps import Said

_TAGS: tuple[tuple[str, str], ...] = (
    ("photo", r"(?:photo|picture|image|图片|照片|图)\s*(?P<value>.*)"),
    ("photos", r"(?P<value>\d+)\s*(?:photos|pictures|images|张(?:图片|照片|图))"),
    ("voice", r"voice(?: message)?|语音(?:消息)?"),
    ("twice", r"twice|two times|两次|两遍|重复"),
    ("again", r"again|redelivered|再次送达|重新送达|重送"),
    ("late", r"(?:late|delayed|迟到|晚到|迟|延迟)\s*(?P<value>.+)|(?P<value2>.+?)\s*late"),
    ("repeat", r"[x×*]\s*(?P<value>\d+)|重复\s*(?P<value2>\d+)\s*遍"),
    ("times", r"(?P<value>\d+)\s*(?:times|次|条)"),
)  # fmt: skip
_MOST = 1_000_000


def tag(words: str) -> tuple[str, str]:
    for kind, pattern in _TAGS:
        if found := re.fullmatch(pattern, words, re.IGNORECASE):
            groups = found.groupdict()
            return kind, (groups.get("value") or groups.get("value2") or "").strip()
    known = "photo, photo file.jpg, photo bad, voice, twice, again, late 40 min, x 1000, 100 times"
    raise ValueError(f"[{words}] is not known; known are: {known}")


def tagged(said: Said, tags: list[str]) -> Said:
    """Mark what the tags say; known ones at the beginning of the text count as well."""
    while (found := re.match(r"[\[【]([^\[\]【】]+)[\]】]\s*", said.text)) and _is_known(found[1]):
        tags.append(found[1])
        said.text = said.text[found.end() :]
    for one in tags:
        kind, value = tag(one)
        match kind:
            case "photo":
                said.photos.append(value or f"photo {len(said.photos) + 1} at line {said.at.first}")
            case "photos":
                said.photos += [f"photo {n + 1} at line {said.at.first}" for n in range(int(value))]
            case "voice" | "twice" | "again":
                setattr(said, kind, True)
            case "late":
                said.late = _lateness(value)
            case _:
                if not 0 < int(value) <= _MOST:
                    raise ValueError(f"[{one}]: from 1 to {_MOST}")
                setattr(said, kind, int(value))
    return said


def _is_known(words: str) -> bool:
    return any(
        re.fullmatch(pattern, words, re.IGNORECASE)
        for kind, pattern in _TAGS
        if kind not in {"repeat", "times"}
    )


def _lateness(words: str) -> timedelta:
    found = waits.read(f"{words} later")
    if found is None or found.span is None or found.clock is not None:
        raise ValueError(f"[late {words}]: write how long, such as [late 40 min]")
    return found.span
