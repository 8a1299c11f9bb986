"""Verbs of services: one implementation, to be waited for or to be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


class BoundVerb(Generic[P, R]):
    """A verb of one service; calling it blocks until it is done."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it, and wait for it."""
        return self._function(*args, **kwargs)

    async def aio(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it in a thread of asyncio's pool, and await it; to cancel the wait undoes nothing."""
        return await asyncio.to_thread(self._function, *args, **kwargs)


class BoundAwaitedVerb(Generic[P, R]):
    """A verb of one service; calling it gives a coroutine to await."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.blocking = BoundVerb(function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        """Do it as `BoundVerb.aio` does."""
        return self.blocking.aio(*args, **kwargs)


class verb(Generic[S, P, R]):  # noqa: N801 - a decorator
    """Method of a service that blocks where it is called, ``service.name(…)``, and is awaited as ``await service.name.aio(…)``."""

    def __init__(self, function: Callable[Concatenate[S, P], R]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, service: None, owner: type[S]) -> Self: ...

    @overload
    def __get__(self, service: S, owner: type[S]) -> BoundVerb[P, R]: ...

    def __get__(self, service: S | None, owner: type[S]) -> Self | BoundVerb[P, R]:
        return self if service is None else BoundVerb(partial(self._function, service))


class awaited_verb(Generic[S, P, R]):  # noqa: N801 - a decorator
    """Method of a service that is awaited, ``await service.name(…)``, and blocks as ``service.name.blocking(…)``."""

    def __init__(self, function: Callable[Concatenate[S, P], R]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, service: None, owner: type[S]) -> Self: ...

    @overload
    def __get__(self, service: S, owner: type[S]) -> BoundAwaitedVerb[P, R]: ...

    def __get__(self, service: S | None, owner: type[S]) -> Self | BoundAwaitedVerb[P, R]:
        return self if service is None else BoundAwaitedVerb(partial(self._function, service))
