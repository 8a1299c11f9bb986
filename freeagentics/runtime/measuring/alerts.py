"""Alerts: rules over samples of footprint and collector time. Times are handed in, so the same samples give the same alerts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

LIMIT_SHARE = 0.8
GC_OVERHEAD = 0.10
AGENT_MB = 15.0
CALM = 0.9
"""An alert is over once its figure is below this share of the level that raised it; until then it is not raised again."""

WINDOW = 8
WINDOWS = 5
GROWTH_SHARE = 0.02
GROWTH_MB = 8.0
"""Growth is sustained where the least of every `WINDOW` samples lies above the one before, `WINDOWS` times, by so much in all. What comes
and goes lets the least of a window fall now and then; a leak never does."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process.

    Attributes:
        at: when, in steps or seconds, as the caller counts.
        rss_mb: resident set.
        attributed_mb: what is known to be held, 0 where nobody adds it up; growth is judged by what it does not explain.
        limit_mb: of the resident set, None for no limit.
        gc_overhead: share of wall time that the collector took of late.
        largest_agent, largest_mb: the agent with the largest footprint.
    """

    at: float
    rss_mb: float
    attributed_mb: float = 0.0
    limit_mb: float | None = None
    gc_overhead: float = 0.0
    largest_agent: str = ""
    largest_mb: float = 0.0

    @property
    def total_memory_mb(self) -> float:
        """Of the process: its resident set."""
        return self.rss_mb


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at: when, of what kind, and one line that says it with its figures."""

    at: float
    kind: str
    message: str


@dataclass(slots=True)
class AlertRules:
    """Raises an alert when a figure passes its level, and again only after it had gone back below.

    Attributes:
        active: kinds that are raised now.
    """

    active: set[str] = field(default_factory=set)
    _window: list[float] = field(default_factory=list)
    _least: list[float] = field(default_factory=list)

    def check(self, sample: Sample) -> list[Alert]:
        """Alerts that this sample raises, mostly none."""
        raised = []
        for kind, share, message in self._judge(sample):
            if share > 1 and kind not in self.active:
                self.active.add(kind)
                raised.append(Alert(sample.at, kind, message))
            elif share < CALM:
                self.active.discard(kind)
        return raised

    def _judge(self, sample: Sample) -> Iterator[tuple[str, float, str]]:
        """Every rule's kind, its figure over its level, and what to say."""
        if sample.limit_mb:
            share = sample.rss_mb / sample.limit_mb
            of_it = f"resident set {sample.rss_mb:,.0f} MB is {share:.0%} of the limit of {sample.limit_mb:,.0f} MB"
            yield "limit-near", share / LIMIT_SHARE, of_it
            yield "limit-passed", share, f"{of_it}: it cannot be held"
        if (grown := self._growth(sample.rss_mb - sample.attributed_mb)) is not None:
            share = grown / max(GROWTH_MB, GROWTH_SHARE * sample.rss_mb)
            where = f"{WINDOWS} windows of {WINDOW} samples" + (", beyond what is attributed" if sample.attributed_mb else "")
            yield "growth", share, f"resident set grew by {grown:,.1f} MB over {where}"
        yield "gc-overhead", sample.gc_overhead / GC_OVERHEAD, f"garbage collection takes {sample.gc_overhead:.0%} of wall time"
        largest = f"agent {sample.largest_agent} holds {sample.largest_mb:,.1f} MB, more than {AGENT_MB:,.0f}"
        yield "agent-footprint", sample.largest_mb / AGENT_MB, largest

    def _growth(self, mb: float) -> float | None:
        """At the end of a window: how much the least of each rose over the last windows, 0 where it did not rise every time."""
        self._window.append(mb)
        if len(self._window) < WINDOW:
            return None
        self._least = [*self._least[-WINDOWS:], min(self._window)]
        self._window = []
        rising = all(later > before for before, later in pairwise(self._least))
        return self._least[-1] - self._least[0] if rising and len(self._least) > WINDOWS else 0.0
