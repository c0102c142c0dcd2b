"""Limits for one person, set by the care team in plain words: ``沈奶奶血压上限150/95``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from handlers import duty, showing
from handlers.checkins import readings
from handlers.checkins.circle import find
from handlers.kit import Context, Effect, Say, Sorry, ToPerson, Word, sentence
from handlers.sentences import tidy
from handlers.vitals.measuring import kinds_in, phase_in
from handlers.vitals.numerals import with_digits
from storage import checkins, vitals
from storage.checkins import CheckinPlan
from storage.people import Person

_LOWER = re.compile(
    r"下限|最低|低限|低于|小于|不到|lower limit|minimum|\bmin\b|below|under|lower than"
)
_GONE = re.compile(r"^取消|(?:remove|clear|reset)\b")
_WATCH = re.compile(r"(?:告诉|通知|提醒|叫|报告)我|(?:alert|tell|warn|notify) (?:me|us)\b")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")


@sentence("limit")
def limit(ctx: Context) -> Iterator[Effect]:
    """Set or take back what alarms; who says "tell me" hears of it as well."""
    elder = find(ctx, ctx.slots["name"])
    serves = elder is not None and duty.serves(ctx, ctx.who.id, elder.place_id)
    if elder is None or not (serves or readings.is_family(ctx, ctx.who.id, elder)):
        raise Sorry("checkins.not_yours")
    plan = checkins.plan_of(ctx.tx, elder.id)
    if plan is None:
        raise Sorry("checkins.no_plan", name=showing.name_of(elder))
    text = with_digits(tidy(ctx.text))
    kind = kinds_in(text)[0]
    watches = _WATCH.search(text) is not None
    if not serves and not watches:
        raise Sorry("readings.only_care_team")
    key = f"{kind}_{phase}" if (phase := phase_in(text)) else kind
    if _GONE.search(text):
        yield from _take_back(ctx, elder, plan, key)
        return
    if serves:
        changed = _changed(ctx, elder, key, text)
        checkins.change_plan(ctx.tx, plan.id, limits={**plan.limits, key: list(changed)})
    if watches:
        vitals.watch(ctx.tx, elder.id, ctx.who.id)
    yield from _say(ctx, elder, key, watches=watches)


def _changed(ctx: Context, elder: Person, key: str, text: str) -> Sequence[float]:
    """The limits with what these words say of them. Sorry where they make no sense."""
    old = list(_limits(ctx, elder, key))
    numbers = [float(value) for value in _NUMBER.findall(with_digits(ctx.slots["text"]))]
    at = 0 if _LOWER.search(text) else 1
    match len(numbers), len(old):
        case (1, _) | (2, 4):
            new = old.copy()
            new[at : len(old) : 2] = numbers + old[at + 2 * len(numbers) : len(old) : 2]
        case (2, 2) | (4, 4):
            new = numbers  # both ends of it: 3.9到8, 90到150/60到95
        case _:
            raise Sorry("readings.what_limit")
    if any(low >= high for low, high in zip(new[::2], new[1::2], strict=True)):
        raise Sorry("readings.what_limit")
    return new


def spoken(limits: Sequence[float]) -> str:
    """``90–150 / 60–95``."""
    pairs = zip(limits[::2], limits[1::2], strict=True)
    return " / ".join(f"{low:g}–{high:g}" for low, high in pairs)


def _limits(ctx: Context, elder: Person, key: str) -> Sequence[float]:
    """Of ``glucose_fasting``, where it has none of its own, those of ``glucose``."""
    limits = readings.limits_of(ctx, elder)
    return limits.get(key) or limits[key.removesuffix("_fasting").removesuffix("_after")]


def _named(key: str) -> Word:
    kind, _, phase = key.rpartition("_")
    if phase in {"fasting", "after"}:
        return Word(f"readings.{phase}_{kind}")
    return Word(f"readings.{key}")


def _say(ctx: Context, elder: Person, key: str, *, watches: bool) -> Iterator[Effect]:
    values: dict[str, Any] = {
        "name": showing.name_of(elder),
        "kind": _named(key),
        "range": spoken(_limits(ctx, elder, key)),
        "family": Word("readings.and_family")
        if ctx.policy_at(elder.place_id).readings.family
        else "",
        "by": showing.name_of(ctx.who),
    }
    said = "watching" if watches else "limit_set"
    yield Say(ToPerson(ctx.who.id), f"readings.{said}", values, direct=True)
    if elder.id != ctx.who.id and duty.serves(ctx, ctx.who.id, elder.place_id):
        yield ctx.tell(elder.id, "readings.limit_of_yours", **values)


def _take_back(ctx: Context, elder: Person, plan: CheckinPlan, key: str) -> Iterator[Effect]:
    """Back to what holds for everybody."""
    if not duty.serves(ctx, ctx.who.id, elder.place_id):
        raise Sorry("readings.only_care_team")
    rest = {name: limits for name, limits in plan.limits.items() if name != key}
    checkins.change_plan(ctx.tx, plan.id, limits=rest)
    values = {
        "name": showing.name_of(elder),
        "kind": _named(key),
        "range": spoken(_limits(ctx, elder, key)),
    }
    yield Say(ToPerson(ctx.who.id), "readings.limit_gone", values, direct=True)
