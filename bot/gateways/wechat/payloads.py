"""What WeChat's messages look like, made into what the bot hears."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.gateways.wechat.calls import Kind

AFTER_MENTION = "\u2005"
"""WeChat's own space after `@name`."""
SILENT = {Kind.RECALLED, Kind.UNKNOWN, Kind.NOTE}
"""Not said by anybody: notices, and what was taken back."""

_QUOTE = re.compile(
    r"「(?P<who>[^：:\n]{1,64})[：:](?P<quoted>.*)」\n(?:- ?){5,}\n(?P<said>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a message, apart from those that it quotes."""

    text: str
    quoted: str | None = None
    quoted_name: str | None = None


def words(kind: int, text: str, filename: str) -> Words:
    """What was said: of a file its name, of what has no words nothing."""
    if kind == Kind.TEXT:
        quote = _QUOTE.fullmatch(text)
        if quote is None:
            return Words(text)
        return Words(quote["said"].strip(), quote["quoted"].strip(), quote["who"].strip())
    if kind in {Kind.FILE, Kind.VIDEO} and filename:
        return Words(f"[{filename}]")
    return Words("")


def names_bot(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text has ``@name`` for one of the bot's names."""
    folded = text.casefold()
    return any(f"@{name.casefold()}" in folded for name in names if name)


def with_mentions(text: str, names: list[str]) -> str:
    """A text for a group that begins with the people it is for, as WeChat writes it."""
    return "".join(f"@{name}{AFTER_MENTION}" for name in names if name) + text
