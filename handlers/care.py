"""Those who are cared for: the ladder of a greeting, how far readings may go, what is a trend."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import NewType

Amount = NewType("Amount", float)
"""So much of a unit: mmHg, mmol/L, °C."""


@dataclass(frozen=True, slots=True)
class Checkin:
    """The ladder of a daily greeting; every step counts from the elder's own hour."""

    default_time: time = time(8, 30)
    second_greeting: timedelta = timedelta(minutes=30)
    neighbour: timedelta = timedelta(minutes=60)
    family: timedelta = timedelta(minutes=90)
    family_each: timedelta = timedelta(minutes=10)
    duty: timedelta = timedelta(hours=2)
    worker: timedelta = timedelta(hours=3)
    team: timedelta = timedelta(hours=6)
    team_every: timedelta = timedelta(minutes=60)
    team_repeats: int = 5
    ack_lapses: timedelta = timedelta(minutes=30)
    catch_up: timedelta = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs of life from devices: how long before the hour one spares the greeting, how many a
    device may send, and when a silent one is taken for broken."""

    before: timedelta = timedelta(hours=4)
    per_minute: int = 20
    dead_after: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Ranges:
    """Lowest and highest of each kind of reading; of blood pressure the upper, then the lower."""

    blood_pressure: tuple[float, float, float, float] = (90, 180, 50, 110)
    temperature: tuple[float, float] = (35, 38)
    glucose: tuple[float, float] = (3.9, 16.7)
    oxygen: tuple[float, float] = (92, 100)
    pulse: tuple[float, float] = (45, 120)


@dataclass(frozen=True, slots=True)
class Dangers(Ranges):
    """The same for what is an emergency."""

    blood_pressure: tuple[float, float, float, float] = (70, 220, 40, 130)
    temperature: tuple[float, float] = (33.9, 40.5)
    glucose: tuple[float, float] = (2.8, 27.8)
    oxygen: tuple[float, float] = (85, 100)
    pulse: tuple[float, float] = (35, 160)


@dataclass(frozen=True, slots=True)
class Rises:
    """By how much the last readings must differ from those before to be called a trend."""

    blood_pressure: Amount = Amount(15)
    temperature: Amount = Amount(0.8)
    glucose: Amount = Amount(2)
    oxygen: Amount = Amount(3)
    pulse: Amount = Amount(15)


@dataclass(frozen=True, slots=True)
class Readings:
    """Blood pressure and the like: beyond ``limits`` the care team is told, beyond ``danger`` it is
    an emergency; a trend is told once; a link to somebody's page opens for so many days."""

    limits: Ranges = field(default_factory=Ranges)
    danger: Dangers = field(default_factory=Dangers)
    rise: Rises = field(default_factory=Rises)
    told_again: timedelta = timedelta(hours=12)
    correct_within: timedelta = timedelta(hours=6)
    family: bool = True
    plot_days: int = 30
    link_days: int = 7
