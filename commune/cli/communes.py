"""Communes and the places in them: add, list, add-hamlet, add-site."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commune.cli.common import echo_json, fail, open_database
from devices.registry import Commune, Hamlet, HamletType, Site, SiteType
from storage.places import add_commune, add_hamlet, add_site, list_communes, list_hamlets, list_sites

app = typer.Typer(help="Communes and the places in them: add, list, add-hamlet, add-site.", no_args_is_help=True)

NameOption = Annotated[str, typer.Option(help="Name, with accents.")]
CommuneOption = Annotated[str, typer.Option(help="Code of the commune.")]
LatitudeOption = Annotated[float, typer.Option(help="Degrees north, WGS 84.")]
LongitudeOption = Annotated[float, typer.Option(help="Degrees east, WGS 84.")]
SomeLatitudeOption = Annotated[float | None, typer.Option(help="Degrees north, WGS 84.")]
SomeLongitudeOption = Annotated[float | None, typer.Option(help="Degrees east, WGS 84.")]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Describe it anew when the code is taken.")]


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="Code: a-z, 0-9, - and _.")],
    name: NameOption,
    province: Annotated[str, typer.Option(help="Province or city.")],
    latitude: LatitudeOption,
    longitude: LongitudeOption,
    sample: Annotated[bool, typer.Option("--sample", help="It is made up, for trials.")] = False,
    replace: ReplaceOption = False,
) -> None:
    """Register a commune (xã), with a point inside it."""
    with open_database() as connection:
        add_commune(connection, Commune(code, name, province, latitude, longitude, sample), replace=replace)
    typer.echo(f"Đã đăng ký xã {code} / The commune {code} is registered")


@app.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False) -> None:
    """Every commune with its hamlets and sites."""
    with open_database() as connection:
        found = [
            (c, list_hamlets(connection, c.code), list_sites(connection, c.code)) for c in list_communes(connection)
        ]
    if as_json:
        echo_json(
            [
                asdict(commune) | {"hamlets": [asdict(h) for h in hamlets], "sites": [asdict(s) for s in sites]}
                for commune, hamlets, sites in found
            ]
        )
        return
    for commune, hamlets, sites in found:
        typer.echo(f"{commune.code:20} {commune.name}, {commune.province}{' (sample)' if commune.is_sample else ''}")
        places: list[Hamlet | Site] = [*hamlets, *sites]
        for place in places:
            typer.echo(f"  {place.type:14} {place.code:20} {place.name}")
    if not found:
        typer.echo("Chưa có xã nào; thêm bằng `commune communes add` / There is none yet: `commune communes add`")


@app.command("add-hamlet")
def add_hamlet_command(
    code: Annotated[str, typer.Argument(help="Code: a-z, 0-9, - and _.")],
    commune: CommuneOption,
    name: NameOption,
    type_: Annotated[HamletType, typer.Option("--type", help="The local word for it.")] = HamletType.THON,
    population: Annotated[int | None, typer.Option(help="Inhabitants.")] = None,
    latitude: SomeLatitudeOption = None,
    longitude: SomeLongitudeOption = None,
    boundary: Annotated[
        Path | None, typer.Option(help="GeoJSON file: a Polygon or MultiPolygon, or a feature of one.", dir_okay=False)
    ] = None,
    replace: ReplaceOption = False,
) -> None:
    """Register a hamlet (thôn, xóm, khối, tổ dân phố) of a commune; with a boundary its devices find it by their place.

    Rings of a boundary are closed and do not cross themselves; what is wrong is said in words.
    """
    geometry = None if boundary is None else _read_boundary(boundary)
    hamlet = Hamlet(code, name, type_, population, latitude, longitude, geometry)
    with open_database() as connection:
        add_hamlet(connection, commune, hamlet, replace=replace)
    typer.echo(f"Đã đăng ký {type_} {code} / The hamlet {code} is registered")


@app.command("add-site")
def add_site_command(
    code: Annotated[str, typer.Argument(help="Code: a-z, 0-9, - and _.")],
    commune: CommuneOption,
    name: NameOption,
    type_: Annotated[SiteType, typer.Option("--type", help="What it is.")],
    latitude: LatitudeOption,
    longitude: LongitudeOption,
    hamlet: Annotated[str | None, typer.Option(help="Code of the hamlet it is in.")] = None,
    replace: ReplaceOption = False,
) -> None:
    """Register a site of public interest: trụ sở, trường học, trạm y tế, chợ, ..."""
    with open_database() as connection:
        add_site(connection, commune, Site(code, name, type_, latitude, longitude, hamlet), replace=replace)
    typer.echo(f"Đã đăng ký địa điểm {code} / The site {code} is registered")


def _read_boundary(file: Path) -> str:
    """The geometry of a GeoJSON file as JSON text; what is wrong with it is said where it is registered."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        fail(f"{file}: không đọc được GeoJSON / cannot be read as GeoJSON: {error}")
    geometry = document.get("geometry", document) if isinstance(document, dict) else document
    members = ("type", "coordinates")
    return json.dumps({name: geometry.get(name) for name in members} if isinstance(geometry, dict) else geometry)
