"""How the local chat looks: no empty boxes, nothing sticking out, odd words only words."""

import pytest
from chat_page import DESK, PHONE, begin, fits, say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_the_page_speaks_english_and_remembers_it(cast, tab):
    await tab.go(cast.url)
    await tab.sees("欢迎来到邻帮")
    await tab.click("#language")
    await tab.sees("Welcome to Linbang")
    assert await tab.run("document.documentElement.lang") == "en"
    await tab.go(cast.url)
    await tab.sees("Welcome to Linbang")


@pytest.mark.parametrize(
    "words",
    [
        "<img src=x onerror=\"document.title='gone'\">",
        "\u202eשלום\u202c עולם",
        "字" * 10_000,
        "W" * 3_000,
        "👩\u200d👩\u200d👧\u200d👦🏮",
        "a\u200b\u200bb\u0007",
    ],
    ids=["markup", "right to left", "ten thousand", "one long word", "emoji", "unseen"],
)
@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
async def test_odd_words_are_only_words(cast, tab, words, screen):
    await tab.size(**screen)
    await begin(tab, cast)
    await say(tab, words)
    await tab.until("document.querySelector('.mine:not(.pending) .words')")
    assert await tab.run("document.querySelector('.mine .words').textContent") == words
    assert await tab.run("document.title") == "邻帮 Linbang"
    assert await fits(tab)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
async def test_chinese_characters_are_drawn_and_are_not_boxes(cast, tab, screen):
    await tab.size(**screen)
    await tab.go(cast.url)
    await tab.sees("欢迎来到邻帮")
    drawn = await tab.run(
        """["邻", "帮", "药", "\\u{FFFFF}"].map((letter) => {
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = 64;
            const pen = canvas.getContext("2d");
            pen.font = "48px " + getComputedStyle(document.body).fontFamily;
            pen.fillText(letter, 4, 50);
            return [...pen.getImageData(0, 0, 64, 64).data].filter((_, i) => i % 4 === 3).join();
        })"""
    )
    assert len(set(drawn)) == 4
    assert all(set(picture.split(",")) != {"0"} for picture in drawn[:3])


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1024, 1280, 1920])
async def test_nothing_sticks_out_at_any_width(cast, tab, width):
    await tab.size(width, 800)
    await tab.go(f"{cast.url}#p44")
    await tab.sees("Maximiliana", ".person")
    await say(tab, cast.plea)
    await tab.sees(cast.answer, ".from-bot")
    assert await fits(tab)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_words_stand_out_from_their_ground(cast, tab, theme):
    await tab.prefer(prefers_color_scheme=theme)
    await begin(tab, cast)
    await say(tab, cast.plea)
    await tab.sees(cast.answer, ".from-bot")
    await tab.until("document.getAnimations().length === 0")
    assert await tab.run(CONTRASTS) == []


CONTRASTS = """(() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (parts(colour)[3] !== 0) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const faint = [];
    for (const node of document.body.querySelectorAll("*")) {
        const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
        const skipped = node.matches(":disabled, noscript, .unseen, .unseen *");
        if (!own || skipped || !node.checkVisibility()) continue;
        const [one, other] = [light(getComputedStyle(node).color), light(ground(node))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        const least = node.matches(".avatar") ? 3 : 4.5;
        const said = `${node.className} ${node.textContent} ${contrast.toFixed(2)}`;
        if (contrast < least) faint.push(said);
    }
    return [...new Set(faint)];
})()"""
