"""Telephone numbers in a message: Chinese mobile and landline, and forms of other countries.

A run of digits and light separators is cut into groups; groups are joined from the left until
they make a number. Order numbers, dates, identity numbers, prices and readings are let be.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_RUN = re.compile(r"(?<![\d.A-Za-z])(?:\+ ?)?\(?\d(?:[ \-.()]{0,2}\d){6,}", re.ASCII)
_GROUP = re.compile(r"\d+", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_MOBILES = re.compile(r"(?:1[3-9]\d{9}){2,}", re.ASCII)
_LANDLINE = re.compile(r"(?:010|02\d)\d{8}|0[3-9]\d{2}\d{7,8}|0\d{9,10}", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])", re.ASCII)
_NOT_PHONE = re.compile(
    r"(?:订单|单号|编号|号码牌|身份证|证号|证件|卡号|账号|帐号|账户|快递|运单|批号|批次|条码|QQ|"
    r"qq|群号|邀请码|会议号|验证码"
    r"|取件码|order|tracking|invoice|ref|account|case|batch|ticket|serial|meeting|zoom|code"
    r"|[¥$￥£€])(?: ?(?:号|号码|id|no\.?|number|is|是))?[ :#=]{0,3}$",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"(?:电话|座机|固话|热线|手机号?|号码|联系方式|联系人?|致电|拨打|拨|打|tel|telephone|ph|phone|"
    r"mobile|cell|call|text"
    r"|ring|dial|contact|whatsapp|reach|viber|sms|number|hotline|line)(?:[^\d]{0,16})$",
    re.IGNORECASE,
)


def phones(text: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Numbers as plain digits, each once and in order, and where each stands in ``text``.

    ``+86`` is dropped from Chinese numbers; other country codes stay, without the plus.
    """
    found: dict[str, Span] = {}
    for run in _RUN.finditer(text):
        before = text[max(0, run.start() - 24) : run.start()]
        if _NOT_PHONE.search(before) is None:
            told = _TELLS.search(before) is not None
            for number, span in _cut(run[0], run.start(), told):
                found.setdefault(number, span)
    return tuple(found), tuple(found.values())


def _cut(run: str, offset: int, told: bool) -> list[tuple[str, Span]]:
    """The numbers in one run; ``told`` if a word before it announces a number."""
    groups = [(m[0], m.start() + offset, m.end() + offset) for m in _GROUP.finditer(run)]
    found = []
    at = 0
    abroad = run.startswith("+")
    while at < len(groups):
        numbers, used = _take(groups[at : at + 11], abroad, told or _local(run, groups))
        if used:
            span = (groups[at][1], groups[at + used - 1][2])
            found += [(number, span) for number in numbers]
        abroad = False
        at += used or 1
    return found


def _local(run: str, groups: list[tuple[str, int, int]]) -> bool:
    """Whether a run is written as a number in town: 555-0119, 5550 0177; but 2024 2025 is not."""
    sizes = [len(digits) for digits, _, _ in groups]
    return (sizes == [3, 4] and "-" in run) or (
        sizes == [4, 4] and " " in run and run[:2] not in ("19", "20")
    )


def _take(groups: list[tuple[str, int, int]], abroad: bool, told: bool) -> tuple[list[str], int]:
    """(numbers, how many groups) standing at the head of ``groups``."""
    first = groups[0][0]
    if _MOBILES.fullmatch(first):
        return [first[i : i + 11] for i in range(0, len(first), 11)], 1
    if len(first) == 1 and first != "1" and not abroad:
        return [], 0
    joined, shapes = "", []
    for digits, _, _ in groups:
        joined += digits
        if len(joined) > 15:
            break
        shapes.append((joined, digits))
    if abroad or (first.startswith("00") and shapes and len(shapes[-1][0]) > 11):
        return _abroad(shapes)
    lone = all(len(digits) == 1 for _, digits in shapes)  # 1 3 8 0 …
    parts: list[str] = []
    best: tuple[int, str] | None = None
    for used, (number, digits) in enumerate(shapes, 1):
        parts.append(digits)
        if len(digits) == 1 and not lone:
            break
        if _is_number(number, parts, told):
            if best is None or len(number) == 11:
                best = used, number
            if len(number) >= 11:
                break
    if best is None and first in ("86", "1") and len(shapes) > 1:
        return _abroad(shapes)
    return ([_home(best[1])], best[0]) if best else ([], 0)


def _is_number(number: str, parts: list[str], told: bool) -> bool:
    size, sizes = len(number), [len(part) for part in parts]
    if size == 11 and _MOBILE.fullmatch(number):
        return True
    if size == 13 and number.startswith("86") and _MOBILE.fullmatch(number, 2):
        return True
    if number[0] == "0":
        whole = len(parts) == 1
        area = 3 <= len(parts[0]) <= 5 or len(parts[0]) >= 10 or sizes == [2, 4, 4]
        mobile = size == 10 and number[1] in "678"  # in South Africa
        long = size >= 10 + whole or mobile
        return area and long and _LANDLINE.fullmatch(number) is not None
    if size == 10:
        american = sizes == [3, 3, 4] and parts[0][0] > "1"
        indian = sizes == [5, 5] and number[0] in "6789"
        service = _SERVICE.fullmatch(number) is not None and (len(parts) > 1 or told)
        return american or indian or service or (told and parts[0][0] > "1" and len(parts) < 4)
    if size in (7, 8) and number[0] > "1":
        return told and len(parts) <= 2 and min(sizes) >= 3 and not _DATE.fullmatch(number)
    return False


def _abroad(shapes: list[tuple[str, str]]) -> tuple[list[str], int]:
    """A number with its country code: the fewest groups that make ten digits or more."""
    for used, (number, _) in enumerate(shapes, 1):
        plain = number.removeprefix("00")
        if 10 <= len(plain) <= 15 and (plain[0] != "1" or len(plain) >= 11):
            if plain[0] == "1" and len(plain) != 11:
                return [], 0
            if plain.startswith("86") and used < len(shapes) and len(plain) < 12:
                continue
            return [_home(plain)], used
    return [], 0


def _home(number: str) -> str:
    """Without China's own code; landlines get their leading zero back."""
    if not number.startswith("86") or len(number) < 12:
        return number
    rest = number[2:]
    return rest if _MOBILE.fullmatch(rest) or rest.startswith("0") else "0" + rest
