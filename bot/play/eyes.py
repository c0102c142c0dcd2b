"""What a look finds: requests, stock, timers, questions, people, as plain values by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.play.cast import Cast
from bot.play.places import find_place
from bot.play.road import Road
from storage import (
    boxes,
    checkins,
    claims,
    outbox,
    people,
    places,
    questions,
    requests,
    skills,
    timers,
)
from storage.db import Transaction

Value: TypeAlias = str | int | list[str] | None
_ZH = {
    "状态": "state", "结果": "outcome", "类型": "kind", "种类": "kind", "类别": "category",
    "物品": "items", "东西": "items", "地点": "place", "楼": "place", "位置": "spot",
    "紧急程度": "urgency", "紧急": "urgency", "级别": "level", "求助人": "requester",
    "负责人": "holder", "接单人": "holder", "候补": "standby", "问过": "invited", "经过": "story",
    "人数": "wanted", "单元": "unit", "楼层": "floor", "房间": "room", "电话": "phone",
    "跟随": "followers", "同求": "followers", "时间": "due", "语言": "lang", "角色": "roles",
    "技能": "skills", "holders": "holder", "helper": "holder", "by": "requester", "when": "due",
    "building": "place", "item": "items", "照片": "photos",
}  # fmt: skip
_SUBJECTS = {
    "stock": "stock|库存|药箱",
    "timers": "timers?|定时|计时",
    "questions": "questions?|问题|待答",
    "sent": "sent|letters|messages|发出|发送",
    "unsent": "unsent|waiting|未发",
    "requests": "requests?|求助|事项",
    "person": "person|who|人|居民",
    "checkin": "check-?ins?|问候",
    "time": "time|clock|now|时间|现在",
}


class Eyes:
    """Reads the database; writes nothing."""

    def __init__(self, tx: Transaction, cast: Cast, road: Road, now: datetime) -> None:
        self.tx, self.cast, self.road, self.now = tx, cast, road, now
        first = next(iter(places.every(tx).values()), None)
        self.zone = ZoneInfo(first.zone if first else "Asia/Shanghai")

    def at(self, subject: str, name: str) -> Value | dict[str, Value]:
        """What there is to see: one value, or everything by name."""
        if number := re.fullmatch(r"#(\d+)", subject):
            return self._request(int(number[1]), name)
        for kind, words in _SUBJECTS.items():
            if re.fullmatch(words, subject, re.IGNORECASE):
                look: Callable[[str], Value | dict[str, Value]] = getattr(self, f"see_{kind}")
                return look(name)
        known = "#3, stock, timers, questions, sent, unsent, requests, person, checkin, time"
        raise ValueError(f"`? {subject}` is nothing to look at; known are: {known}")

    def _request(self, number: int, name: str) -> Value | dict[str, Value]:
        one = requests.get(self.tx, number)
        if one is None:
            return None
        field_name = _ZH.get(name.lower(), name.lower())
        if field_name == "story":
            return [self._step(one) for one in requests.story(self.tx, number)]
        place = places.get(self.tx, one.place_id)
        shown: dict[str, Value] = {
            "state": one.state,
            "outcome": one.outcome,
            "kind": one.kind,
            "category": one.category,
            "danger": one.danger,
            "items": [_item(item) for item in one.items],
            "place": place.name if place else None,
            "spot": one.spot,
            "unit": one.unit,
            "floor": one.floor,
            "room": one.room,
            "phone": list(one.phone),
            "for": one.for_text,
            "urgency": one.urgency,
            "level": one.level,
            "wanted": one.wanted,
            "photos": len(one.data.get("photos", [])),
            "requester": self._name(one.requester_id),
            "holder": self._names(claims.holders(self.tx, number)),
            "standby": self._names(claims.standby(self.tx, number)),
            "invited": self._names(row.person_id for row in claims.invitations(self.tx, number)),
            "followers": self._names(requests.followers(self.tx, number)),
            "due": self._local(one.due_at),
            "reopenings": one.reopenings,
        }
        return _pick(shown, field_name, f"#{number}")

    def see_stock(self, name: str) -> Value | dict[str, Value]:
        words = name.split()
        which = "on_hand"
        if words and words[-1].lower() in {"reserved", "free", "on_hand", "预留", "可用"}:
            which = {"预留": "reserved", "可用": "free"}.get(words[-1], words[-1].lower())
            words.pop()
        if not words:
            ids = [box.id for box in boxes.every(self.tx)]
        else:
            is_whole_place = _is_place(self.tx, " ".join(words))
            item = words.pop() if len(words) > 1 and not is_whole_place else None
            place = find_place(self.tx, " ".join(words))
            inside = set(places.within(self.tx, place.id))
            ids = [box.id for box in boxes.every(self.tx) if box.place_id in inside]
            if item is not None:
                lots = [
                    lot
                    for lot in boxes.stock(self.tx, ids, empty=True)
                    if item in {lot.item, lot.text}
                ]
                return sum(
                    {"on_hand": lot.on_hand, "reserved": lot.reserved}.get(
                        which, lot.on_hand - lot.reserved
                    )
                    for lot in lots
                )
        return {
            f"{lot.item}{_till(lot.expiry)}": f"{lot.on_hand}{lot.unit}"
            + (f", reserved {lot.reserved}" if lot.reserved else "")
            for lot in boxes.stock(self.tx, ids)
        }

    def see_timers(self, name: str) -> Value:
        rows = timers.pending(self.tx)
        if number := re.fullmatch(r"[#＃]?\s*(\d+)", name):
            rows = [row for row in rows if row.ref == int(number[1]) and "checkin" not in row.kind]
        elif name:
            rows = [row for row in rows if name.lower() in row.kind.lower()]
        return [f"{row.kind} {self._local(row.due_at)}" for row in rows]

    def see_questions(self, name: str) -> Value:
        person = self.cast.person(self.tx, name)
        if person is None:
            raise ValueError(f"there is nobody called `{name}` here")
        found = questions.open_to(self.tx, person.id, self.now)
        return [f"{one.kind} #{one.ref}" if one.ref else one.kind for one in found]

    def see_sent(self, name: str) -> Value:
        to = re.match(r"(?:to|给|privately to)\s*(.+)", name, re.IGNORECASE)
        room = re.match(r"(?:in|在)\s*(.+)", name, re.IGNORECASE)
        letters = [one.letter for one in self.road.log]
        if to:
            account = self.cast.account(self.tx, to[1].strip())
            letters = [one for one in letters if one.private and one.conversation == account]
        elif room:
            external = f"r{find_place(self.tx, room[1].strip()).id}"
            letters = [one for one in letters if one.conversation == external]
        elif name:
            raise ValueError("write `? sent to 小李 = 2`, `? sent in 3号楼 = 1` or `? sent = 3`")
        return len(letters)

    def see_unsent(self, _name: str) -> Value:
        return outbox.depth(self.tx)[0]

    def see_requests(self, name: str) -> Value:
        chosen = select(requests.REQUEST).order_by(requests.REQUEST.c.number)
        rows = self.tx.rows(requests.Request, chosen)
        if name:
            rows = [row for row in rows if name.lower() in {row.state, row.kind, row.category}]
        return [f"#{row.number} {row.kind} {row.category} {row.state}" for row in rows]

    def see_person(self, name: str) -> Value | dict[str, Value]:
        who, _, field_name = name.rpartition(" ")
        person = self.cast.person(self.tx, who) if who else None
        if person is None:
            person, field_name = self.cast.person(self.tx, name), ""
        if person is None:
            return None
        home, key = places.get(self.tx, person.place_id), person.id
        shown: dict[str, Value] = {
            "state": "here" if person.left_at is None else "left",
            "name": person.name,
            "lang": person.lang,
            "place": home.name if home else None,
            "unit": person.unit,
            "room": person.room,
            "phone": person.phone,
            "roles": sorted({role for _, role in people.all_roles(self.tx).get(key, ())}),
            "skills": sorted(skills.of(self.tx, key)),
            "hours": [
                f"{one.weekdays} {_clock(one.start)}-{_clock(one.end)}"
                for one in skills.hours(self.tx, key)
            ],
            "vouched": "yes" if person.vouched else "no",
        }
        return _pick(shown, _ZH.get(field_name, field_name), name)

    def see_checkin(self, name: str) -> Value | dict[str, Value]:
        who, _, field_name = name.rpartition(" ")
        person = self.cast.person(self.tx, who) if who else None
        if person is None:
            person, field_name = self.cast.person(self.tx, name), ""
        if person is None:
            raise ValueError(f"there is nobody called `{name}` here")
        table = checkins.CHECKIN
        past = select(table).where(table.c.person_id == person.id, table.c.due_at <= self.now)
        row = self.tx.first(checkins.Checkin, past.order_by(table.c.due_at.desc()))
        if row is None:
            return None
        shown: dict[str, Value] = {
            "state": row.state,
            "step": row.step,
            "outcome": row.outcome,
            "handled_by": self._name(row.handled_by) if row.handled_by else None,
            "due": self._local(row.due_at),
            "note": row.note,
        }
        return _pick(shown, _ZH.get(field_name, field_name), name)

    def see_time(self, _name: str) -> Value:
        return self._local(self.now)

    def _name(self, person_id: int | None) -> str | None:
        return people.get(self.tx, person_id).name if person_id else None

    def _names(self, ids: Iterable[int]) -> list[str]:
        return [people.get(self.tx, one).name for one in ids]

    def _local(self, at: datetime | None) -> str | None:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M") if at else None

    def _step(self, step: requests.RequestEvent) -> str:
        by = f" by {self._name(step.person_id)}" if step.person_id else ""
        way = f" {step.before or ''}→{step.after}" if step.after else ""
        return f"{step.what}{way}{by} {self._local(step.at)}"


def _pick(shown: dict[str, Value], name: str, of: str) -> Value | dict[str, Value]:
    if not name:
        return shown
    if name not in shown:
        raise ValueError(f"{of} has no `{name}`; there are: {', '.join(shown)}, story")
    return shown[name]


def _item(item: dict[str, Any]) -> str:
    quantity = item.get("quantity")
    amount = f" {quantity:g}{item.get('unit') or ''}" if quantity is not None else ""
    return f"{item.get('name') or item.get('text')}{amount}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _till(expiry: str | None) -> str:
    return f" (until {expiry})" if expiry else ""


def _is_place(tx: Transaction, words: str) -> bool:
    try:
        find_place(tx, words)
    except ValueError:
        return False
    return True
