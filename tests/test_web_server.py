"""The pages' server talks to this machine and to its own pages only."""

import asyncio

import pytest
from aiohttp import ClientSession, WSCloseCode, web
from aiohttp.test_utils import TestClient, TestServer
from street import lived_in
from tab import Tab

from bot.web.server import build, is_loopback, serve


@pytest.fixture
async def chat(tmp_path):
    async with lived_in(tmp_path) as (chat, _):
        yield chat


async def hello(_request: web.Request) -> web.Response:
    return web.Response(text="another page")


@pytest.fixture
async def client(chat):
    async with TestClient(TestServer(build(chat, [web.get("/hello", hello)]))) as client:
        yield client


async def test_every_answer_forbids_inline_code_and_framing(client):
    for path in ("/", "/static/main.js", "/hello", "/nowhere"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/ws", "/hello"])
async def test_a_name_that_was_rebound_to_this_machine_is_turned_away(client, path):
    answer = await client.get(path, headers={"Host": "evil.example:8080"})
    assert answer.status == 421


@pytest.mark.parametrize("path", ["/ws", "/photo"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_site_is_turned_away(client, path, origin):
    method = "GET" if path == "/ws" else "POST"
    answer = await client.request(method, path, headers={"Origin": origin})
    assert answer.status == 403


async def test_its_own_page_is_let_in(client):
    origin = str(client.make_url("/")).rstrip("/")
    async with client.ws_connect("/ws", headers={"Origin": origin}) as socket:
        await Tab(socket).until("people")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machine_is_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.9", "example.org"])  # noqa: S104
async def test_an_address_that_others_can_reach_is_refused(chat, host):
    with pytest.raises(ValueError, match="no passwords"):
        await serve(build(chat, []), host, 0)


async def test_a_taken_port_moves_to_the_next(chat):
    first, url = await serve(build(chat, []), "127.0.0.1", 0)
    port = int(url.rsplit(":", 1)[1].strip("/"))
    second, other = await serve(build(chat, []), "127.0.0.1", port)
    try:
        assert int(other.rsplit(":", 1)[1].strip("/")) > port
        async with ClientSession() as web_client, web_client.get(other) as answer:
            assert answer.status == 200
    finally:
        await first.cleanup()
        await second.cleanup()


async def test_open_pages_are_told_when_the_bot_stops(chat):
    runner, url = await serve(build(chat, []), "127.0.0.1", 0)
    async with ClientSession() as web_client, web_client.ws_connect(f"{url}ws") as socket:
        await Tab(socket).until("clock")
        stopping = asyncio.create_task(runner.cleanup())
        async for _ in socket:
            pass
        await stopping
        assert socket.close_code == WSCloseCode.GOING_AWAY
