"""A configuration file on its way to settings: strict, complete, and plain about what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from difflib import get_close_matches
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import AfterValidator, BaseModel, Field, ValidationError, create_model

from bot.config.lines import Place, line_at, lines_of, merged, written
from bot.config.tables import STRICT, General, Settings
from bot.config.values import Duration, Hour, Secret
from handlers.care import Amount
from handlers.policy import Address, Country, Policy


class BadSettings(Exception):  # noqa: N818  it is what the operator is told
    """Everything that is wrong with the settings, one line a problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/[^\s?#]*)?", value):
        raise ValueError('must be an address such as "https://bot.example.org"')
    return value.rstrip("/")


_KINDS: dict[Any, Any] = {
    timedelta: Duration,
    time: Hour,
    int: Annotated[int, Field(ge=0, le=100_000)],
    float: Annotated[float, Field(ge=0, le=1)],
    str: Annotated[str, Field(pattern=r"^[0-9+ -]{0,20}$")],  # numbers to ring
    Amount: Annotated[float, Field(gt=0, le=1000)],
    Country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")],
    Address: Annotated[str, AfterValidator(_address)],
}


def _model(shape: type) -> type[BaseModel]:
    """The strict model of a tree of dataclasses, so that policy files are refused like others."""
    hints = get_type_hints(shape)
    inner: dict[str, Any] = {}
    for one in fields(shape):
        if "own table" in one.metadata:
            continue
        kind = hints[one.name]
        if is_dataclass(kind):
            part = _model(kind)  # type: ignore[arg-type]
            inner[one.name] = (part, part())
        elif rows := _rows(kind):
            part = _model(rows)
            shown = tuple(part() for _ in getattr(one, "default", ()))
            inner[one.name] = (tuple[part, ...], shown)  # type: ignore[valid-type]
        else:
            inner[one.name] = (_KINDS.get(kind, kind), one.default)
    made: type[BaseModel] = create_model(shape.__name__, __config__=STRICT, **inner)
    return made


def _rows(kind: Any) -> Any:
    """The dataclass of which a setting is a list, if it is one."""
    return next((one for one in get_args(kind) if is_dataclass(one)), None)


_POLICY = _model(Policy)
_RISING = (
    "unclaimed.urgent: wider duty worker leader",
    "unclaimed.normal: wider duty coordinator",
    "checkin: second_greeting neighbour family duty worker team",
    "caps: per_15_min per_hour per_3_hours",
    "listening: ask_sure claimed_sure",
)


def load(path: Path | None = None) -> Settings:
    """Read the settings, from ``config.toml`` where that exists if no file is named.

    Raises BadSettings with every problem at once: file, line, table, key and how to mend it.
    """
    if path is None:
        path = Path("config.toml")
        if not path.exists():
            return Settings()
    try:
        text = path.read_text("utf-8-sig")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadSettings([f"{path}: cannot be read: {wrong}"]) from wrong
    except tomllib.TOMLDecodeError as wrong:
        found = re.search(r"line (\d+)", str(wrong))
        line = found[1] if found else len(text.splitlines())  # "at end of document"
        raise BadSettings([f"{path}:{line}: not TOML: {wrong}"]) from wrong
    return _Reading(str(path), lines_of(text)).settings(raw)


class _Reading:
    """One file on its way to settings, collecting what is wrong with it."""

    def __init__(self, name: str, lines: Mapping[Place, int]) -> None:
        self.name, self.lines = name, lines
        self.problems: list[tuple[int, str]] = []

    def settings(self, raw: dict[str, Any]) -> Settings:
        raw = _tuples(raw)
        general, others = raw.pop("policy", {}), raw.pop("places", {})
        policy = self._policy(general, ("policy",))
        places = {}
        if not isinstance(others, dict):
            self._complain(("places",), 'must be tables, such as [places."幸福里".nudge]')
            others = {}
        for place, own in others.items():
            if self._validated(_POLICY, own, ("places", place)):
                places[place] = self._policy(merged(general, own), ("places", place))
        settings = self._validated(General, raw, ())
        if self.problems:
            raise BadSettings([line for _, line in sorted(self.problems)])
        return Settings(**dict(settings), policy=policy, places=places)

    def _policy(self, raw: Any, at: Place) -> Policy:
        model = self._validated(_POLICY, raw, at)
        if model is None:
            return Policy()  # never used: what was wrong has been noted
        policy: Policy = _build(Policy, model)
        for rule in _RISING:
            table, names = rule.split(": ")
            steps = names.split()
            values = [attrgetter(f"{table}.{name}")(policy) for name in steps]
            if values != sorted(values):
                place = (*at, *table.split("."))
                self._complain(place, f"must not fall in this order: {', '.join(steps)}")
        for name in ("medical", "fire", "police", "self_harm"):
            if not getattr(policy.emergency, name):
                self._complain((*at, "emergency", name), "must be a number to ring")
        return policy

    def _validated(self, model: type[BaseModel], raw: Any, at: Place) -> Any:
        try:
            return model.model_validate(raw)
        except ValidationError as wrong:
            for error in wrong.errors(include_url=False):
                self._complain((*at, *error["loc"]), _meaning(model, error))
            return None

    def _complain(self, place: Place, meaning: str) -> None:
        line = line_at(self.lines, place) or 1
        *table, key = [str(part) for part in place if isinstance(part, str)]
        where = f"[{'.'.join(table)}] {key}" if table else f"[{key}]"
        complaint = (line, f"{self.name}:{line}: {where}: {meaning}")
        if complaint not in self.problems:
            self.problems.append(complaint)


def _meaning(model: type[BaseModel], error: Mapping[str, Any]) -> str:
    """What is wrong, and how to mend it."""
    *table, key = error["loc"] or ("",)
    defaults: Any = Settings() if model is General else model()
    for name in table:
        defaults = getattr(defaults, str(name), None)
    if error["type"] == "extra_forbidden":
        known = list(type(defaults).model_fields) if isinstance(defaults, BaseModel) else []
        close = get_close_matches(str(key), known, 1)
        return f"no such setting; {_advice(close, known)}"
    meaning = str(error["msg"]).removeprefix("Value error, ")
    meaning = re.sub("^Input should", "must", meaning).replace("tuple", "list")
    if error["type"] == "model_type":
        return "must be a table"
    if error["type"] == "string_pattern_mismatch":
        return "must be a number to ring, in quotes"
    default = getattr(defaults, str(key), None)
    if default is None or isinstance(default, Secret):
        return meaning
    return f"{meaning}; the default is {key} = {written(default)}"


def _advice(close: list[str], known: list[str]) -> str:
    if close:
        return f"did you mean {close[0]}?"
    return f"here are: {', '.join(sorted(known))}" if known else "take it out"


def _build(shape: Any, given: BaseModel) -> Any:
    """The dataclass that a validated model of it describes."""
    hints = get_type_hints(shape)
    made = {}
    for name, value in given:
        if isinstance(value, BaseModel):
            made[name] = _build(hints[name], value)
        elif rows := _rows(hints[name]):
            made[name] = tuple(_build(rows, one) for one in value)
        else:
            made[name] = value
    return shape(**made)


def _tuples(raw: Any) -> Any:
    """TOML's lists as tuples: settings are frozen through and through."""
    if isinstance(raw, dict):
        return {key: _tuples(value) for key, value in raw.items()}
    return tuple(map(_tuples, raw)) if isinstance(raw, list) else raw
