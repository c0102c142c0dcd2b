"""How it runs: asyncio, sockets, clocks, pages."""

__version__ = "0.1.0"
