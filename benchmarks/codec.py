"""Measure codecs: `python benchmarks/codec.py`, or `freeagentics bench codec` and its two companions."""

from freeagentics.benchmarks import run_benchmark

if __name__ == "__main__":
    for name in ("codec", "codec_speed", "codec_agreement"):
        print(run_benchmark(name, 5).markdown(), end="\n\n")
