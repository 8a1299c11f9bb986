"""The number of workers that pays: found by trying, from measured times."""

from __future__ import annotations

GAIN = 0.05
"""More workers must be faster by this share; fewer may be slower by less."""

TRIAL = 8
"""Times taken of a size before it is judged, by the best of them: what disturbs makes slower, never faster."""

FIRST_REST, LONGEST_REST = 50, 3200
"""Times between two trials; doubled every time that nothing was won."""


class AdaptiveSize:
    """Climbs from *initial* to the number of workers, between 1 and *most*, that takes the least time for one kind of work.

    Alternately doubling and halving are tried; what is better becomes the size, and the same direction is tried again. Where neither is
    better it rests, longer every time. It knows no clock and no thread: it is told times.

    Attributes:
        size: how many workers to use next.
    """

    def __init__(self, initial: int, most: int) -> None:
        self.size = self._settled = min(initial, most)
        self._most = most
        self._best: dict[int, float] = {}
        self._times: list[float] = []
        self._up = True
        self._failed = 0
        self._wait = 0
        self._rest = FIRST_REST

    @property
    def settled(self) -> int:
        """The best size so far."""
        return self._settled

    def record(self, seconds: float) -> None:
        """Record the time of one round of work with `size` workers."""
        if self._wait:
            self._wait -= 1
            return
        self._times.append(seconds)
        if len(self._times) == TRIAL:
            self._best[self.size] = min(self._times)
            self._times = []
            self._judge()

    def _judge(self) -> None:
        if self.size == self._settled:
            self._try_neighbour()
        elif self._pays(self.size):
            self._settled, self._failed, self._rest = self.size, 0, FIRST_REST
            self._try_neighbour()
        else:
            self._turn()

    def _pays(self, size: int) -> bool:
        allowed = 1 - GAIN if size > self._settled else 1 / (1 - GAIN)
        return self._best[size] <= self._best[self._settled] * allowed

    def _turn(self) -> None:
        """The other direction next; after both, a rest and then a fresh look at today's size."""
        self._up, self._failed = not self._up, self._failed + 1
        if self._failed < 2:
            self._try_neighbour()
            return
        self.size, self._failed, self._wait = self._settled, 0, self._rest
        self._rest = min(2 * self._rest, LONGEST_REST)

    def _try_neighbour(self) -> None:
        neighbour = min(self._settled * 2, self._most) if self._up else max(self._settled // 2, 1)
        if neighbour == self._settled:
            self._turn()
        else:
            self.size = neighbour
