"""Simulators stand alone: they load nothing of the rest, and a run needs a broker and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PICTURES = sorted((ROOT / "docs" / "explanation" / "simulated-week").glob("*.png"))
MOST_BYTES = 200_000


def test_the_simulators_load_no_other_room_and_no_database_driver() -> None:
    code = (
        "import sys, simulators.run, simulators.load_processes, simulators.fleet, simulators.history\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": os.defpath}
    )
    loaded = set(result.stdout.split())
    assert {"simulators", "broker", "devices"} <= loaded
    assert loaded.isdisjoint(
        {"psycopg", "storage", "ingest", "api", "alerts", "reports", "dashboards", "commune", "fastapi", "matplotlib"}
    )


def test_there_is_a_picture_of_everything_that_is_simulated() -> None:
    names = {path.stem for path in PICTURES}
    weeks = {
        f"{what}-{when}"
        for what in ("weather", "air", "river", "soil", "lamps", "wifi")
        for when in ("november", "july")
    }
    assert names == weeks | {"signal"}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_small_and_whole(picture: Path) -> None:
    assert picture.stat().st_size < MOST_BYTES
    with Image.open(picture) as image:
        image.load()
        assert min(image.size) > 400


def test_the_script_draws_what_is_committed(tmp_path: Path) -> None:
    """One picture suffices: all come from the same world. Fonts may differ a little between machines."""
    subprocess.run(
        [sys.executable, "docs/simulated_week.py", "--directory", str(tmp_path), "river-july"],
        cwd=ROOT,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with Image.open(tmp_path / "river-july.png") as drawn, Image.open(PICTURES[0].with_name("river-july.png")) as kept:
        assert drawn.size == kept.size
        pixels = zip(drawn.convert("L").tobytes(), kept.convert("L").tobytes(), strict=True)
        differing = sum(abs(one - other) > 64 for one, other in pixels)
    assert differing < 0.02 * drawn.width * drawn.height
