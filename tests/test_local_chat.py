"""The local chat over a real server and real WebSockets on this machine."""

import io

import pytest
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from street import lived_in
from tab import Tab, page_of

from bot.web.local_chat import PersonCard, StatusCard
from bot.web.server import build


@pytest.fixture
async def world(tmp_path):
    async with lived_in(tmp_path) as (chat, street):
        yield chat, street


@pytest.fixture
async def client(world):
    async with TestClient(TestServer(build(world[0], []))) as client:
        yield client


def a_photo(**how) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(out, "PNG", **how)
    return out.getvalue()


async def test_a_page_is_greeted_with_everybody_and_the_time(client):
    async with page_of(client) as page:
        clock = await page.until("clock")
        who = await page.until("people")
    assert len(who["people"]) == 44
    assert who["people"][0]["name"] == "王秀英"
    assert [room["id"] for room in who["rooms"]] == ["r1", "r2", "r3"]
    assert clock["now"] == "2027-03-01T01:05:00+00:00"
    assert (clock["zone"], clock["busy"]) == ("Asia/Shanghai", False)


async def test_what_one_says_in_the_group_the_neighbours_see_and_the_bot_answers(client):
    async with page_of(client, "p1") as wang, page_of(client, "p2") as li:
        await wang.say("p1", "r1", "有没有退烧药?", "u-000001")
        assert (await wang.until("said"))["id"] == "u-000001"
        assert (await li.line("有没有退烧药"))["name"] == "王秀英"
        answer = await li.line("收到")
        assert (answer["sender"], answer["mentions"]) == (None, ["p1"])
        assert (await li.line("能去吗"))["conversation"] == "p2"


async def test_private_talk_is_seen_by_nobody_else(client):
    async with page_of(client, "p1") as wang, page_of(client, "p2") as li:
        await wang.say("p1", "p1", "只跟你说", "u-000001")
        await wang.line("收到:只跟你说")
        await wang.say("p1", "r1", "大家好", "u-000002")
        first = (await li.until("line"))["line"]
    assert first["text"] == "大家好"


async def test_two_people_are_seen_side_by_side_on_one_page(client):
    async with page_of(client, "p1", "p2") as page:
        await page.say("p1", "r1", "你好", "u-000001")
        seen = {(await page.until("line"))["viewer"] for _ in range(4)}
    assert seen == {"p1", "p2"}


async def test_switching_shows_the_others_history_only(client):
    async with page_of(client, "p1") as page:
        await page.say("p1", "p1", "秘密", "u-000001")
        await page.line("收到:秘密")
        await page.do("watch", viewers=["p2"])
        view = await page.until("view")
    assert view["viewer"] == "p2"
    assert view["conversations"] == {"r1": [], "p2": []}


async def test_somebody_elses_inbox_stirs_without_its_words(client):
    async with page_of(client, "p1") as page:
        await page.say("p1", "r1", "牛奶?", "u-000001")
        stirs = await page.until("stirs", lambda words: words["newest"])
    assert list(stirs["newest"]) == ["p2"]


async def test_a_message_sent_again_after_a_lost_connection_is_there_once(client):
    for _ in range(2):
        async with page_of(client, "p1") as page:
            await page.say("p1", "r1", "牛奶", "u-same-id")
            await page.until("said")
    async with client.ws_connect("/ws") as socket:
        page = Tab(socket)
        await page.do("watch", viewers=["p1"])
        view = await page.until("view")
    said = [line["text"] for line in view["conversations"]["r1"] if line["sender"] == "p1"]
    assert said == ["牛奶"]


async def test_a_quote_is_carried_and_shown(client):
    async with page_of(client, "p1", "p2") as page:
        await page.say("p1", "r1", "谁去?", "u-000001")
        await page.line("谁去?")
        await page.say("p2", "r1", "我来", "u-000002", quotes="u-000001")
        line = await page.line("我来")
    quote = {"id": "u-000001", "sender": "p1", "name": "王秀英", "text": "谁去?"}
    assert line["quote"] == quote


async def test_naming_a_neighbour_mentions_them(client, world):
    async with page_of(client, "p1") as page:
        await page.say("p1", "r1", "@李小军 在吗", "u-000001")
        assert (await page.line("@李小军"))["mentions"] == ["p2"]


async def test_a_photo_is_sent_and_seen(client):
    posted = await client.post("/photo", data=a_photo())
    digest = (await posted.json())["digest"]
    assert posted.status == 201
    async with page_of(client, "p1") as page:
        await page.say("p1", "r1", "", "u-000001", photos=[digest])
        line = (await page.until("line"))["line"]
    assert line["photos"] == [digest]
    shown = await client.get(f"/photo/{digest}")
    assert shown.content_type == "image/jpeg"
    assert "immutable" in shown.headers["Cache-Control"]


async def test_what_is_no_photo_is_refused(client):
    refused = await client.post("/photo", data=b"<script>")
    assert (refused.status, await refused.json()) == (415, {"refused": "not_an_image"})


async def test_a_photo_of_26_megabytes_is_refused(client):
    refused = await client.post("/photo", data=io.BytesIO(bytes(26 * 1024 * 1024)))
    assert (refused.status, await refused.json()) == (413, {"refused": "too_big"})


@pytest.mark.parametrize("digest", ["0" * 64, "..%2f..%2fetc%2fpasswd", "x"])
async def test_an_unknown_photo_is_not_found(client, digest):
    assert (await client.get(f"/photo/{digest}")).status == 404


async def test_the_clock_moves_on_every_page(client, world):
    _, street = world
    street.may_move.clear()
    async with page_of(client) as one, page_of(client) as other:
        await one.do("advance", step="30m")
        await other.until("clock", lambda clock: clock["busy"])
        await other.do("advance", step="3h")
        street.may_move.set()
        moved = await other.until("clock", lambda clock: not clock["busy"])
    assert moved["now"] == "2027-03-01T01:35:00+00:00"


async def test_next_morning_is_morning_where_the_place_is(client):
    async with page_of(client) as page:
        await page.do("advance", step="morning")
        await page.until("clock", lambda clock: clock["busy"])
        moved = await page.until("clock", lambda clock: not clock["busy"])
    assert moved["now"] == "2027-03-02T00:30:00+00:00"


async def test_a_clock_that_fails_to_move_frees_the_buttons(client, monkeypatch):
    monkeypatch.setattr("street.STEPS", {"5m": None})
    async with page_of(client) as page:
        await page.do("advance", step="5m")
        await page.until("clock", lambda clock: clock["busy"])
        await page.until("clock", lambda clock: not clock["busy"])


async def test_a_newcomer_appears_on_open_pages(client, world):
    _, street = world
    async with page_of(client, "p1") as page:
        street.cards.append(PersonCard("p99", "新邻居", rooms=("r1",)))
        await page.say("p1", "r1", "欢迎", "u-000001")
        who = await page.until("people")
    assert who["people"][-1]["name"] == "新邻居"


async def test_older_lines_come_on_request(client):
    async with page_of(client, "p1") as page:
        for number in range(70):
            await page.say("p1", "r1", f"第{number}句", f"u-{number:06}")
        await page.line("收到:第69句")
        await page.do("earlier", viewer="p1", conversation="r1", before=3)
        earlier = await page.until("earlier")
    assert [line["seq"] for line in earlier["lines"]] == [1, 2]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("p1", "r2", "隔壁好", "u-000001"), "wrong"),
        (("p1", "p2", "冒充", "u-000001"), "wrong"),
        (("p777", "r1", "陌生人", "u-000001"), "wrong"),
        (("p1", "r1", "   ", "u-000001"), "wrong"),
        (("p1", "r1", "冒充邻帮", "bot-1-abcdef012345"), "wrong"),
        (("p1", "r1", "字" * 20_001, "u-000001"), "too_long"),
    ],
    ids=["other group", "other's talk", "stranger", "empty", "bot's id", "endless"],
)
async def test_what_cannot_be_said_is_refused(client, asked, why):
    async with page_of(client, "p1") as page:
        await page.say(*asked)
        refused = await page.until("refused")
    assert (refused["id"], refused["why"]) == (asked[-1], why)


@pytest.mark.parametrize(
    "nonsense",
    [
        *("", "[]", "null", "7", '{"do": "watch"}', '{"do": "say"}'),
        '{"do": "advance", "step": "1y"}',
        '{"do": "watch", "viewers": 3}',
        '{"do": "earlier", "viewer": "p1", "conversation": "r3"}',
        '{"do": "earlier", "viewer": "p1", "conversation": "r1", "before": 99999999999999999999}',
        "[" * 100_000,
    ],
)
async def test_nonsense_from_a_page_does_not_end_the_talk(client, nonsense):
    async with page_of(client, "p1") as page:
        await page.socket.send_str(nonsense)
        await page.say("p1", "r1", "还在", "u-000001")
        await page.line("收到:还在")


async def test_ten_thousand_characters_go_through(client):
    async with page_of(client, "p1") as page:
        await page.say("p1", "r1", "长" * 10_000, "u-000001")
        assert len((await page.line("收到"))["text"]) == 10_003


async def test_what_is_open_for_somebody_is_shown(client):
    async with client.ws_connect("/ws") as socket:
        page = Tab(socket)
        await page.do("watch", viewers=["p1"])
        status = await page.until("status")
    assert status["cards"] == [{"number": 7, "words": "两盒牛奶", "state": "等人接单"}]


async def test_what_becomes_open_is_shown_without_asking(client, world):
    _, street = world
    async with page_of(client, "p3") as page:
        assert (await page.until("status"))["cards"] == []
        street.open["p3"] = [StatusCard(8, "药", "有人接了")]
        await page.say("p3", "r1", "有药吗?", "u-000001")
        assert (await page.until("status"))["cards"][0]["number"] == 8
