"""Talking in the local chat as a person does: in headless Chromium, on a desk and on a phone."""

import pytest
from chat_page import DESK, PHONE, be, begin, fits, say
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_newcomer_says_something_and_is_answered(cast, tab, screen):
    await tab.size(**screen)
    await begin(tab, cast)
    await say(tab, cast.plea)
    await tab.sees(cast.plea, ".mine")
    await tab.sees(cast.answer, ".from-bot")
    assert await fits(tab)
    await tab.sees(cast.volunteer, ".peek")


async def test_the_volunteer_is_seen_beside_the_resident(cast, tab):
    await begin(tab, cast)
    await say(tab, cast.plea)
    await tab.click(".peek .chip")
    await tab.sees(cast.offer, ".pane:nth-child(2) .log")
    assert await tab.run("document.querySelectorAll('.pane').length") == 2
    await tab.sees(cast.answer, ".pane:nth-child(1) .log")
    assert await fits(tab)


async def test_on_a_phone_a_tap_switches_to_who_was_asked(cast, tab):
    await tab.size(**PHONE)
    await begin(tab, cast)
    await say(tab, cast.plea)
    await tab.click(".peek .chip")
    await tab.sees(cast.offer, ".log")
    await tab.sees(cast.volunteer, ".person")
    assert await tab.run("document.querySelectorAll('.pane').length") == 1


async def test_what_waits_elsewhere_is_counted_until_it_is_looked_at(cast, tab):
    await begin(tab, cast)
    await be(tab, cast.volunteer)
    await say(tab, "大家好")
    await tab.until("document.querySelectorAll('.mine').length === 1")
    await tab.sees("能去吗", ".talks")
    await tab.until("document.querySelector('.talk-of:last-child .count')?.textContent === '1'")
    await tab.click(".talk-of:last-child")
    await tab.until("!document.querySelector('.talk-of:last-child .count')")


async def test_a_quote_is_shown_under_what_was_said(cast, tab):
    await begin(tab, cast)
    await say(tab, cast.plea)
    await tab.sees(cast.answer, ".from-bot")
    await tab.click(".from-bot .bubble")
    await tab.sees(cast.answer, ".quoting")
    await say(tab, "我来")
    await tab.sees(cast.answer, ".mine .quoted")


async def test_a_photo_is_previewed_sent_and_enlarged(cast, tab, tmp_path):
    Image.new("RGB", (640, 480), "seagreen").save(tmp_path / "drain.jpg")
    await begin(tab, cast)
    await tab.choose_file(".composer input[type=file]", tmp_path / "drain.jpg")
    await tab.until("document.querySelector('.preview:not(.uploading) img')")
    await say(tab, "下水道堵了")
    await tab.until("document.querySelector('.mine .photo img')?.naturalWidth === 640")
    await tab.click(".mine .photo")
    await tab.until("document.getElementById('viewer').open")


async def test_what_is_no_photo_is_said_to_be_none(cast, tab, tmp_path):
    (tmp_path / "not.png").write_text("<script>alert(1)</script>")
    await begin(tab, cast)
    await tab.choose_file(".composer input[type=file]", tmp_path / "not.png")
    await tab.sees("这不是照片", ".preview.failed")
    # The browser itself notes the refusal and the broken preview.
    tab.errors.clear()


async def test_the_clock_moves_and_shows_the_places_time(cast, tab):
    await begin(tab, cast)
    before = await tab.run("document.getElementById('now').dateTime")
    await tab.click("[data-step='30m']")
    await tab.until(
        f"Date.parse(document.getElementById('now').dateTime) - Date.parse('{before}') >= 1800000"
    )
    await tab.until("!document.querySelector(\"[data-step='30m']\").disabled")


async def test_shift_enter_begins_a_new_line(cast, tab):
    await begin(tab, cast)
    await tab.write("一")
    await tab.press("Enter", shift=True)
    await tab.write("二")
    assert await tab.run("document.querySelector('textarea').value") == "一\n二"
    await tab.press("Enter")
    await tab.sees("一\n二", ".mine .words")


async def test_a_suggestion_fills_the_box_and_says_nothing_yet(cast, tab):
    await begin(tab, cast)
    await tab.click(".ideas .chip")
    idea = await tab.run("document.querySelector('.ideas .chip').innerText")
    assert await tab.run("document.querySelector('textarea').value") == idea
    assert await tab.run("document.querySelectorAll('.line').length") == 0


async def test_everybody_is_found_by_walking_with_the_arrow_keys(cast, tab):
    await tab.go(cast.url)
    await tab.sees("欢迎来到邻帮")
    await tab.press("/")
    await tab.press("ArrowDown")
    await tab.press("ArrowDown")
    second = await tab.run("document.querySelectorAll('#street .neighbour')[1].dataset.person")
    assert await tab.run("document.activeElement.dataset.person") == second
    await tab.press("Enter")
    await tab.until(f"document.querySelector('.pane')?.dataset.viewer === '{second}'")


async def test_words_said_while_the_connection_is_lost_arrive_once(cast, tab):
    await begin(tab, cast)
    async with cast.away():
        await tab.sees("连接断了", ".banner")
        await say(tab, "还在吗")
        await tab.sees("等待发送", ".mine.pending")
    await tab.until("document.querySelector('.mine:not(.pending)')")
    await tab.sees("又连上了", ".banner")
    assert await tab.run("document.querySelectorAll('.mine').length") == 1
    # Failed tries to connect are the browser's to complain of.
    tab.errors.clear()
