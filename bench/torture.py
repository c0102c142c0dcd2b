"""Kills the bot in a storm of messages, again and again, and counts: `make torture`.

`--plant` makes the bot worse in one way, to see that the checker finds it: then findings are a
success.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench import checker
from bench.child import PLANTS
from bench.messages import Talk
from bench.platform import opened
from bench.world import MORNING, World, open_new, scratch, settle
from handlers.kit import Message
from storage import boxes, places
from storage.db import transaction

ROOT = Path(__file__).parent.parent
EXPIRY = date(MORNING.year + 1, 12, 31).isoformat()
MOST_DONE = 250
"""Messages recorded and letters sent, at most, in the life of a bot that is killed."""
RESTS_IN = 60
"""Seconds that the last, unharmed bot may take to settle everything."""
HEARD_OF_IN = 120
"""Seconds from the beginning in which the first request is heard of, however busy the machine."""


@dataclass(frozen=True, slots=True)
class Storm:
    """One round: ``pleas`` with as much chatter and claims, and ``kills`` at instants of a seed."""

    seed: int
    pleas: int = 120
    kills: int = 4
    lies: float = 0.1
    defect: str | None = None


class Round:
    """A storm in an empty folder."""

    def __init__(self, folder: Path, storm: Storm) -> None:
        self._folder, self._storm, self._began = folder, storm, time.monotonic()
        self._chance = random.Random(storm.seed)
        self._to_say = deque(self._said(_settled(folder)))
        self._platform = opened(folder / "platform.db")
        self._answered = 0

    def play(self) -> list[str]:
        """Kill and start again, then let it come to rest; what the checker found."""
        with contextlib.closing(self._platform):
            for turn in range(self._storm.kills):
                self._killed(turn)
            child = self._start(self._storm.kills)
            while self._goes_on() and not _ends(child, 0.002):
                self._say()
            (self._folder / "stop").touch()
            if not _ends(child, RESTS_IN):
                child.kill()
                child.wait()
                return ["never came to rest", *checker.findings(self._folder)]
        return checker.findings(self._folder)

    def _killed(self, turn: int) -> None:
        """Talk to a bot until a random instant of its work, and kill it there."""
        child = self._start(turn)
        wanted = self._done() + self._chance.randrange(1, MOST_DONE)
        try:
            while self._done() < wanted and self._say():
                _ends(child, self._chance.random() * 0.004)
            _ends(child, self._chance.random() * 0.02)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()

    def _start(self, turn: int) -> subprocess.Popen[bytes]:
        storm = self._storm
        options = ["--began", str(self._began), "--lies", str(storm.lies)]
        options += ["--seed", str(storm.seed * 100 + turn)]
        options += ["--plant", storm.defect] if storm.defect else []
        command = [sys.executable, "-m", "bench.child", str(self._folder.resolve()), *options]
        return subprocess.Popen(command, cwd=ROOT)  # noqa: S603  our own

    def _said(self, world: World) -> Iterator[tuple[str, Message]]:
        """Pleas and chatter, mixed; every third plea is for masks, of which there are few."""
        talk = Talk(world, self._storm.seed)
        for turn in range(self._storm.pleas):
            yield "plea", talk.masks(MORNING) if turn % 3 == 0 else talk.plea(MORNING)
            for _ in range(self._chance.randrange(3)):
                yield "chatter", talk.chatter(MORNING)

    def _say(self) -> bool:
        """The next few messages, and two volunteers at once for each request heard of.

        False when all is said and heard.
        """
        for _ in range(min(len(self._to_say), self._chance.randrange(1, 4))):
            kind, message = self._to_say.popleft()
            self._bring(message.id, kind, message.conversation, message.sender, message.text)
        fresh = self._platform.execute(
            "SELECT seq, conversation, about FROM arrived"
            " WHERE seq > ? AND kind LIKE 'requests.noted%'",
            [self._answered],
        )
        for seq, conversation, number in fresh.fetchall():
            self._answered = seq
            for turn in range(2):
                volunteer = f"v{conversation.lstrip('b')}-{turn}"
                self._bring(f"c{number}-{turn}", "claim", conversation, volunteer, f"我来 {number}")
        return bool(self._to_say) or self._waits()

    def _bring(self, *said: str) -> None:
        self._platform.execute(
            "INSERT INTO said (id, kind, conversation, sender, text) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            said,
        )

    def _goes_on(self) -> bool:
        """Whether there is more to say or to hear of: on a busy machine the first request may be
        heard of when all pleas are said, and then there is still somebody to claim it."""
        unclaimed = not self._answered and time.monotonic() < self._began + HEARD_OF_IN
        return bool(self._to_say) or self._waits() or unclaimed

    def _waits(self) -> bool:
        """Whether something said is not recorded yet."""
        return self._count("SELECT count(*) FROM said WHERE recorded = 0") > 0

    def _done(self) -> int:
        """How much the bot has done: messages recorded and letters sent."""
        recorded = self._count("SELECT count(*) FROM said WHERE recorded = 1")
        return recorded + self._count("SELECT count(*) FROM arrived")

    def _count(self, query: str) -> int:
        return int(self._platform.execute(query).fetchone()[0])


def _ends(child: subprocess.Popen[bytes], within: float) -> bool:
    """Whether it ends by itself in so many seconds."""
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def _settled(folder: Path) -> World:
    """A new town, with a box in every building: too few masks for all who ask."""
    database = open_new(folder / "linbang.db")
    world = settle(database, buildings=12, volunteers=2, residents=30, shares=False)
    with transaction(database) as tx:
        for place in list(places.every(tx).values()):
            if place.kind == "building":
                box = boxes.add(tx, key=f"x{place.id}", place_id=place.id, name=f"{place.name}药箱")
                boxes.add_lot(
                    tx,
                    MORNING,
                    quantity=3,
                    person_id=None,
                    box_id=box,
                    item="口罩",
                    text="口罩",
                    unit="个",
                    expiry=EXPIRY,
                )
    database.dispose()
    return world


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (1)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (1)")
    parser.add_argument("--plant", choices=PLANTS, help="a defect that the checker must find")
    asked = parser.parse_args()
    seed, kills, began = asked.seed, 0, time.monotonic()
    while time.monotonic() - began < asked.minutes * 60:
        with scratch() as folder:
            storm = Storm(seed, defect=asked.plant)
            found = Round(folder, storm).play()
            counted = checker.counts(folder)
        kills += storm.kills
        spent = time.monotonic() - began
        told = ", ".join(f"{count} {name}" for name, count in counted.items())
        print(f"{spent:6.1f} s  seed {seed}: {told}; {kills} kills; {len(found)} findings")
        for one in found[:20]:
            print(f"          {one}")
        if found:
            return 0 if asked.plant else 1
        seed += 1
    return 1 if asked.plant else 0


if __name__ == "__main__":
    sys.exit(main())
