"""Invented messages: chatter that needs no answer, and pleas for which nobody has to be asked back.

The same seed gives the same messages. No two pleas of one person name the same thing, so that
neither the rule against the same thing twice nor the limit on one person's pleas is measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from bench.world import GATEWAY, Resident, World
from handlers.kit import Message

_OPENINGS = ("", "哈哈,", "是啊,", "对了,", "唉,", "刚才", "我觉得", "听说", "真的,", "嗯嗯,")
_CHATTER_ZH = (
    "今天天气真好",
    "昨天的比赛太精彩了",
    "小区的桂花开了",
    "楼下的猫生了三只小猫",
    "晚饭吃的饺子",
    "孙子考了第一名",
    "周末去公园走走",
    "这张照片拍得真美",
    "谢谢大家",
    "新开的面馆味道不错",
    "明天好像要下雨",
    "电视剧演到哪一集了",
)
_ENDINGS_ZH = ("", "。", "!", "~", "哈哈", "😄", ",真不错", ",挺好的", ",大家看看")
_OPENINGS_EN = ("", "Haha, ", "Oh well, ", "Indeed, ", "I think ", "By the way, ", "Wow, ")
_CHATTER_EN = (
    "the weather is lovely today",
    "that was a great match last night",
    "the garden looks beautiful",
    "my grandson came first in his class",
    "we had dumplings for dinner",
    "the new noodle place is quite good",
    "thanks everyone",
    "what a nice photo",
)
_ENDINGS_EN = ("", ".", "!", " :)", ", I must say", ", isn't it")

_THINGS_ZH = (
    *("两盒牛奶", "一袋大米", "三斤苹果", "一箱矿泉水", "两包盐", "一瓶酱油", "十个鸡蛋"),
    *("一桶食用油", "两包尿不湿", "两斤土豆", "一袋面粉", "三个面包"),
)
_PLEAS_ZH = (
    "谁能帮我带{}?",
    "谁能帮我带{}?谢谢",
    "请问谁能帮我带{}?",
    "哪位邻居能帮我带{}吗?",
    "我需要{},谁能帮我带一下?",
)
_THINGS_EN = (
    *("two boxes of milk", "a bag of rice", "three kilos of apples", "a case of water"),
    *("two packs of salt", "a bottle of soy sauce", "ten eggs", "a bag of flour"),
)
_PLEAS_EN = (
    "Could someone please bring me {}?",
    "I need {}, can anybody help?",
    "Can anyone buy {} for me please",
    "Could somebody get me {} please?",
)


class Talk:
    """What the residents of a world say, one message after the other."""

    def __init__(self, world: World, seed: int, share_english: float = 0.25) -> None:
        self._world, self._random, self._english = world, random.Random(seed), share_english
        self._numbers, self._turns = count(1), self._people()
        self._asked: dict[str, int] = {}

    def chatter(self, at: datetime) -> Message:
        """Somebody chats in the group of their building."""
        pick = self._random.choice
        if self._random.random() < self._english:
            text = pick(_OPENINGS_EN) + pick(_CHATTER_EN) + pick(_ENDINGS_EN)
        else:
            text = pick(_OPENINGS) + pick(_CHATTER_ZH) + pick(_ENDINGS_ZH)
        return self._message(next(self._turns), text, at)

    def plea(self, at: datetime) -> Message:
        """Somebody asks for something to be brought, in the group of their building."""
        resident = next(self._turns)
        turn = self._asked[resident.account] = self._asked.get(resident.account, -1) + 1
        english = resident.lang == "en"
        things = _THINGS_EN if english else _THINGS_ZH
        # The next thing of the list each time: never the same one twice while it is still open.
        thing = things[(turn + int(resident.account.lstrip("r"))) % len(things)]
        form = self._random.choice(_PLEAS_EN if english else _PLEAS_ZH)
        return self._message(resident, form.format(thing), at)

    def masks(self, at: datetime) -> Message:
        """Somebody asks for masks, which may lie in a box."""
        return self._message(next(self._turns), "谁有口罩?需要一个", at)

    def _people(self) -> Iterator[Resident]:
        """Building after building, each time the next of its people: all have their turn."""
        while True:
            for turn in range(self._world.most):
                for building in self._world.buildings:
                    yield building.residents[turn % len(building.residents)]

    def _message(self, resident: Resident, text: str, at: datetime) -> Message:
        return Message(
            gateway=GATEWAY,
            id=f"m{next(self._numbers)}",
            conversation=resident.room,
            sender=resident.account,
            sender_name=resident.name,
            text=text,
            at=at,
            arrived=at,
        )
