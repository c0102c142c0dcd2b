"""Numbers as they are said in Chinese, made digits: 三十八度二, 一百五, 一三五, 六点一."""

from __future__ import annotations

import re

_DIGITS = {one: str(at) for at, one in enumerate("零一二三四五六七八九")} | {"〇": "0", "两": "2"}
_TENS = {"十": 10, "百": 100}
_ONE = "零〇一二两三四五六七八九"
# One sign alone is a number only where nothing else can be meant: 一直, 两次, 十分 are words.
_NUMBER = re.compile(rf"[{_ONE}十百]{{2,}}|(?<=[糖腹后前是])[{_ONE}](?=$|点[{_ONE}]|[,;。])")
_POINT = re.compile(rf"(\d)点([{_ONE}]+|\d+)")
_DECIMAL = re.compile(rf"([{_ONE}十百]+)点([{_ONE}\d]+)")
_DEGREES = re.compile(rf"(?<![\d.])(\d{{2}})度(半|[{_ONE}]|\d{{1,2}})(?!\d)")


def with_digits(text: str) -> str:
    """The text with its numbers in digits; what is no number stays."""
    text = _DECIMAL.sub(lambda hit: f"{_value(hit[1])}.{_value(hit[2])}", text)
    text = _NUMBER.sub(lambda hit: _value(hit[0]), text)
    text = _POINT.sub(lambda hit: f"{hit[1]}.{_value(hit[2])}", text)
    return _DEGREES.sub(lambda hit: f"{hit[1]}.{'5' if hit[2] == '半' else _value(hit[2])}度", text)


def _value(word: str) -> str:
    """``一百五`` is 150, ``一百零五`` 105, ``一三五`` 135, ``十`` 10."""
    if not any(sign in word for sign in _TENS):
        return "".join(_DIGITS.get(sign, sign) for sign in word)
    total, last, unit = 0, "", 1
    for sign in word:
        if sign in _TENS:
            total += int(last or 1) * _TENS[sign]
            last, unit = "", _TENS[sign]
        else:
            last, unit = _DIGITS[sign], 1 if sign in "零〇" else unit
    # What follows a hundred at once are tens: 一百五.
    return str(total + (int(last) * max(unit // 10, 1) if last else 0))
