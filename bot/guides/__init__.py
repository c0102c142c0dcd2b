"""The clinic's questions and answers as files: brought in whole or not at all, and written out."""

from bot.guides.bringing import bring_in
from bot.guides.reading import read
from bot.guides.writing import write

__all__ = ["bring_in", "read", "write"]
