"""A year of two medicine boxes on a paper clock, and a few days as hypothesis likes them."""

from __future__ import annotations

import random
from datetime import date, timedelta

from compound import KEEPERS, NEIGHBOURS, Compound
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from handlers.medicine.pickup import code_of
from storage import requests
from storage.db import transaction

ITEMS = ("布洛芬", "感冒灵", "蒙脱石散", "板蓝根")
BATCHES = ("A1", "B2", "C3")


class Year:
    """What people do in a year, drawn by a seed."""

    def __init__(self, seed: int) -> None:
        self.at, self.chance = Compound(), random.Random(seed)  # noqa: S311  a test's dice
        self.done: dict[str, int] = {}

    def play(self, days: int) -> None:
        end = self.at.today() + timedelta(days=days)
        # Nobody asks for this: its day comes while it lies there.
        self.at.say((self._keeper(), f"入库 整肠生3盒 到期{self._until(6, 6)}"))
        while self.at.today() < end:
            for _ in range(self.chance.choice((1, 2, 3, 4))):
                self._something()
            self.at.check()
            self.at.wait(timedelta(days=self.chance.choice((2, 4, 6)), hours=self._till_day()))
            self.at.check()

    def _till_day(self) -> int:
        """Till some hour of the day: hours go round the clock in the year."""
        return self.chance.choice((0, 5, 19))

    def _something(self) -> None:
        deeds = (
            *(self.plea,) * 6,
            *(self.two_pleas,) * 2,
            *(self.stocks,) * 3,
            *(self.gives,) * 3,
            *(self.hands_out,) * 6,
            *(self.time,) * 3,
            *(self.changes_mind, self.fetches, self.counts, self.recalls, self.lifts),
            *(self.throws_away, self.undoes, self.restarts),
        )
        deed = self.chance.choice(deeds)
        deed()
        self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1

    def _neighbour(self) -> str:
        return self.chance.choice(sorted(NEIGHBOURS))

    def _keeper(self) -> str:
        return self.chance.choice(sorted(KEEPERS))

    def _until(self, least: int, most: int) -> str:
        """A month so many months ahead."""
        today, ahead = self.at.today(), self.chance.randint(least, most)
        month = today.month - 1 + ahead
        return f"{today.year + month // 12}-{month % 12 + 1:02}"

    def _amount(self) -> str:
        return f"{self.chance.choice(ITEMS)}{self.chance.randint(1, 3)}盒"

    def plea(self) -> None:
        self.at.say((self._neighbour(), f"谁有{self._amount()}"))

    def two_pleas(self) -> None:
        one, other = self.chance.sample(sorted(NEIGHBOURS), 2)
        item = self.chance.choice(ITEMS)
        self.at.say((one, f"谁有{item}"), (other, f"谁有{item}"))

    def stocks(self) -> None:
        batch = self.chance.choice(BATCHES)
        until = self._until(1, 14)
        self.at.say((self._keeper(), f"入库 {self._amount()} 到期{until} 批号{batch}"))

    def gives(self) -> None:
        giver, until = self._neighbour(), date.fromisoformat(f"{self._until(4, 14)}-01")
        self.at.say((giver, f"家里有{self._amount()},到期{until.year}年{until.month}月"))
        answer = self.chance.choice(("收到了", "收到了,只有1盒", "收到了 批号D4", "不收", ""))
        if answer:
            self.at.say((KEEPERS_BY_HOME[NEIGHBOURS[giver]], answer))

    def hands_out(self) -> None:
        held = self.at.held()
        if not held:
            return
        one = self.chance.choice(held)
        keeper, asker = self.at.keeper_of(one.lot_id), self.at.asker(one.number)
        self.at.wait(timedelta(minutes=self.chance.choice((0, 5, 20))))
        if self.chance.random() < 0.5:
            self.at.say((keeper, f"#{one.number} 已交给{asker}"))
        else:
            with transaction(self.at.database) as tx:
                request = requests.get(tx, one.number)
                assert request is not None
            self.at.say((keeper, f"取药码{code_of(request)}"))
        if self.chance.random() < 0.8:
            self.at.say((asker, f"#{one.number} 收到了"))

    def time(self) -> None:
        self.at.wait(timedelta(minutes=self.chance.choice((5, 16, 31, 61, 300))))

    def changes_mind(self) -> None:
        self.at.say((self._neighbour(), "不用了"))

    def fetches(self) -> None:
        self.at.say((self._neighbour(), self.chance.choice(("自己去拿", "还要"))))

    def counts(self) -> None:
        keeper = self._keeper()
        self.at.say((keeper, f"盘点:{self._amount()},{self._amount()}"))
        self.at.say((keeper, self.chance.choice(("确认", "确认", "不改"))))

    def recalls(self) -> None:
        item, batch = self.chance.choice(ITEMS), self.chance.choice(BATCHES)
        keeper = self._keeper()
        self.at.say((keeper, f"召回 {item} 批号{batch}"))
        self.at.say((keeper, "确认"))

    def lifts(self) -> None:
        self.at.say((self._keeper(), f"解除召回 {self.chance.choice(ITEMS)}"))

    def throws_away(self) -> None:
        item = self.chance.choice(ITEMS)
        said = self.chance.choice(("已处理", f"已处理 {item}", f"销毁 {item}1盒"))
        self.at.say((self._keeper(), said))

    def undoes(self) -> None:
        self.at.say((self._keeper(), "撤销上一笔"))

    def restarts(self) -> None:
        self.at.restart()


KEEPERS_BY_HOME = {home: name for name, home in KEEPERS.items()}


def test_a_year_of_gifts_pleas_counts_and_recalls_leaves_the_books_right() -> None:
    year = Year(seed=1)
    try:
        year.play(365)
        kinds = year.at.kinds()
    finally:
        year.at.close()
    assert kinds >= {"in", "out", "correct", "recall", "expired"}
    assert len(year.done) > 10


ANY_KEEPER = st.sampled_from(sorted(KEEPERS))
ANY_NEIGHBOUR = st.sampled_from(sorted(NEIGHBOURS))


class Boxes(RuleBasedStateMachine):
    """A few days as hypothesis likes them: what breaks is told in as few steps as can be."""

    def __init__(self) -> None:
        super().__init__()
        self.at = Compound()

    @rule(
        keeper=st.sampled_from(sorted(KEEPERS)), count=st.integers(1, 4), months=st.integers(5, 7)
    )
    def stocks(self, keeper: str, count: int, months: int) -> None:
        day = self.at.today() + timedelta(days=31 * months)
        self.at.say((keeper, f"入库 布洛芬{count}盒 到期{day:%Y-%m}"))

    @rule(two=st.permutations(sorted(NEIGHBOURS)), count=st.integers(1, 3))
    def two_ask_at_once(self, two: list[str], count: int) -> None:
        self.at.say(*((who, f"谁有布洛芬,要{count}盒") for who in two[:2]))

    @rule(data=st.data())
    def is_handed_out(self, data: st.DataObject) -> None:
        held = self.at.held()
        if held:
            one = data.draw(st.sampled_from(sorted(held, key=lambda one: one.id)))
            keeper, asker = self.at.keeper_of(one.lot_id), self.at.asker(one.number)
            # Said twice at once: it goes out once.
            self.at.say(*[(keeper, f"#{one.number} 已交给{asker}")] * 2)

    @rule(
        who=st.sampled_from(sorted(NEIGHBOURS)),
        said=st.sampled_from(("不用了", "自己去拿", "还要", "收到了")),
    )
    def says(self, who: str, said: str) -> None:
        self.at.say((who, said))

    @rule(
        keeper=st.sampled_from(sorted(KEEPERS)),
        said=st.sampled_from(
            (
                "撤销上一笔",
                "盘点:布洛芬1盒",
                "确认",
                "召回 布洛芬",
                "解除召回 布洛芬",
                "销毁 布洛芬1盒",
            )
        ),
    )
    def keeps(self, keeper: str, said: str) -> None:
        self.at.say((keeper, said))

    @rule(span=st.sampled_from((timedelta(minutes=16), timedelta(minutes=31), timedelta(days=8))))
    def time_passes(self, span: timedelta) -> None:
        self.at.wait(span)

    @rule()
    def the_bot_starts_again(self) -> None:
        self.at.restart()

    @invariant()
    def the_books_are_right(self) -> None:
        self.at.check()

    def teardown(self) -> None:
        self.at.close()


TestBoxes = Boxes.TestCase
TestBoxes.settings = settings(
    max_examples=6,
    stateful_step_count=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
