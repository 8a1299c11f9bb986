"""A connection to the servers: calls in pipelines, repeated where that is safe, with errors that have names."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import SystemRandom
from typing import Any

import redis.exceptions as driver

from freeagentics.errors import StoreUnavailable
from freeagentics.stores.redis.errors import named, translated
from freeagentics.stores.redis.keys import run_pattern
from freeagentics.stores.redis.scripts import Script
from freeagentics.stores.redis.servers import Call, Servers
from freeagentics.stores.redis.url import RedisUrl

_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8)
_LOST = (driver.ConnectionError, driver.TimeoutError, driver.ClusterDownError, driver.TryAgainError, driver.RedisClusterException)
_FOR_GOOD = (driver.AuthenticationError, driver.AuthorizationError)
_SCAN_KEYS = 1000
_random = SystemRandom()


def script_call(tag: str, script: Script, keys: Sequence[str], *arguments: str | bytes | int) -> Call:
    """The call of a script."""
    return tag, ("EVALSHA", script.digest, len(keys), *keys, *arguments, script)


class Connection:
    """Calls to the servers of *address*; safe to share between threads.

    Args:
        address: where.

    Raises:
        StoreUnavailable: nobody answers.
        AccessDenied: the servers do not let us in.
    """

    def __init__(self, address: RedisUrl) -> None:
        self.address = address
        self._closed = False
        with translated(address):
            self._servers = Servers(address)

    def close(self) -> None:
        """Let go of connections; closing twice is harmless."""
        if not self._closed:
            self._closed = True
            self._servers.close()

    def check_open(self) -> None:
        """Raise `StoreUnavailable` after `close`."""
        if self._closed:
            raise StoreUnavailable(f"store {self.address} is closed; open it again")

    def call(self, tag: str, *command: Any) -> Any:
        """One command that may be repeated."""
        return self.run([(tag, command)])[0]

    def run(self, calls: Sequence[Call], *, repeat: bool = True) -> list[Any]:
        """The answers of *calls*, after all were sent.

        Args:
            calls: commands, or scripts by `script_call`.
            repeat: whether they may be sent again, not knowing what became of them, where a connection was lost.

        Raises:
            AccessDenied: the user may not do that.
            CorruptRecord: a key holds what this package did not write.
            StoreUnavailable: anything else went wrong.
        """
        answers = self.try_run(calls, repeat=repeat)
        for answer in answers:
            if isinstance(answer, Exception):
                raise named(self.address, answer) from answer
        return answers

    def try_run(self, calls: Sequence[Call], *, repeat: bool = True) -> list[Any]:
        """Run calls as `run` does, but one that the server refused answers with the exception."""
        self.check_open()
        pauses = iter(_PAUSES_S if repeat else ())
        with translated(self.address):
            while True:
                try:
                    return self._once(calls)
                except _LOST as error:
                    pause = next(pauses, None)
                    if pause is None or isinstance(error, _FOR_GOOD):
                        raise
                # Rivals that lost the same server do not come back all at once.
                time.sleep(pause * (0.5 + _random.random() / 2))

    def _once(self, calls: Sequence[Call]) -> list[Any]:
        answers = self._servers.run([(tag, _without_script(command)) for tag, command in calls])
        unknown = [number for number, answer in enumerate(answers) if isinstance(answer, driver.NoScriptError)]
        # A server forgets its scripts when it restarts; given the text it knows them again.
        for number, answer in zip(unknown, self._servers.run([_with_text(calls[number]) for number in unknown]), strict=True):
            answers[number] = answer
        for answer in answers:
            if isinstance(answer, _LOST):
                raise answer
        return answers

    def info(self) -> list[dict[str, Any]]:
        """The section ``memory`` of every server's INFO."""
        with translated(self.address):
            return [node.info("memory") for node in self._servers.nodes()]

    def versions_without(self, *command: str) -> list[str]:
        """Versions of servers that do not know a command, which changes nothing."""
        with translated(self.address):
            return [str(node.info("server")["redis_version"]) for node in self._servers.nodes() if not _knows(node, command)]

    def scan(self, run: str) -> Iterator[list[bytes]]:
        """Keys of *run*, some at a time; those that were there all the while come at least once."""
        self.check_open()
        with translated(self.address):
            for node in self._servers.nodes():
                yield from _pages(node, run)

    def drop(self, run: str) -> None:
        """Delete every key of *run*, which reads through the names of all keys there are."""
        self.check_open()
        with translated(self.address):
            for node in self._servers.nodes():
                for keys in _pages(node, run):
                    pipeline = node.pipeline(transaction=False)
                    for key in keys:
                        pipeline.unlink(key)
                    pipeline.execute()

    def tags_everywhere(self, run: str) -> list[str]:
        """Tags of which every server has one."""
        self.check_open()
        return self._servers.tags_everywhere(run)


def _knows(node: Any, command: Sequence[str]) -> bool:
    try:
        node.execute_command(*command)
    except driver.ResponseError as error:
        # One that is known, but not allowed or not applicable, is refused in other words.
        return "unknown command" not in str(error)
    return True


def _pages(node: Any, run: str) -> Iterator[list[bytes]]:
    cursor, begun = 0, False
    while cursor or not begun:
        begun = True
        cursor, keys = node.scan(cursor, match=run_pattern(run), count=_SCAN_KEYS)
        yield keys


def _without_script(command: tuple[Any, ...]) -> tuple[Any, ...]:
    return command[:-1] if isinstance(command[-1], Script) else command


def _with_text(call: Call) -> Call:
    tag, command = call
    return tag, ("EVAL", command[-1].text, *command[2:-1])
