"""How the pieces of a reference page are written."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

from commune.markdown import page, row, table
from commune.reference import commands, commands_page, routes, routes_page

app = typer.Typer()
inner = typer.Typer()
app.add_typer(inner, name="things")


@inner.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The thing.")],
    others: Annotated[list[str] | None, typer.Argument(help="More of them.")] = None,
    days: Annotated[int, typer.Option(help="So many | days.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    loud: Annotated[bool, typer.Option("--loud/--quiet", help="How loud.")] = True,
) -> None:
    """Show a thing
    and others.

    A second paragraph.
    """


@inner.command("secret", hidden=True)
def secret() -> None:
    """Not for everybody."""


OPENAPI = {
    "paths": {
        "/b/{code}": {
            "get": {
                "x-role": "viewer",
                "summary": "One b",
                "description": "It says\nwhat b is.",
                "parameters": [
                    {
                        "name": "code",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": "Its code",
                    },
                    {"$ref": "#/components/parameters/limit"},
                    {"name": "state", "in": "query", "schema": {"$ref": "#/components/schemas/State"}},
                ],
                "responses": {"200": {"description": "Found"}, "404": {"$ref": "#/components/responses/missing"}},
            },
            "parameters": [],
        },
        "/a": {
            "post": {
                "x-role": "operator",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}},
                "responses": {"204": {"description": "Done"}},
            },
            "get": {"x-role": "public", "responses": {}},
        },
    },
    "components": {
        "parameters": {
            "limit": {
                "name": "limit",
                "in": "query",
                "required": True,
                "schema": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 5, "title": "Limit"},
            }
        },
        "schemas": {
            "Body": {
                "properties": {"ids": {"type": "array", "description": "Which\nones."}, "dry": {"default": False}}
            },
            "State": {"type": "string", "enum": ["open", "closed"], "description": "How it stands."},
        },
        "responses": {"missing": {"description": "No such b"}},
    },
}


def root() -> TyperGroup:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def test_a_cell_may_hold_bars_and_line_ends() -> None:
    assert row(("a|b", "c\n  d")) == "| a\\|b | c d |"
    assert table(("x", "y"), [("1", "2")]) == "| x | y |\n|---|---|\n| 1 | 2 |"


def test_a_page_has_both_titles_and_says_that_it_is_made() -> None:
    text = page("Kinds", "Các loại", "Text.", "")
    assert text.startswith("# Kinds\n\n*Các loại*\n\n<!-- Made by `commune docs build`")
    assert text.endswith("-->\n\nText.\n")


def test_commands_are_found_by_the_words_that_call_them_and_hidden_ones_are_not() -> None:
    assert [path for path, _ in commands(root())] == ["commune things show"]


def test_a_command_is_written_with_its_usage_arguments_and_options() -> None:
    text = commands_page(root())
    assert "## commune things show\n\n    commune things show NAME [OTHERS...] [OPTIONS]\n" in text
    assert "\n\nShow a thing and others.\n\nA second paragraph.\n\n" in text
    assert "| `NAME` | The thing. | required |" in text
    assert "| `[OTHERS...]` | More of them. | – |" in text
    assert "| `--days` | So many \\| days. | `7` |" in text
    assert "| `--json` | As JSON. | – |" in text
    assert "| `--loud`, `--quiet` | How loud. | on |" in text
    assert "secret" not in text


def test_routes_are_sorted_by_path_and_then_by_method() -> None:
    assert [(method, path) for method, path, _ in routes(OPENAPI)] == [
        ("GET", "/a"),
        ("POST", "/a"),
        ("GET", "/b/{code}"),
    ]


def test_a_route_is_written_with_its_parameters_and_answers() -> None:
    text = routes_page(OPENAPI)
    assert "## GET /b/{code}\n\nOne b\n\nIt says what b is.\n\nRole: `viewer`\n\n" in text
    assert "| `code` | path | string | Its code |" in text
    assert "| `limit` | query, required | integer; default `5` | Limit |" in text
    assert "| `state` | query | one of `open`, `closed` |" in text
    assert "| 404 | No such b |" in text


def test_a_route_that_takes_a_body_names_its_members() -> None:
    text = routes_page(OPENAPI)
    assert "| member of the JSON body | type | meaning |" in text
    assert "| `ids` | array | Which ones. |" in text
    assert "| `dry` | text; default `False` |  |" in text
