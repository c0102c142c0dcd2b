"""Short answers to a check-in, read by what they say: a bare 嗯 is contact, 摔了 is no "fine"."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Literal

from handlers.kit import Context
from handlers.sentences import tidy
from storage import checkins, people
from storage.people import Person

Elders = Literal["well", "unwell", "contact"]
Helpers = Literal["go", "there", "no", "nobody_opens", "well", "unwell"]

_WORDS: dict[str, list[str]] = tomllib.loads(
    (resources.files("handlers") / "words" / "checkin_replies.toml").read_text("utf-8")
)


def _any_of(words: list[str]) -> re.Pattern[str]:
    found = [rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words]
    return re.compile("|".join(found))


_HAS = {name: _any_of(words) for name, words in _WORDS.items()}
_THEY = re.compile(r"\b(?:she|he|they|her|him|them)\b|[她他]")
_OF_OTHER_THINGS = {
    "need", "report", "offer", "question", "claim", "release", "done", "arrived", "vouch",
    "cancel", "reopen", "command",
}  # fmt: skip
"""Acts of an elder that other features hear, while a greeting is open."""


def is_unwell(text: str) -> bool:
    """Whether the words say that something is wrong."""
    plain = _HAS["but_well"].sub(" ", tidy(text))
    return _HAS["not_well"].search(plain) is not None


def of_elder(ctx: Context) -> Elders | None:
    """What an elder's message says of themselves; None where it is about something else."""
    reading = ctx.reading
    if is_unwell(ctx.text) and reading.act in {"well", "unwell", "chat", "confirm"}:
        return "unwell"
    if reading.act == "unwell" and _HAS["fine"].search(tidy(ctx.text)):
        return "well"  # "sorry, I slept late, all well"
    if reading.act in {"well", "unwell"}:
        return reading.act
    if ctx.in_group or (reading.act in _OF_OTHER_THINGS and reading.confidence >= 0.5):
        return None
    return "contact"


def of_helper(ctx: Context, *, named: bool = False) -> Helpers | None:  # noqa: PLR0911  one line for each answer
    """What somebody says who was asked to go and see; None where it is about something else.

    ``named`` is whether they name whom they were sent to: what ails these is no plea of their own.
    """
    text = tidy(ctx.text)
    has = {name for name, pattern in _HAS.items() if pattern.search(text)}
    act = ctx.reading.act
    found_ill = is_unwell(text) and (named or _THEY.search(text) is not None)
    if act in {"need", "report", "offer"} and not (has & {"seen", "fine", "go"} or found_ill):
        return None
    if "nobody_opens" in has:
        return "nobody_opens"
    if is_unwell(text) and not text.startswith(("不好意思", "我")):
        return "unwell"
    if is_news(text) and ("seen" in has or ("fine" in has and not has & {"go", "cannot"})):
        return "no" if text in _WORDS["cannot"] else _yes_or_well(text)
    if "cannot" in has or act == "release" or text in {"不", "不了"}:
        return "no"
    if "there" in has or act == "arrived":
        return "there"
    if "go" in has or text in _WORDS["yes"] or act in {"claim", "confirm"}:
        return "go"
    return "well" if act in {"vouch", "done"} and is_news(text) else None


def of_call(text: str) -> Literal["well", "missed", "unwell"] | None:
    """What a volunteer found who rang or knocked; a reading alone is somebody who is well."""
    plain = tidy(text)
    if is_unwell(plain):
        return "unwell"
    if _HAS["missed"].search(plain):
        return "missed"
    well = _HAS["rung_well"].search(plain) or plain in _WORDS["yes"]
    return "well" if well or _HAS["fine"].search(plain) or re.search(r"\d", plain) else None


def _yes_or_well(text: str) -> Helpers:
    return "go" if text in _WORDS["yes"] else "well"


def is_news(text: str) -> bool:
    """Whether a word on somebody is about now, and no question."""
    return _HAS["not_now"].search(tidy(text)) is None


def says_seen(text: str) -> bool:
    """Whether the words say that somebody is well or was seen, and not that nobody was."""
    plain = tidy(text)
    seen = _HAS["seen"].search(plain) or _HAS["fine"].search(plain)
    return bool(seen) and is_news(text) and not _HAS["nobody_opens"].search(plain)


def named_in(ctx: Context) -> list[Person]:
    """Everybody checked on whom this message names; 王奶奶 alone may be one of several."""
    found = checkins.named_in(ctx.tx, ctx.text, _WORDS["titles"])
    elders = (people.get(ctx.tx, person_id) for person_id in found)
    return [elder for elder in elders if names(elder, ctx.text)]


def names(person: Person, text: str) -> bool:
    """Whether the text names this person: in full, in English, or as 王奶奶 for 王桂兰."""
    if person.name in text or (person.name_en and person.name_en.lower() in text.lower()):
        return True
    titles = _WORDS["titles"]
    return not person.name.endswith(tuple(titles)) and any(
        person.name[0] + title in text for title in titles
    )
