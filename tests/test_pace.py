"""How fast letters go: pauses and caps an account, urgent ones first, danger at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine as Database

from bot.app import App
from bot.clock import PaperClock
from bot.delivery import Manners
from bot.gateways.base import Letter, NotNow, Unsure
from bot.gateways.paper import PaperGateway
from bot.pace import Limits, Pace
from storage import outbox, places, rooms
from storage.db import transaction
from storage.outbox import LETTER

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
ECHO = timedelta(minutes=1)


class Slow(PaperGateway):
    """A platform that may swallow confirmations, and brings echoes when it is told to."""

    def __init__(self, clock: PaperClock) -> None:
        super().__init__()
        self._clock = clock
        self.at: list[tuple[float, Letter]] = []
        self.echoes: dict[int, str] = {}
        self.swallows: Callable[[Letter], bool] = lambda _: False

    async def send(self, letter: Letter) -> str:
        if letter.kind == "hangs":
            await asyncio.Event().wait()
        self.before_send(letter)
        self.at.append(((self._clock.now() - NOW).total_seconds(), letter))
        if self.swallows(letter):
            raise Unsure("no confirmation in time")
        return f"m{len(self.at)}"

    async def arrived(self, letter: Letter) -> str | None:
        return self.echoes.get(letter.id)


@dataclass
class Post:
    """A bot that only delivers, into as many groups as are asked for."""

    database: Database
    limits: Limits = field(default_factory=lambda: Limits(jitter=0))
    random: Callable[[], float] = lambda: 0.0

    def __post_init__(self) -> None:
        self.clock = PaperClock(NOW)
        self.gateway = Slow(self.clock)
        with transaction(self.database) as tx:
            place = places.add(tx, key="b3", name="3号楼", kind="building", number="3")
            self.rooms = [
                rooms.add(tx, gateway="paper", external=f"r{one}", place_id=place).id
                for one in range(40)
            ]
        self.app = self.bot()

    def bot(self) -> App:
        manners = Manners(Pace(self.limits, self.random), hands=4, echo_within=ECHO)
        return App(self.database, [self.gateway], self.clock, manners={"paper": manners})

    async def letters(self, *kinds: str, room: int = 0, count: int = 1, **others: Any) -> None:
        def put(tx: Any) -> None:
            for kind in kinds * count:
                row = {
                    "gateway": "paper",
                    "room_id": self.rooms[room],
                    "kind": kind,
                    "text": kind,
                    "urgent": False,
                    "direct": True,
                    "made_at": self.clock.now(),
                    "not_before": self.clock.now(),
                }
                outbox.put(tx, row | others)

        await self.app.engine.write(put)

    async def after(self, seconds: float) -> list[tuple[float, str]]:
        """When each letter went, once so much time has passed."""
        await self.app.advance(NOW + timedelta(seconds=seconds))
        return [(at, letter.kind) for at, letter in self.gateway.at]

    async def states(self) -> list[str]:
        found: list[str] = await self.app.engine.write(
            lambda tx: tx.values(LETTER.select().with_only_columns(LETTER.c.state))
        )
        return found


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    here = Post(database)
    await here.app.start(live=False)
    yield here
    await here.app.stop()


async def test_a_pause_is_kept_between_letters_and_their_order(post: Post) -> None:
    for room in range(4):
        await post.letters(f"letter {room}", room=room)
    assert await post.after(10) == [
        (0, "letter 0"),
        (1.5, "letter 1"),
        (3, "letter 2"),
        (4.5, "letter 3"),
    ]


async def test_the_pause_is_stretched_at_random(database: Database) -> None:
    drawn = iter([0.0, 1.0, 0.5, 0.0])
    post = Post(database, Limits(seconds_between=2, jitter=0.5), lambda: next(drawn))
    await post.app.start(live=False)
    await post.letters("one", "two", "three", "four")
    assert [at for at, _ in await post.after(20)] == [0, 2, 5, 7.5]
    await post.app.stop()


async def test_an_account_says_no_more_than_its_cap_in_a_minute(post: Post) -> None:
    for room in range(30):
        await post.letters("letter", room=room)
    went = [at for at, _ in await post.after(120)]
    assert len(went) == 30
    assert max(sum(at <= one < at + 60 for one in went) for at in went) == 20
    assert went[20] == 60


async def test_a_group_that_had_its_share_does_not_hold_up_the_others(post: Post) -> None:
    await post.letters("here", room=0, count=600)
    await post.letters("there", room=1)
    went = await post.after(20)
    assert [kind for _, kind in went] == ["here"] * 10 + ["there"]


async def test_what_is_urgent_waits_behind_no_ordinary_letter(post: Post) -> None:
    await post.letters("ordinary", count=750)
    for room in range(1, 40):
        await post.letters("ordinary", room=room, count=750)
    await post.after(2)
    await post.letters("urgent", room=39, urgent=True)
    await post.letters("emergencies.page", room=38, urgent=True)
    # Danger waits for nothing at all, what is urgent only for the pause.
    assert (await post.after(5))[2:4] == [(2, "emergencies.page"), (3.5, "urgent")]


async def test_what_is_urgent_does_not_wait_for_the_cap(post: Post) -> None:
    for room in range(30):
        await post.letters("letter", room=room)
    await post.after(40)
    await post.letters("urgent", urgent=True)
    assert (await post.after(41))[-1] == (40, "urgent")


async def test_the_minute_before_a_restart_counts(post: Post) -> None:
    for room in range(20):
        await post.letters("letter", room=room)
    await post.after(30)
    await post.app.stop()
    post.app = post.bot()
    await post.app.start(live=False)
    await post.letters("one more")
    assert (await post.after(70))[-1] == (60, "one more")
    await post.app.stop()


async def test_what_was_held_back_goes_out_as_one_however_slowly(post: Post) -> None:
    later = NOW + timedelta(seconds=10)
    await post.letters("a", "b", "c", not_before=later)
    await post.letters("elsewhere", room=1)
    went = await post.after(30)
    assert [(at, letter.text) for at, letter in post.gateway.at] == [
        (0, "elsewhere"),
        (10, "a\nb\nc"),
    ]
    assert len(went) == 2


async def test_a_failing_letter_holds_up_its_own_conversation_but_not_what_is_urgent(
    post: Post,
) -> None:
    def fails(letter: Letter) -> None:
        if letter.kind == "big":
            raise NotNow("too big for now")

    post.gateway.before_send = fails
    await post.letters("big", "behind it")
    await post.letters("urgent", urgent=True)
    await post.letters("elsewhere", room=1)
    # A second try of the big one lies between them.
    assert await post.after(60) == [(0, "urgent"), (4.5, "elsewhere")]


async def test_an_echo_settles_what_was_uncertain(post: Post) -> None:
    post.gateway.swallows = lambda _: True
    await post.letters("page", urgent=True)
    await post.after(5)
    assert await post.states() == ["unsure"]
    post.gateway.echoes[1] = "their id"
    await post.after(90)
    assert await post.states() == ["sent"]
    assert len(post.gateway.at) == 1
    assert await post.app.engine.write(lambda tx: outbox.about(tx, "their id")) is None


async def test_without_an_echo_only_what_is_urgent_is_said_again(post: Post) -> None:
    post.gateway.swallows = lambda _: True
    await post.letters("greeting")
    await post.letters("page", room=1, urgent=True)
    went = await post.after(600)
    assert [kind for _, kind in went] == ["page", "greeting", "page", "page"]
    assert [at for at, _ in went] == [0, 1.5, 60, 120]
    assert await post.states() == ["unknown", "unknown"]


async def test_letters_after_an_uncertain_one_do_not_wait_for_it(post: Post) -> None:
    post.gateway.swallows = lambda letter: letter.kind == "lost"
    await post.letters("lost", "next")
    assert await post.after(3) == [(0, "lost"), (1.5, "next")]


async def test_what_was_being_sent_at_the_end_is_looked_for_after_a_restart(post: Post) -> None:
    await post.letters("greeting", state="sending", tries=1)
    await post.letters("page", room=1, urgent=True, state="sending", tries=1)
    await post.app.stop()
    post.app = post.bot()
    await post.app.start(live=False)
    assert await post.after(30) == []
    post.gateway.echoes[2] = "page that arrived"
    assert await post.after(120) == []
    assert await post.states() == ["unknown", "sent"]
    await post.app.stop()


async def test_a_call_that_hangs_holds_up_its_own_conversation_only(database: Database) -> None:
    post = Post(database, Limits(seconds_between=0))
    await post.app.start()
    await post.letters("hangs", "behind it")
    for room in range(1, 4):
        await post.letters("elsewhere", room=room)
    await post.app.beat()
    async with asyncio.timeout(5):
        while len(post.gateway.at) < 3:  # noqa: ASYNC110  it tells nobody
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert [letter.kind for _, letter in post.gateway.at] == ["elsewhere"] * 3
    await post.letters("urgent", urgent=True)
    await post.app.beat()
    async with asyncio.timeout(5):
        while len(post.gateway.at) < 4:  # noqa: ASYNC110  it tells nobody
            await asyncio.sleep(0.01)
    assert post.gateway.at[-1][1].kind == "urgent"
    await post.app.stop()
