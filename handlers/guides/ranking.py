"""Which of the clinic's answers is meant by a question, and how surely: a number from 0 to 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import log
from typing import TypeAlias

from handlers.guides.terms import guards, kinds, terms
from storage import guides, places
from storage.db import Transaction
from storage.guides import GuideAnswer

Weights: TypeAlias = dict[str, float]
UNKNOWN = 2.0
"""How much a word tells that no answer holds, in times of the rarest that one does."""
OTHER_KIND = 0.5
"""What is left of a likeness where one asks when and the other where."""


@dataclass(frozen=True, slots=True)
class Match:
    """An answer, and how well the question fits one of its wordings."""

    answer: GuideAnswer
    likeness: float


def indexed(*wordings: str) -> str:
    """What stands in the index for an answer that is asked for in these words."""
    return " ".join(dict.fromkeys(one for wording in wordings for one in terms(wording)))


def wordings(answer: GuideAnswer) -> list[str]:
    return [one for one in (answer.question, answer.question_en, *answer.also) if one]


def is_good(answer: GuideAnswer, today: date) -> bool:
    """Whether it may be given still."""
    return answer.valid_until is None or answer.valid_until >= today.isoformat()


def at(tx: Transaction, place_id: int | None) -> set[int | None]:
    """Where answers must be kept to hold for a place: everywhere, there, or around it."""
    return {None, *(place.id for place in places.chain(tx, place_id))}


def search(
    tx: Transaction, question: str, place_id: int | None, today: date, sure: float
) -> Match | None:
    """The best answer for a question, if it is as sure as that and nothing speaks against it."""
    asked, special = Counter(terms(question)), guards(question)
    around, found = at(tx, place_id), list[Match]()
    weights = _weights(tx)
    for answer_id in guides.near(tx, list(asked)):
        answer = guides.get(tx, answer_id)
        if answer is None or answer.place_id not in around or not is_good(answer, today):
            continue
        known = " ".join((*wordings(answer), answer.answer, answer.answer_en))
        if special <= guards(known):
            # A question put of some illness is no question put of everybody.
            forms = [one for one in wordings(answer) if guards(one) <= special]
            found.append(Match(answer, _best(question, forms, weights)))
    # Where two are alike, that of the smaller place.
    best = max(found, key=lambda one: (one.likeness, one.answer.place_id is not None), default=None)
    return best if best is not None and best.likeness >= sure else None


def _best(question: str, forms: Iterable[str], weights: Weights) -> float:
    return max((likeness(question, form, weights) for form in forms), default=0.0)


def likeness(question: str, form: str, weights: Weights) -> float:
    """Twice what is common to both, of what both hold, each word by how much it tells.

    A word that stands in none of the answers tells most: it asks for something else. So does
    another kind of question.
    """
    asked, other = Counter(terms(question)), Counter(terms(form))
    one, two = kinds(question), kinds(form)
    other_kind = OTHER_KIND if one and two and not one & two else 1.0
    unknown = UNKNOWN * max(weights.values(), default=1.0)
    common = sum(weights.get(one, unknown) for one in (asked & other).elements())
    both = sum(weights.get(one, unknown) for one in (*asked.elements(), *other.elements()))
    return other_kind * 2 * common / both if both else 0.0


def _weights(tx: Transaction) -> Weights:
    """How much each word tells: the rarer among the answers, the more."""
    key = "guide weights"
    kept: Weights | None = tx.memo.get(key)
    if kept is None:
        count, written = guides.counts(tx)
        seen = Counter(word for one in written for word in set(one.split()))
        kept = tx.memo[key] = {word: log(1 + count / many) for word, many in seen.items()}
    return kept
