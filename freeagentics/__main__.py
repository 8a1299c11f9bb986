"""``python -m freeagentics``: the command line."""

from freeagentics.cli.main import main

if __name__ == "__main__":
    main()
