"""What a dose looks like: nothing that the bot says may hold one, whoever wrote it."""

from __future__ import annotations

import re

# Numbers of something to swallow, and how often: an amount of boxes is none.
DOSE = re.compile(
    r"(?:\d|[一二两三四五六七八九十半])\s*(?:mg(?!/dl)|ml|毫克|毫升|片|粒|丸|滴|勺|tablets?\b|pills?\b"
    r"|capsules?\b|drops?\b|spoons?)"
    r"|(?:每|一)(?:日|天)\s*[\d一二两三四五六]次|每次\s*[吃服用喝含\d一二两三四五半]"
    r"|每隔?\s*\S{1,2}\s*小时(?:吃|服)"
    r"|times (?:a|per) day|every \d+ hours|twice daily|(?:once|twice) a day",
    re.IGNORECASE,
)


def dose_in(text: str) -> str | None:
    """The words of a text that state a dose, if any do."""
    found = DOSE.search(text)
    return found[0] if found else None
