"""The link to a puppet service: up early or late, broken, frozen, refused, logged out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.config import Secret, Settings
from bot.config.tables import Database, Gateways, WeChat, WeChatAccount
from bot.gateways.base import NotNow
from bot.gateways.wechat import accounts
from bot.gateways.wechat.link import WRONG_TOKEN
from bot.media import MediaStore
from handlers.kit import LoggedIn, LoggedOut, Scan
from tests.puppet.account import Ear, hearing, letter
from tests.puppet.server import PuppetServer, free_port, serving

ROOM = "b3@chatroom"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PuppetServer]:
    with serving(tmp_path_factory.mktemp("platform")) as server:
        yield server


@pytest.fixture
async def server(running: PuppetServer) -> PuppetServer:
    await running.ask("reset")
    await running.people("wang", "li", rooms={ROOM: ["wang", "li"]})
    return running


@pytest.fixture
async def ear(server: PuppetServer, tmp_path: Path) -> AsyncIterator[Ear]:
    async with hearing(server, tmp_path) as ear:
        yield ear


async def test_the_account_says_who_it_is_and_lives(server, ear):
    status = ear.gateway.status()
    assert (status.state, status.account, status.account_name) == ("up", "bot-wxid", "邻帮")
    assert (status.error, status.waiting) == ("", 0)
    alive = ear.gateway.alive()
    assert alive is not None
    await server.say("wang", "在吗", ROOM)
    await ear.message()
    assert ear.gateway.alive() >= alive
    assert ear.gateway.status().last_event is not None


async def test_it_may_start_before_the_server_does(tmp_path):
    late = PuppetServer(tmp_path)
    async with hearing(late, tmp_path, wait=False) as ear:
        await asyncio.sleep(0.2)
        assert ear.gateway.status().state == "connecting"
        assert ear.gateway.alive() is None
        with pytest.raises(NotNow):
            await ear.gateway.send(letter(1, ROOM, "在吗"))
        try:
            await asyncio.to_thread(late.start)
            assert (await ear.until(LoggedIn)).account == "bot-wxid"
        finally:
            late.kill()


async def test_a_wrong_token_is_an_error_that_says_so_once(server, tmp_path):
    with capture_logs() as logs:
        async with hearing(server, tmp_path, token=lambda: "wrong", wait=False) as ear:
            await ear.state("refused")
            await asyncio.sleep(0.7)
            assert ear.gateway.status().error == WRONG_TOKEN
            with pytest.raises(NotNow, match="token"):
                await ear.gateway.send(letter(1, ROOM, "在吗"))
    assert [one["error"] for one in logs if one["log_level"] == "error"] == [WRONG_TOKEN]


async def test_a_token_that_was_mended_lets_it_in(server, tmp_path):
    tokens = iter(["wrong", server.token])
    async with hearing(server, tmp_path, token=lambda: next(tokens)) as ear:
        assert ear.gateway.status().state == "up"


async def test_a_token_that_cannot_be_read_is_told_of(server, tmp_path):
    token = Secret("env:NO_SUCH_TOKEN").reveal
    async with hearing(server, tmp_path, token=token, wait=False) as ear:
        await ear.state("refused")
        assert "env:NO_SUCH_TOKEN" in ear.gateway.status().error


async def test_a_frozen_server_is_noticed_by_the_ping_and_come_back_to(server, tmp_path):
    async with hearing(server, tmp_path) as ear:
        server.freeze()
        try:
            await ear.state("connecting")
            assert "does not answer" in ear.gateway.status().error
        finally:
            server.thaw()
        await ear.state("up")
        await server.say("wang", "回来了吗", ROOM)
        assert (await ear.message()).text == "回来了吗"


async def test_errors_unknown_types_and_nonsense_do_not_stop_it(server, ear):
    await server.ask("emit", event="error", payload={"gerror": "trouble\nat line 3"})
    for kind in (4, 16, 24, 99):
        await server.ask("raw", type=kind, payload='{"postId": "x"}')
    for nonsense in ("", "[1]", "{", '{"messageId": 7}', '{"messageId": ""}'):
        await server.ask("raw", type=2, payload=nonsense)
    for kind in (17, 18, 19, 20, 21, 22, 25, 27):
        await server.ask("raw", type=kind, payload='{"friendshipId": [], "roomId": 3}')
    await server.say("wang", "还在", ROOM)
    assert (await ear.message()).text == "还在"


async def test_logged_out_it_shows_the_code_and_sends_nothing(server, ear):
    await server.ask("logout")
    assert (await ear.until(LoggedOut)).why == "as asked"
    alive = ear.gateway.alive()
    await server.ask("scan", code="https://login.example/abc")
    assert (await ear.until(Scan)).code == "https://login.example/abc"
    status = ear.gateway.status()
    assert (status.state, status.code) == ("logged out", "https://login.example/abc")
    with pytest.raises(NotNow):
        await ear.gateway.send(letter(1, ROOM, "在吗"))
    assert ear.gateway.alive() == alive
    await server.ask("login")
    await ear.until(LoggedIn)
    assert (ear.gateway.status().state, ear.gateway.status().code) == ("up", "")


async def test_an_account_logged_out_while_the_link_was_away_is_told_of(tmp_path):
    with serving(tmp_path) as server:
        async with hearing(server, tmp_path) as ear:
            server.kill()
            await ear.state("connecting")
            await asyncio.to_thread(server.start, login=False)
            assert (await ear.until(LoggedOut)).account == "bot-wxid"


async def test_leaving_logs_nobody_out(server, tmp_path):
    for _ in range(2):
        async with hearing(server, tmp_path) as ear:
            assert ear.gateway.status().state == "up"
    calls = await server.ask("calls")
    assert calls["start"] == 2
    assert not {"stop", "logout"} & set(calls)


async def test_coming_back_to_the_same_account_is_no_news(server, tmp_path):
    async with hearing(server, tmp_path) as ear:
        server.freeze()
        await ear.state("connecting")
        server.thaw()
        await ear.state("up")
        await server.say("wang", "早", ROOM)
        assert (await ear.next()).text == "早"


async def test_one_account_gone_does_not_stop_the_other(server, tmp_path):
    with serving(tmp_path, account="west-wxid") as other:
        await other.people("zhao", rooms={"w1@chatroom": ["zhao"]})
        async with (
            hearing(server, tmp_path, name="wechat-east") as east,
            hearing(other, tmp_path, name="wechat-west") as west,
        ):
            other.kill()
            await west.state("connecting")
            await server.say("wang", "东边好", ROOM)
            heard = await east.message()
            assert (heard.gateway, heard.text) == ("wechat-east", "东边好")
            assert east.gateway.status().state == "up"


def test_the_settings_make_a_gateway_for_each_account(tmp_path):
    def settings(wechat: WeChat) -> Settings:
        database = Database(path=tmp_path / "linbang.db")
        return Settings(database=database, gateways=Gateways(wechat=wechat))

    media, clock = MediaStore(tmp_path), SystemClock()
    near, token = f"127.0.0.1:{free_port()}", Secret("env:T")
    assert accounts(settings(WeChat(endpoint=near, token=token)), media, clock) == []
    two = (
        WeChatAccount(name="east", endpoint=near, token=token),
        WeChatAccount(name="west", endpoint=near, token=token),
    )
    for wechat, names in (
        (WeChat(enabled=True, endpoint=near, token=token), ["wechat"]),
        (WeChat(enabled=True, accounts=two), ["wechat-east", "wechat-west"]),
    ):
        made = accounts(settings(wechat), media, clock)
        assert [one.name for one in made] == names
        for one in made:
            one.close()
