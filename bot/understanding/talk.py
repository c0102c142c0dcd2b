"""What the talk makes of a message: the same 好了 is news of a task, an answer, or nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.understanding.acts import EDGES
from bot.understanding.normalise import normalise
from bot.understanding.rules import FOLDER
from handlers.reading import Act, Reading


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the speaker stands: what the bot asked last, and what is open.

    ``asked``: settled, well, vouch, go, claim, which, where, what, same, expiry, yes_no, or None.
    """

    asked: str | None = None
    holds_task: bool = False
    has_request: bool = False
    quoted: str | None = None


_DATA = tomllib.loads((FOLDER / "talk.toml").read_text(encoding="utf-8"))
_SAID = {what: re.compile(like, re.IGNORECASE) for what, like in _DATA["said"].items()}
_ASKED = {what: re.compile(like) for what, like in _DATA["asked"].items()}
_UP: Final = ("👍", "👌", "✅", "🙆", "💪", "🙏", "[OK]", "[ok]", "[强]", "[好的]")
_DOWN: Final = ("👎", "❌", "🙅")
_VAGUE: Final = frozenset(("有", "要", "能", "得", ""))  # beginnings that are no yes by themselves
_BARE: Final = 12  # characters: a plea longer than this is no mere answer


def yes_or_no(text: str) -> bool | None:
    """Whether a short answer says yes (True) or no (False); None if it says neither."""
    plain = normalise(text)
    core = plain.text.strip(EDGES).lower() or "".join(plain.emoji)
    if core.startswith(_UP) or _SAID["not_no"].match(core):
        return True
    if core.startswith(_DOWN) or _SAID["no"].match(core):
        return False
    first = _SAID["cut"].split(core, maxsplit=1)[0]
    plainly = len(core) <= 24 and _SAID["yes"].match(core)
    begins = len(core) <= 40 and first not in _VAGUE and _SAID["yes"].match(first)
    return True if plainly or begins else None


def talk_from(lines: Sequence[str]) -> Talk:
    """A guess at the talk from earlier lines (``name: …``, ``bot: …``), oldest first."""
    asked: str | None = None
    holds = requested = False
    for line in lines:
        name, _, said = line.partition(":") if ":" in line else line.partition("：")
        words = normalise(said).text.lower()
        if name.strip().lower() not in {"bot", "邻帮", "linbang", "机器人"}:
            # Somebody asked before: what follows may be the end of it.
            requested = requested or _SAID["asks"].search(words) is not None
            continue
        asked = next((what for what, like in _ASKED.items() if like.search(words)), None)
        if _SAID["given"].search(words):
            holds, requested = True, False
        elif _SAID["noted"].search(words):
            holds, requested = False, True
    return Talk(asked, holds, requested and not holds)


def in_talk(reading: Reading, text: str, talk: Talk) -> Reading:
    """The reading as the talk makes it; an emergency stays one, and stays open."""
    if reading.emergency is not None:
        if talk.asked == "well" and reading.act in ("need", "chat", "unwell"):
            return reading.but(act="unwell", confidence=max(reading.confidence, 0.9))
        return reading
    plain = normalise(text)
    core = plain.text.strip(EDGES).lower() or " ".join(plain.emoji)
    new = _answer(reading, core, talk) or _standing(reading, core, talk)
    if new is None or new == reading.act:
        if new is not None and reading.confidence < 0.9:
            return reading.but(confidence=0.9)
        return reading
    items = reading.items if new in ("need", "offer") else ()
    kept = reading.category if new in ("need", "offer", "report") else None
    return reading.but(act=new, items=items, category=kept, confidence=0.9)


_STRONG = frozenset(("need", "report", "offer", "command"))


def _answer(reading: Reading, core: str, talk: Talk) -> Act | None:
    """The act of an answer to what was asked, if it is one."""
    said = yes_or_no(core)
    plea = reading.act in _STRONG and reading.confidence >= 0.85 and len(core) > _BARE
    match talk.asked:
        case "settled":
            return None if plea else _settled(core, said)
        case "well":
            return _well(core, said)
        case "vouch" | "go":
            return None if plea else _looked_in(core, said)
        case "claim":
            if plea and reading.act != "offer":
                return None
            return _taken(core, said)
    return None


def _settled(core: str, said: bool | None) -> Act | None:
    if _SAID["called_off"].search(core):
        return "cancel"
    bad = _SAID["unsettled"].search(_SAID["not_unsettled"].sub("", core)) is not None
    if bad:
        return "reopen"
    if said is not None:
        return "confirm" if said else "reopen"
    return "confirm" if len(core) <= 40 and _SAID["settled"].search(core) else None


def _well(core: str, said: bool | None) -> Act | None:
    if _SAID["ill"].search(_SAID["not_ill"].sub("", core)):
        return "unwell"
    if _SAID["not_ill"].search(core):
        return "well"
    if said is not None:
        return "well" if said else "unwell"
    return "well" if len(core) <= 40 and _SAID["well"].search(core) else None


def _looked_in(core: str, said: bool | None) -> Act | None:
    if _SAID["unseen"].search(core):
        return None
    if _SAID["seen"].search(core) and said is not False:
        return "vouch"
    if _SAID["busy"].search(core) and said is not True:
        return "release"
    return "claim" if said or _SAID["takes"].search(core) else None


def _taken(core: str, said: bool | None) -> Act | None:
    if said is False or (_SAID["busy"].search(core) and not _SAID["no_problem"].search(core)):
        return "release"
    return "claim" if said or _SAID["takes"].search(core) else None


def _standing(reading: Reading, core: str, talk: Talk) -> Act | None:
    """The act of a message by what the speaker has open, nothing having been asked."""
    act, short = reading.act, len(core) <= 24
    again = act == "need" and short and talk.has_request
    if not short or (act in _STRONG and reading.confidence >= 0.85 and not again):
        return None
    if talk.holds_task and (new := _of_task(act, core)):
        return new
    return _of_request(act, core, talk) if talk.has_request else None


def _of_task(act: Act, core: str) -> Act | None:
    """A short word of one who holds a task."""
    if act in ("confirm", "cancel", "chat") and _SAID["finished"].search(core):
        return "done"
    if act == "chat" and _SAID["gives_back"].search(core):
        return "release"
    if act == "chat" and _SAID["on_the_way"].search(core):
        return "arrived"
    return None


def _of_request(act: Act, core: str, talk: Talk) -> Act | None:
    """A short word of one who has asked for something."""
    # Whoever also holds a task speaks of the task first.
    heard = ("chat",) if talk.holds_task else ("done", "chat", "arrived")
    if act in heard and _SAID["it_came"].search(core):
        return "confirm"
    if act in ("chat", "report", "need") and _SAID["still_not"].search(core):
        return "reopen"
    if act in ("chat", "confirm") and _SAID["found"].search(core):
        return "cancel"
    return None
