"""The settings: read once from a TOML file, frozen, refused with line and name where wrong."""

from bot.config.reading import BadSettings, load
from bot.config.tables import Settings
from bot.config.values import Secret

__all__ = ["BadSettings", "Secret", "Settings", "load"]
