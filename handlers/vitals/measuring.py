"""Readings in words: 血压135/80, 高压150低压90, 体温三十八度二, 餐后8.2, BP 135 over 80, 100.4F."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from handlers.kit import Word
from handlers.sentences import tidy
from handlers.vitals.numerals import with_digits

UNITS = {
    "blood_pressure": "mmHg",
    "temperature": "°C",
    "glucose": "mmol/L",
    "oxygen": "%",
    "pulse": "/min",
}
KINDS = tuple(UNITS)
_POSSIBLE: Mapping[str, Sequence[float]] = {
    "blood_pressure": (60, 280, 30, 160),
    "temperature": (33, 43),
    "glucose": (1, 40),
    "oxygen": (50, 100),
    "pulse": (25, 230),
}
"""What a living body can have."""

NAMES = {
    "blood_pressure": r"血压|blood ?pressure|\bbp\b",
    "temperature": r"体温|发烧|高烧|烧到|temperature|\btemp\b|\bfever\b",
    "glucose": r"血糖|blood ?sugar|blood glucose|glucose|\bsugar\b",
    "oxygen": r"血氧(?:饱和度)?|氧饱和度?|blood oxygen|oxygen|spo2|\bo2\b",
    "pulse": r"心率|心跳|脉搏|pulse|heart ?rate|\bhr\b",
}
_ANY_NAME = "|".join(NAMES.values())
# Up to the number: a few Chinese words, more English ones, but never past the next reading's name.
_GAP = rf"(?:(?!{_ANY_NAME})(?:[a-z'’ :=,]|[^\d。;\n])){{0,24}}?"
_N = r"(\d{1,3}(?:\.\d{1,2})?)(?![\d/])"
_HIGH = r"(?:高压|上压|收缩压|systolic|\bsys\b|\bhigh\b|\bupper\b)\D{0,4}?(\d{2,3})(?!\d)"
_LOW = r"(?:低压|下压|舒张压|diastolic|\bdia\b|\blow\b|\blower\b)\D{0,4}?(\d{2,3})(?!\d)"
_OVER = r"\s*(?:mmhg)?\s*(?:[/\\|、,:;~—-]|比|和|到|over|on|\s)\s*"
_PAIR = rf"(\d{{2,3}}){_OVER}(\d{{2,3}})(?![\d.]|\s*(?:度|°|%|次|点|号))"
_KPA = r"(\d{1,2}(?:\.\d)?)\s*/\s*(\d{1,2}(?:\.\d)?)\s*(?:kpa|千帕)"
_FASTING = r"空腹|fasting|before (?:breakfast|eating|a meal|meals)|餐前|饭前"
_AFTER = r"餐后|饭后|after (?:breakfast|lunch|dinner|supper|eating|a meal|meals|food)"
_MEAL = rf"(?:{_FASTING}|{_AFTER})"
_HOURS_AFTER = re.compile(r"(?<=[餐饭]后)(?:\d{1,2}|[一二两半])个?(?:小时|钟头|h\b)")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:[0-5]\d(?!\d)|(?<!\d)\d{1,2}月\d{1,2}[日号]")
_GOODS = r"(?!\s*(?:bags?|packs?|kg|g\b|片|斤|包|袋|盒|瓶|元|块|次|天|岁))"
_OUTSIDE = re.compile(r"外面|气温|天气|室温|空调|水温|weather|outside|water")


@dataclass(frozen=True, slots=True)
class Measured:
    """One reading in the bot's own unit; ``value2`` is the lower blood pressure.

    ``phase``: glucose ``fasting`` or ``after`` a meal. ``noted``: as it was said, where in another
    unit.
    """

    kind: str
    value: float
    value2: float | None = None
    phase: str | None = None
    noted: str | None = None

    @property
    def number(self) -> str:
        """``135/80``."""
        return f"{self.value:g}" + ("" if self.value2 is None else f"/{self.value2:g}")

    @property
    def is_possible(self) -> bool:
        """Whether a body can have this."""
        upper = self.value2 is None or self.value > self.value2
        return upper and self.within(_POSSIBLE[self.kind])

    def within(self, limits: Sequence[float]) -> bool:
        """Between the lowest and the highest, both for each value."""
        first = limits[0] <= self.value <= limits[1]
        if self.value2 is None or len(limits) < 4:
            return first
        return first and limits[2] <= self.value2 <= limits[3]

    def spoken(self) -> Word:
        """``血压135/80``, ``空腹血糖6.1 mmol/L（110 mg/dL）``."""
        kind = f"{self.phase}_{self.kind}" if self.phase else self.kind
        noted = Word("readings.noted", {"noted": self.noted}) if self.noted else ""
        return Word(f"readings.is_{kind}", {"value": self.number, "noted": noted})


@dataclass(slots=True)
class Heard:
    """What a message tells: readings, and what was named one and cannot be."""

    found: list[Measured] = field(default_factory=list)
    odd: list[Measured] = field(default_factory=list)

    def add(self, one: Measured, *, named: bool) -> None:
        """Take one in; what was not called a reading and is impossible was something else."""
        if one.is_possible:
            if one not in self.found:
                self.found.append(one)
        elif named and not any(other.kind == one.kind for other in self.odd):
            self.odd.append(one)


def heard(text: str) -> Heard:
    """The readings of a message, in the order of `KINDS`."""
    plain = _plain(text)
    told = Heard()
    if any(sign.isdigit() for sign in plain):
        for find in (_pressures, _temperatures, _sugars, _shares_and_beats):
            for one, named in find(plain):
                told.add(one, named=named)
        known = {one.kind for one in told.found}
        told.odd = [one for one in told.odd if one.kind not in known]
    return told


def measured(text: str) -> list[Measured]:
    """The readings a message tells; what no body can have is no reading."""
    return heard(text).found


def _plain(text: str) -> str:
    plain = _HOURS_AFTER.sub("", tidy(text))
    return _HOURS_AFTER.sub("", with_digits(_CLOCK.sub(" ", plain)))


Hits = Iterator[tuple[Measured, bool]]


def _pressures(plain: str) -> Hits:
    if hit := re.search(_KPA, plain):
        upper, under = (float(round(float(value) * 7.50062)) for value in hit.groups())
        yield Measured("blood_pressure", upper, under, noted=f"{hit[1]}/{hit[2]} kPa"), True
        return
    named = re.search(NAMES["blood_pressure"], plain)
    high_hit, low_hit = re.search(_HIGH, plain), re.search(_LOW, plain)
    if high_hit and (named or not high_hit[0].startswith(("high", "upper")) or low_hit):
        low = float(low_hit[1]) if low_hit else None
        yield Measured("blood_pressure", float(high_hit[1]), low), True
        return
    if named:
        rest = plain[named.end() :]
        found = re.match(_GAP + _PAIR, rest)
        if found:
            for pair in re.finditer(_PAIR, rest):
                yield (
                    Measured("blood_pressure", float(pair[1]), float(pair[2])),
                    pair.start() == found.start(1),
                )
                if not re.match(r"\D{0,6}\d{2,3}/\d", rest[pair.end() :]):
                    break
            return
    for pair in re.finditer(r"(?<![\d/.])(\d{2,3})/(\d{2,3})(?![\d/.])", plain):
        yield Measured("blood_pressure", float(pair[1]), float(pair[2])), named is not None


def _temperatures(plain: str) -> Hits:
    if hit := re.search(rf"(?:{NAMES['temperature']}){_GAP}{_N}\s*(°?f\b|华氏)?", plain):
        yield _temperature(float(hit[1])), True
        return
    if hit := re.search(r"(?<![\d.])(9\d|10\d|110)(\.\d)?\s*°?\s*(?:f\b|fahrenheit|华氏)", plain):
        yield _temperature(float(hit[1] + (hit[2] or ""))), True
        return
    bare = re.search(r"(?<![\d.])(3[4-9]\.\d{1,2}|4[0-2]\.\d{1,2})\s*(?:度|°c|c\b)", plain)
    if bare and not _OUTSIDE.search(plain):
        yield _temperature(float(bare[1])), False


def _temperature(value: float) -> Measured:
    """No body has 90 °C: that is Fahrenheit, said or not."""
    if value < 90:
        return Measured("temperature", value)
    return Measured("temperature", round((value - 32) / 1.8, 1), noted=f"{value:g}°F")


def _sugars(plain: str) -> Hits:
    name = NAMES["glucose"]
    for hit in re.finditer(rf"(?:{name}|{_MEAL}){_GAP}{_N}\s*(mg|毫克|mmol)?{_GOODS}", plain):
        said = plain[max(0, hit.start() - 12) : hit.end(1)]
        is_named = re.search(name, plain) is not None
        if not is_named and "." not in hit[1] and hit[2] is None:
            continue  # 饭后3 is no reading
        phase = "fasting" if re.search(_FASTING, said) else None
        phase = "after" if phase is None and re.search(_AFTER, said) else phase
        unit = "mg" if hit[2] == "毫克" else hit[2]
        yield _sugar(float(hit[1]), unit, phase, plain), is_named


def _sugar(value: float, unit: str | None, phase: str | None, plain: str) -> Measured:
    """In mmol/L; where nobody says 毫克, English numbers beyond 45 are mg/dL."""
    in_english = plain.isascii() and value >= 45
    if unit == "mg" or (unit is None and in_english):
        converted = round(value / 18.016, 1)
        return Measured("glucose", converted, phase=phase, noted=f"{value:g} mg/dL")
    return Measured("glucose", value, phase=phase)


def _shares_and_beats(plain: str) -> Hits:
    for kind in ("oxygen", "pulse"):
        if hit := re.search(rf"(?:{NAMES[kind]}){_GAP}{_N}", plain):
            yield Measured(kind, float(hit[1])), True


def mentions(text: str) -> bool:
    """Whether a message could tell a reading: a quick look, tried on everything that is said."""
    return _COULD.search(text.lower()) is not None


_COULD = re.compile(
    rf"{_ANY_NAME}|{_MEAL}|高压|低压|上压|下压|收缩压|舒张压|systolic|diastolic"
    r"|\bhigh\b.{0,6}\d|\d{2,3}\s*[/／]\s*\d{2}|\d{2}(?:\.\d)?\s*(?:度|°|℃)|\d{2,3}(?:\.\d)?\s*°?[f℉]\b"
)
_STRONG = re.compile(r"血压|血糖|血氧|体温|blood (?:pressure|sugar|oxygen)|temperature")


def names_one(text: str) -> bool:
    """Whether a message calls a reading by its full name: enough, also where many talk."""
    return _STRONG.search(text.lower()) is not None


def kinds_in(text: str) -> list[str]:
    """The kinds of reading that a text names."""
    plain = tidy(text)
    return [kind for kind, name in NAMES.items() if re.search(name, plain)]


def phase_in(text: str) -> str | None:
    """``fasting`` or ``after``, where a text says so."""
    plain = tidy(text)
    if re.search(_FASTING, plain):
        return "fasting"
    return "after" if re.search(_AFTER, plain) else None


def again(before: Measured, text: str) -> Measured | None:
    """The same reading said anew in few words: ``是153``, ``153/80``, ``低压85``; None if not.

    Of one number of blood pressure the nearer of the two is meant.
    """
    same = next((one for one in heard(text).found if one.kind == before.kind), None)
    if same is not None and (same.value2 is not None or before.value2 is None):
        return same if same.phase else replace(same, phase=before.phase)
    plain = _plain(text)
    numbers = [float(value) for value in re.findall(r"\d{1,3}(?:\.\d{1,2})?", plain)]
    if len(numbers) == 2 and before.kind == "blood_pressure":
        one = Measured(before.kind, numbers[0], numbers[1])
    elif len(numbers) == 1:
        one = _again_one(before, numbers[0], plain)
    else:
        return None
    return one if one.is_possible else None


def _again_one(before: Measured, value: float, plain: str) -> Measured:
    made: dict[str, Callable[[], Measured]] = {
        "temperature": lambda: _temperature(value),
        "glucose": lambda: _sugar(value, "mg" if "mg" in plain else None, before.phase, plain),
    }
    if before.kind in made:
        return made[before.kind]()
    if before.value2 is None:
        return Measured(before.kind, value)
    is_low = re.search(_LOW, plain) or (
        not re.search(_HIGH, plain) and abs(value - before.value2) < abs(value - before.value)
    )
    if is_low:
        return replace(before, noted=None, value2=value)
    return replace(before, noted=None, value=value)
