"""Example compounds to try the bot with."""
