"""What each marker makes of its number: 号楼 a building, 单元 a unit, 号 it depends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.understanding.spots_terms import (
    BUILDING,
    DATE_LEFT,
    FLOOR,
    HOME_END,
    ROAD_END,
    ROOM,
    SHOP_END,
    STALL_END,
    TRADE,
    UNIT,
    Token,
    roomlike,
)

if TYPE_CHECKING:
    from bot.understanding.spots_chain import Chain


def _building(chain: Chain, token: Token, _: Token | None, left: str) -> str | None:
    """号楼, 栋, 幢; but 一栋楼, 这栋 and 两栋 count buildings."""
    if token.mark == "排":
        return "b" if chain.formal and not token.chinese else None
    if _RANGE.search(left):
        return None
    if token.mark[0] in "栋幢":
        counted = token.value == "两" or left[-1:] in tuple("这那整每")
        if counted or (token.chinese and token.mark[-1] == "楼"):
            return None
        if token.value == "一" and chain.text.startswith(("房", "别", "老"), token.end):
            return None
    return "b"


_RANGE = re.compile("\\d[-~到至]$")


def _seat(chain: Chain, token: Token, following: Token | None, left: str) -> str | None:
    """A座, 8座1502; but 七座车, 12星座."""
    if token.letter or chain.inside:
        return "b"
    after = chain.text[token.end : token.end + 4]
    counted = left[-1:] in tuple("一有这那哪每整几") or after[:1] in tuple(
        "车位大山桥城塔庙岛商的小从无空面"
    )
    if counted or "车" in after or "SUV" in after or token.value in ("两", "一"):
        return None
    short = len(token.value) <= 2
    return "b" if short or following is not None or chain.formal else None


def _unit(chain: Chain, token: Token, following: Token | None, _: str) -> str | None:
    """单元 always, 梯 only among other parts."""
    known = token.mark == "单元" or chain.inside or following is not None
    return "u" if known else None


def _door(chain: Chain, token: Token, following: Token | None, *__: object) -> str | None:
    """4门502; but 三门冰箱."""
    if len(token.value) >= 3 and not token.chinese and "u" not in chain.got:
        return "r" if chain.inside else None  # 2号楼1502门开着
    before_room = (
        following is not None and following.mark in ("", "室") and len(following.value) >= 3
    )
    return "u" if chain.inside or before_room else None


def _floor(chain: Chain, token: Token, following: Token | None, left: str) -> str | None:
    """五楼, 3层; but 3楼2单元 is a building and 三层口罩 nothing."""
    value, mark = token.value, token.mark
    if _PASSING.search(left) or _BETWEEN.match(chain.text, token.end):
        return None
    if mark == "楼":
        unit_next = following is not None and following.mark in ("单元", "单", "梯", "门")
        if token.letter or unit_next:
            return "b"
    if token.letter or value == "两":
        return None
    if len(value) > 2 and not token.chinese and not chain.formal:
        return None
    if mark == "层" and _counted(chain, token, left):
        return None
    return None if mark in "Ff" and not (value.isascii() and value.isdigit()) else "f"


_PASSING = re.compile(
    "(?:[0-9一二三四五六七八九十]楼[到至跟和]|楼[拖拉接扯黑]到|地下|爬了?|跳|没电梯|走上|[扛背货]上|上到|爬到)$"
)
_BETWEEN = re.compile(
    "以上|以下|之间|中间|往上|[拖拉接扯黑]?[跟和到至](?:\\d{1,2}|[一二三四五六七八九十]{1,3})楼"
)


def _counted(chain: Chain, token: Token, left: str) -> bool:
    """层 that tells how many there are, not which."""
    if left[-1:] in tuple("共有总高是戴隔") or chain.text.startswith(("楼", "高"), token.end):
        return True
    known = chain.inside or chain.formal or left[-1:] in tuple("第在到住道")
    return token.chinese and not known


def _room(chain: Chain, token: Token, *_: object) -> str | None:
    """1202室; but 两室一厅, 3户."""
    size = len(token.value)
    if chain.inside:
        return "r" if size >= 2 or not token.chinese else None
    if size < 3 or token.letter or (token.mark == "户" and not roomlike(token.value)):
        return None
    return "r"


def _lane(chain: Chain, *_: object) -> str | None:
    chain.lane = True
    return None


def _yard(*_: object) -> str | None:
    return None


def _street(chain: Chain, token: Token, following: Token | None, _: str) -> str | None:
    """The aisles of a market, in formal addresses only."""
    among = chain.inside or following is not None
    return "u" if chain.formal and among and not token.chinese else None


def _house(chain: Chain, token: Token, following: Token | None, left: str) -> str | None:
    """N号 is a house, a door, a street number or a date."""
    if chain.lane:
        return "b"
    if ROAD_END.search(left) or (following and following.mark in BUILDING | {"座", "号"}):
        return None
    if "f" in chain.got or "u" in chain.got or (chain.formal and "f" in chain.had):
        return "r"
    if "b" in chain.got or (chain.formal and "b" in chain.had):
        stall = chain.formal and TRADE.search(chain.text, 0, token.start) is not None
        deep = len(token.value) >= (4 if chain.formal else 3)
        return "r" if stall or deep else "u"  # 汽配城113幢13号
    if following is not None and _leads(chain, token, following):
        return None if chain.trapped(following, following) else "b"
    return _by_name(token, left) if chain.formal else None


def _leads(chain: Chain, token: Token, following: Token) -> bool:
    """Whether what follows makes a house of N号: 3号2单元, 3号501."""
    if following.mark:
        return following.mark in UNIT | {"室", "层", "门", "楼"}
    near = chain.text[token.end : following.start] in ("", "-", " ")
    return near and len(following.value) >= 3


_SECOND = re.compile("\\d号$")


def _by_name(token: Token, left: str) -> str | None:
    """N号 after a name: a house in an estate, a stall in a market."""
    if DATE_LEFT.search(left):
        return None
    if _SECOND.search(left):
        return "b"  # 宏远路1820号12号
    if STALL_END.search(left):
        return "r"
    if HOME_END.search(left):
        village = left.endswith("村") and not left.endswith("新村")
        return None if village else "b" if len(token.value) < 4 else "r"
    return "r" if SHOP_END.search(left) else None


Rule = Callable[["Chain", Token, Token | None, str], str | None]
_RULES: tuple[tuple[frozenset[str], Rule], ...] = (
    (BUILDING, _building),
    (UNIT, _unit),
    (FLOOR, _floor),
    (ROOM, _room),
    (frozenset(("座",)), _seat),
    (frozenset(("门", "号门")), _door),
    (frozenset(("弄",)), _lane),
    (frozenset(("街",)), _street),
    (frozenset(("号",)), _house),
    (frozenset(("号院",)), _yard),
)
BY_MARK: dict[str, Rule] = {mark: rule for marks, rule in _RULES for mark in marks}
