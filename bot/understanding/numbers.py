"""Chinese and English numerals to numbers."""

from __future__ import annotations

import re

CN = "零〇一二两俩仨三四五六七八九十百千"  # for use inside a character class
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
    "壹": 1,
    "幺": 1,
}
_POWER = {"十": 10, "百": 100, "千": 1000}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
ENGLISH = {word: float(i) for i, word in enumerate(_SMALL.split())}
ENGLISH |= {word: 10.0 * i for i, word in enumerate(_TENS.split(), 2)}
_PHRASES = {
    "a": 1.0,
    "an": 1.0,
    "half": 0.5,
    "half a": 0.5,
    "half an": 0.5,
    "a half": 0.5,
    "half a dozen": 6.0,
    "half dozen": 6.0,
    "a dozen": 12.0,
    "dozen": 12.0,
    "two dozen": 24.0,
    "a couple": 2.0,
    "a couple of": 2.0,
    "couple of": 2.0,
    "a pair of": 2.0,
}
ENGLISH_PATTERN = (
    r"(?:half(?: an?| a dozen)?|an?(?: half| dozen| couple(?: of)?)?|(?:two |half )?dozen|"
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|"
    r"six|seven|eight|nine))?|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)(?: hundred)?)"
)
_ARABIC = re.compile(r"\d{1,9}(?:\.\d{1,4})?", re.ASCII)


def number(word: str) -> float | None:
    """The value of a numeral (12, 十二, 一百二 for 120, 半, a dozen); None if it is none."""
    word = word.strip().lower()
    if _ARABIC.fullmatch(word):
        return float(word)
    if word == "半":
        return 0.5
    if word and (word[0] in _DIGIT or word[0] in _POWER):
        return _chinese(word)
    return _english(word)


def _chinese(word: str) -> float | None:
    half = 0.5 if len(word) > 1 and word[-1] == "半" else 0.0
    if half:
        word = word[:-1]
    if len(word) > 12:
        return None
    if not any(c in _POWER for c in word):
        if not all(c in _DIGIT for c in word):
            return None
        return float("".join(str(_DIGIT[c]) for c in word)) + half
    total, digit, power = 0, 0, 0
    for c in word:
        if c in _POWER:
            power = _POWER[c]
            total += (digit or 1) * power
            digit = 0
        elif c in _DIGIT:
            digit = _DIGIT[c]
            if digit == 0:
                power = 0  # 一百零二 is 102, 一百二 is 120
        else:
            return None
    if digit and power > 10:
        digit *= power // 10
    return float(total + digit) + half


def _english(word: str) -> float | None:
    if word in _PHRASES:
        return _PHRASES[word]
    parts = word.replace("-", " ").split()
    if not parts or len(parts) > 3 or any(p not in ENGLISH for p in parts):
        return None
    total = 0.0
    for part in parts:
        total = total * 100 if part == "hundred" and total else total + ENGLISH[part]
    return total


def digits(word: str) -> str:
    """A numeral as plain digits or capitals: 十二 is 12, 五零一 is 501, b2 is B2."""
    if word.isascii():
        return word.upper()
    if not any(c in _POWER for c in word) and all(c in _DIGIT for c in word):
        return "".join(str(_DIGIT[c]) for c in word)  # 五零一 is read out, zeros and all
    value = number(word)
    return word if value is None else str(int(value))
