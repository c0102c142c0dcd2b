"""The command ``linbang``, also ``python -m bot``."""

from bot.cli import app


def main() -> None:
    """Run the command line."""
    app(prog_name="linbang")


if __name__ == "__main__":
    main()
