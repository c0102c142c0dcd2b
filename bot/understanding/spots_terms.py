"""What a number in a place is made of: the token, its markers, the words around it."""

from __future__ import annotations

import re
from typing import NamedTuple

Span = tuple[int, int]
Parts = dict[str, str]  # b, u, f, r


class Token(NamedTuple):
    """A number or letter, the marker after it or none, and where both stand."""

    value: str
    mark: str
    start: int
    end: int

    @property
    def chinese(self) -> bool:
        """Whether the number is written in characters."""
        return not self.value[-1].isascii()

    @property
    def letter(self) -> bool:
        """Whether it is a letter only: A座."""
        return self.value.isascii() and self.value.isalpha()


BUILDING = frozenset(("号楼", "#楼", "#", "栋", "栋楼", "幢", "幢楼", "撞", "排"))
UNIT = frozenset(("单元", "单", "梯"))
ROOM = frozenset(("室", "房", "房间", "户", "号房", "号室"))
FLOOR = frozenset(("楼", "层", "F", "f"))
DASH = frozenset("-_—–一") | {" - ", "- ", " -"}
MEASURE = re.compile(
    r"\s?(?:国道|县道|省道|路|区间|"
    r"[天年月日点分秒时元块角毛%度岁个只盒瓶袋片粒支包斤克米公人次名位条周后万千百级码倍折ml℃.:/~"
    r"]|小时|平|多|余|左右|mg|kg|km|cm|days?\b|hours?\b|min|am\b|pm\b)|[a-z]{3,}",
    re.IGNORECASE,
)
BEFORE_TRAP = re.compile(
    r"(?:血压|血糖|心率|体温|比分|价格?|[¥$£€第.]|打|拨|年|月|共|约|近|大概|花了|还有|只有|等了|"
    r"订单|号码|编号|接|请求|任务|QQ|尾号|前后|工号|航班|车次|车牌)\s?$"
)
HELP_LINES = frozenset(("110", "119", "120", "122"))
ROAD_END = re.compile("(?:路|街|(?<!街)道|巷|弄|胡同|(?<!干)线|组|段)_?$")
TRADE = re.compile("市场|[配贸饰品具材]城|商城|商贸|交易|物流")  # its numbers are stalls
HOME_END = re.compile("(?:小区|[苑村园庄区里坊府庭湾寓邸邨居舍城郡墅院期门])$")
SHOP_END = re.compile("(?:市场|商城|商贸城|广场|大厦|中心|街|城|楼|厅|馆|层|区)$")
STALL_END = re.compile("[A-Za-z]区$|市场$")
DATE_LEFT = re.compile("[月年第]$")
PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")


def left_of(text: str, token: Token) -> str:
    """The six characters before a token."""
    return text[max(0, token.start - 6) : token.start]


def roomlike(number: str) -> bool:
    """Whether a number reads as floor and door: 501, 1203, not 500 or 2021."""
    plain = number.rstrip("ABCDEFGHabcdefgh")
    return plain.isdigit() and len(plain) in (3, 4) and 1 <= int(plain[-2:]) <= 40
