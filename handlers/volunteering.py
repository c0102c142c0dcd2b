"""Volunteers: joining, skills and the hours at which they may be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handlers.kit import Context, Effect, Sorry, Word, sentence
from storage import people

SKILLS: dict[str, tuple[str, ...]] = {
    "repair": ("修", "水电", "电工", "管道", "疏通", "开锁", "repair", "fix", "plumb", "electric"),
    "medical": ("医", "护士", "护理", "量血压", "急救", "doctor", "nurse", "first aid"),
    "transport": ("开车", "司机", "有车", "送", "跑腿", "搬", "driv", "car", "carry", "deliver"),
    "care": ("陪", "照顾", "看孩子", "带娃", "遛狗", "老人", "care", "babysit", "company"),
    "supplies": ("买菜", "代购", "采购", "做饭", "shop", "cook", "grocer"),
    "mental": ("心理", "聊天", "倾听", "listen", "counsel"),
    "info": (
        "电脑",
        "手机",
        "翻译",
        "填表",
        "法律",
        "律师",
        "computer",
        "phone",
        "translat",
        "law",
    ),
}
_DAYS = {"每天": "1234567", "工作日": "12345", "周末": "67", "weekdays": "12345", "weekends": "67"}
_PARTS = {
    "早上": (360, 720),
    "上午": (480, 720),
    "下午": (720, 1080),
    "晚上": (1080, 1320),
    "白天": (480, 1080),
    "morning": (480, 720),
    "afternoon": (720, 1080),
    "evening": (1080, 1320),
    "daytime": (480, 1080),
}
_CLOCKS = re.compile(
    r"(\d{1,2})(?:[:：点](\d{2})?)?\s*(?:-|–|到|至|to)\s*(\d{1,2})(?:[:：点](\d{2})?)?\s*点?"
)


@sentence("join")
def join(ctx: Context) -> Iterator[Effect]:
    """`我要当志愿者,会修水管,周末有空`: registered at once, skills and hours as said."""
    place_id, person_id = ctx.who.place_id or (ctx.place.id if ctx.place else None), ctx.who.id
    if place_id is None:
        raise Sorry("volunteering.where_do_you_live")
    if ctx.who.place_id is None:
        people.change(ctx.tx, person_id, place_id=place_id)
    is_new = people.give_role(ctx.tx, person_id, place_id, "volunteer", ctx.now)
    skills, hours = skills_in(ctx.text), hours_in(ctx.text)
    people.add_skills(ctx.tx, person_id, skills)
    if hours:
        people.set_hours(ctx.tx, person_id, hours)
    values: dict[str, Any] = {
        "skills": [spoken_skill(one) for one in sorted(people.skills(ctx.tx, person_id))]
        or Word("volunteering.no_skills"),
        "hours": spoken_hours(ctx, person_id),
    }
    yield ctx.reply("volunteering.joined" if is_new else "volunteering.renewed", **values)


@sentence("unjoin")
def unjoin(ctx: Context) -> Iterator[Effect]:
    """`不当志愿者了`."""
    gone = people.drop_role(ctx.tx, ctx.who.id, "volunteer")
    yield ctx.reply("volunteering.unjoined" if gone else "volunteering.not_volunteer")


@sentence("hours", fits=lambda ctx: is_volunteer(ctx) and bool(hours_in(ctx.text)))
def statespoken_hours(ctx: Context) -> Iterator[Effect]:
    """`我周末下午有空`: when a volunteer may be asked."""
    people.set_hours(ctx.tx, ctx.who.id, hours_in(ctx.text))
    yield ctx.reply("volunteering.hours_set", hours=spoken_hours(ctx, ctx.who.id))


def is_volunteer(ctx: Context) -> bool:
    """Whether the speaker is registered anywhere."""
    held = people.all_roles(ctx.tx).get(ctx.who.id, ())
    return any(role == "volunteer" for _, role in held)


def skills_in(text: str) -> set[str]:
    """The categories of what somebody says they can do."""
    low = text.lower()
    return {skill for skill, words in SKILLS.items() if any(word in low for word in words)}


def hours_in(text: str) -> list[tuple[str, int, int]]:
    """``(weekdays, start, end)`` in minutes, as said: `周末下午`, `工作日18点到21点`."""
    low = text.lower()
    days = next((days for word, days in _DAYS.items() if word in low), None)
    days = days or _weekdays(low)
    clock = _CLOCKS.search(low)
    if clock:
        first, first_minute, last, last_minute = (int(one or 0) for one in clock.groups())
        afternoon = 12 if any(one in low for one in ("下午", "晚上", "pm")) and last < 12 else 0
        start, end = (first + afternoon) * 60 + first_minute, (last + afternoon) * 60 + last_minute
        if start < 1440 and end <= 1440:
            return [(days or "1234567", start, end)]
    spans = [span for word, span in _PARTS.items() if word in low]
    if spans:
        return [(days or "1234567", start, end) for start, end in spans]
    return [(days, 0, 1440)] if days else []


def _weekdays(text: str) -> str | None:
    found = {
        str("一二三四五六日天".index(day) % 7 + 1 if day != "天" else 7)
        for day in re.findall(r"(?:周|星期|礼拜)([一二三四五六日天])", text)
    }
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    found |= {str(at + 1) for at, name in enumerate(names) if name in text}
    return "".join(sorted(found)) or None


def spoken_skill(skill: str) -> Word | str:
    return Word(f"kinds.{skill}") if skill in SKILLS else skill


def spoken_hours(ctx: Context, person_id: int) -> object:
    spans = people.hours(ctx.tx, person_id)
    if not spans:
        return Word("volunteering.any_hour")
    return [_span(one) for one in spans]


def _span(one: people.Hours) -> Word:
    days = Word(f"volunteering.days_{_named_days(one.weekdays)}", {"days": one.weekdays})
    if (one.start, one.end) == (0, 1440):
        return days
    return Word(
        "volunteering.span", {"days": days, "start": _clock(one.start), "end": _clock(one.end)}
    )


def _named_days(weekdays: str) -> str:
    return {"1234567": "all", "12345": "work", "67": "weekend"}.get(weekdays, "some")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
