"""An agent's data, lean while the agent does nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from freeagentics.errors import BadInput
from freeagentics.runtime.lean.compaction import Compactor, held_bytes
from freeagentics.runtime.lean.form import CACHE, LeanForm
from freeagentics.runtime.measuring.slots import Slot, slots


@dataclass(frozen=True, slots=True)
class Compacted:
    """A slot that was made lean: where, what stands for its value, and the bytes that had taken."""

    slot: Slot
    form: LeanForm
    before: int

    @property
    def lean(self) -> bool:
        """True where it is lean now: not while it is lent, nor where the agent has put something else in its slot."""
        return self.slot.get() is self.form


class LeanData:
    """The places of an agent's data that were made lean.

    Attributes:
        caches: names, or paths, of its dicts that may be bounded.
    """

    def __init__(self, agent: object, forms: Compactor) -> None:
        self.caches: set[str] = set()
        self._agent, self._forms = agent, forms
        self._made: dict[str, Compacted] = {}
        self._steps = 0

    @property
    def made(self) -> list[Compacted]:
        """All that is lean now."""
        return [made for made in self._made.values() if made.lean]

    @property
    def before(self) -> int:
        """Bytes that it all had taken."""
        return sum(made.before for made in self._made.values())

    def wake(self) -> None:
        """A step begins: everything is in the form in which the agent held it."""
        self._steps += 1
        if self._steps == 1:
            for made in self._made.values():
                if made.lean:
                    made.slot.put(made.form.lend())

    def rest(self) -> None:
        """A step is over; with the last that goes on everything is lean again."""
        self._steps -= 1
        if not self._steps:
            self._take_back()

    def bound(self, caches: Collection[str]) -> None:
        """Look again, with more dicts that may be bounded. Raises BadInput for names of anything but dicts that the agent alone holds."""
        added = {caches} if isinstance(caches, str) else set(caches)
        self.caches |= added
        self.look_again()
        dicts = [made.slot for made in self.made if made.form.category == CACHE]
        unknown = added - {name for slot in dicts for name in (slot.name, slot.path)}
        if unknown:
            self.caches -= unknown
            raise BadInput(f"caches: '{min(unknown)}' is no dict that {type(self._agent).__name__} holds and nobody else")

    def look_again(self) -> None:
        """Make lean what can be, wherever it is now; nothing in the middle of a step."""
        if self._steps:
            return
        self._take_back()
        before = {id(made.form): made.before for made in self._made.values()}
        self._made.clear()  # parts that a place refers to would not be the agent's alone
        for slot in slots(self._agent, always=LeanForm):
            self._look_at(slot, before)

    def _look_at(self, slot: Slot, before: dict[int, int]) -> None:
        form = slot.get()
        if isinstance(form, LeanForm):
            self._made[slot.path] = Compacted(slot, form, before.get(id(form)) or held_bytes(form.category, [form]))
            return
        del form  # or the place would not hold it alone
        self._make_lean(slot, self._forms.of(slot, cache=bool(self.caches & {slot.name, slot.path})))

    def _make_lean(self, slot: Slot, form: LeanForm | None) -> None:
        if form is not None:
            self._made[slot.path] = Compacted(slot, form, held_bytes(form.category, [slot.get()]))
            slot.put(form)

    def _take_back(self) -> None:
        """Make lean what was lent; what somebody else refers to stays as it is."""
        for made in list(self._made.values()):
            value = made.slot.get()
            if value is made.form:
                made.form.take_back()
            elif made.form.lent(value):
                del value  # or the form would not hold it alone
                made.slot.put(made.form)
                if not made.form.take_back():
                    made.slot.put(made.form.lend())
            else:
                del value
                if made.slot.uniquely_referenced():
                    self._make_lean(made.slot, self._forms.again(made.form, made.slot.get()))
