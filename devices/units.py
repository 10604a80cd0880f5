"""The units in which every device speaks.

A unit is fixed by the catalogue and never sent. `symbol` is what people read, `grafana` is the identifier by which
Grafana formats the same unit.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of measurement: its name in the catalogue, the symbol people read, and Grafana's identifier."""

    name: str
    symbol: str
    grafana: str


CELSIUS = Unit("degree_celsius", "°C", "celsius")
PERCENT = Unit("percent", "%", "percent")
HECTOPASCAL = Unit("hectopascal", "hPa", "pressurehpa")
KILOPASCAL = Unit("kilopascal", "kPa", "pressurekpa")
MICROGRAM_PER_CUBIC_METRE = Unit("microgram_per_cubic_metre", "µg/m³", "conμgm3")
DECIBEL_A = Unit("decibel_a", "dB(A)", "suffix: dB(A)")
LUX = Unit("lux", "lx", "lux")
INDEX = Unit("index", "", "none")
COUNT = Unit("count", "", "none")
WATT_PER_SQUARE_METRE = Unit("watt_per_square_metre", "W/m²", "Wm2")
MILLIMETRE = Unit("millimetre", "mm", "lengthmm")
CENTIMETRE = Unit("centimetre", "cm", "suffix: cm")
METRE = Unit("metre", "m", "lengthm")
METRE_PER_SECOND = Unit("metre_per_second", "m/s", "velocityms")
DEGREE = Unit("degree", "°", "degree")
CUBIC_METRE = Unit("cubic_metre", "m³", "m3")
CUBIC_METRE_PER_SECOND = Unit("cubic_metre_per_second", "m³/s", "flowcms")
LITRE_PER_MINUTE = Unit("litre_per_minute", "L/min", "flowlpm")
MICROSIEMENS_PER_CENTIMETRE = Unit("microsiemens_per_centimetre", "µS/cm", "suffix: µS/cm")
VOLT = Unit("volt", "V", "volt")
AMPERE = Unit("ampere", "A", "amp")
WATT = Unit("watt", "W", "watt")
KILOWATT_HOUR = Unit("kilowatt_hour", "kWh", "kwatth")
RATIO = Unit("ratio", "", "none")
HOUR = Unit("hour", "h", "suffix: h")
SECOND = Unit("second", "s", "s")
MILLISECOND = Unit("millisecond", "ms", "ms")
DAY = Unit("day", "d", "suffix: d")
KILOBIT_PER_SECOND = Unit("kilobit_per_second", "kbit/s", "Kbits")
MEGABIT_PER_SECOND = Unit("megabit_per_second", "Mbit/s", "Mbits")
FRAME_PER_SECOND = Unit("frame_per_second", "fps", "suffix: fps")
BYTE = Unit("byte", "B", "bytes")
DECIBEL = Unit("decibel", "dB", "dB")
DECIBEL_MILLIWATT = Unit("decibel_milliwatt", "dBm", "dBm")

ALL = tuple(value for value in list(globals().values()) if isinstance(value, Unit))
BY_NAME = {unit.name: unit for unit in ALL}
