"""The ``freeagentics`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    try:
        # In here, so that a Ctrl-C that hits an import ends quietly too.
        from freeagentics.cli.interrupts import end_at_once, heed

        heed()
        from freeagentics.cli.app import answer
        from freeagentics.cli.streams import be_patient

        be_patient()
        code = answer(sys.argv[1:])
        # Python may take a moment to end, with threads to wait for.
        end_at_once()
    except KeyboardInterrupt:
        # That of `freeagentics.errors.Interrupted`, which may not have been imported yet.
        code = 130
    sys.exit(code)
