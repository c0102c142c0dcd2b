"""The rows of an import file, one model a section: what each may hold and what is refused."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from storage.people import ROLES
from storage.rosters import DAYS
from storage.workdays import has_calendar

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d|24:00"
_SPAN = re.compile(rf"(?:([1-7]+) +)?({_CLOCK})-({_CLOCK})")
_MONTHS = [f"{month:02}" for month in range(1, 13)]
_SEPARATORS = re.compile("[,;、，；|]")


def minutes(clock: str) -> int:
    """Minutes since midnight of ``"08:30"``; ``"24:00"`` is 1440."""
    hours, minute = clock.split(":")
    return int(hours) * 60 + int(minute)


def clock(minute: int) -> str:
    """``"08:30"`` of 510."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _parts(value: object) -> object:
    """A list, also as one cell of a table: ``"repair; 修电"``."""
    if isinstance(value, str):
        return tuple(part.strip() for part in _SEPARATORS.split(value) if part.strip())
    return value


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, LookupError) as wrong:
        raise ValueError("must be a time zone such as Asia/Shanghai") from wrong


def _country(value: str) -> str:
    if not has_calendar(value):
        raise ValueError("must be a country whose holidays are known, such as CN")
    return value


def _role(value: str) -> str:
    if value.partition("@")[0] not in ROLES:
        raise ValueError(f"no such role; there are: {', '.join(ROLES)}")
    return value


def _span(value: str) -> str:
    found = _SPAN.fullmatch(value)
    if found is None or found[2] == found[3] or found[2] == "24:00":
        raise ValueError('must be days and hours such as "12345 18:00-22:00"')
    return value


def _account(value: str) -> str:
    gateway, colon, external = value.partition(":")
    if not (gateway and colon and external) or gateway == "local":
        raise ValueError('must be a gateway and a name there, such as "wechat:wxid_abc"')
    return value


def last_day(expiry: str | None) -> str | None:
    """The last good day, ISO: ``2027-05`` is good to the end of May."""
    if expiry is None or len(expiry) > 7:
        return expiry
    year, month = int(expiry[:4]), int(expiry[5:])
    return f"{expiry}-{monthrange(year, month)[1]:02}"


def good_until(value: str) -> str:
    if not re.fullmatch(r"20\d\d-\d\d(-\d\d)?", value):
        raise ValueError('must be a month or day such as "2027-05"')
    date.fromisoformat(last_day(value) if value[5:7] in _MONTHS else "")  # type: ignore[arg-type]
    return value


def spans(text: str) -> list[tuple[str, int, int]]:
    """``(weekdays, start minute, end minute)``; hours over midnight are two spans."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    days, start, end = found[1] or "1234567", minutes(found[2]), minutes(found[3])
    if start < end:
        return [(days, start, end)]
    after = "".join(sorted(str(int(day) % 7 + 1) for day in days))
    return [(days, start, 1440), *([(after, 0, end)] if end else [])]


Key = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,60}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Short = Annotated[str, StringConstraints(max_length=200)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{1,18}$")]
Clock = Annotated[str, StringConstraints(pattern=rf"^(?:{_CLOCK})$")]
Weekdays = Annotated[str, StringConstraints(pattern=r"^[1-7]{1,7}$")]
Limit = Annotated[str, StringConstraints(pattern=r"^\w+( -?\d+(\.\d+)?){2}(( -?\d+(\.\d+)?){2})?$")]


class Row(BaseModel):
    """One row. Fields that are not given keep what is stored, or get their default."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, coerce_numbers_to_str=True
    )


class PlaceRow(Row):
    """A place of the tree: street, community, grid, micro-grid, building or department."""

    key: Key
    name: Name
    name_en: Short = ""
    kind: Literal["street", "community", "grid", "micro_grid", "building", "department"]
    parent: Key | None = None
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,6}$")] | None = None
    gas_phone: Phone | None = None
    desk_phone: Phone | None = None
    shares: bool = True


class PersonRow(Row):
    """A person: where they live, how they are reached, what they are and can do."""

    key: Key
    name: Name
    name_en: Short = ""
    lang: Literal["zh", "en"] = "zh"
    place: Key | None = None
    unit: Short | None = None
    floor: Short | None = None
    room: Short | None = None
    phone: Phone | None = None
    public_phone: Phone | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    joined: date | None = None
    roles: Annotated[
        tuple[Annotated[str, AfterValidator(_role)], ...], BeforeValidator(_parts)
    ] = ()
    skills: Annotated[tuple[Name, ...], BeforeValidator(_parts)] = ()
    hours: Annotated[
        tuple[Annotated[str, AfterValidator(_span)], ...], BeforeValidator(_parts)
    ] = ()
    accounts: Annotated[
        tuple[Annotated[str, AfterValidator(_account)], ...], BeforeValidator(_parts)
    ] = ()


class SkillRow(Row):
    """More about one skill of a person, or one thing they lend; known by both."""

    person: Key
    skill: Name
    found: bool = False
    note: Short = ""


class BoxRow(Row):
    """A shared medicine box at a place."""

    key: Key
    place: Key
    name: Name
    name_en: Short = ""
    keeper: Key | None = None
    where: Short = ""
    where_en: Short = ""


class StockRow(Row):
    """A lot in a box: things of one kind that came together."""

    key: Key
    box: Key
    item: Name
    text: Short = ""
    quantity: Annotated[int, Field(ge=0, le=100_000)]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=10)] = "盒"
    expiry: Annotated[str, AfterValidator(good_until)] | None = None
    form: Literal["adult", "child"] = "adult"
    sealed: bool = True
    batch: Short | None = None


class DutyRow(Row):
    """A standing shift of a ``person``, or of ``people`` taking turns."""

    key: Key
    place: Key
    person: Key | None = None
    people: Annotated[tuple[Key, ...], BeforeValidator(_parts)] = ()
    together: Annotated[int, Field(ge=0, le=50)] = 0
    every: Annotated[int, Field(ge=1, le=366)] = 1
    shifts: Annotated[int, Field(ge=1, le=6)] = 1
    duty: Literal["duty", *ROLES] = "duty"  # type: ignore[valid-type]
    weekdays: Weekdays = "1234567"
    days: Literal[*DAYS] = "all"  # type: ignore[valid-type]
    holidays: Annotated[str, AfterValidator(_country)] | None = None
    start: Clock = "00:00"
    end: Clock = "24:00"
    from_day: date | None = None
    until_day: date | None = None


class CheckinRow(Row):
    """A daily greeting, agreed to by the elder or a guardian; known by its person."""

    person: Key
    at: Annotated[tuple[Clock, ...], BeforeValidator(_parts)] = ("08:30",)
    """Empty: no greetings, only readings are kept."""
    tier: Literal["red", "yellow", "green"] = "red"
    weekdays: Weekdays = "1234567"
    from_day: date | None = None
    channel: Literal["message", "call", "door"] = "message"
    neighbour: Key | None = None
    family: Annotated[tuple[Short, ...], BeforeValidator(_parts)] = ()
    key_holder: Key | None = None
    caller: Key | None = None
    limits: Annotated[tuple[Limit, ...], BeforeValidator(_parts)] = ()
    consent_by: Key
    consent_on: date
    consent_heard_by: Key | None = None
    paused_on: date | None = None
    paused_until: date | None = None


SHAPES: dict[str, type[Row]] = {
    "places": PlaceRow,
    "people": PersonRow,
    "skills": SkillRow,
    "boxes": BoxRow,
    "stock": StockRow,
    "duty": DutyRow,
    "checkins": CheckinRow,
}
"""Section → its rows, in the order in which they are brought in."""

KNOWN_BY = {"checkins": ("person",), "skills": ("person", "skill")}
"""What the rows of a section are known by, where it is not their ``key``."""

ONLY_OUT = ("requests", "events", "holders")
"""Sections that an export holds and an import passes over: history is not made by hand."""
