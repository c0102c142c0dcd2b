"""The features of the bot, in the order in which their sentences are tried."""

from __future__ import annotations

from handlers import (
    checkins,
    claims,
    corrections,
    duty,
    emergencies,
    essentials,
    gifts,
    lists,
    medicine,
    moving,
    offering,
    patience,
    people,
    pleas,
    release,
    requests,
    retention,
    settling,
    steering,
    volunteering,
)

FEATURES = (
    emergencies,
    *checkins.PARTS,
    steering,
    medicine,
    lists,
    corrections,
    moving,
    pleas,
    essentials,
    requests,
    offering,
    claims,
    patience,
    release,
    settling,
    gifts,
    duty,
    volunteering,
    people,
    retention,
)
