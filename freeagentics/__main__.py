"""``python -m freeagentics``: the command line."""

import os
import sys

if __name__ == "__main__":
    # Python puts the current folder first: a polars.py in somebody's run directory would be run instead of the library.
    if sys.path and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109  # as little as can be is imported while it stands there
        del sys.path[0]

    from freeagentics.cli.main import main

    main()
