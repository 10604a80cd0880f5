"""Environment station: air, noise, light and weather at one place.

Names follow the FIWARE models AirQualityObserved and WeatherObserved, in our units: relative humidity is 0 to 100 here
and 0 to 1 there, wind direction 0 to 360 here and -180 to 180 there.
"""

from __future__ import annotations

from devices import units
from devices.model import Field, Kind, Text, gauge


def _gas(name: str, maximum: float, formula: str, vi: str, en: str) -> Field:
    """A concentration in the air, in micrograms per cubic metre."""
    return gauge(
        name,
        units.MICROGRAM_PER_CUBIC_METRE,
        0,
        maximum,
        Text(f"{vi} ({formula})", f"{en} ({formula})"),
        Text(f"Nồng độ {formula} trong không khí xung quanh", f"Concentration of {formula} in ambient air"),
    )


def _dust(name: str, maximum: float, size: str, vi: str, en: str) -> Field:
    """A concentration of particles up to `size` micrometres, in micrograms per cubic metre."""
    return gauge(
        name,
        units.MICROGRAM_PER_CUBIC_METRE,
        0,
        maximum,
        Text(f"{vi} PM{size}", f"{en} PM{size}"),
        Text(
            f"Nồng độ bụi có đường kính khí động học đến {size.replace('.', ',')} µm",
            f"Concentration of particles with an aerodynamic diameter up to {size} µm",
        ),
    )


KIND = Kind(
    name="environment",
    title=Text("Trạm quan trắc môi trường", "Environment station"),
    meaning=Text(
        "Đo chất lượng không khí, tiếng ồn, ánh sáng và thời tiết tại một điểm",
        "Measures air quality, noise, light and weather at one place",
    ),
    domain=Text("Giám sát môi trường", "Environmental monitoring"),
    interval_seconds=60,
    own_fields=(
        gauge(
            "temperature",
            units.CELSIUS,
            -40,
            60,
            Text("Nhiệt độ không khí", "Air temperature"),
            Text("Nhiệt độ không khí trong bóng râm", "Temperature of the air in the shade"),
        ),
        gauge(
            "relative_humidity",
            units.PERCENT,
            0,
            100,
            Text("Độ ẩm tương đối", "Relative humidity"),
            Text("Độ ẩm tương đối của không khí", "Relative humidity of the air"),
        ),
        gauge(
            "pressure",
            units.HECTOPASCAL,
            850,
            1100,
            Text("Khí áp", "Air pressure"),
            Text("Áp suất khí quyển tại trạm", "Atmospheric pressure at the station"),
        ),
        _dust("pm1", 1000, "1", "Bụi siêu mịn", "Very fine dust"),
        _dust("pm25", 1000, "2.5", "Bụi mịn", "Fine dust"),
        _dust("pm10", 2000, "10", "Bụi", "Dust"),
        _gas("co", 200_000, "CO", "Khí cacbon monoxit", "Carbon monoxide"),
        _gas("no2", 5000, "NO₂", "Khí nitơ đioxit", "Nitrogen dioxide"),
        _gas("so2", 5000, "SO₂", "Khí lưu huỳnh đioxit", "Sulphur dioxide"),
        _gas("o3", 2000, "O₃", "Khí ozon", "Ozone"),
        gauge(
            "noise",
            units.DECIBEL_A,
            20,
            140,
            Text("Mức ồn", "Noise level"),
            Text("Mức áp suất âm theo đặc tính tần số A", "A-weighted sound pressure level"),
        ),
        gauge(
            "illuminance",
            units.LUX,
            0,
            200_000,
            Text("Độ rọi", "Illuminance"),
            Text("Độ rọi của ánh sáng tại trạm", "Illuminance at the station"),
            decimals=0,
        ),
        gauge(
            "uv_index",
            units.INDEX,
            0,
            20,
            Text("Chỉ số tia cực tím", "UV index"),
            Text("Chỉ số tia cực tím (UV) của mặt trời", "Index of the sun's ultraviolet radiation"),
        ),
        gauge(
            "solar_radiation",
            units.WATT_PER_SQUARE_METRE,
            0,
            1500,
            Text("Bức xạ mặt trời", "Solar radiation"),
            Text("Tổng xạ mặt trời trên mặt phẳng ngang", "Global solar irradiance on a horizontal plane"),
            decimals=0,
        ),
        gauge(
            "rainfall",
            units.MILLIMETRE,
            0,
            100,
            Text("Lượng mưa", "Rainfall"),
            Text("Lượng mưa trong chu kỳ đo vừa qua", "Rain fallen in the interval since the last reading"),
            additive=True,
        ),
        gauge(
            "wind_speed",
            units.METRE_PER_SECOND,
            0,
            75,
            Text("Tốc độ gió", "Wind speed"),
            Text("Tốc độ gió trung bình trong chu kỳ đo", "Mean wind speed in the interval"),
        ),
        gauge(
            "wind_direction",
            units.DEGREE,
            0,
            360,
            Text("Hướng gió", "Wind direction"),
            Text(
                "Hướng gió thổi tới, tính theo chiều kim đồng hồ từ hướng bắc",
                "Direction from which the wind blows, clockwise from north",
            ),
            decimals=0,
            circular=True,
        ),
    ),
)
