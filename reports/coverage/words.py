"""The words of coverage: technologies, surroundings, profiles of a signal, states of cells, outcomes of a verdict."""

from __future__ import annotations

from enum import StrEnum

from devices.model import Text


class Technology(StrEnum):
    """What a figure counts as served. Each contains the one before it, so that every sample is evidence for each."""

    FIVE_G = "5g"
    """NR_SA or NR_NSA."""
    FOUR_G = "4g"
    """LTE or better: a handset on 5G is served, and one on non-standalone 5G tells of its LTE anchor besides."""
    ANY = "any"
    """Any mobile signal at all."""


class Surroundings(StrEnum):
    """Where samples were taken: in the open (at rest or from a vehicle), or in buildings."""

    OUTDOOR = "outdoor"
    INDOOR = "indoor"


class SignalProfile(StrEnum):
    """What a sample has to reach."""

    BASIC = "basic"
    GOOD = "good"
    STRICT = "strict"
    SERVICE = "service"
    """A download rate instead of a level."""


class CellState(StrEnum):
    """What is known of a cell or site. `INSUFFICIENT` has some samples, and too few; `UNMEASURED` has none."""

    COVERED = "covered"
    NOT_COVERED = "not_covered"
    INSUFFICIENT = "insufficient"
    UNMEASURED = "unmeasured"

    @property
    def is_known(self) -> bool:
        """Whether there were enough samples to tell."""
        return self in (CellState.COVERED, CellState.NOT_COVERED)


class Outcome(StrEnum):
    """A verdict on a target."""

    MET = "dat"
    NOT_MET = "chua_dat"
    UNDECIDED = "chua_du_can_cu"


class SpotState(StrEnum):
    """What is known of the mobile signal at a place where people live."""

    SERVED = "served"
    WHITE = "white"
    """No signal at the centre of a hamlet: trắng sóng."""
    HOLLOW = "hollow"
    """No signal at an outlying residential cluster: lõm sóng."""
    INSUFFICIENT = "insufficient"
    UNMEASURED = "unmeasured"

    @property
    def is_dead(self) -> bool:
        """Whether people there are without a signal."""
        return self in (SpotState.WHITE, SpotState.HOLLOW)


class LeftOut(StrEnum):
    """Why a sample does not count. The first that applies is the one that is counted."""

    NO_POSITION = "no_position"
    BAD_VALUE = "bad_value"
    NO_ACCURACY = "no_accuracy"
    INACCURATE = "inaccurate"
    TOO_FAST = "too_fast"
    NO_SURROUNDINGS = "no_surroundings"
    NO_SIGNAL_VALUE = "no_signal_value"
    DUPLICATE = "duplicate"
    TOO_SOON = "too_soon"
    OUTSIDE = "outside"


TECHNOLOGY_NAMES = {
    Technology.FIVE_G: Text("5G", "5G"),
    Technology.FOUR_G: Text("4G trở lên", "4G or better"),
    Technology.ANY: Text("Bất kỳ công nghệ nào", "Any technology"),
}
SURROUNDINGS_NAMES = {
    Surroundings.OUTDOOR: Text("Ngoài trời", "Outdoors"),
    Surroundings.INDOOR: Text("Trong nhà", "Indoors"),
}
PROFILE_NAMES = {
    SignalProfile.BASIC: Text("Cơ bản", "Basic"),
    SignalProfile.GOOD: Text("Tốt", "Good"),
    SignalProfile.STRICT: Text("Chặt chẽ", "Strict"),
    SignalProfile.SERVICE: Text("Dịch vụ", "Service"),
}
STATE_NAMES = {
    CellState.COVERED: Text("Được phủ sóng", "Covered"),
    CellState.NOT_COVERED: Text("Chưa được phủ sóng", "Not covered"),
    CellState.INSUFFICIENT: Text("Chưa đủ mẫu", "Too few samples"),
    CellState.UNMEASURED: Text("Chưa đo", "Not measured"),
}
OUTCOME_NAMES = {
    Outcome.MET: Text("ĐẠT", "MET"),
    Outcome.NOT_MET: Text("CHƯA ĐẠT", "NOT MET"),
    Outcome.UNDECIDED: Text("CHƯA ĐỦ CĂN CỨ", "NOT ENOUGH EVIDENCE"),
}
SPOT_NAMES = {
    SpotState.SERVED: Text("Có sóng", "Served"),
    SpotState.WHITE: Text("Trắng sóng", "No signal at the centre"),
    SpotState.HOLLOW: Text("Lõm sóng", "Dead spot"),
    SpotState.INSUFFICIENT: Text("Chưa đủ mẫu", "Too few samples"),
    SpotState.UNMEASURED: Text("Chưa đo", "Not measured"),
}
LEFT_OUT_NAMES = {
    LeftOut.NO_POSITION: Text("Không có tọa độ", "No position"),
    LeftOut.BAD_VALUE: Text("Giá trị ngoài dải cho phép", "A value out of range"),
    LeftOut.NO_ACCURACY: Text("Không rõ sai số định vị", "Accuracy of the position not known"),
    LeftOut.INACCURATE: Text("Sai số định vị quá lớn", "Position too inaccurate"),
    LeftOut.TOO_FAST: Text("Di chuyển quá nhanh", "Moving too fast"),
    LeftOut.NO_SURROUNDINGS: Text("Không rõ đo ngoài trời hay trong nhà", "Not known whether outdoors or indoors"),
    LeftOut.NO_SIGNAL_VALUE: Text("Thiếu mức thu của công nghệ đang dùng", "No level of the technology in service"),
    LeftOut.DUPLICATE: Text("Trùng thiết bị, nhà mạng và thời điểm", "Same terminal, operator and time as another"),
    LeftOut.TOO_SOON: Text("Quá gần mẫu trước của cùng thiết bị", "Too soon after the terminal's last sample"),
    LeftOut.OUTSIDE: Text("Ngoài địa bàn", "Outside the commune"),
}
