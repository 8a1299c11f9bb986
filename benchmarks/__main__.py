"""Measure: `python benchmarks [NAME] [--runs N] [--json]`, which is `freeagentics bench`."""

import sys

from freeagentics.cli.main import main

if __name__ == "__main__":
    sys.argv[1:1] = ["bench"]
    main()
