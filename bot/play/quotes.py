"""What a line of a transcript quotes: ``> #3``, ``> bot``, ``> 王奶奶``, ``> "words of it"``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.play.road import GATEWAY, Sent
from handlers.kit import Message
from storage import requests
from storage.db import Transaction


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one conversation: the bot's letters and people's messages, in order."""

    letters: list[Sent]
    messages: list[Message]


def find_quoted(
    tx: Transaction, words: str, here: Heard, account: str | None
) -> tuple[str | None, str]:
    """The platform's id and the text of the message meant; ``account``: of a person named.

    Words that nobody said here are quoted without an id. ValueError: there is nothing to quote.
    """
    by_bot = [(one.id, one.letter.text) for one in here.letters]
    by_people = [(one.id, one.text) for one in here.messages]
    if number := re.fullmatch(r"[#＃]\s*(\d+)", words):
        found = _about(tx, int(number[1]), here)
        if not found:
            raise ValueError(f"nothing about #{number[1]} was said in this conversation")
    elif words.lower() in {"bot", "机器人", "邻帮", "linbang"}:
        found = by_bot
        if not found:
            raise ValueError("the bot has said nothing in this conversation yet")
    elif account is not None:
        found = [(one.id, one.text) for one in here.messages if one.sender == account]
        if not found:
            raise ValueError(f"{words} has said nothing in this conversation yet")
    else:
        found = [one for one in (*by_people, *by_bot) if words in one[1]] or [("", words)]
    return found[-1][0] or None, found[-1][1]


def _about(tx: Transaction, number: int, here: Heard) -> list[tuple[str, str]]:
    """The bot's letters about a request, or else the message that it was made from."""
    letters = [(one.id, one.letter.text) for one in here.letters if one.letter.about == number]
    if letters:
        return letters
    request = requests.get(tx, number)
    made = request.mid.removeprefix(f"{GATEWAY}:") if request and request.mid else None
    messages = [(one.id, one.text) for one in here.messages if one.id == made]
    named = [(one.id, one.letter.text) for one in here.letters if f"#{number}" in one.letter.text]
    return messages or named
