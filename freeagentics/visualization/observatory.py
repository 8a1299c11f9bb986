"""The widget that is the page: what it draws is JavaScript, and what it knows comes in messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import ipyvue
import traitlets

from freeagentics.charts import chart_script, chart_style

PARTS = (
    "dom",
    "format",
    "charts",
    "table",
    "picture",
    "store",
    "bar",
    "market",
    "agents",
    "signals",
    "patterns",
    "memory",
    "compare",
    "resources",
    "app",
)
"""Files of the front end, in the order in which they build on each other; they become one function, so that nothing of theirs is global."""


@cache
def template() -> str:
    """The page as a Vue component, the library of charts within it."""
    folder = files("freeagentics.visualization").joinpath("frontend")
    script = "\n".join(folder.joinpath(f"{part}.js").read_text(encoding="utf-8") for part in PARTS)
    style = chart_style() + folder.joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<template><div class="observatory"></div></template>\n'
        "<script>\nmodule.exports = {\n"
        "  mounted() { this.page = this.build()(this.$el, (message) => this.asked(message)); },\n"
        "  beforeDestroy() { this.page.leave(); },\n"
        "  methods: {\n"
        "    jupyter_heard(message) { this.page.heard(message); },\n"
        f"    build() {{\n{chart_script()}\n{script}\nreturn openPage;\n}}\n"
        "  },\n}\n</script>\n"
        f"<style>{style}</style>\n"
    )


class Observatory(ipyvue.VueTemplate):
    """The page in one browser.

    Args:
        on_ask: takes what the page asks.
    """

    template = traitlets.Unicode().tag(sync=True)
    events = traitlets.List(["asked"]).tag(sync=True)

    def __init__(self, on_ask: Callable[[dict[str, Any]], None]) -> None:
        self._on_ask = on_ask
        super().__init__(template=template())

    def vue_asked(self, message: dict[str, Any]) -> None:
        """Pass on what the page asks."""
        self._on_ask(message)

    def tell(self, message: dict[str, object]) -> None:
        """Send the page a message."""
        self.send({"method": "heard", "args": [message]})
