"""Settings of a user's role, in which any number may be a range: each agent draws its own from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

Ends = tuple[float, float]


class DrawnSettings(BaseModel):
    """Mixin: a number of a model may be given as a list of two, the ends of a range, each of which must be what the number may be.

    Until an agent draws, the model has the lower ends.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    _ranges: dict[str, Ends] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _both_ends(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        ranges = {name: value for name, value in given.items() if cls._is_range(name, value)} if isinstance(given, Mapping) else {}
        if not ranges:
            return handler(given)
        lower, higher = (handler({**given, **{name: ends[place] for name, ends in ranges.items()}}) for place in range(2))
        for name, ends in ranges.items():
            if getattr(lower, name) > getattr(higher, name):
                raise ValueError(f"{name} is {list(ends)}; a range goes from its lower to its higher end")
            lower._ranges[name] = (getattr(lower, name), getattr(higher, name))
        return lower

    @classmethod
    def _is_range(cls, name: str, value: object) -> bool:
        field = cls.model_fields.get(name)
        return field is not None and field.annotation in (int, float) and isinstance(value, list | tuple) and len(value) == 2

    @model_serializer(mode="wrap")
    def _as_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {**handler(self), **self._ranges}

    @property
    def ranges(self) -> tuple[str, ...]:
        """Names of the settings that are ranges."""
        return tuple(self._ranges)

    def drawn(self, share: Callable[[str], float]) -> Self:
        """Settings of one agent: of each range what stands at a share, in [0, 1), of the way between its ends.

        Raises ValidationError where the model refuses what was drawn together.
        """
        drawn = {name: _between(*ends, share(name)) for name, ends in self._ranges.items()}
        return self.model_validate({**dict(self), **drawn}) if drawn else self


def _between(low: float, high: float, share: float) -> float:
    if isinstance(low, int) and isinstance(high, int):
        return low + int(share * (high - low + 1))
    return low + share * (high - low)
