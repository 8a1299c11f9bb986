"""The command line: it calls the model, shows its progress, and turns errors into one line and an exit code.

`main` is what is called, `app` knows the commands, and the file of each command declares what it takes. What a command runs is imported
inside it: Mesa, polars and pandas take a second, and ``--help`` has no use for them.
"""
