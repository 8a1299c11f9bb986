"""The plugins that a scenario names: whether they are run depends on who named them, and what for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from freeagentics.agents import SHIPPED, PluginFile, Registry, RunBefore, run_plugin
from freeagentics.errors import UntrustedPlugin, in_command

PluginLoader = Callable[[Sequence[Path]], Registry]
"""What to do with the files that a scenario names."""


def own_plugins(files: Sequence[Path], known: Registry = SHIPPED) -> Registry:
    """Run files that the user named, and note that this user has; those in *known* stay as they were when they were read.

    Raises BadScenario for one that cannot be.
    """
    return _run([plugin.file if (plugin := known.plugin(path)) else PluginFile.read(path) for path in dict.fromkeys(files)], known)


def kept_plugins(files: Sequence[Path], *, allow: bool = False) -> Registry:
    """Run files that a run directory names, which may have come from anywhere: only what this user has run before, or allows now.

    Raises UntrustedPlugin, before anything is run, where that is not so; BadScenario for one that cannot be.
    """
    read, before = [PluginFile.read(path) for path in dict.fromkeys(files)], RunBefore()
    new = [f"{in_command(file.path)} (sha256 {file.sha256})" for file in read if file not in before]
    if new and not allow:
        told = f"this would run code that you have not run before: {', '.join(new)}"
        raise UntrustedPlugin(f"{told}; read it, then give --allow-plugins (allow_plugins=True in Python)")
    return _run(read)


def unread_plugins(files: Sequence[Path]) -> Registry:
    """Run nothing: what is read of a run needs no more names than its journal has."""
    return Registry(complete=not files)


def _run(files: Sequence[PluginFile], known: Registry = SHIPPED) -> Registry:
    registry = Registry.of([known.plugin(file.path) or run_plugin(file) for file in files])
    RunBefore().add(files)
    return registry
