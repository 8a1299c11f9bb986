"""Examples at the foot of each command's help."""

from __future__ import annotations

_EXAMPLES: dict[str, tuple[str, ...]] = {
    "run": (
        "freeagentics run                                   # btc-replay: 50 agents on 2,000 hours of bitcoin",
        "freeagentics run whale-pump --seed 3 --open        # and open the report in the browser",
        "freeagentics run --bars mine.csv --set market.fee_bps=10",
        "freeagentics run --resume runs/btc-replay-seed7-…  # after Ctrl-C",
    ),
    "fork": ("freeagentics fork runs/… --at 500 --set market.fee_bps=50",),
    "explain": ("freeagentics explain runs/…", "freeagentics explain runs/… --agent trade-executor-0005 --step 1132"),
    "report": ("freeagentics report runs/… --open", "freeagentics report runs/first runs/second   # side by side"),
    "ablate": ("freeagentics ablate echo --without memory --seeds 20",),
    "sweep": (
        "freeagentics sweep whale-pump --set memory.recall=3,12 --seeds 20",
        "freeagentics sweep whale-pump --range market.fee_bps=0.0,20.0 --samples 8",
        "freeagentics sweep whale-pump --set memory.recall=3,12 --seeds 100 --engine ray://10.0.0.5:6379",
    ),
    "compare": (
        "freeagentics compare runs/first runs/second",
        "freeagentics compare runs/a runs/b --margin return=0.002 --out runs/compared",
    ),
    "facts": ("freeagentics facts floor --steps 5000", "freeagentics facts runs/… --against mine.csv"),
    "impact": ("freeagentics impact floor --seeds 20", "freeagentics impact floor --side sell --bars 4 --sizes 1,5 --set agents.count=50"),
    "analytics": ("freeagentics analytics runs/first runs/second --by role --by sources", "freeagentics analytics runs/… --cost"),
    "patterns": ("freeagentics patterns runs/…", "freeagentics patterns whale-pump --steps 20000 --save rises.toml"),
    "bars": ("freeagentics bars mine.csv --to bars.parquet", "freeagentics bars old.csv --tz Europe/Paris"),
    "train": ("freeagentics train all --runs my.toml --out codecs", "freeagentics train --file states.csv --group levels=0:4"),
    "bench": ("freeagentics bench beliefs", "freeagentics bench step_scaling --against ../older"),
    "scenarios": ("freeagentics scenarios --keys > keys.md",),
    "viz": ("freeagentics viz whale-pump", "freeagentics viz runs/…"),
}


def examples(command: str) -> str:
    r"""The examples of a command as the epilog of its help: ``\b`` keeps their lines."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in _EXAMPLES[command])
