"""Check-ins: a greeting at the elder's own hour, and a ladder that ends at somebody who goes."""

from __future__ import annotations

from handlers.checkins import (
    answers,
    calendar,
    calling,
    changes,
    enrolment,
    going,
    ladder,
    overview,
    plans,
)
from handlers.checkins.calling import in_danger
from handlers.checkins.ending import alarm, settled

PARTS = (calendar, ladder, answers, going, calling, plans, changes, enrolment, overview)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS", "alarm", "in_danger", "settled"]
