"""A drive as a file for whoever drives: GPX 1.1 and KML 2.2, which navigation on a phone opens.

Both are a few elements, written with the standard library: no library that writes them does more for us.
"""

from __future__ import annotations

from xml.etree import ElementTree

from devices.model import Text
from reports.coverage.drive import Drive, Stop
from reports.coverage.words import STATE_NAMES

GPX = "http://www.topografix.com/GPX/1/1"
KML = "http://www.opengis.net/kml/2.2"


def drive_name(commune: str, period: str) -> str:
    """What the file of a drive calls it."""
    return f"Đo phủ sóng {commune} {period}"


def gpx(drive: Drive, name: str) -> bytes:
    """A route with its points, and the same as waypoints, for devices that know only one of them."""
    root = ElementTree.Element("gpx", {"xmlns": GPX, "version": "1.1", "creator": "smart-commune telemetry"})
    _text(ElementTree.SubElement(root, "metadata"), "name", name)
    for number, stop in enumerate(drive.stops, 1):
        _point(ElementTree.SubElement(root, "wpt", _place(stop)), number, stop)
    route = ElementTree.SubElement(root, "rte")
    _text(route, "name", name)
    for number, stop in enumerate(drive.stops, 1):
        _point(ElementTree.SubElement(route, "rtept", _place(stop)), number, stop)
    return _bytes(root)


def kml(drive: Drive, name: str) -> bytes:
    """The cells as placemarks, and a line through them."""
    root = ElementTree.Element("kml", {"xmlns": KML})
    document = ElementTree.SubElement(root, "Document")
    _text(document, "name", name)
    for number, stop in enumerate(drive.stops, 1):
        mark = ElementTree.SubElement(document, "Placemark")
        _text(mark, "name", f"{number}. {stop.cell}")
        _text(mark, "description", said(stop).vi)
        _text(ElementTree.SubElement(mark, "Point"), "coordinates", _coordinates(stop))
    line = ElementTree.SubElement(document, "Placemark")
    _text(line, "name", name)
    _text(
        ElementTree.SubElement(line, "LineString"), "coordinates", " ".join(_coordinates(stop) for stop in drive.stops)
    )
    return _bytes(root)


def said(stop: Stop) -> Text:
    """What a stop is and what it needs, in a line."""
    state = STATE_NAMES[stop.state]
    gain = f"{stop.gain:.1%}"
    return Text(
        f"{state.vi}: còn thiếu {stop.missing_samples} mẫu, {stop.missing_slots} lượt 15 phút; "
        f"dự kiến dịch cận {gain.replace('.', ',')}",
        f"{state.en}: {stop.missing_samples} samples and {stop.missing_slots} quarters of an hour missing; "
        f"expected to move the bound by {gain}",
    )


def _point(element: ElementTree.Element, number: int, stop: Stop) -> None:
    _text(element, "name", f"{number}. {stop.cell}")
    _text(element, "desc", said(stop).vi)


def _place(stop: Stop) -> dict[str, str]:
    return {"lat": f"{stop.latitude:.6f}", "lon": f"{stop.longitude:.6f}"}


def _coordinates(stop: Stop) -> str:
    return f"{stop.longitude:.6f},{stop.latitude:.6f}"


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text


def _bytes(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
