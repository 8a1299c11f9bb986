"""An agent that was made lean, as its user sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from freeagentics.mind import LazyBeliefArray
from freeagentics.runtime.categories import ANY_AGENT
from freeagentics.runtime.footprint import MB
from freeagentics.runtime.lean_beliefs import LeanBeliefs
from freeagentics.runtime.lean_forms import SHARED, LeanForm, LeanForms, held_bytes
from freeagentics.runtime.places import Place, places
from freeagentics.runtime.reach import reach, weigh
from freeagentics.runtime.shared_array import SharedArray


@dataclass(frozen=True, slots=True)
class Made:
    """What was made lean, and where: its category, and the bytes it had taken."""

    place: Place
    category: str
    before: int


class LeanAgent:
    """Stands for an agent: attributes are the agent's own, and `step` is its step, after which it is lean again.

    Attributes:
        agent: the very object that was made lean. agent_id: its ``agent_id``, ``id``, ``unique_id`` or ``name``, or a name made for it.
    """

    __slots__ = ("__weakref__", "_forms", "_kin", "_made", "agent", "agent_id")

    def __init__(self, agent: Any, agent_id: str, forms: LeanForms, kin: Mapping[int, LeanAgent]) -> None:
        self.agent, self.agent_id = agent, agent_id
        self._forms, self._kin = forms, kin
        self._made: dict[str, Made] = {}

    def step(self, *args: Any, **kwargs: Any) -> Any:
        """What the agent's own step returns; then its beliefs rest, also where it raised."""
        for made in self._made.values():
            value = made.place.get()
            if isinstance(value, LeanBeliefs):
                value.wake()
        try:
            return self.agent.step(*args, **kwargs)
        finally:
            self.rest()

    def rest(self) -> None:
        """Beliefs that turned dense are sparse again, and arrays that the agent has put in the place of lean ones are lean themselves."""
        for made in list(self._made.values()):
            value = made.place.get()
            if isinstance(value, LeanBeliefs):
                value.rest()
            elif isinstance(value, LazyBeliefArray):
                value.compress_if_beneficial()
            elif type(value) is np.ndarray:
                del value  # or the place would not hold it alone
                if made.place.alone():
                    self.make_lean(made.place)

    def look_again(self) -> None:
        """Make lean what can be, wherever it is now."""
        self.rest()
        known = {path: (made.category, made.before) for path, made in self._made.items()}
        self._made.clear()  # parts that a place refers to would not be the agent's alone
        for place in places(self.agent, always=LeanForm):
            if place.path in known and isinstance(place.get(), LeanForm):
                self._made[place.path] = Made(place, *known[place.path])
            else:
                self.make_lean(place)

    def make_lean(self, place: Place) -> None:
        """Replace what is at a place that nobody else holds, if there is a lean form for it."""
        found = self._forms.of(place)
        if found is not None:
            category, form = found
            self._made[place.path] = Made(place, category, held_bytes(category, [place.get()]))
            place.put(form)

    @property
    def made(self) -> list[Made]:
        """What is lean now."""
        return [made for made in self._made.values() if isinstance(made.place.get(), LeanForm)]

    @property
    def shared_params(self) -> Mapping[str, SharedArray]:
        """Arrays that it holds together with others, by path."""
        shared = {made.place.path: made.place.get() for made in self.made if made.category == SHARED}
        return {path: array for path, array in shared.items() if array.shared}

    def get_memory_usage_mb(self) -> float:
        """MB (1024²) that the agent holds: all its own, and its share of arrays made one with others'. Other agents and a model that it
        refers to are theirs."""
        shares = {id(array.owner): array.users for array in self.shared_params.values()}
        reached = reach([(self.agent, None)], categories=ANY_AGENT, fence=set(self._kin))
        return sum(sum(weigh(item)) / shares.get(id(item), 1) for item, _ in reached) / MB

    def __getattr__(self, name: str) -> Any:
        # Its own are asked for here only where they are not set yet, as in a copy that is being made.
        if name in LeanAgent.__slots__ or name.startswith("__"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(self.agent, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in LeanAgent.__slots__:
            object.__setattr__(self, name, value)
        else:
            setattr(self.agent, name, value)

    def __repr__(self) -> str:
        return f"<LeanAgent {self.agent_id}: {self.agent!r}>"
