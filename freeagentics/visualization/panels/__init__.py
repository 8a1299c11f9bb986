"""The panels of the page: one file each, each shows a part of a `Snapshot`."""
