"""Profiles of plans: list, show, apply, import official places, check."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from commune.cli.common import echo_json, fail, open_database
from devices import profiles
from devices.boundaries.checking import check_places
from devices.boundaries.findings import Finding, Weight
from devices.boundaries.importing import Layer, Taken, Wish, take_places
from devices.errors import ProfileError
from devices.profile import Level, Places, Profile
from devices.profile_file import read_profile as parse_text
from reports.targets_told import target_members
from storage.connect import Session
from storage.profiles import list_profiles, put_places, put_profile, put_sample, read_profile

app = typer.Typer(
    help="Plans and their places: list, show, apply, import official boundaries, check.", no_args_is_help=True
)

CommuneOption = Annotated[str, typer.Option(help="Code of the commune.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PARTS = (".shp", ".dbf", ".prj", ".cpg")
WORDS = {
    Weight.FAULT: "LỖI",
    Weight.WARNING: "cần xem",
    Weight.REPAIRED: "đã sửa",
    Weight.NOTE: "ghi chú",
}


@app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """The profiles that come with the system, and those that apply in the database."""
    with open_database() as session:
        applied = {one.profile.code: one for one in list_profiles(session)}
    shipped = {code: profiles.load(code) for code in profiles.names()}
    rows = []
    for code in sorted({*shipped, *applied}):
        profile = applied[code].profile if code in applied else shipped[code]
        rows.append(
            {
                "code": code,
                "level": profile.level.value,
                "name": profile.name,
                "targets": len(profile.targets),
                "shipped": code in shipped,
                "applied_at": applied[code].applied_at if code in applied else None,
                "places_are_sample": profile.places.is_sample,
            }
        )
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        state = "đang áp dụng / applies" if row["applied_at"] else "chưa áp dụng / not applied"
        sample = ", địa giới mẫu / made-up places" if row["places_are_sample"] else ""
        typer.echo(f"{row['code']:20} {row['level']:9} {row['targets']:>2} chỉ tiêu  {row['name']} ({state}{sample})")


@app.command("show")
def show(code: Annotated[str, typer.Argument(help="Code of a profile.")], as_json: JsonOption = False) -> None:
    """One profile: every target with threshold, deadline and document, and what is known of its places."""
    with open_database() as session:
        profile = read_profile(session, code)
    try:
        profile = profile or profiles.load(code)
    except ProfileError as error:
        fail(str(error))
    if as_json:
        echo_json(_members(profile))
        return
    typer.echo(f"{profile.name} ({profile.code}, {profile.level.value}), {profile.province}")
    for target in profile.targets:
        told = target_members(profile.code, target)
        sign = "≥" if told["comparison"] == "at_least" else "≤"
        deadline = told["deadline"] or "–"
        typer.echo(f"  {target.id:22} {sign} {target.threshold:g}{target.unit:2} {deadline:10}  {target.title.vi}")
        source = target.source
        typer.echo(f"    {source.document}{', ' + source.part if source.part else ''} ({source.issuer})")
        if target.note is not None:
            typer.echo(f"    {target.note.vi}")
    places = profile.places
    typer.echo(
        f"  Ranh giới: {'có' if places.boundary else 'chưa'}; {len(places.hamlets)} thôn, {len(places.sites)} địa điểm"
        + ("; DỮ LIỆU MẪU / MADE UP" if places.is_sample else "")
    )


@app.command("apply")
def apply(
    profile: Annotated[str, typer.Argument(help="Code of a profile that comes along, or a TOML file of your own.")],
    sample: Annotated[
        bool,
        typer.Option("--sample", help="Register the commune with the profile's made-up places, for trials."),
    ] = False,
) -> None:
    """Let a plan apply: its targets are judged from now on. A registered commune keeps its places.

    Beside a TOML file, a GeoJSON file of the same name may hold the places, which --sample registers.
    """
    text, places = _texts(profile)
    try:
        document = tomllib.loads(text)
        wanted = parse_text(text, places)
        with open_database() as session:
            if sample and wanted.level is Level.COMMUNE:
                put_sample(session, document, wanted.places)
            else:
                put_profile(session, document)
    except (ProfileError, tomllib.TOMLDecodeError) as error:
        fail(str(error))
    typer.echo(f"Đã áp dụng {len(wanted.targets)} chỉ tiêu của {wanted.name} / The plan of {wanted.code} applies")


@app.command("import")
def import_command(
    files: Annotated[
        list[Path],
        typer.Argument(help="GeoJSON, KML, KMZ, .zip of a shapefile, or its .shp (its parts are found beside it)."),
    ],
    commune: CommuneOption,
    layer: Annotated[Layer, typer.Option(help="What the features are.")] = Layer.AUTO,
    crs: Annotated[
        str | None,
        typer.Option(help="Coordinate system, such as VN-2000/105-45, VN-2000, EPSG:3405. Unset: as the file says."),
    ] = None,
    where: Annotated[
        str | None, typer.Option(help="Only features whose word says so, such as TEN_XA=Gia Lộc: for a larger file.")
    ] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Join features of one name to one hamlet.")] = False,
    source: Annotated[str, typer.Option(help="Where the file comes from; told with every map.")] = "",
    write: Annotated[bool, typer.Option("--apply", help="Take it over; else only tell what would be.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take official boundaries, hamlets and sites from a file; without --apply nothing is changed.

    What is wrong is repaired where that is safe, and told; a fault stops the file. Hamlets are matched by their names
    with those registered and keep code and population.
    """
    with open_database() as session:
        profile = _profile_of(session, commune)
        assert profile.commune is not None, "it is a commune's"
        near = (profile.commune.longitude, profile.commune.latitude)
        wish = Wish(layer, crs, near, profile.places, merge, source, _pair(where))
        try:
            taken = take_places(_read(files), wish)
        except ProfileError as error:
            fail(str(error))
        if write and taken.accepted:
            put_places(session, commune, taken.places)
    if as_json:
        echo_json(_taken(taken, written=write and taken.accepted))
    else:
        _print_taken(taken, written=write and taken.accepted)
    if not taken.accepted:
        raise typer.Exit(1)


@app.command("check")
def check(commune: CommuneOption, as_json: JsonOption = False) -> None:
    """What is odd about the registered places of a commune: overlaps, gaps, names that repeat, people not known."""
    with open_database() as session:
        found = check_places(_profile_of(session, commune).places)
    if as_json:
        echo_json([_finding(one) for one in found])
    else:
        _print_findings(found)
        if not found:
            typer.echo("Không có gì bất thường / Nothing is odd")
    if any(one.weight is Weight.FAULT for one in found):
        raise typer.Exit(1)


def _texts(profile: str) -> tuple[str, str | None]:
    """The texts of a profile: of a file where there is one, else of those that come along."""
    path = Path(profile)
    try:
        if path.suffix == ".toml":
            places = path.with_suffix(".geojson")
            return path.read_text(encoding="utf-8"), places.read_text(encoding="utf-8") if places.is_file() else None
        return profiles.texts(profile)
    except OSError as error:
        fail(f"{profile}: không đọc được / cannot be read: {error.strerror}")
    except ProfileError as error:
        fail(str(error))


def _read(files: list[Path]) -> dict[str, bytes]:
    """The bytes of the files, of a .shp with the parts beside it, whichever case their endings have."""
    wanted = list(files)
    for file in files:
        if file.suffix.lower() == ".shp" and file.parent.is_dir():
            beside = [one for one in file.parent.iterdir() if one.stem == file.stem and one.suffix.lower() in PARTS]
            wanted += [one for one in beside if one not in wanted]
    try:
        return {file.name: file.read_bytes() for file in wanted}
    except OSError as error:
        fail(f"{error.filename}: không đọc được / cannot be read: {error.strerror}")


def _pair(where: str | None) -> tuple[str, str] | None:
    if where is None:
        return None
    name, sign, value = where.partition("=")
    if not sign or not name.strip():
        fail("--where cần dạng TÊN=GIÁ_TRỊ / --where has the form NAME=VALUE", 2)
    return name.strip(), value.strip()


def _profile_of(session: Session, commune: str) -> Profile:
    profile = read_profile(session, commune)
    if profile is None or profile.level is not Level.COMMUNE:
        fail(
            f"xã {commune!r} chưa có hồ sơ chỉ tiêu; hãy dùng `commune profile apply` trước / "
            f"commune {commune!r} has no profile; use `commune profile apply` first"
        )
    return profile


def _print_taken(taken: Taken, *, written: bool) -> None:
    given = ", ".join(f"{count} {layer}" for layer, count in taken.given.items()) or "–"
    typer.echo(f"{taken.form}, {taken.crs}: {given}")
    _print_findings(list(taken.findings))
    if written:
        typer.echo("Đã ghi / Taken over")
    elif taken.accepted:
        typer.echo("Chạy thử, chưa ghi gì; thêm --apply để ghi / A dry run; add --apply to take it over")
    else:
        typer.echo("Có lỗi, chưa ghi gì / There are faults; nothing was changed", err=True)


def _print_findings(found: list[Finding]) -> None:
    for one in found:
        where = f"{one.where}: " if one.where else ""
        typer.echo(f"  [{WORDS[one.weight]}] {where}{one.text.vi} / {one.text.en}")


def _taken(taken: Taken, *, written: bool) -> dict[str, Any]:
    return {
        "form": taken.form,
        "crs": taken.crs,
        "given": dict(taken.given),
        "accepted": taken.accepted,
        "written": written,
        "findings": [_finding(one) for one in taken.findings],
        "hamlets": [_hamlet(taken.places, code) for code in (one.code for one in taken.places.hamlets)],
    }


def _hamlet(places: Places, code: str) -> dict[str, Any]:
    hamlet = next(one for one in places.hamlets if one.code == code)
    return {"code": code, "name": hamlet.name, "type": hamlet.type.value, "population": hamlet.population}


def _finding(one: Finding) -> dict[str, str]:
    return {"weight": one.weight.value, "where": one.where, "vi": one.text.vi, "en": one.text.en}


def _members(profile: Profile) -> dict[str, Any]:
    places = profile.places
    return {
        "code": profile.code,
        "level": profile.level.value,
        "name": profile.name,
        "province": profile.province,
        "periods": [period.value for period in profile.periods],
        "targets": [target_members(profile.code, target) for target in profile.targets],
        "priority_sites": [kind.value for kind in profile.priority_sites],
        "hamlets": len(places.hamlets),
        "sites": len(places.sites),
        "has_boundary": places.boundary is not None,
        "places_are_sample": places.is_sample,
    }
