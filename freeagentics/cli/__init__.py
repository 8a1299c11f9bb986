"""The command line: calls the model, shows its progress, and turns errors into one line and an exit code.

`main` is the entry point, `app` registers the commands, and the file of each command declares its arguments. What a command
runs is imported inside it: Mesa, polars and pandas take a second, and ``--help`` has no use for them.
"""
