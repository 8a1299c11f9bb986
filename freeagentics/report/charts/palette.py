"""Colours: the colours of a chart by name; the page says what they are in the light, in the dark and on paper.

A figure is drawn with stand-ins, colours that nobody would choose; in the finished SVG they give way to the page's variables.
"""

from __future__ import annotations

NAMES = ("text", "muted", "rule", "blue", "orange", "green", "purple", "red")

PALETTE = {name: f"#0{place}0{place}0{place}" for place, name in enumerate(NAMES, start=1)}
"""Stand-in of each colour."""

TEXT, MUTED, RULE, BLUE, ORANGE, GREEN, PURPLE, RED = PALETTE.values()

ROLE_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, TEXT, RED)
DASHES = ("-", (0, (6, 2)), (0, (3, 1.5)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (9, 3)))
"""Lines differ by dash as well as by colour: some readers have no colours, and some printers."""
