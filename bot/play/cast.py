"""Who speaks where, on paper: names of a transcript to accounts and conversations, and back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.media import MediaStore
from bot.play.compare import Wanted
from bot.play.lines import Line, remark
from bot.play.pictures import pictures
from bot.play.places import find_place, group_of
from bot.play.quotes import Heard, find_quoted
from bot.play.road import GATEWAY, Road, Sent
from bot.play.steps import BadScript, Said, Script, Turn
from handlers.kit import Message
from storage import people, places, rooms
from storage.db import Transaction
from storage.people import PERSON, Person
from storage.rooms import Room

_BOT = re.compile(r"[@＠](?:邻帮|linbang|bot|机器人)", re.IGNORECASE)
_MENTION = re.compile(r"[@＠](\S+)")


class Cast:
    """Knows who has said what where; outlives the bot."""

    def __init__(self, script: Script, media: MediaStore, zone: ZoneInfo) -> None:
        self._script, self._media, self._zone = script, media, zone
        self._strangers: dict[str, str] = {}
        self._lines: list[tuple[Line, Message]] = []
        self._last_group: str | None = None
        self._here: tuple[str, bool] | None = None
        self._count = 0

    # Names.

    def person(self, tx: Transaction, words: str) -> Person | None:
        """The person of this name; ValueError where it could be several."""
        name, at = _name_and_home(words)
        home = find_place(tx, at).id if at else None
        found = people.named(tx, name) or _like(tx, name) or _gone(tx, name)
        if home is not None:
            found = [one for one in found if one.place_id == home]
        if len(found) > 1:
            homes = (places.get(tx, one.place_id) for one in found)
            several = ", ".join(f"{name} ({home.name if home else 'nowhere'})" for home in homes)
            raise ValueError(f"there are several {name}: write one of {several}")
        return found[0] if found else None

    def account(self, tx: Transaction, name: str) -> str:
        """The person's name on the paper road. ValueError if nobody is called so."""
        found = self.person(tx, name)
        account = people.account(tx, found.id, GATEWAY) if found else self._strangers.get(name)
        if account is None:
            raise ValueError(f"there is nobody called `{name}` here")
        return account

    def _speaker(self, tx: Transaction, name: str) -> tuple[str, str, Person | None]:
        """Account, name and person; somebody unknown is a stranger."""
        found = self.person(tx, name)
        if found is not None and (known := people.account(tx, found.id, GATEWAY)):
            return known, found.name, found
        plain, _ = _name_and_home(name)
        return self._strangers.setdefault(plain, f"x{len(self._strangers) + 1}"), plain, None

    def _group(self, tx: Transaction, said: Said, speaker: Person | None) -> Room:
        named = said.room or (_name_and_home(said.who)[1] if speaker is None else None)
        if named is not None:
            return group_of(tx, find_place(tx, named))
        home = places.get(tx, speaker.place_id) if speaker else None
        if home is not None and home.kind == "building":
            return group_of(tx, home)
        return self._default_group(tx)

    def _default_group(self, tx: Transaction) -> Room:
        known = rooms.by_external(tx, GATEWAY, self._last_group) if self._last_group else None
        if known is not None:
            return known
        if self._script.room is not None:
            return group_of(tx, find_place(tx, self._script.room))
        groups = [one for one in rooms.groups(tx) if one.gateway == GATEWAY]
        kinds = {one.id: one.kind for one in places.every(tx).values()}
        groups.sort(key=lambda one: (kinds.get(one.place_id or 0) != "building", one.id))
        if not groups:
            raise ValueError("there is no group here: name a `world:` or `import:` with a building")
        return groups[0]

    # People speak.

    def say(
        self, tx: Transaction, *, said: Said, now: datetime, road: Road
    ) -> tuple[Line, list[Message]]:
        """What is said as a line, and the messages that the platform makes of it."""
        account, name, person = self._speaker(tx, said.who)
        if said.private:
            external, conversation = account, name
        else:
            room = self._group(tx, said, person)
            external, conversation = room.external, self._name_of(tx, room)
            self._last_group = external
        self._here = (external, said.private)
        if said.again:
            earlier = self._earlier(account, external, said)
            return replace(self._line_of(earlier), remark="again"), [self.arrived(earlier, now)]
        quotes, quoted = self._quoted(tx, said, external, road)
        words = f"{said.text} {' '.join(f'@{one}' for one in said.mentions)}"
        mentioned = _MENTION.findall(words) if not said.private else []
        message = Message(
            gateway=GATEWAY,
            id="",
            conversation=external,
            sender=account,
            sender_name=name,
            text=said.text * said.repeat,
            at=now - said.late,
            arrived=now,
            private=said.private,
            to_bot=said.private or bool(_BOT.search(words)),
            mentions=tuple(self._accounts(tx, mentioned)),
            quotes=quotes,
            quoted_text=quoted,
            photos=pictures(said.photos, self._script.path.parent, self._media),
            voice=said.voice,
        )
        heard = []
        for _ in range(said.times):
            self._count += 1
            heard.append(replace(message, id=f"m{self._count}"))
        line = Line(
            at=message.at.astimezone(self._zone),
            id=heard[0].id,
            external=external,
            conversation=conversation,
            private=said.private,
            sender=name,
            to="bot" if said.private else None,
            mentions=tuple(mentioned),
            text=message.text,
            key="message",
            photos=len(message.photos),
            remark=remark(said, person is None),
        )
        self._lines.append((line, heard[0]))
        return line, heard * 2 if said.twice else heard

    @staticmethod
    def arrived(message: Message, now: datetime) -> Message:
        """The same message, arriving now."""
        return replace(message, arrived=now)

    def _earlier(self, account: str, external: str, said: Said) -> Message:
        for _, message in reversed(self._lines):
            same_place = (message.sender, message.conversation) == (account, external)
            if same_place and said.text in {"", message.text}:
                return message
        raise ValueError(f"[again]: {said.who} has not said this here before")

    def _line_of(self, message: Message) -> Line:
        return next(line for line, one in self._lines if one.id == message.id)

    def _accounts(self, tx: Transaction, names: list[str]) -> list[str]:
        found = []
        for name in names:
            person = None if _BOT.match(f"@{name}") else next(iter(people.named(tx, name)), None)
            account = people.account(tx, person.id, GATEWAY) if person else None
            found += [account] if account else []
        return found

    def _quoted(
        self, tx: Transaction, said: Said, external: str, road: Road
    ) -> tuple[str | None, str | None]:
        """The platform's id and the text of what is quoted."""
        if said.quotes is None:
            return None, None
        here = Heard(
            [one for one in road.log if one.letter.conversation == external],
            [message for line, message in self._lines if line.external == external],
        )
        words, account = said.quotes, None
        if words in self._strangers or self.person(tx, words):
            account = self.account(tx, words)
        return find_quoted(tx, words, here, account)

    # The bot speaks.

    def sent(self, tx: Transaction, one: Sent) -> Line:
        """A letter as a line."""
        letter = one.letter
        to = self._owner(tx, letter.conversation) if letter.private else None
        room = rooms.by_external(tx, GATEWAY, letter.conversation)
        return Line(
            at=one.at.astimezone(self._zone),
            id=one.id,
            external=letter.conversation,
            conversation=to or (self._name_of(tx, room) if room else letter.conversation),
            private=letter.private,
            sender=None,
            to=to,
            mentions=tuple(self._owner(tx, name) for name in letter.mentions),
            text=letter.text,
            key=letter.kind,
            number=letter.about,
            photos=len(letter.photos),
        )

    def expected(self, tx: Transaction, turn: Turn) -> list[Wanted]:
        """What is expected, by conversation. ValueError names what there is not."""
        wanted = []
        for one in turn.expected:
            try:
                external, name = self._conversation(tx, one.to, one.room)
            except ValueError as wrong:
                raise BadScript([f"{self._script.where(one.at)}: {wrong}"]) from wrong
            mentions = []
            for mention in one.mentions:
                person = self.person(tx, mention)
                mentions.append(person.name if person else mention)
            wanted.append(Wanted(one, external, name, tuple(mentions)))
        return wanted

    def _conversation(self, tx: Transaction, to: str | None, room: str | None) -> tuple[str, str]:
        if to is not None:
            account = self.account(tx, to)
            return account, self._owner(tx, account)
        if room is not None:
            group = group_of(tx, find_place(tx, room))
            return group.external, self._name_of(tx, group)
        if self._here is None:
            group = self._default_group(tx)
            return group.external, self._name_of(tx, group)
        external, private = self._here
        if private:
            return external, self._owner(tx, external)
        found = rooms.by_external(tx, GATEWAY, external)
        return external, self._name_of(tx, found) if found else external

    @property
    def here(self) -> str | None:
        """The conversation in which somebody last spoke."""
        return self._here[0] if self._here else self._last_group

    def _owner(self, tx: Transaction, account: str) -> str:
        person = people.by_account(tx, GATEWAY, account)
        if person is not None:
            return person.name
        return next((name for name, one in self._strangers.items() if one == account), account)

    @staticmethod
    def _name_of(tx: Transaction, room: Room) -> str:
        place = places.get(tx, room.place_id)
        return place.name if place else room.name


def _name_and_home(words: str) -> tuple[str, str | None]:
    """``小陈(2号楼)``: a name and where its bearer lives."""
    found = re.fullmatch(r"(.+?)\s*[(（](.+)[)）]", words)
    return (found[1], found[2]) if found else (words, None)


def _like(tx: Transaction, name: str) -> list[Person]:
    """English names however they are written."""
    if not name.isascii():
        return []
    lower, here = name.casefold(), select(PERSON).where(PERSON.c.left_at.is_(None))
    return [
        one
        for one in tx.rows(Person, here)
        if lower in {one.name.casefold(), one.name_en.casefold()}
        or lower.replace(" ", "-") == (one.key or "").casefold()
    ]


def _gone(tx: Transaction, name: str) -> list[Person]:
    """People who have left can still be heard saying so."""
    gone = (PERSON.c.name == name) & PERSON.c.left_at.is_not(None)
    return tx.rows(Person, select(PERSON).where(gone))
