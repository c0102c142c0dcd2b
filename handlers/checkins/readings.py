"""Readings in words (血压135/80, 体温38.2, 血糖7.8) and the limits beyond which duty is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from handlers import duty
from handlers.checkins.ending import name_of
from handlers.kit import Context, Effect, Word
from handlers.sentences import tidy
from storage import vitals
from storage.people import Person

LIMITS: Mapping[str, Sequence[float]] = {
    "blood_pressure": (90, 180, 50, 110),
    "temperature": (35.0, 38.0),
    "glucose": (3.9, 16.7),
    "oxygen": (92, 100),
    "pulse": (45, 120),
}
"""Lowest and highest that alarms nobody, unless the care team set others for the person."""
UNITS = {
    "blood_pressure": "mmHg",
    "temperature": "°C",
    "glucose": "mmol/L",
    "oxygen": "%",
    "pulse": "/min",
}
_N = r"(\d{1,3}(?:\.\d{1,2})?)"
_IS = r"[^\d,。;]{0,6}?"
_PAIR = r"(\d{2,3})\s*(?:/|-|、|到|over|\s)\s*(\d{2,3})"
_PATTERNS = (
    ("blood_pressure", rf"(?:血压|blood pressure|\bbp\b){_IS}{_PAIR}"),
    ("blood_pressure", r"高压\D{0,4}(\d{2,3})\D{0,4}低压\D{0,4}(\d{2,3})"),
    ("blood_pressure", r"(?<![\d/])(\d{2,3})/(\d{2,3})(?![\d/])"),
    ("temperature", rf"(?:体温|temperature|\btemp\b){_IS}{_N}"),
    ("temperature", r"(?<![\d.])(3[4-9](?:\.\d{1,2})?|4[0-2](?:\.\d{1,2})?)\s*(?:度|℃|°c)"),
    ("glucose", rf"(?:血糖|glucose|blood sugar|\bsugar\b){_IS}{_N}"),
    ("oxygen", rf"(?:血氧|oxygen|spo2){_IS}{_N}"),
    ("pulse", rf"(?:心率|心跳|脉搏|pulse|heart rate){_IS}{_N}"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_POSSIBLE: Mapping[str, Sequence[float]] = {
    "blood_pressure": (60, 280, 30, 160),
    "temperature": (33, 43),
    "glucose": (1, 40),
    "oxygen": (50, 100),
    "pulse": (25, 230),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One reading; ``value2`` is the lower blood pressure."""

    kind: str
    value: float
    value2: float | None = None

    def within(self, limits: Sequence[float]) -> bool:
        """Between the lowest and the highest, both for each value."""
        first = limits[0] <= self.value <= limits[1]
        if self.value2 is None or len(limits) < 4:
            return first
        return first and limits[2] <= self.value2 <= limits[3]

    def spoken(self) -> Word:
        number = f"{self.value:g}" + ("" if self.value2 is None else f"/{self.value2:g}")
        return Word(f"checkins.vital_{self.kind}", {"value": number})


def measured(text: str) -> list[Measured]:
    """The readings a message tells, each kind once; what no body can have is no reading."""
    plain = tidy(text)
    found: dict[str, Measured] = {}
    for kind, pattern in _COMPILED:
        hit = None if kind in found else pattern.search(plain)
        if hit is None:
            continue
        values = [float(value) for value in hit.groups()]
        one = Measured(kind, *values)
        if one.within(_POSSIBLE[kind]) and (one.value2 is None or one.value > one.value2):
            found[kind] = one
    return list(found.values())


def keep(
    ctx: Context, elder: Person, limits: Mapping[str, Sequence[float]], checkin_id: int | None
) -> Iterator[Effect]:
    """Keep the readings of this message, and tell duty of those beyond the person's limits."""
    for one in measured(ctx.text):
        vitals.keep(
            ctx.tx,
            person_id=elder.id,
            kind=one.kind,
            value=one.value,
            value2=one.value2,
            unit=UNITS[one.kind],
            at=ctx.now,
            checkin_id=checkin_id,
        )
        if one.within(limits.get(one.kind) or LIMITS[one.kind]):
            continue
        for person_id in duty.first_pages(ctx.tx, elder.place_id, ctx.now):
            yield ctx.tell(
                person_id,
                "checkins.vital_alarm",
                urgent=True,
                name=name_of(elder),
                vital=one.spoken(),
                phone=elder.phone or Word("checkins.no_phone"),
            )
