"""HTML elements: whatever is not HTML already is escaped, so that no name in a run can become markup."""

from __future__ import annotations

import html


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def el(tag: str, *children: str, **attributes: object) -> Html:
    """An element. Attributes are named as in Python: ``class_``, ``aria_label``; those that are None are left out."""
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    head = "".join(f' {name}="{html.escape(str(value))}"' for name, value in given.items())
    return Html(f"<{tag}{head}>{join(*children)}</{tag}>")


def join(*children: str) -> Html:
    """Children one after the other."""
    return Html("".join(child if isinstance(child, Html) else html.escape(child, quote=False) for child in children))


def paragraph(*sentences: str) -> Html:
    """A paragraph; empty sentences are left out."""
    said = [sentence for sentence in sentences if sentence]
    return el("p", *(part for sentence in said for part in (sentence, " "))) if said else Html("")


def command(text: str) -> Html:
    """A command to copy: one click selects it all, and the keyboard reaches it."""
    return el("pre", el("code", text), class_="command", tabindex=0)
