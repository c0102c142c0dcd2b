"""Signs of life on the real server: who may send them, how many, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession

from bot import devices
from bot.web import server
from bot.web import signs as intake
from storage import checkins, erasure, signs
from storage.db import disposing, open_reader, transaction
from tests.elders import SHANGHAI, Built, Street, one_elder, street

__all__ = ["street"]
MORNING = datetime(2026, 3, 1, 22, tzinfo=UTC)  # 6:00 on the 2nd in Shanghai
Answer = tuple[int, str]


class Home:
    """王奶奶's home: a street with a bot, its server on a real port, and one device."""

    def __init__(self, made: Street, address: str, client: ClientSession) -> None:
        self.made, self.address, self.client = made, address, client
        self.token = self.secret = ""

    def install(self, kind: str = "water", **more: Any) -> None:
        wish = {"do": "add", "person": "王奶奶", "kind": kind, "closes": False, "missing": "greet"}
        with transaction(self.made.database) as tx:
            done = devices.order(tx, self.made.clock.now(), {**wish, "expected_by": None, **more})
        self.token, self.secret = done["token"], done["secret"]

    async def post(self, body: Any = None, **more: Any) -> Answer:
        """What `curl -X POST` of the documentation does."""
        secret = more.pop("secret", self.secret)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        url = f"{self.address}signs/{more.pop('token', self.token)}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.post(url, data=data, headers=headers) as answer:
            said = answer.status, await answer.text()
        await self.made.app.settle()
        return said

    def states(self) -> list[tuple[str, str | None]]:
        return [(one.state, one.outcome) for one in self.made.rows() if one.day == "2026-03-02"]


Homes = Callable[..., Awaitable[Home]]


@pytest.fixture
async def home(street: Built, tmp_path: Path) -> AsyncIterator[Homes]:
    closing = []

    async def build(start: datetime = MORNING, per_minute: int = 20) -> Home:
        url = f"sqlite:///{tmp_path / 'street.db'}"
        made = await street(start, one_elder, url=url)
        reader = disposing(open_reader(url))
        routes = intake.routes(made.app.engine, reader.__enter__(), made.clock, per_minute)
        runner, address = await server.serve(server.build(None, routes), "127.0.0.1", 0)
        client = ClientSession()
        closing.extend([client.close, runner.cleanup, reader])
        return Home(made, address, client)

    yield build
    for close in closing:
        if hasattr(close, "__exit__"):
            close.__exit__(None, None, None)
        else:
            await close()


async def test_a_sign_before_the_hour_spares_the_greeting(home: Homes) -> None:
    at = await home()
    at.install(closes=True)
    await at.made.until(2026, 3, 2, 7, 40)
    assert await at.post() == (202, '{"taken": true}')
    assert at.states() == [("closed", "ok")]
    await at.made.until(2026, 3, 2, 12, 0)
    assert "checkins.greeting" not in at.made.said_to("王奶奶")
    assert at.made.said_to("李阿姨") == []
    # The next day is another day.
    await at.made.until(2026, 3, 3, 8, 31)
    assert "checkins.greeting" in at.made.said_to("王奶奶")


async def test_a_sign_in_the_night_spares_nothing(home: Homes) -> None:
    at = await home(datetime(2026, 3, 1, 19, tzinfo=UTC))  # 3:00
    at.install(closes=True)
    await at.post()
    await at.made.until(2026, 3, 2, 8, 31)
    assert "checkins.greeting" in at.made.said_to("王奶奶")


async def test_a_sign_ends_a_silence_and_everybody_alerted_hears_it(home: Homes) -> None:
    at = await home()
    at.install(closes=True)
    await at.made.until(2026, 3, 2, 9, 35)
    assert at.made.said_to("李阿姨") == ["checkins.neighbour"]
    await at.post()
    assert at.made.said_to("李阿姨")[-1] == "checkins.all_clear"
    assert at.states() == [("closed", "ok")]


async def test_where_a_sign_may_not_close_whoever_is_asked_to_go_reads_of_it(home: Homes) -> None:
    at = await home()
    at.install()
    await at.made.until(2026, 3, 2, 7, 40)
    await at.post()
    await at.made.until(2026, 3, 2, 9, 35)
    [letter] = [one for _, one in at.made.road.sent if one.conversation == "李阿姨"]
    assert "水表今天07:40有动静" in letter.text


async def test_a_late_sign_keeps_its_own_time(home: Homes) -> None:
    at = await home()
    at.install(closes=True)
    await at.made.until(2026, 3, 2, 8, 45)
    early = datetime(2026, 3, 2, 3, 0, tzinfo=ZoneInfo(SHANGHAI))
    await at.post({"at": early.isoformat()})
    assert at.states() == [("asked", None)]  # at three in the night it said nothing of the morning
    with transaction(at.made.database) as tx:
        assert signs.last(tx, person_id=4).at == early


async def test_the_same_sign_sent_again_is_taken_once(home: Homes) -> None:
    at = await home()
    at.install("button")
    for _ in range(3):
        status, _ = await at.post({"what": "help", "id": "press-1"})
        assert status == 202
    assert at.made.said_to("李强").count("checkins.alarm") == 1


async def test_a_pressed_button_calls_duty_and_no_further_sign_closes_it(home: Homes) -> None:
    at = await home()
    at.install("button", closes=True)
    await at.post({"what": "help"})
    assert at.made.said_to("王奶奶")[-1] == "checkins.heard_you"
    [letter] = [one for _, one in at.made.road.sent if one.kind == "checkins.alarm"]
    assert letter.urgent
    assert "06:00 按了求助按钮" in letter.text
    await at.post({"what": "life"})
    assert ("alerting", None) in at.states()
    assert "closed" not in dict(at.states())


async def test_nothing_all_morning_counts_as_late_where_that_is_set(home: Homes) -> None:
    at = await home()
    at.install(expected_by=8 * 60, missing="late")
    await at.post()
    await at.made.until(2026, 3, 2, 8, 31)
    await at.made.say("王奶奶", "好")
    await at.made.until(2026, 3, 3, 7, 59)
    before = len(at.made.said_to("李阿姨"))
    await at.made.until(2026, 3, 3, 8, 1)
    assert at.made.said_to("李阿姨")[before:] == ["checkins.neighbour"]


async def test_a_device_that_died_alarms_nobody(home: Homes) -> None:
    at = await home()
    at.install(expected_by=8 * 60, missing="late")
    for day in range(2, 7):
        await at.made.until(2026, 3, day, 8, 31)
        await at.made.say("王奶奶", "好")
    assert "checkins.neighbour" not in at.made.said_to("李阿姨")
    assert "signs.dead" in at.made.said_to("吴站长")


async def test_after_an_outage_nobody_is_blamed_for_signs_that_were_lost(home: Homes) -> None:
    at = await home()
    at.install(expected_by=8 * 60, missing="late")
    await at.post()
    await at.made.until(2026, 3, 2, 8, 31)
    await at.made.say("王奶奶", "好")
    await at.made.until(2026, 3, 3, 7, 0)
    before = len(at.made.said_to("李阿姨"))
    await at.made.restart(timedelta(hours=3))
    assert at.made.said_to("李阿姨")[before:] == []


async def test_a_wrong_secret_or_name_is_turned_away_alike(home: Homes) -> None:
    at = await home()
    at.install()
    answers = [
        await at.post(secret="x" * 43),
        await at.post(secret=""),
        await at.post(token="0123456789ab"),  # noqa: S106
    ]
    assert set(answers) == {(401, "not with this secret")}
    with transaction(at.made.database) as tx:
        kept = tx.rows(signs.Device, signs.DEVICE.select())
        assert at.secret not in repr(kept)
        assert kept[0].secret_hash == signs.hashed(at.secret)


async def test_who_tries_secrets_is_soon_not_listened_to(home: Homes) -> None:
    at = await home()
    at.install()
    statuses = [(await at.post(secret=f"guess{n}"))[0] for n in range(intake.STRANGERS + 2)]
    assert statuses[-1] == 429
    assert (await at.post())[0] == 202  # whoever knows the secret is


async def test_too_big_too_many_and_what_is_not_understood(home: Homes) -> None:
    at = await home(per_minute=3)
    at.install()
    assert (await at.post(b"x" * 3000))[0] == 413
    assert (await at.post(b"{"))[0] == 400
    assert (await at.post({"who": "me"}))[0] == 400
    assert (await at.post({"what": "party"}))[0] == 400
    ahead = at.made.clock.now() + timedelta(hours=1)
    assert (await at.post({"at": ahead.isoformat()}))[0] == 400
    assert [(await at.post({"id": f"n{n}"}))[0] for n in range(4)] == [202, 202, 202, 429]
    assert (await at.post({"what": "help"}))[0] == 202  # a cry for help is never one too many
    at.made.clock.set(at.made.clock.now() + timedelta(minutes=1))
    assert (await at.post())[0] == 202


async def test_the_person_hears_of_a_device_and_can_be_rid_of_it(home: Homes) -> None:
    at = await home()
    at.install(closes=True)
    await at.made.until(2026, 3, 2, 7, 1)
    assert at.made.said_to("王奶奶") == ["signs.added"]
    await at.made.say("王奶奶", "不要我的传感器了")
    assert at.made.said_to("王奶奶")[-1] == "signs.stopped"
    assert at.made.said_to("吴站长")[-1] == "signs.take_away"
    assert (await at.post())[0] == 401


async def test_without_consent_no_device_is_issued_and_no_sign_kept(home: Homes) -> None:
    at = await home()
    at.install()
    with transaction(at.made.database) as tx, pytest.raises(LookupError, match="agreed"):
        devices.order(tx, MORNING, {"do": "add", "person": "李阿姨", "kind": "water"})
    with transaction(at.made.database) as tx:
        checkins.change_plan(tx, 1, withdrawn_at=MORNING)
    assert (await at.post())[0] == 202
    with transaction(at.made.database) as tx:
        assert signs.last(tx, person_id=4) is None


async def test_signs_and_devices_of_somebody_forgotten_are_gone(home: Homes) -> None:
    at = await home()
    at.install()
    await at.post()
    with transaction(at.made.database) as tx:
        erasure.erase(tx, 4)
        assert signs.last(tx, person_id=4) is None
        assert signs.devices(tx) == []
    assert (await at.post())[0] == 401
