"""Two agents of a program that is no simulation: one watches a folder, the other is told when it grows.

``python examples/folder_watch.py FOLDER`` looks once; run it again, from cron or by hand, and it remembers what it saw.
"""

import sys
from pathlib import Path

from freeagentics import open_store
from freeagentics.services import MemoryAwareAgent


class FolderWatcher(MemoryAwareAgent):
    """An agent that remembers how large a folder was, and tells the janitor when it has grown."""

    def look(self, folder: str) -> None:
        """Look once."""
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        before = [memory.data["bytes"] for memory in self.recall("SIZE", limit=1)]
        self.remember("SIZE", {"folder": folder, "bytes": size})
        if before and size > before[0]:
            warned = self.decide("WARN", {"grown_by": size - before[0]}, context={"folder": folder})
            self.send("FOLDER_GROWS", {"folder": folder, "decision_id": warned.decision_id}, to=["janitor"])


def main(folder: str, store_url: str = "sqlite:///watch.db") -> None:
    """Look at a folder, then answer what the janitor was told."""
    with open_store(store_url, run="watch") as store:
        FolderWatcher(store, "folder-watcher").look(folder)
        janitor = MemoryAwareAgent(store, "janitor")
        for claim in janitor.claim():
            decision = janitor.decide("CLEAN_UP", {"selected": "look for old files"}, claim=claim)
            print(f"{claim.signal.data['folder']} grew: {decision.reasoning['selected']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
