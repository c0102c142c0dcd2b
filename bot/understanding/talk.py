"""What the talk makes of a message: the same 好了 is news of a task, an answer, or nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.understanding.acts import EDGES
from bot.understanding.normalise import normalise
from bot.understanding.rules import FOLDER
from handlers.reading import Act, Reading


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the speaker stands: what the bot asked last, and what is open.

    ``asked``: settled, well, vouch, go, claim, which, where, what, same, expiry, yes_no, or None;
    and, guessed from earlier lines: ``again`` (told it is settled), ``finished`` and ``coming``
    (a helper is asked how far), ``plea`` (a neighbour just asked for something).
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
            pleads = _SAID["asks"].search(words) is not None
            requested = requested or pleads
            asked = "plea" if pleads else None
            continue
        asked = next((what for what, like in _ASKED.items() if like.search(words)), None)
        asked = asked and asked.removesuffix("_too")
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
_OF_TASK = frozenset(("release", "arrived", "done"))
_OF_REQUEST = frozenset(("confirm", "reopen", "cancel"))
_NO_ANSWER = frozenset(("need", "report", "offer", "command", "question", "unwell"))


def _answer(reading: Reading, core: str, talk: Talk) -> Act | None:
    """The act of an answer to what was asked, if it is one."""
    answer = _ANSWERS.get(talk.asked or "")
    if answer is None or not core:
        return None
    if talk.asked == "claim" and talk.holds_task and _SAID["finished"].search(core):
        return "done"  # what is in hand is finished: no yes to another offer
    pleads = reading.act in _STRONG and reading.confidence >= 0.82 and len(core) > _BARE
    if pleads and talk.asked != "well":
        still = talk.asked == "again" and _SAID["unsettled"].search(core)
        if not still and not (talk.asked == "claim" and reading.act == "offer"):
            return None
    return answer(reading, core, yes_or_no(core))


def _is_unsettled(core: str) -> bool:
    """Whether something is said not to be settled, and not only `不漏了`."""
    return _SAID["unsettled"].search(_SAID["not_unsettled"].sub("", core)) is not None


def _settled(_: Reading, core: str, said: bool | None) -> Act | None:
    if _SAID["called_off"].search(core):
        return "cancel"
    mended = _SAID["not_unsettled"].search(core) is not None
    if _is_unsettled(core):
        return "reopen"
    if said is not None:
        return "confirm" if said or mended else "reopen"
    return "confirm" if len(core) <= 40 and _SAID["settled"].search(core) else None


def _well(reading: Reading, core: str, said: bool | None) -> Act | None:
    if _SAID["ill"].search(_SAID["not_ill"].sub("", core)):
        return "unwell"
    if _SAID["not_ill"].search(core) or said:
        return "well"
    if said is False and len(core) <= 4:
        return "unwell"
    # Whoever answers the greeting at all, and names nothing wrong, has been heard from.
    return "well" if len(core) <= 40 and reading.act not in _NO_ANSWER else None


def _finished(reading: Reading, core: str, said: bool | None) -> Act | None:
    """What a helper says who was asked whether it is done."""
    if reading.act in ("release", "arrived", "question"):
        return None
    if said is False or (_is_unsettled(core) and not _SAID["finished"].search(core)):
        return "release" if _SAID["gives_back"].search(core) else None
    # Thanks come from the one who asked: then it was not the helper who answered.
    return "confirm" if _SAID["thanked"].search(core) else "done"


def _coming(_: Reading, core: str, said: bool | None) -> Act | None:
    """What a helper says who was asked how far off the help is."""
    if _SAID["gives_back"].search(core) or _SAID["busy"].search(core):
        return "release"
    if _SAID["finished"].search(core):
        return "done"
    return "arrived" if said or _SAID["moving"].search(core) else None


def _looked_in(_: Reading, core: str, said: bool | None) -> Act | None:
    if _SAID["unseen"].search(core):
        return None
    if _SAID["seen"].search(core) and said is not False:
        return "vouch"
    if _SAID["busy"].search(core) and said is not True:
        return "release"
    return "claim" if said or _SAID["takes"].search(core) else None


def _taken(_: Reading, core: str, said: bool | None) -> Act | None:
    if said is False or (_SAID["busy"].search(core) and not _SAID["no_problem"].search(core)):
        return "release"
    return "claim" if said or _SAID["takes"].search(core) else None


def _to_plea(reading: Reading, core: str, _: bool | None) -> Act | None:
    """What a neighbour says after another's plea, before the bot has said anything."""
    short = len(core) <= 40 and reading.act in ("chat", "offer", "claim")
    return "claim" if short and _SAID["takes"].search(core) else None


_ANSWERS: Final[dict[str, Callable[[Reading, str, bool | None], Act | None]]] = {
    "settled": _settled,
    "again": _settled,  # told that it is settled: the same words confirm it or reopen it
    "well": _well,
    "finished": _finished,
    "coming": _coming,
    "plea": _to_plea,
    "vouch": _looked_in,
    "go": _looked_in,
    "claim": _taken,
}


def is_of_what_is_open(talk: Talk, act: Act, low: str) -> bool:
    """Whether an act speaks of the task one holds, or of what one has asked for."""
    if talk.holds_task and act in _OF_TASK:
        return True
    if not talk.has_request or act not in _OF_REQUEST:
        return False
    return act != "reopen" or _is_unsettled(low)


def _standing(reading: Reading, core: str, talk: Talk) -> Act | None:
    """The act of a message by what the speaker has open, nothing having been asked."""
    act, short = reading.act, len(core) <= 24
    again = act == "need" and short and talk.has_request
    if not short or (act in _STRONG and reading.confidence >= 0.82 and not again):
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
        return "reopen" if _is_unsettled(core) else "confirm"
    if act in ("chat", "report", "need") and _SAID["still_not"].search(core):
        return "reopen"
    if act in ("chat", "confirm") and _SAID["found"].search(core):
        return "cancel"
    return None
