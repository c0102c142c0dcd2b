"""What keepers and givers write: things with amounts, the last good day, the batch."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from handlers.pharmacy import rules

_DIGITS = str.maketrans("〇零一二三四五六七八九两", "001234567892")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_DATES = (
    re.compile(
        rf"(?<!\d)(?P<year>20\d\d)\s*[-/.年]\s*{_MONTH}(?!\d)(?:\s*[-/.月]\s*{_DAY}(?!\d)[日号]?|月?)"
    ),
    re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)?(?!\d)"),
    re.compile(rf"(?<!\d)(?P<short>\d\d)年{_MONTH}月(?:{_DAY}[日号])?"),
    re.compile(rf"(?P<ahead>今|明|后)年{_MONTH}月(?:{_DAY}[日号])?"),
    re.compile(rf"(?<!\d){_MONTH}\s*/\s*(?P<year>20\d\d)(?!\d)"),
    re.compile(
        rf"(?:{_DAY}(?:st|nd|rd|th)?\s+)?(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?,?\s+(?P<year>20\d\d)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<ahead>next) (?P<name>{'|'.join(_MONTHS)})[a-z]*", re.IGNORECASE),
)
_CHINESE_DATE = re.compile(r"[〇零一二三四五六七八九]{2,4}年|(?<=年)[一二三四五六七八九十]{1,2}月")
_ABOUT_EXPIRY = re.compile(
    r"(?:有效期|保质期)?(?:到期日?|有效期|保质期|过期|失效)(?:[是为至到:]*)"
    r"|\b(?:expir(?:es|y|ing)?|exp|best before|good until|use by|valid until)\b[.:]?"
    r"(?: date)?(?: is)?"
    r"|日?到期",
    re.IGNORECASE,
)
_BATCH = re.compile(
    r"(?:批号|批次|\bbatch|\blot)(?:是|为|no\.?|number)?\s*[::#]?\s*(?P<batch>[a-z0-9][a-z0-9-]*)",
    re.IGNORECASE,
)
_UNIT = (
    "盒|瓶|袋|包|片|粒|颗|丸|板|支|只|个|套|台|份|张|罐|箱|件|枚|条|把|根|副|双|贴|卷|"
    "boxes|box|bottles|bottle|packs|pack|tubes|tube|strips|strip|sachets|sachet|kits|kit|"
    "pieces|piece|tablets|tablet|pills|pill|capsules|capsule"
)
_AMOUNT = re.compile(
    rf"(?P<count>(?<![\d.-])\d{{1,4}}|[一二两三四五六七八九十]{{1,3}}|\b(?:an?|one|two|three|four|five|ten)\b)\s*(?P<unit>{_UNIT})(?![a-z])(?:\s*of\b)?"
    r"|[x×*]\s*(?P<times>\d{1,4})\b|(?<![a-z\d-])(?P<bare>\d{1,4})(?=\s+[a-z])|\s(?P<last>\d{1,4})$",
    re.IGNORECASE,
)
_ENGLISH = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_BETWEEN = re.compile(r"[,,、;;\n]|\band\b|和|还有")
_EDGES = " .:。:!的"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: ``name`` as it lies in the box, ``text`` as written, ``expiry`` its last day."""

    name: str
    text: str
    quantity: int | None = None
    unit: str | None = None
    expiry: date | None = None
    batch: str | None = None


def is_odd(line: Line) -> bool:
    """Whether its amount is none that anybody counts: `-5盒`, `0.5盒`, twenty digits."""
    return re.search(r"\d{5}|[-.]\s*\d", line.text) is not None


def days_in(text: str, today: date) -> list[tuple[int, int, date]]:
    """Every date in a text as ``(start, end, last good day)``; a month is good to its end."""
    plain = _plain(text)
    found: dict[int, tuple[int, int, date]] = {}
    for pattern in _DATES:
        for match in pattern.finditer(plain):
            day = _day(match.groupdict(), today)
            taken = any(match.start() < end and match.end() > at for at, end, _ in found.values())
            if day is not None and not taken:
                found[match.start()] = (match.start(), match.end(), day)
    return sorted(found.values())


def last_day(text: str, today: date) -> date | None:
    """The first date in a text, as a last good day."""
    found = days_in(text, today)
    return found[0][2] if found else None


def _plain(text: str) -> str:
    """Chinese years and months in digits, every character in its place."""

    def digits(match: re.Match[str]) -> str:
        said = match.group()
        if said.endswith("年"):
            return said.translate(_DIGITS)
        return f"{_count(said[:-1]) or 0:0{len(said) - 1}d}月"

    return _CHINESE_DATE.sub(digits, text)


def _day(parts: dict[str, str | None], today: date) -> date | None:
    ahead = {"今": 0, "明": 1, "后": 2, "next": 0}.get(str(parts.get("ahead")).lower())
    short = parts.get("short")
    year = int(parts.get("year") or (f"20{short}" if short else 0))
    name = str(parts.get("name") or "").lower()[:3]
    month = _MONTHS.index(name) + 1 if name else int(parts.get("month") or 0)
    if ahead is not None:
        year = today.year + ahead + (1 if name and month <= today.month else 0)
    last = monthrange(year, month)[1]
    day = int(parts.get("day") or last)
    return date(year, month, day) if 1 <= day <= last else None


def _count(said: str) -> int | None:
    if said.isdigit():
        return int(said)
    if said.lower() in _ENGLISH:
        return _ENGLISH[said.lower()]
    if "十" in said:
        tens, _, ones = said.partition("十")
        return int(tens.translate(_DIGITS) or 1) * 10 + int(ones.translate(_DIGITS) or 0)
    plain = said.translate(_DIGITS)
    return int(plain) if plain.isdigit() else None


_FILLERS = re.compile(
    r"[,，。;；!！]|实际|其实|一共|总共|收到|入库|拿到|到货|只有|有|只|就|才|到(?!期)了?|了|是|"
    r"\b(?:only|just|actually|received|stocked|got|it was|(?:there )?(?:is|was|were|are))\b",
    re.IGNORECASE,
)


def bare(text: str, today: date) -> Line | None:
    """An amount, date or batch without a name: `只有1盒`; None where a thing is named besides."""
    line = _line(_FILLERS.sub(" ", text), today)
    if line.text or not (line.quantity is not None or line.expiry or line.batch):
        return None
    return line


def parse(text: str, today: date) -> list[Line]:
    """The things of a keeper's list, in order; a date alone belongs to the thing before it."""
    found: list[Line] = []
    for part in _BETWEEN.split(text):
        line = _line(part, today)
        if line.text:
            found.append(line)
        elif found and (line.expiry or line.batch):
            last = found.pop()
            found.append(
                Line(
                    last.name,
                    last.text,
                    last.quantity,
                    last.unit,
                    line.expiry or last.expiry,
                    line.batch or last.batch,
                )
            )
    return found


def _line(part: str, today: date) -> Line:
    batch = _BATCH.search(part)
    rest = _BATCH.sub(" ", part)
    expiry = None
    for start, end, day in reversed(days_in(rest, today)):
        expiry, rest = day, f"{rest[:start]} {rest[end:]}"
    rest = _ABOUT_EXPIRY.sub(" ", rest).strip(_EDGES)
    amount = _AMOUNT.search(rest)
    quantity = unit = None
    if amount:
        said = next(amount[name] for name in ("count", "times", "bare", "last") if amount[name])
        quantity, unit = _count(said), amount["unit"]
        rest = f"{rest[: amount.start()]} {rest[amount.end() :]}"
    written = " ".join(rest.split()).strip(_EDGES)
    name = rules.canonical(written) if written else ""
    return Line(name, written, quantity, unit, expiry, batch["batch"].upper() if batch else None)
