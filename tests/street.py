"""A street of 44 people in three buildings and a bot that only echoes, for tests of the page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import PaperClock
from bot.gateways.base import Letter
from bot.gateways.local import LocalGateway
from bot.media import MediaStore
from bot.web.local_chat import LocalChat, PersonCard, RoomCard, StatusCard

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2027, 3, 1, 1, 5, tzinfo=UTC)
STEPS = {"5m": timedelta(minutes=5), "30m": timedelta(minutes=30), "3h": timedelta(hours=3)}
SOME = [
    ("王秀英", "Wang Xiuying", ("elder",)),
    ("李小军", "Li Xiaojun", ("volunteer",)),
    ("周敏", "Zhou Min", ("coordinator",)),
    ("陈医生", "Dr. Chen", ("doctor", "duty")),
    ("林小梅", "Lin Xiaomei", ("keeper", "volunteer")),
]
FAMILIES = "赵钱孙吴郑冯褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严"


def people() -> list[PersonCard]:
    """44 people: the five everybody meets first, then families, then one with a long name."""
    cards = [
        PersonCard("p1", *SOME[0], "1号楼", "Building 1", "zh", ("r1",)),
        PersonCard("p2", *SOME[1], "1号楼", "Building 1", "zh", ("r1",)),
        PersonCard("p3", *SOME[2], "1号楼", "Building 1", "zh", ("r1", "r2", "r3")),
        PersonCard("p4", *SOME[3], "2号楼", "Building 2", "zh", ("r1", "r2")),
        PersonCard("p5", *SOME[4], "2号楼", "Building 2", "zh", ("r2",)),
    ]
    for number in range(6, 44):
        building = 1 + number % 3
        name = FAMILIES[number % len(FAMILIES)] + ("家宝" if number < 29 else "建国")
        home = (f"{building}号楼", f"Building {building}")
        cards.append(
            PersonCard(f"p{number}", name, "", ("resident",), *home, "zh", (f"r{building}",))
        )
    long = "Maximiliana Wolfeschlegelsteinhausenbergerdorff-Nikolaidis"
    cards.append(PersonCard("p44", long, long, ("resident",), "3号楼", "Building 3", "en", ("r3",)))
    return cards


@dataclass
class Street:
    """The people, and a clock on paper that the page can move."""

    clock: PaperClock = field(default_factory=lambda: PaperClock(START))
    may_move: asyncio.Event = field(default_factory=asyncio.Event)
    cards: list[PersonCard] = field(default_factory=people)
    open: dict[str, list[StatusCard]] = field(
        default_factory=lambda: {"p1": [StatusCard(7, "两盒牛奶", "等人接单")]}
    )

    def people(self) -> list[PersonCard]:
        return self.cards

    def rooms(self) -> list[RoomCard]:
        return [RoomCard(f"r{n}", f"幸福里{n}号楼", f"Xingfuli building {n}") for n in (1, 2, 3)]

    def now(self) -> datetime:
        return self.clock.now()

    def zone(self) -> ZoneInfo:
        return ZONE

    async def advance(self, step: str) -> datetime:
        await self.may_move.wait()
        morning = self.now().astimezone(ZONE).replace(hour=8, minute=30) + timedelta(days=1)
        self.clock.set(self.now() + STEPS[step] if step in STEPS else morning)
        return self.now()

    def status(self, viewer: str) -> list[StatusCard]:
        return self.open.get(viewer, [])


async def echo(gateway: LocalGateway) -> None:
    """Answer like a parrot; in a group, also ask 李小军 privately."""
    number = 0
    async for message in gateway.messages():
        await gateway.recorded(message)
        answers = [(message.conversation, message.private, f"收到:{message.text}")]
        if not message.private:
            answers.append(("p2", True, f"{message.sender_name}想请您帮忙,能去吗?"))
        for conversation, private, text in answers:
            number += 1
            mentions = () if private else (message.sender,)
            await gateway.send(Letter(number, "local", conversation, private, text, mentions))


@asynccontextmanager
async def lived_in(folder: Path) -> AsyncIterator[tuple[LocalChat, Street]]:
    """A chat on a street with the echoing bot at work; run it inside an event loop."""
    street = Street()
    street.may_move.set()
    gateway = LocalGateway(folder / "local.db", MediaStore(folder / "media"), street.clock)
    work = asyncio.create_task(echo(gateway))
    try:
        yield LocalChat(gateway, street), street
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        gateway.close()
