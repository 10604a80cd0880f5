"""The label that is stuck on a device: a PDF of 70 by 40 mm with a QR code that leads to the device's page."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Annotated

import segno
from fastapi import APIRouter, Request, Response
from fpdf import FPDF

from api.access import Caller, needs
from api.context import CodePath, CommunePath, Ctx, require_device
from api.page_templates import language_of
from devices.catalogue import KINDS
from devices.people import Role
from storage import fleet

router = APIRouter(include_in_schema=False)

FONTS = Path(__file__).parent / "fonts"
WIDTH_MM, HEIGHT_MM = 70.0, 40.0
MARGIN_MM = 3.0
CODE_MM = 34.0
"""Side of the QR code: of the addresses that we print it is read from a metre away."""
LINE_MM = 4.6


@router.get("/devices/{commune}/{code}/label.pdf")
def label(
    request: Request,
    context: Ctx,
    caller: Annotated[Caller, needs(Role.VIEWER)],
    commune: CommunePath,
    code: CodePath,
) -> Response:
    """The label of a device, to be printed."""
    with context.reader.session() as connection:
        device_id, _ = require_device(connection, commune, code)
        (device,) = fleet.list_fleet(connection, fleet.FleetFilter(device_id=device_id), now=context.now())
    address = str(request.url.replace(path=f"/devices/{commune}/{code}", query=""))
    content = make_label(device, address, language_of(request, caller))
    name = f'inline; filename="{commune}-{code}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})


def make_label(device: fleet.FleetDevice, address: str, language: str) -> bytes:
    """A PDF of one page with the QR code of an address, and beside it who the device is."""
    pdf = FPDF(orientation="landscape", unit="mm", format=(HEIGHT_MM, WIDTH_MM))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    for style, file in _fonts().items():
        pdf.add_font("label", style, file)
    pdf.add_page()
    pdf.set_title(f"{device.commune}/{device.code}")
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=8, border=1)
    pdf.image(picture, x=MARGIN_MM, y=(HEIGHT_MM - CODE_MM) / 2, w=CODE_MM, h=CODE_MM)
    _write_lines(pdf, _lines(device, language))
    return bytes(pdf.output())


def _lines(device: fleet.FleetDevice, language: str) -> list[tuple[str, float, str]]:
    """Style, size in points and text of each line; empty ones are left out."""
    title = KINDS[device.kind].title
    where = ", ".join(filter(None, (device.site_name, device.hamlet_name)))
    lines = [
        ("B", 13.0, device.code),
        ("B", 8.5, device.name),
        ("", 8.0, title.en if language == "en" else title.vi),
        ("", 8.0, where),
        ("", 7.0, f"S/N {device.serial}" if device.serial else ""),
        ("", 7.0, device.commune),
    ]
    return [line for line in lines if line[2]]


def _write_lines(pdf: FPDF, lines: list[tuple[str, float, str]]) -> None:
    left = MARGIN_MM + CODE_MM + 1
    width = WIDTH_MM - left - 1.5
    pdf.set_xy(left, MARGIN_MM + 1)
    for style, size, text in lines:
        pdf.set_font("label", style, size)
        height = size * 0.45
        # A long name takes two lines; what is longer still is cut, for a label has no second page.
        wrapped = pdf.multi_cell(width, height, text, align="L", dry_run=True, output="LINES")
        assert isinstance(wrapped, list), "what is asked for is a list of lines"
        for part in wrapped[:2]:
            pdf.set_x(left)
            pdf.cell(width, height, str(part))
            pdf.ln(height)
        pdf.ln(1)


@cache
def _fonts() -> dict[str, Path]:
    return {"": FONTS / "label-regular.ttf", "B": FONTS / "label-bold.ttf"}
