"""One chain of numbers and markers to building, unit, floor and room.

Two manners of reading: in talk a number must prove that it is a place; in a formal address
(浙江省杭州市…) a number without a marker is one unless it belongs to the street.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bot.understanding.numbers import digits
from bot.understanding.spots_marks import BY_MARK
from bot.understanding.spots_terms import (
    BEFORE_TRAP,
    BUILDING,
    DASH,
    FLOOR,
    HELP_LINES,
    HOME_END,
    MEASURE,
    PHONE,
    ROAD_END,
    ROOM,
    TRADE,
    UNIT,
    Parts,
    Span,
    Token,
    left_of,
    roomlike,
)

_ABOUT = frozenset(map("".join, pairwise("一二三四五六七八九")))  # 四五楼 is about the fourth
_VILLAGE = re.compile("(?<!新)村$")
_SHOP = re.compile("商铺|店面|门面|店铺|铺")


class Chain:
    """Reads one chain of tokens into parts."""

    def __init__(self, text: str, tokens: list[Token], formal: bool, had: Parts) -> None:
        self.text, self.tokens, self.formal, self.had = text, tokens, formal, had
        self.got: Parts = {}
        self.span: Span = (tokens[0].start, tokens[0].start)
        self.lane = False

    def read(self) -> tuple[Parts, Span]:
        """Parts not had before, and the span of the tokens that gave them."""
        at = 0
        while at < len(self.tokens):
            run = self._joined(at)
            at += len(run)
            following = self.tokens[at] if at < len(self.tokens) else None
            if len(run) > 1:
                self._run(run)
            elif run[0].mark:
                self._marked(run[0], following)
            else:
                self._bare(run[0], following)
        return self.got, self.span

    def _joined(self, at: int) -> list[Token]:
        """Tokens from ``at`` joined by dashes, the last at most with a marker."""
        run = [self.tokens[at]]
        for token in self.tokens[at + 1 :]:
            if run[-1].mark or self.text[run[-1].end : token.start] not in DASH:
                break
            run.append(token)
        return run

    def _put(self, part: str, token: Token) -> None:
        if part in self.got or (part in self.had and not self.formal):
            return
        if not self.got:
            self.span = (token.start, token.end)
        under = token.value[0] == "负"
        said = token.value[0] if token.value in _ABOUT else token.value
        self.got[part] = "B" + digits(said[1:]) if under else digits(said)
        self.span = (min(self.span[0], token.start), max(self.span[1], token.end))

    @property
    def inside(self) -> bool:
        """Whether a part has been read already."""
        return bool(self.got) or (self.formal and bool(self.had))

    def trapped(self, first: Token, last: Token) -> bool:
        """A number with a measure after it or a reading's name before it."""
        measured = not last.mark and MEASURE.match(self.text, last.end) is not None
        return measured or BEFORE_TRAP.search(left_of(self.text, first)) is not None

    def _run(self, run: list[Token]) -> None:
        """Numbers joined by dashes: 3-2-501, 3-501, 3号楼2-501."""
        first, last = run[0], run[-1]
        if any(t.chinese for t in run) or self.trapped(first, last):
            return
        if PHONE.fullmatch("".join(t.value for t in run)):
            return
        if last.mark in BUILDING or last.mark in ("座", "号院", "弄", "街"):
            if self.formal and last.mark in BUILDING:
                joined = "-".join(t.value for t in run)
                last = last._replace(value=joined, start=first.start)
            self._marked(last, None)
            return
        left = left_of(self.text, first)
        road = not self.lane and ROAD_END.search(left) is not None
        if road and (len(run) == 4 or (len(run) == 3 and self.formal)):
            run, road = run[1:], False  # the street's own number
        for part, token in zip(self._slots(run, road), run, strict=False):
            if part:
                self._put(part, token)

    def _slots(self, run: list[Token], road: bool) -> list[str]:
        """Which part each number of a run is; an empty name for none."""
        free = [p for p in "bur" if p not in self.got]
        last, size = run[-1], len(run)
        if last.mark in UNIT:
            return ["", "", "b", "u"][-size:]
        if last.mark in FLOOR:
            return (free[:2] if size > 2 else free[:1]) + ["f"]
        if size == 2 and len(free) == 3 and "f" not in self.got:
            return self._pair(run[0], last, road)
        if size == 2 and ("f" in self.got or ("b" in self.got and _deep(run[0].value))):
            return ["r"]  # 807-811: from door to door
        if size > 3 or (size == 3 and not self._plausible(run, road)):
            return []
        return free[-size:]

    def _pair(self, first: Token, last: Token, road: bool) -> list[str]:
        if road:
            return ["", "b"]  # 路82-11号: the street's number, then the house
        deep = _deep(last.value)
        if not self.formal and not last.mark and not (deep and roomlike(last.value)):
            return []
        if self.formal and _VILLAGE.search(left_of(self.text, first)):
            return ["", "b"]  # 溪口村12-87号
        if self.formal and (TRADE.search(self.text) or _SHOP.match(self.text, last.end)):
            return ["b", "r"]
        return ["b", "r"] if deep or last.mark in ROOM else ["b", "u"]

    def _plausible(self, run: list[Token], road: bool) -> bool:
        """Whether N-N-N is a door rather than a date or a score."""
        if self.formal:
            return True
        building, unit, room = (t.value for t in run)
        if road or len(building) > 3 or len(unit) > 2 or unit == "0":
            return False
        plain = room.rstrip("ABCDEFGH")
        if plain.isdigit() and 2015 <= int(plain) <= 2045 and int(plain[-2:]) > 12:
            return False
        return len(plain) in (3, 4) or plain != room or bool(run[-1].mark)

    def _bare(self, token: Token, following: Token | None) -> None:
        """A number without a marker: the door, if the chain has come so far."""
        value = token.value
        if value in HELP_LINES:
            return
        if token.letter and "f" in self.got and token.start == self.span[1]:
            self._put("r", token)  # 3座17楼E
            return
        if self.trapped(token, token) and not (self.formal and self.got):
            return
        if token.chinese:
            if self.got and 3 <= len(value) <= 4 and not set(value) & set("十百"):
                self._put("r", token)
            return
        size = sum(c.isdigit() for c in value)
        if self.inside:
            deep = self.formal and ("u" in self.got or "f" in self.got)
            beside = "u" in self.got and token.start == self.span[1]  # 2单元3
            lettered = "b" in self.got and size and value[-1].isalpha()  # A栋18A
            if size >= 3 or deep or beside or lettered:
                self._put("r", token)
            elif size and "b" in self.got and (following is not None or self.formal):
                self._put("u", token)
        elif self.formal and size >= 3 and value[0] != "0":
            left = left_of(self.text, token)
            if ROAD_END.search(left) is None:
                home = size < 4 and HOME_END.search(left) and left[-1] not in "寓府邸舍"
                self._put("b" if home else "r", token)

    def _marked(self, token: Token, following: Token | None) -> None:
        left = left_of(self.text, token)
        if left.endswith("#") and not self.inside and token.mark not in BUILDING | FLOOR:
            return  # 接#12
        part = BY_MARK[token.mark](self, token, following, left)
        if part is not None:
            self._put(part, token)


def _deep(value: str) -> bool:
    """Whether a number has the digits of floor and door."""
    return sum(c.isdigit() for c in value) >= 3
