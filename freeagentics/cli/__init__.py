"""The command line: it calls the model, shows its progress, and turns errors into one line and an exit code."""
