"""The ``freeagentics`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    try:
        # In here, so that a Ctrl-C that hits an import ends quietly too.
        from freeagentics.cli.interrupts import end_at_once, install_handlers

        install_handlers()
        from freeagentics.cli.app import run_command_line
        from freeagentics.cli.streams import tolerate_closed_pipes

        tolerate_closed_pipes()
        code = run_command_line(sys.argv[1:])
        # Python may take a moment to end, with threads to wait for.
        end_at_once()
    except KeyboardInterrupt:
        # That of `freeagentics.errors.Interrupted`, which may not have been imported yet.
        code = 130
    sys.exit(code)
