"""Whoever asks to be forgotten is found in no table any more, and may come back as a stranger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from bot.app import App
from bot.clock import PaperClock
from bot.gateways.paper import PaperGateway
from handlers.kit import Message
from storage import checkins, people, places, rooms
from storage.db import transaction
from storage.tables import metadata

MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)
TRACES = ("桂兰", "16000000077", "膝盖", "acct-guilan")


def _dump(database: Engine) -> str:
    with database.connect() as connection:
        return "\n".join(
            repr(row)
            for one in metadata().sorted_tables
            for row in connection.execute(one.select()).all()
        )


async def _said(app: App, gateway: PaperGateway, text: str, at: datetime) -> list[str]:
    before = len(gateway.sent)
    mid = f"m{before}-{at.timestamp()}-{len(text)}"
    await app.hear(
        Message("paper", mid, "acct-guilan", "acct-guilan", "桂兰", text, at, at, private=True)
    )
    await app.settle()
    return [letter.kind for _, letter in gateway.sent[before:]]


async def test_everything_about_a_person_is_erased_within_the_hour(database: Engine) -> None:
    with transaction(database) as tx:
        place = places.add(tx, kind="building", key="b3", name="3号楼", number="3")
        guilan = people.add(
            tx, name="桂兰", place_id=place, room="502", phone="16000000077", joined_at=MORNING
        )
        people.add_account(tx, guilan, "paper", "acct-guilan")
        rooms.add(tx, gateway="paper", external="room-3", place_id=place, name="3号楼")
        plan = checkins.add_plan(tx, person_id=guilan, consent_by=guilan, consent_at=MORNING)
        checkins.add_contact(tx, plan, name="桂兰的女儿", phone="16000000078")
    clock, gateway = PaperClock(MORNING), PaperGateway("paper")
    app = App(database, [gateway], clock)
    await app.start(live=False)
    try:
        assert "requests.noted" in await _said(app, gateway, "帮我买膝盖贴两盒", MORNING)
        assert all(trace in _dump(database) for trace in TRACES)
        assert await _said(app, gateway, "删除我的信息", MORNING) == ["leaving.sure_forget"]
        assert (await _said(app, gateway, "是", MORNING))[0] == "leaving.forgotten"
        await app.advance(MORNING + timedelta(hours=2))
        left = _dump(database)
        assert [line for line in left.splitlines() if any(one in line for one in TRACES)] == []

        assert "people.notice" in await _said(app, gateway, "帮助", clock.now())
        with transaction(database) as tx:
            back = people.by_account(tx, "paper", "acct-guilan")
        assert back is not None
        assert back.id != guilan
    finally:
        await app.stop()


async def test_whoever_speaks_again_within_the_hour_is_not_erased(database: Engine) -> None:
    with transaction(database) as tx:
        place = places.add(tx, kind="building", key="b3", name="3号楼", number="3")
        guilan = people.add(tx, name="桂兰", place_id=place, joined_at=MORNING)
        people.add_account(tx, guilan, "paper", "acct-guilan")
    clock, gateway = PaperClock(MORNING), PaperGateway("paper")
    app = App(database, [gateway], clock)
    await app.start(live=False)
    try:
        await _said(app, gateway, "删除我的信息", MORNING)
        await _said(app, gateway, "是", MORNING)
        await _said(app, gateway, "帮我买两盒牛奶", MORNING)
        await app.advance(MORNING + timedelta(hours=2))
        with transaction(database) as tx:
            assert people.get(tx, guilan).name == "桂兰"
    finally:
        await app.stop()
