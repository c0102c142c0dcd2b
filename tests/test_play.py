"""The language of transcripts: what each line means, and how mistakes are told."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.play import BadScript, Played, parse_text, play, rewritten, run, waits
from bot.play.steps import Deed, Said, Talk

NOW = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
MILK = "王奶奶: 谁能帮我带两盒牛奶?\n(...)\n"


async def played(text: str) -> Played:
    return await run(parse_text(text))


def said(text: str) -> Said:
    doing = parse_text(text).turns[-1].doing
    assert isinstance(doing, Talk)
    return doing.lines[-1]


def problems(text: str) -> str:
    with pytest.raises(BadScript) as wrong:
        parse_text(text)
    return str(wrong.value)


def heard(outcome: Played) -> list[str]:
    return [line.text for line in outcome.lines if line.sender is not None]


# Time.


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("5 min later", "03-02 10:05"),
        ("5分钟后", "03-02 10:05"),
        ("过了30分钟", "03-02 10:30"),
        ("3 hours later", "03-02 13:00"),
        ("one hour and 30 minutes later", "03-02 11:30"),
        ("half an hour later", "03-02 10:30"),
        ("一个半小时后", "03-02 11:30"),
        ("半小时后", "03-02 10:30"),
        ("七十二小时后", "03-05 10:00"),
        ("2 days later", "03-04 10:00"),
        ("3 days later at 09:00", "03-05 09:00"),
        ("三天后9:00", "03-05 09:00"),
        ("at 08:30", "03-03 08:30"),
        ("22:30", "03-02 22:30"),
        ("8:30 pm", "03-02 20:30"),
        ("下午3点半", "03-02 15:30"),
        ("晚上8点", "03-02 20:00"),
        ("next morning", "03-03 08:30"),
        ("第二天早上8:30", "03-03 08:30"),
        ("第二天早上", "03-03 08:30"),
        ("明早8点", "03-03 08:00"),
        ("tomorrow 08:30", "03-03 08:30"),
        ("the day after tomorrow 10:00", "03-04 10:00"),
        ("on 2026-03-05 09:00", "03-05 09:00"),
        ("3月5日9:00", "03-05 09:00"),
        ("Friday 09:00", "03-06 09:00"),
        ("下周五9点", "03-13 09:00"),
        ("at noon", "03-02 12:00"),
    ],
)
def test_time_words_mean_a_moment(words: str, moment: str) -> None:
    wait = waits.read(words)
    assert wait is not None
    assert f"{wait.until(NOW):%m-%d %H:%M}" == moment


@pytest.mark.parametrize("words", ["hello", "王奶奶在家", "12", "小李", "25:00", ""])
def test_other_words_are_no_time(words: str) -> None:
    assert waits.read(words) is None


def test_an_hour_stays_an_hour_when_the_clocks_change() -> None:
    night = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    wait = waits.read("1 hour later")
    assert wait is not None
    assert f"{wait.until(night):%H:%M}" == "03:30"


# What is said.


@pytest.mark.parametrize(
    "line",
    [
        "小李 to bot: 我来",
        "小李 私聊: 我来",
        "小李 私聊bot: 我来",
        "小李(私聊):我来",
        "小李 → bot: 我来",
        "小李 对机器人说:我来",
        "小李 privately: 我来",
    ],
)
def test_a_private_word_has_many_spellings(line: str) -> None:
    one = said(line)
    assert (one.who, one.private, one.text) == ("小李", True, "我来")


@pytest.mark.parametrize(
    ("line", "room"),
    [
        ("小李 in 2号楼: 我来", "2号楼"),
        ("小李 在2号楼: 我来", "2号楼"),
        ("小李在2号楼群里:我来", "2号楼"),
        ("小李 in building 2: 我来", "building 2"),
        ("小李: 我来", None),
    ],
)
def test_a_group_is_named_or_it_is_the_own(line: str, room: str | None) -> None:
    one = said(line)
    assert (one.who, one.room, one.text) == ("小李", room, "我来")


@pytest.mark.parametrize(
    ("line", "quotes", "private"),
    [
        ("小李 > #3: 我来", "#3", False),
        ("小李>bot:我来", "bot", False),
        ("小李 > 王奶奶 to bot: 我来", "王奶奶", True),
        ('小李 > "两盒: 牛奶": 我来', "两盒: 牛奶", False),
    ],
)
def test_a_quotation_stands_before_the_colon(line: str, quotes: str, private: bool) -> None:
    one = said(line)
    assert (one.who, one.quotes, one.private, one.text) == ("小李", quotes, private, "我来")


def test_tags_mark_photos_voice_and_what_the_platform_does() -> None:
    assert said("小张 [photo] [photo leak.jpg]: 漏水").photos == ["photo 1 at line 1", "leak.jpg"]
    assert len(said("小张 [3张照片]: 漏水").photos) == 3
    assert said("小张: [图片] 漏水").photos
    assert said("小张: [图片] 漏水").text == "漏水"
    assert said("小张 [voice]:").voice
    assert said("小张 [两次]: 有").twice
    assert said("小张 [late 40 min]: 有").late == timedelta(minutes=40)
    assert said("小张 [晚到2小时]: 有").late == timedelta(hours=2)
    assert (said("小张 [x 1000]: 有").repeat, said("小张 [100 times]: 有").times) == (1000, 100)


def test_words_may_hold_any_letter() -> None:
    assert said(r"小张: a\n\u200bb\x07\U0001F600\\n\[photo]").text == "a\n\u200bb\x07😀\\n[photo]"
    assert said(r"小张: [OK] \ud83d\ude00").text == "[OK] 😀"
    assert said("小张:").text == ""
    assert said("小张:第一行\n   第二行\n\t第三行").text == "第一行\n第二行\n第三行"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("kill", "kill"),
        ("the bot is killed", "kill"),
        ("被杀", "kill"),
        ("restart", "restart"),
        ("重启", "restart"),
        ("gateway down", "road down"),
        ("断网", "road down"),
        ("网络恢复", "road up"),
        ("bot down for 4 hours", "down"),
        ("机器人停机4小时", "down"),
        ("小李 takes no direct messages", "refuse"),
        ("小李拒收私信", "refuse"),
        ("the clock jumps 2 hours", "jump"),
    ],
)
def test_things_happen_in_either_language(words: str, what: str) -> None:
    doing = parse_text(f"({words})").turns[-1].doing
    assert isinstance(doing, Deed)
    assert doing.what == what


# What is wrong with a file.


def test_everything_wrong_is_told_with_its_line() -> None:
    told = problems(
        "wrold: x\n王奶奶: 在吗\n(someday)\n就这样\n小李 to 王奶奶: 好\n小李 [foto]: 好\n& \n"
    )
    assert [line.split(":")[1] for line in told.splitlines()] == ["1", "3", "4", "5", "6", "7"]
    assert "did you mean `world:`" in told
    assert "(5 min later)" in told
    assert "no talk between people" in told
    assert "photo file.jpg" in told


def test_a_heading_too_late_is_refused() -> None:
    assert "before the first line" in problems("王奶奶: 在吗\nstart: 2026-03-02 09:00")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("world: atlantis\n王奶奶: 在吗", "xingfuli"),
        ("import: nowhere.toml\n王奶奶: 在吗", "no such file"),
        ("set: caps.per_15_mni = 2\n王奶奶: 在吗", "talk.chat:1: "),
        ("set: caps.per_15_mni = 2\n王奶奶: 在吗", "did you mean per_15_min"),
        ("start: whenever\n王奶奶: 在吗", "start: 2026-03-02"),
        ("person: 小何, building 9\n王奶奶: 在吗", "talk.chat:1: person: there is no place"),
        ("王奶奶 in 9号楼: 在吗", "talk.chat:1: there is no place"),
        ("王奶奶 > #7: 在吗", "nothing about #7"),
        ("王奶奶: 在吗\nbot to 老孙头: 好", "nobody called `老孙头`"),
        ("王奶奶: 在吗\n? #1 colour = red", ""),
        ("王奶奶: 在吗\n? weather", "nothing to look at"),
        ("(on 2026-03-01 09:00)", "only runs forward"),
        ("王奶奶 [photo missing.jpg]: 看", "missing.jpg"),
    ],
)
async def test_what_is_not_there_is_named(text: str, told: str) -> None:
    if not told:
        assert not (await played(text)).outcomes[-1].seen[0].is_right
        return
    with pytest.raises(BadScript, match=r".") as wrong:
        await played(text)
    assert told in str(wrong.value)


# Playing.


async def test_people_speak_in_the_group_of_their_building() -> None:
    talk = await played(
        "王奶奶: 早\n小张: 早\n吴站长: 早\n路人甲: 早\n"
        "路人乙 in 2号楼: 早\n沈奶奶 to bot: 早\n(...)\n"
    )
    rooms = [line.conversation for line in talk.lines if line.sender]
    assert rooms == ["3号楼", "1号楼", "1号楼", "1号楼", "2号楼", "沈奶奶"]


async def test_english_names_and_homes_work_too() -> None:
    talk = await played("granny wang: hi\nXiao Li: hi\n李四(2号楼): hi\n小李(3号楼): hi")
    assert [line.sender for line in talk.lines] == ["王奶奶", "小李", "李四", "小李"]
    assert talk.lines[2].conversation == "2号楼"


async def test_the_bot_and_people_are_mentioned() -> None:
    for line in ("小李 @邻帮: 帮助", "小李: @邻帮 帮助", "小李: @bot 帮助"):
        talk = await played(f"{line}\n(...)\n? sent in 3号楼 = 1")
        assert not talk.wrong
        assert len(talk.lines[0].mentions) == 1


async def test_what_the_bot_says_must_be_expected() -> None:
    talk = await played("王奶奶: 谁能帮我带两盒牛奶?\nbot: 再见")
    told = "\n".join(talk.wrong[0].misses.lines)
    assert "- bot in 3号楼: 再见" in told
    assert "+ bot in 3号楼 @王奶奶: " in told


async def test_silence_is_asserted() -> None:
    assert (await played("王奶奶: 谁能帮我带两盒牛奶?")).wrong
    assert not (await played("小张: 今天天气真好\n(silence)")).wrong
    assert (await played("小张: 今天天气真好\nbot: ...")).wrong


async def test_three_dots_a_star_and_mentions_fit() -> None:
    assert not (await played("王奶奶: 谁能帮我带两盒牛奶?\nbot @王奶奶: ...#1...\n(...)")).wrong
    assert (await played("王奶奶: 谁能帮我带两盒牛奶?\nbot @小李: ...#1...\n(...)")).wrong
    assert (await played("王奶奶: 谁能帮我带两盒牛奶?\nbot: *")).wrong
    star = await played("王奶奶 to bot: 谁能帮我带两盒牛奶?\nbot: *\nbot in 3号楼: *\n(anything)")
    assert not star.wrong


async def test_looks_compare_and_show() -> None:
    talk = await played(
        MILK + "? #1 state = open, holder = none, items ~ 牛奶, items !~ 醋, requester = 王奶奶\n"
        "? #1 story = made\n? #2 state = none\n? requests = 1\n? stock 3号楼\n"
        "? timers #1 >= 1\n? unsent = 0\n"
        "? person 小李 roles = volunteer\n? time = 10:00\n? sent in 3号楼 = 1\n"
        "? #1 状态 = open\n? #1"
    )
    assert not talk.wrong
    assert any(
        one.name == "state" and one.value == "open" for one in talk.outcomes[1].seen[-1].found
    )
    assert (await played(MILK + "? #1 state = closed")).wrong


async def test_two_at_once_reach_the_bot_before_either_is_handled() -> None:
    for text in (
        "小李: 我来\n& 高阿姨: 我来",
        "(at once)\n  小李: 我来\n  高阿姨: 我来",
        "(同时)\n小李: 我来\n高阿姨: 我来",
    ):
        talk = await played(MILK + text + "\n(...)\n? #1 holder = 小李, standby = 高阿姨")
        assert not talk.wrong
        assert heard(talk)[1:] == ["我来", "我来"]


async def test_a_message_delivered_twice_is_one() -> None:
    assert not (await played("王奶奶 [twice]: 谁能帮我带两盒牛奶?\n(...)\n? requests = 1")).wrong
    assert not (await played(MILK + "王奶奶 [again]:\n? requests = 1")).wrong
    later = (
        "without: checkins\n"
        + MILK
        + "(restart)\n王奶奶 [again]: 谁能帮我带两盒牛奶?\n? requests = 1"
    )
    assert not (await played(later)).wrong


@pytest.mark.parametrize("moment", ["before recording", "before sending", "while sending"])
async def test_killed_at_any_moment_it_answers_once(moment: str) -> None:
    text = f"王奶奶: 谁能帮我带两盒牛奶?\n(kill {moment})\n(...)\n(restart)\n(...)\n"
    talk = await played(text + "? requests = 1\n? sent in 3号楼 = 1\n? unsent = 0")
    assert not talk.wrong


async def test_what_is_said_to_a_dead_bot_waits() -> None:
    text = "(kill)\n王奶奶: 谁能帮我带两盒牛奶?\n? requests = 0\n(restart)\n(...)\n? requests = 1"
    assert not (await played(text)).wrong
    assert not (await played("王奶奶: 早\n(bot down for 4 hours)\n? time = 14:00\n(...)")).wrong


async def test_a_broken_road_carries_nothing_until_it_is_mended() -> None:
    talk = await played(
        "(gateway down)\n王奶奶: 谁能帮我带两盒牛奶?\n(gateway up)\n(...)\n? requests = 1\n"
        "(gateway down)\n(15 min later)\n(gateway up)\n(...)\n(1 min later)\n(...)\n? unsent = 0"
    )
    assert not talk.wrong


async def test_refused_private_words_become_an_invitation_in_the_group() -> None:
    talk = await played(
        "小李 takes no\n".replace("小李 takes no", "(王奶奶 takes no direct messages)")
        + "王奶奶 to bot: 我的\n(...)\n"
    )
    assert not any(line.private for line in talk.lines if line.sender is None)


async def test_late_messages_keep_their_own_time() -> None:
    talk = await played("小张 [late 40 min]: 今天天气真好")
    assert f"{talk.lines[0].at:%H:%M}" == "09:20"


async def test_newcomers_and_settings_of_a_transcript() -> None:
    talk = await played(
        "set: caps.per_15_min = 7\nset: quiet.begins = 23:00\nlang: en\n"
        "person: 小何, 3号楼, volunteer, skill repair, room 501, 13800000000, 82岁, 英语\n"
        "小何: 早\n? person 小何 roles = volunteer, place = 3号楼, room = 501, lang = en\n"
        "person: Bob, building 2, new\n? person Bob vouched = no, place = 2号楼"
    )
    assert not talk.wrong


def test_an_import_stands_beside_the_transcript(tmp_path: Path) -> None:
    (tmp_path / "us.toml").write_text(
        '[[places]]\nkey = "h7"\nname = "7号楼"\nkind = "building"\nnumber = "7"\n'
        '[[people]]\nkey = "ann"\nname = "Ann"\nplace = "h7"\n',
        "utf-8",
    )
    chat = tmp_path / "us.chat"
    chat.write_text("import: us.toml\nAnn: hello\n", "utf-8")
    out = io.StringIO()
    assert play(chat, as_json=True, out=out) == 0
    assert json.loads(out.getvalue())["conversation"] == "7号楼"


async def test_photos_come_from_files_and_bad_ones_are_left_out() -> None:
    talk = await played("小张 [photo] [photo bad]: 楼道灯坏了\n(...)\n")
    assert talk.lines[0].photos == 1


# Printing.


def test_json_has_one_object_a_line(tmp_path: Path) -> None:
    chat, out = tmp_path / "a.chat", io.StringIO()
    chat.write_text(MILK + "小李 to bot: 我的任务\n(...)\n? #1 state", "utf-8")
    assert play(chat, as_json=True, out=out) == 0
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[0] == {
        "at": "2026-03-02T10:00:00+08:00",
        "conversation": "3号楼",
        "private": False,
        "from": "王奶奶",
        "to": None,
        "mentions": [],
        "text": "谁能帮我带两盒牛奶?",
        "photos": 0,
        "kind": "message",
        "number": None,
    }
    assert lines[1]["from"] == "bot"
    assert lines[1]["number"] == 1
    assert lines[1]["kind"].startswith("requests.")
    private = next(line for line in lines if line["private"] and line["from"] == "小李")
    assert (private["to"], private["conversation"]) == ("bot", "小李")
    assert lines[-1] == {"kind": "look", "text": "#1 state", "value": "open"}


def test_check_tells_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, broken = (tmp_path / name for name in ("good.chat", "bad.chat", "broken.chat"))
    good.write_text("小张: 今天天气真好\n", "utf-8")
    bad.write_text("小张: 今天天气真好\nbot: 是啊\n? requests = 3\n", "utf-8")
    broken.write_text("(someday)\n", "utf-8")
    out = io.StringIO()
    assert [play(one, check=True, out=out) for one in (good, bad, broken)] == [0, 1, 2]
    assert "- bot in 1号楼: 是啊" in out.getvalue()
    assert f"{bad}:3: requests = 3, but it is none" in out.getvalue()
    assert f"{broken}:1:" in capsys.readouterr().err
    assert play(bad, out=io.StringIO()) == 0


def test_the_talk_is_printed_with_names_and_times(tmp_path: Path) -> None:
    chat, out = tmp_path / "a.chat", io.StringIO()
    chat.write_text("小张: 早\\u200b\n(5 min later)\n小李 to bot: 早\n(...)\n", "utf-8")
    play(chat, out=out)
    assert "── Monday 2026-03-02 10:05 ──" in out.getvalue()
    assert "小张 (1号楼): 早\\u200b" in out.getvalue()
    assert "小李 → bot: 早" in out.getvalue()


async def test_rewriting_keeps_what_fits_and_renews_the_rest() -> None:
    script = parse_text(
        "# 牛奶\n王奶奶: 谁能帮我带两盒牛奶?\nbot: ...#1...\n# 然后\nbot: 再见\n\n"
        "小张: 今天天气真好\nbot: 是啊\n? requests = 5\n(15 min later)\n"
    )
    text = rewritten(await run(script))
    lines = text.splitlines()
    assert lines[:3] == ["# 牛奶", "王奶奶: 谁能帮我带两盒牛奶?", "bot: ...#1..."]
    assert "# 然后" in lines
    assert not any("再见" in line or "是啊" in line for line in lines)
    again = await run(parse_text(text))
    assert not [one.misses.lines for one in again.wrong]
    assert rewritten(again) == text


async def test_the_example_of_the_reference_goes_as_it_is_written() -> None:
    page = (Path(__file__).parent.parent / "docs" / "transcripts.md").read_text("utf-8")
    example = page.split("## The shortest example")[1].split("```")[1].strip()
    assert not (await played(example)).wrong
