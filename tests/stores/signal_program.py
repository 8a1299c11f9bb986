"""A program that sends or answers signals, to be killed by tests: ``signal_program.py URL send|answer NUMBER``."""

import asyncio
import sys

from freeagentics.services import MemoryAwareAgent
from freeagentics.services.service import wall_ms
from freeagentics.stores import open_store

KIND, TARGET = "WHALE_ACTIVITY", "risk-manager"
LEASE_MS = 300


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def send(agent: MemoryAwareAgent, count: int) -> None:
    """Send signals of names and times that are the same whenever it begins again; the times are kept where the agent remembers."""
    (started,) = agent.recall("STARTED") or [agent.remember("STARTED", {})]
    for number in range(count):
        agent.send(KIND, {"number": number}, to=[TARGET], signal_id=f"sig-{number:06}", timestamp=started.timestamp + number)


async def answer(agent: MemoryAwareAgent) -> None:
    """Answer each signal with a decision, and print when which was seen."""
    async for claim in agent.coordinator.listen(TARGET, every_s=0.05):
        say(f"{claim.signal.signal_id} {wall_ms() - claim.signal.data.get('at', 0)}")
        await agent.decide.aio("RISK_ASSESSMENT", {"number": claim.signal.data["number"]}, claim=claim)


def main(url: str, part: str, number: str) -> None:
    """Run one part; *number* is how many to send, or the worker's."""
    with open_store(url, "run-1") as store:
        if part == "send":
            send(MemoryAwareAgent(store, "market-hunter"), int(number))
        else:
            say("ready")
            asyncio.run(answer(MemoryAwareAgent(store, TARGET, lease_ms=LEASE_MS)))


if __name__ == "__main__":
    main(*sys.argv[1:])
