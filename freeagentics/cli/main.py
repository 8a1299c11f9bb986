"""The ``freeagentics`` command."""

from __future__ import annotations

import sys

from freeagentics.cli import interrupts
from freeagentics.errors import Interrupted


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    interrupts.heed()
    try:
        # Only now, when Ctrl-C is heeded: these take time to import.
        from freeagentics.cli.app import answer
        from freeagentics.cli.streams import be_patient

        be_patient()
        code = answer(sys.argv[1:])
    except KeyboardInterrupt:
        code = Interrupted.exit_code
    # Python may take a moment to end, with threads to wait for.
    interrupts.end_at_once()
    sys.exit(code)
