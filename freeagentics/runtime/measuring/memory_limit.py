"""A limit of RAM that a run is to stay under."""

from __future__ import annotations

from freeagentics.runtime.measuring.alerts import Alert

HIBERNATE_FROM = 0.8
"""Share of the limit from which agents hibernate between uses. Where an alert says later that this share was passed, it was not enough."""


class FootprintLimit:
    """Says when agents are to hibernate: from the first time that the resident set comes near the limit, and then for good, since the
    room that sleeping makes would be gone on waking.

    Attributes:
        hibernating: whether they are to.
    """

    def __init__(self, limit_mb: float) -> None:
        self.limit_mb = limit_mb
        self.hibernating = False

    def check(self, at: float, rss_mb: float) -> Alert | None:
        """Check the resident set; an alert when hibernation begins."""
        if self.hibernating or rss_mb < HIBERNATE_FROM * self.limit_mb:
            return None
        self.hibernating = True
        share = rss_mb / self.limit_mb
        near = f"resident set {rss_mb:,.0f} MB is {share:.0%} of the limit of {self.limit_mb:,.0f} MB"
        return Alert(at, "hibernation", f"{near}: agents hibernate between uses from here on")
