"""What is counted about the running, for Prometheus: nothing about any room or person."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Counters of one running bot, in a registry of its own, so that tests do not share them."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._heard = Counter(
            "linbang_messages_heard", "Messages recorded for the first time.", registry=registry
        )
        self._again = Counter(
            "linbang_messages_again", "Messages that came a second time.", registry=registry
        )
        self._replies = Counter(
            "linbang_replies", "Letters, by how they ended.", ["end"], registry=registry
        )
        self._size = Histogram(
            "linbang_batch_events",
            "Events that shared a commit.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
            registry=registry,
        )
        self._commit = Histogram(
            "linbang_commit_seconds",
            "From taking up a batch to its commit.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=registry,
        )
        self._depth = Gauge("linbang_outbox_letters", "Letters not sent yet.", registry=registry)
        self._oldest = Gauge(
            "linbang_outbox_oldest_seconds", "Age of the oldest of them.", registry=registry
        )
        self._lag = Gauge(
            "linbang_timers_lag_seconds", "How late the last timers rang.", registry=registry
        )
        self._silence = Gauge(
            "linbang_gateway_silence_seconds",
            "Since a gateway last gave a sign of life; -1 if it never did.",
            ["gateway"],
            registry=registry,
        )
        self._up = Gauge(
            "linbang_gateway_up",
            "Whether an account is connected and logged in.",
            ["gateway"],
            registry=registry,
        )
        self._coming = Gauge(
            "linbang_gateway_waiting",
            "Messages of an account heard and not yet taken in.",
            ["gateway"],
            registry=registry,
        )
        self._going = Gauge(
            "linbang_gateway_letters",
            "Letters of an account not sent yet.",
            ["gateway"],
            registry=registry,
        )
        self._event = Gauge(
            "linbang_gateway_event_seconds",
            "Since the last event of an account; -1 if there was none.",
            ["gateway"],
            registry=registry,
        )
        self._errors = Counter(
            "linbang_errors", "What went wrong, by where.", ["where"], registry=registry
        )

    def heard(self, first: int, again: int = 0) -> None:
        """So many messages were recorded, so many known already."""
        self._heard.inc(first)
        if again:
            self._again.inc(again)

    def sent(self, end: str = "sent", letters: int = 1) -> None:
        """Letters that came to an end: ``sent``, ``refused``, ``stale``, ``folded``, ``unsure``."""
        self._replies.labels(end).inc(letters)

    def batch(self, events: int, seconds: float) -> None:
        """A batch of events was committed."""
        self._size.observe(events)
        self._commit.observe(seconds)

    def outbox(self, letters: int, oldest: timedelta | None) -> None:
        """What waits to be sent, and since when."""
        self._depth.set(letters)
        self._oldest.set(oldest.total_seconds() if oldest else 0)

    def timers(self, lag: timedelta) -> None:
        """How late the timers of one beat were."""
        self._lag.set(lag.total_seconds())

    def gateway(self, name: str, silence: timedelta | None) -> None:
        """How long a gateway has been silent; None if it was never heard."""
        self._silence.labels(name).set(silence.total_seconds() if silence is not None else -1)

    def account(
        self, name: str, *, up: bool, waiting: int, letters: int, silence: timedelta | None
    ) -> None:
        """How an account on a platform is, and what waits on either side of it."""
        self._up.labels(name).set(up)
        self._coming.labels(name).set(waiting)
        self._going.labels(name).set(letters)
        self._event.labels(name).set(silence.total_seconds() if silence is not None else -1)

    def failed(self, where: str) -> None:
        """An error in ``engine``, ``handler``, ``delivery``, ``schedule``, ``gateway``, ``web``."""
        self._errors.labels(where).inc()

    def page(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
