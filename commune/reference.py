"""The pages of docs/reference/, made from the code they describe, so that they cannot be wrong for long.

Every function returns one page as Markdown. `commune docs build` writes them; a law compares them with the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from commune import reference_alerts, reference_devices, reference_faults
from commune.markdown import page, table
from commune.settings import PREFIX, Settings

Schema = dict[str, Any]
"""An OpenAPI document, or a part of one."""

METHODS = ("get", "post", "put", "patch", "delete")


def pages(command: TyperGroup, openapi: Schema) -> dict[str, str]:
    """Every reference page under the name of its file. `command` is the root of the command line."""
    return {
        **reference_devices.pages(),
        **reference_alerts.pages(),
        **reference_faults.pages(),
        "settings.md": settings_page(),
        "commands.md": commands_page(command),
        "routes.md": routes_page(openapi),
    }


def outdated(directory: Path, pages: dict[str, str]) -> list[str]:
    """The names of the pages that are missing in a directory or say something else there."""
    return [
        name
        for name, text in pages.items()
        if not (directory / name).is_file() or (directory / name).read_text(encoding="utf-8") != text
    ]


def settings_page() -> str:
    """Every setting with its default and its meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, PydanticUndefined) else f"`{field.default}`"
        rows.append((f"`{PREFIX}{name.upper()}`", default or "–", field.description or ""))
    return page(
        "Settings",
        "Cấu hình",
        "Environment variables, read when a process starts. A value that cannot be used is refused then, with the name"
        " and the value in the message. `.env.example` holds the same list.",
        table(("variable", "default", "meaning"), rows),
    )


def commands_page(command: TyperGroup) -> str:
    """Every command with its arguments and options."""
    sections = [_command(path, leaf) for path, leaf in commands(command)]
    return page(
        "Commands",
        "Lệnh",
        "`commune` is the one entry. Every command has `--help` and exits with a code other than 0 when it fails.",
        *sections,
    )


def commands(command: TyperCommand | TyperGroup, path: str = "commune") -> Iterator[tuple[str, TyperCommand]]:
    """Every command that does something, with the words by which it is called, in alphabetical order."""
    if isinstance(command, TyperGroup):
        for name, inner in sorted(command.commands.items()):
            assert isinstance(inner, TyperCommand | TyperGroup)
            if not inner.hidden:
                yield from commands(inner, f"{path} {name}")
    else:
        yield path, command


def _command(path: str, command: TyperCommand) -> str:
    arguments = [p for p in command.params if isinstance(p, TyperArgument)]
    options = [p for p in command.params if isinstance(p, TyperOption) and not p.hidden and p.name != "help"]
    usage = " ".join((path, *map(_placeholder, arguments), *(["[OPTIONS]"] if options else [])))
    rows = [(f"`{_placeholder(p)}`", p.help or "", _default(p)) for p in arguments]
    rows += [(", ".join(f"`{name}`" for name in _names(p)), p.help or "", _default(p)) for p in options]
    text = [f"## {path}", f"    {usage}", _paragraphs(command.help or "")]
    return "\n\n".join([*text, table(("argument or option", "meaning", "default"), rows)] if rows else text)


def _placeholder(argument: TyperArgument) -> str:
    name = (argument.metavar or argument.name or "").upper() + ("..." if argument.nargs != 1 else "")
    return name if argument.required else f"[{name}]"


def _names(option: TyperOption) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def _default(parameter: TyperArgument | TyperOption) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    if default is None or default is False or default == () or callable(default):
        return "–"
    return "on" if default is True else f"`{getattr(default, 'value', default)}`"


def _paragraphs(text: str) -> str:
    """The help of a command, with the lines of each paragraph joined."""
    return "\n\n".join(" ".join(part.split()) for part in text.replace("\b", "").split("\n\n"))


def routes_page(openapi: Schema) -> str:
    """Every route of the HTTP API with its parameters and answers."""
    sections = [_route(openapi, method, path, operation) for method, path, operation in routes(openapi)]
    return page(
        "Routes",
        "Giao diện HTTP",
        "The HTTP API, as its OpenAPI document has it. Errors are problem details (RFC 9457) with a `reason` in"
        " Vietnamese and in English.",
        "Every route needs its role or a higher one; `public` is open to all."
        " [People and roles](../how-to/people-and-roles.md) says how to get one.",
        table(("route", "role"), roles(openapi)),
        *sections,
    )


def roles(openapi: Schema) -> list[Sequence[str]]:
    """Every operation with the role that it needs."""
    return [(f"`{method} {path}`", f"`{operation['x-role']}`") for method, path, operation in routes(openapi)]


def routes(openapi: Schema) -> list[tuple[str, str, Schema]]:
    """Every operation of an OpenAPI document: method, path, description."""
    return [
        (method.upper(), path, item[method])
        for path, item in sorted(openapi["paths"].items())
        for method in METHODS
        if method in item
    ]


def _route(openapi: Schema, method: str, path: str, operation: Schema) -> str:
    parameters = [_parameter(openapi, _resolved(openapi, parameter)) for parameter in operation.get("parameters", [])]
    answers = [
        (status, _one_line(_resolved(openapi, answer).get("description", "")))
        for status, answer in sorted(operation.get("responses", {}).items())
    ]
    text = [f"## {method} {path}", operation.get("summary", ""), _paragraphs(operation.get("description", ""))]
    text.append(f"Role: `{operation['x-role']}`")
    if parameters:
        text.append(table(("parameter", "in", "type", "meaning"), parameters))
    members = _members(openapi, operation)
    if members:
        text.append(table(("member of the JSON body", "type", "meaning"), members))
    text.append(table(("answer", "meaning"), answers))
    return "\n\n".join(part for part in text if part)


def _members(openapi: Schema, operation: Schema) -> list[Sequence[str]]:
    """The members of the JSON object that a request carries."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    properties = _resolved(openapi, content.get("schema", {})).get("properties", {})
    return [
        (f"`{name}`", _type(openapi, schema), _one_line(schema.get("description", "")))
        for name, schema in properties.items()
    ]


def _parameter(openapi: Schema, parameter: Schema) -> Sequence[str]:
    schema = parameter.get("schema", {})
    meaning = _one_line(parameter.get("description") or schema.get("description") or schema.get("title", ""))
    required = ", required" if parameter.get("required") and parameter["in"] != "path" else ""
    return f"`{parameter['name']}`", parameter["in"] + required, _type(openapi, schema), meaning


def _type(openapi: Schema, schema: Schema) -> str:
    """The types or the choices of a schema, and its default."""
    kinds = [_resolved(openapi, part) for part in (schema, *schema.get("anyOf", []))]
    words = [str(part["type"]) for part in kinds if part.get("type") not in (None, "null")]
    choices = [str(choice) for part in kinds for choice in part.get("enum", [])]
    default = f"; default `{schema['default']}`" if schema.get("default") is not None else ""
    return ("one of " + _codes(choices) if choices else " or ".join(dict.fromkeys(words)) or "text") + default


def _resolved(openapi: Schema, part: Schema) -> Schema:
    """What a `$ref` of an OpenAPI document stands for."""
    reference = part.get("$ref")
    if reference is None:
        return part
    found: Schema = openapi
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _one_line(text: str) -> str:
    return " ".join(text.split())
