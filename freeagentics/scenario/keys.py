"""Every key of a scenario, from the models that check it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from freeagentics.agents import BUILT_IN, ROLES
from freeagentics.scenario.scenario import Scenario

Row = tuple[str, str, str, str]
"""Key, type with its limits, default, meaning."""

_LIMITS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def scenario_keys() -> list[Row]:
    """All keys with their whole dotted names; those of roles stand last."""
    rows = list(_rows(Scenario, ""))
    for role in BUILT_IN:
        rows.extend(_rows(ROLES[role].Settings, f"roles.{role}."))
    return [row for row in rows if row[0] != "roles"]


def keys_markdown() -> str:
    """The keys as a page of Markdown."""
    lines = [
        "# Keys of a scenario",
        "",
        "A scenario is a TOML file; `freeagentics run FILE.toml` runs it, `--set KEY=VALUE` changes one key. Whatever is not given has the",
        "default below. This page is printed by `freeagentics scenarios --keys`.",
        "",
        'Keys with `[KIND]` belong to one of a list of tables, e.g. `[[market.synthetic.planted]]` with `kind = "whale-pump"`, those with',
        "`[]` to each of a list of tables of one kind, e.g. `[[desks]]`; they cannot be set one by one with `--set`.",
        "",
        "Settings of a role of one's own are those of its class, under `roles.NAME`; any number of them may be a list of two, a range",
        "from which each agent draws its own.",
        "",
        "| key | type | default | meaning |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{key}` | {kind} | {default} | {meaning} |" for key, kind, default, meaning in scenario_keys()]
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseModel], prefix: str) -> Iterator[Row]:
    for name, field in model.model_fields.items():
        inner = _models(field.annotation)
        if len(inner) == 1 and inner[0] is field.annotation:
            yield from _rows(inner[0], f"{prefix}{name}.")
            continue
        default = "the file's name" if field.is_required() and not prefix else _default(field)
        yield f"{prefix}{name}", ", ".join([_kind(field), *_limits(field)]), default, (field.description or "").replace("|", "or")
        for part in inner:
            yield from _rows(part, f"{prefix}{name}[{_tag(part)}].")


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _tag(model: type[BaseModel]) -> str:
    """Kind of a table in a list of several kinds; nothing where all are of one."""
    return str(model.model_fields["kind"].default) if "kind" in model.model_fields else ""


def _kind(field: FieldInfo) -> str:
    text, several = str(field.annotation), get_origin(field.annotation) is tuple
    one = get_args(field.annotation)[0] if several else field.annotation
    chosen = "list of" if several else "one of"
    for written, plain in (("datetime", "date and time"), ("Literal", chosen), ("dict", "table"), ("tuple", "list")):
        if written in text:
            names = ", ".join(f"`{value}`" for value in get_args(one)) if written == "Literal" else ""
            return f"{plain} {names}".strip()
    return {"int": "whole number", "float": "number", "str": "text", "bool": "true or false"}.get(
        getattr(field.annotation, "__name__", ""), "value"
    )


def _limits(field: FieldInfo) -> list[str]:
    """Limits of a number, or of each of a list."""
    within = [part for of in get_args(field.annotation) for part in get_args(of) if isinstance(part, FieldInfo)]
    bounds = [bound for part in (field, *within[:1]) for bound in part.metadata]
    return [f"{words} {getattr(bound, name)}" for bound in bounds for name, words in _LIMITS.items() if hasattr(bound, name)]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    default = field.get_default(call_default_factory=True)
    if default is None or default == "" or default == () or default == {}:
        return "none"
    if isinstance(default, dict):
        return ", ".join(f"{key} {value}" for key, value in default.items())
    if isinstance(default, tuple):
        return ", ".join(_tag(type(value)) if isinstance(value, BaseModel) else str(value) for value in default)
    return str(default)
