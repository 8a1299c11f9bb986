"""Agents that believe nearly everything from the first outcome on: what takes others hundreds of bars to hear, they act on at once."""

CREDULOUS: dict[str, object] = {
    "roles.market-hunter.prior": 0.99,
    "roles.sentiment-analyzer.prior": 0.99,
    "memory.prior": 0.99,
    "memory.doubt": 0.1,
}

AS_OPTIONS = [word for key, value in CREDULOUS.items() for word in ("--set", f"{key}={value}")]
"""The same on a command line."""
