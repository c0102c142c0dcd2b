"""Volunteers: joining, skills and the hours at which they may be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import arrivals
from handlers.kit import Ask, Context, Effect, Say, Sorry, Word, answers, sentence
from storage import people, skills

ASKED = {"skills": "what"}
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
LONGEST = 24
"""Letters of a skill in somebody's own words."""
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
_AND = re.compile(r"[,，、;；和及]|\band\b|&")
_CAN = re.compile(
    r"(?:会|能|可以|擅长|懂)([^,，。;；\s]{2,30})|\bcan ([a-z &]{3,60})", re.IGNORECASE
)
_BUSY = re.compile(r"志愿|volunteer|有空|有时间|周末|晚上|白天|每天|weekend|evening|help")
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
        ctx.speaker = people.get(ctx.tx, person_id)
    is_new = people.give_role(ctx.tx, person_id, place_id, "volunteer", ctx.now)
    _note(ctx)
    yield _asking(ctx) if is_new and not skills_in(ctx.text) else _reply(ctx, is_new=is_new)
    yield from _come(ctx)


def _come(ctx: Context) -> Iterator[Effect]:
    """What waits for somebody like them now, and at the next hours they named."""
    yield from arrivals.expect(ctx, ctx.who)
    yield from arrivals.welcome(ctx, ctx.who.id)


def _note(ctx: Context) -> None:
    """Take over the skills and hours that the words name."""
    skills.add(ctx.tx, ctx.who.id, skills_in(ctx.text))
    if hours := hours_in(ctx.text):
        skills.set_hours(ctx.tx, ctx.who.id, hours)


def _asking(ctx: Context) -> Ask:
    """Registered; what they can do and when is asked once."""
    return Ask(
        ctx.here(),
        "volunteering.joined_what",
        direct=True,
        person_id=ctx.who.id,
        question="skills",
        wait=timedelta(hours=24),
    )


def _tells_skills(ctx: Context) -> bool:
    """Words on what one can do, not news of a task that happens to name such a word."""
    plain = ctx.reading.act in {"chat", "offer", "command", "claim"} and not ctx.reading.refers
    return plain and bool(skills_in(ctx.text) or hours_in(ctx.text))


@answers("skills", _tells_skills)
def told_skills(ctx: Context) -> Iterator[Effect]:
    """`会修电脑,晚上和周末有空`."""
    _note(ctx)
    yield _reply(ctx, is_new=False)
    yield from _come(ctx)


def _reply(ctx: Context, *, is_new: bool) -> Say:
    values: dict[str, Any] = {
        "skills": spoken_skills(ctx, ctx.who.id) or Word("volunteering.no_skills"),
        "hours": spoken_hours(ctx, ctx.who.id),
    }
    return ctx.reply("volunteering.joined" if is_new else "volunteering.renewed", **values)


@sentence("unjoin")
def unjoin(ctx: Context) -> Iterator[Effect]:
    """`不当志愿者了`."""
    gone = people.drop_role(ctx.tx, ctx.who.id, "volunteer")
    yield ctx.reply("volunteering.unjoined" if gone else "volunteering.not_volunteer")


@sentence("hours", fits=lambda ctx: is_volunteer(ctx) and bool(hours_in(ctx.text)))
def state_hours(ctx: Context) -> Iterator[Effect]:
    """`我周末下午有空`: when a volunteer may be asked."""
    skills.set_hours(ctx.tx, ctx.who.id, hours_in(ctx.text))
    yield ctx.reply("volunteering.hours_set", hours=spoken_hours(ctx, ctx.who.id))
    yield from _come(ctx)


def is_volunteer(ctx: Context) -> bool:
    """Whether the speaker is registered anywhere."""
    held = people.all_roles(ctx.tx).get(ctx.who.id, ())
    return any(role == "volunteer" for _, role in held)


def skills_in(text: str) -> set[str]:
    """What somebody says they can do: the categories it falls under, and their own words."""
    low = text.lower()
    found = {skill for skill, words in SKILLS.items() if any(word in low for word in words)}
    told = [one[1] or one[2] for one in _CAN.finditer(low)]
    own = {part.strip(" 会能也还") for one in told for part in _AND.split(one)}
    return found | {one for one in own if 2 <= len(one) <= LONGEST and not _BUSY.search(one)}


def hours_in(text: str) -> list[tuple[str, int, int]]:
    """``(weekdays, start, end)`` in minutes, as said: `周末下午`, `工作日18点到21点和周末`."""
    return [span for part in _AND.split(text.lower()) for span in _hours_of(part)]


def _hours_of(text: str) -> list[tuple[str, int, int]]:
    days = next((days for word, days in _DAYS.items() if word in text), None) or _weekdays(text)
    clock = _CLOCKS.search(text)
    if clock:
        first, first_minute, last, last_minute = (int(one or 0) for one in clock.groups())
        afternoon = 12 if any(one in text for one in ("下午", "晚上", "pm")) and last < 12 else 0
        start, end = (first + afternoon) * 60 + first_minute, (last + afternoon) * 60 + last_minute
        if start < 1440 and end <= 1440:
            return [(days or "1234567", start, end)]
    spans = [span for word, span in _PARTS.items() if word in text]
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


def spoken_skills(ctx: Context, person_id: int) -> list[Word | str]:
    """Skills in the person's own words, or the categories where there are none."""
    known = sorted(skills.of(ctx.tx, person_id))
    own: list[Word | str] = [one for one in known if one not in SKILLS]
    return own or [Word(f"kinds.{one}") for one in known]


def spoken_hours(ctx: Context, person_id: int) -> object:
    spans = skills.hours(ctx.tx, person_id)
    if not spans:
        return Word("volunteering.any_hour")
    return [_span(one) for one in spans]


def _span(one: skills.Hours) -> Word:
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
