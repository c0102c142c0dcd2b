"""Coverage lists: who must be reached, who visits them, who was reached, and a check by others."""

from __future__ import annotations

from handlers.coverage import auditing, beginning, ending, progress, steering, visiting

PARTS = (beginning, steering, progress, ending, auditing, visiting)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS"]
