"""Draws the pictures of docs/explanation/simulated-week.md: `python docs/simulated_week.py`.

Everything is what the devices of the sample commune would report, of seed 1; nothing is drawn that they do not measure,
but the map of the signal, which asks the simulated network for every place.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import dates as mdates
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from simulators.calendar import DAY_SECONDS, LOCAL, OFFSET_SECONDS
from simulators.communes import SampleCommune, load
from simulators.devices import Simulator
from simulators.messages import simulators_of
from simulators.noise import Floats

SEED = 1
WEEKS = {"november": "2026-11-16", "july": "2026-07-13"}
"""Monday of a cool and dry week, and of a hot and wet one."""
MAP_TIME = "2026-11-18 10:00"
MAP_STEP_M = 50.0
BLUE, RED, GREEN, GREY, ORANGE, PURPLE = "#2b6cb0", "#c0392b", "#2f855a", "#718096", "#dd6b20", "#6b46c1"


class Week:
    """One week of the sample commune, device by device, as its columns."""

    def __init__(self, sample: SampleCommune, fleet: dict[str, Simulator], monday: str) -> None:
        self.sample = sample
        self.fleet = fleet
        self.start = int(datetime.fromisoformat(monday).replace(tzinfo=LOCAL).timestamp())
        self.end = self.start + 7 * DAY_SECONDS

    def column(self, code: str, field: str, part: int = 0) -> tuple[Any, Floats]:
        """Local times and the values of one field of a device as it sends them; NaN where it sends none."""
        simulator = self.fleet[code]
        frame = simulator.frame(self.start, self.end)
        series = list(frame.series())[part]
        place = [f.name for f in simulator.kind.values].index(field)
        values = [np.nan if value is None else float(value) for value in series.values[place]]
        # Where the device was silent the line is broken.
        times = np.arange(frame.times[0], self.end, simulator.interval)
        there = np.full(times.size, np.nan)
        there[(frame.times - times[0]) // simulator.interval] = values
        return self.local(times), there

    @staticmethod
    def local(times: Any) -> Any:
        """Times for the axis: local, without a zone."""
        return (np.asarray(times, dtype=np.int64) + OFFSET_SECONDS).astype("datetime64[s]")

    def axis(self, axes: Sequence[Axes]) -> None:
        """The days of the week below, with a line at each midnight."""
        for axis in axes:
            axis.set_xlim(self.local(self.start), self.local(self.end))
            axis.xaxis.set_major_locator(mdates.DayLocator())  # type: ignore[no-untyped-call]
            axis.xaxis.set_major_formatter(mdates.DateFormatter("%a %d %b"))  # type: ignore[no-untyped-call]
            axis.xaxis.set_minor_locator(mdates.HourLocator(byhour=[6, 12, 18]))  # type: ignore[no-untyped-call]
            axis.grid(alpha=0.25)
            for label in axis.get_xticklabels():
                label.set_horizontalalignment("left")


def smoothed(values: Floats, width: int) -> Floats:
    """Mean over so many neighbours."""
    kernel = np.ones(width)
    there = np.isfinite(values)
    filled = np.where(there, values, 0.0)
    mean = np.convolve(filled, kernel, "same") / np.maximum(np.convolve(there, kernel, "same"), 1.0)
    result: Floats = np.where(there, mean, np.nan)
    return result


def rows(count: int, title: str) -> tuple[Figure, list[Axes]]:
    """A picture of so many panels, one below the other."""
    figure, axes = plt.subplots(count, 1, figsize=(11, 2.1 * count + 0.6), sharex=True, layout="constrained")
    figure.suptitle(title, fontsize=12)
    return figure, list(np.atleast_1d(axes))


def weather(week: Week) -> Figure:
    """Temperature, humidity, pressure, wind, radiation, rain at the commune's office."""
    figure, axes = rows(5, "Weather at cb-mt-01, the commune's office")
    code = "cb-mt-01"
    axes[0].plot(*week.column(code, "temperature"), color=RED, lw=0.8)
    axes[0].set_ylabel("°C")
    axes[1].plot(*week.column(code, "relative_humidity"), color=BLUE, lw=0.8)
    axes[1].set_ylabel("% RH")
    axes[1].set_ylim(20, 103)
    axes[2].plot(*week.column(code, "pressure"), color=GREY, lw=0.8)
    axes[2].set_ylabel("hPa")
    times, wind = week.column(code, "wind_speed")
    axes[3].plot(times, wind, color=GREEN, lw=0.4, alpha=0.5)
    axes[3].plot(times, smoothed(wind, 60), color=GREEN, lw=1.2)
    axes[3].set_ylabel("wind m/s")
    turned = axes[3].twinx()
    turned.plot(times[::20], week.column(code, "wind_direction")[1][::20], ".", ms=1.5, color=PURPLE)
    turned.set_ylim(0, 360)
    turned.set_yticks([0, 90, 180, 270, 360], ["N", "E", "S", "W", "N"])
    axes[4].plot(*week.column(code, "solar_radiation"), color=ORANGE, lw=0.6)
    axes[4].set_ylabel("W/m²")
    times, rain = week.column(code, "rainfall")
    hourly = np.nansum(rain[: rain.size // 60 * 60].reshape(-1, 60), axis=1)
    fallen = axes[4].twinx()
    fallen.bar(times[: rain.size // 60 * 60 : 60], hourly, width=1 / 24, color=BLUE, align="edge", alpha=0.7)
    fallen.set_ylim(0, max(10.0, float(hourly.max()) * 1.1))
    fallen.set_ylabel("rain mm/h")
    week.axis(axes)
    return figure


def air(week: Week) -> Figure:
    """Fine dust and gases by the road and in the fields."""
    figure, axes = rows(4, "Air at cb-mt-06, the market by the main road, and at cb-mt-10, the farms in the fields")
    for code, color, name in (("cb-mt-06", RED, "market"), ("cb-mt-10", GREEN, "fields")):
        for axis, field, unit in zip(
            axes, ("pm25", "no2", "o3", "noise"), ("PM2.5 µg/m³", "NO₂ µg/m³", "O₃ µg/m³", "dB(A)"), strict=True
        ):
            times, values = week.column(code, field)
            axis.plot(times, smoothed(values, 15), color=color, lw=0.9, label=name)
            axis.set_ylabel(unit)
    axes[0].axhline(50, color=GREY, lw=0.8, ls="--")
    axes[0].legend(loc="upper right", ncols=2, fontsize=8)
    week.axis(axes)
    return figure


def river(week: Week) -> Figure:
    """Rain, and what the river, the main canal and a branch canal make of it."""
    figure, axes = rows(
        4, "Rain, and the levels of the river (mn-01), the main canal (mn-04) and a branch canal (mn-06)"
    )
    times, rain = week.column("mn-01", "rainfall")
    hourly = np.nansum(rain[: rain.size // 12 * 12].reshape(-1, 12), axis=1)
    axes[0].bar(times[: rain.size // 12 * 12 : 12], hourly, width=1 / 24, color=BLUE, align="edge")
    axes[0].set_ylabel("mm/h")
    axes[0].set_ylim(0, max(10.0, float(hourly.max()) * 1.1))
    for axis, code in zip(axes[1:], ("mn-01", "mn-04", "mn-06"), strict=True):
        axis.plot(*week.column(code, "level"), color=BLUE, lw=0.9)
        axis.set_ylabel(f"{code} cm")
    week.axis(axes)
    return figure


def soil(week: Week) -> Figure:
    """A rice field, a vegetable garden, and their valves."""
    figure, axes = rows(4, "Soil: a rice field (tt-01) and a vegetable garden (tt-04)")
    axes[0].plot(*week.column("tt-01", "field_tube_level"), color=BLUE, lw=0.9)
    axes[0].axhline(-15, color=GREY, lw=0.8, ls="--")
    axes[0].set_ylabel("tube cm")
    axes[1].plot(*week.column("tt-04", "soil_moisture"), color=GREEN, lw=0.9)
    axes[1].set_ylabel("moisture %")
    axes[2].plot(*week.column("tt-04", "soil_temperature"), color=RED, lw=0.9)
    axes[2].set_ylabel("soil °C")
    for place, (code, color) in enumerate((("tt-01", BLUE), ("tt-04", GREEN))):
        times, opened = week.column(code, "valve_open")
        axes[3].fill_between(times, place, place + 0.8 * np.nan_to_num(opened), color=color, step="mid")
    axes[3].set_yticks([0.4, 1.4], ["valve tt-01", "valve tt-04"])
    week.axis(axes)
    return figure


def lamps(week: Week) -> Figure:
    """A lamp's power, its meter, and how many of the forty are lit."""
    figure, axes = rows(3, "Street lamps: power of cs-01, its meter, and lamps lit of forty")
    axes[0].plot(*week.column("cs-01", "active_power"), color=ORANGE, lw=0.9)
    axes[0].set_ylabel("W")
    times, meter = week.column("cs-01", "energy_total")
    axes[1].plot(times, meter - np.nanmin(meter), color=PURPLE, lw=1.2)
    axes[1].set_ylabel("kWh since Monday")
    hours = np.arange(week.start, week.end, 600)
    lit = np.zeros(hours.size)
    for number in range(1, 41):
        simulator = week.fleet[f"cs-{number:02d}"]
        frame = simulator.frame(week.start, week.end)
        place = np.clip(np.searchsorted(frame.times, hours), 0, frame.times.size - 1)
        fresh = np.abs(frame.times[place] - hours) < 900
        lit += np.asarray(frame.parts[0]["lamp_on"])[place] & fresh
    axes[2].step(week.local(hours), lit, color=ORANGE, lw=0.9)
    axes[2].set_ylabel("lamps lit")
    axes[2].set_ylim(-1, 42)
    week.axis(axes)
    return figure


def wifi(week: Week) -> Figure:
    """People on the Wi-Fi of a school, the market and a culture house, and what they download."""
    figure, axes = rows(4, "Public Wi-Fi: people connected (both radios), and download at the culture house")
    places = (("wifi-02", "upper school"), ("wifi-05", "market"), ("wifi-06", "culture house"))
    for axis, (code, name) in zip(axes, places, strict=False):
        times, first = week.column(code, "clients", 0)
        people = first + week.column(code, "clients", 1)[1]
        axis.plot(times, smoothed(people, 5), color=BLUE, lw=0.8)
        axis.set_ylabel(name)
        axis.set_ylim(0, None)
    times, moved = week.column("wifi-06", "tx_bytes_total", 1)
    axes[3].plot(times[1:], smoothed(np.diff(moved) * 8 / 60 / 1e6, 15), color=PURPLE, lw=0.8)
    axes[3].set_ylabel("Mbit/s")
    week.axis(axes)
    return figure


def signal(sample: SampleCommune, fleet: dict[str, Simulator]) -> Figure:
    """The strongest 5G of each of three operators over the commune, with masts, hamlets and heights."""
    world = next(iter(fleet.values())).world
    plane, network, ground = sample.setting.plane, world.network, sample.setting.terrain
    x, y = np.meshgrid(np.arange(-3200.0, 3200.1, MAP_STEP_M), np.arange(-2300.0, 2300.1, MAP_STEP_M))
    time = datetime.fromisoformat(MAP_TIME).replace(tzinfo=LOCAL).timestamp()
    names = {"452-04": "Viettel n41", "452-02": "VinaPhone n78", "452-01": "MobiFone n77"}
    colours = plt.get_cmap("viridis", 24)
    figure, axes = plt.subplots(3, 1, figsize=(8.2, 17.0), sharex=True, layout="constrained")
    for axis, (operator, name) in zip(axes, names.items(), strict=True):
        found = network.receive(
            operator, ("NR_SA", "NR_NSA"), x.ravel(), y.ravel(), np.full(x.size, time), indoor_db=0.0
        )
        assert found is not None
        picture = axis.pcolormesh(
            x / 1000, y / 1000, found.power_dbm.reshape(x.shape), vmin=-125, vmax=-65, cmap=colours
        )
        axis.contour(x / 1000, y / 1000, found.power_dbm.reshape(x.shape), [-110.0], colors="white", linewidths=0.7)
        axis.contour(x / 1000, y / 1000, ground.height(x, y), [3.0], colors="white", linestyles=":")
        for hamlet in sample.hamlets:
            ring = json.loads(hamlet.boundary or "{}")["coordinates"][0]
            spots = [plane.spot(latitude, longitude) for longitude, latitude in ring]
            axis.plot([s.x / 1000 for s in spots], [s.y / 1000 for s in spots], color="black", lw=0.7)
        for mast in sample.setting.masts:
            has = any(c.operator == operator and c.technology.startswith("NR") for c in mast.carriers)
            axis.plot(mast.x / 1000, mast.y / 1000, "^", ms=8, color="black" if has else "white", mec="black")
        axis.set_title(
            f"{name}, SS-RSRP outdoors in dBm. White line: −110. Black: masts that carry it. Dotted: the levee"
        )
        axis.title.set_fontsize(9)
        axis.set_aspect("equal")
        axis.set_ylabel("km")
    axes[-1].set_xlabel("km")
    figure.colorbar(picture, ax=axes, shrink=0.3)
    return figure


PICTURES = {"weather": weather, "air": air, "river": river, "soil": soil, "lamps": lamps, "wifi": wifi}


def main() -> None:
    """Draw everything, or the pictures that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(__file__).parent / "explanation" / "simulated-week")
    parser.add_argument("names", nargs="*", help="such as weather-july or signal; all when none is given")
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    matplotlib.use("agg")
    sample = load("gia-loc")
    fleet = {simulator.device.code: simulator for simulator in simulators_of(sample, SEED)}
    for season, monday in WEEKS.items():
        week = Week(sample, fleet, monday)
        for name, draw in PICTURES.items():
            if not arguments.names or f"{name}-{season}" in arguments.names:
                save(draw(week), arguments.directory / f"{name}-{season}.png")
    if not arguments.names or "signal" in arguments.names:
        save(signal(sample, fleet), arguments.directory / "signal.png")


def save(figure: Figure, path: Path) -> None:
    """Write a picture without anything in it that changes from run to run, and with few colours, to be small."""
    figure.savefig(path, dpi=80, metadata={"Software": None})
    plt.close(figure)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(72, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
