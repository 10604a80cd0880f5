"""The numbers of the coverage method: configuration, each printed with the report that it made.

Defaults without a source are ours. Ranges: 3GPP TS 38.133 tables 10.1.6.1-1 and 10.1.16.1-1 for 5G. Limits of the
quality of 5G Internet access: QCVN 126:2021/BTTTT.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from reports.coverage.words import SignalProfile

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(_Rules):
    """What a sample has to reach. A quality that was not measured is not asked for."""

    rsrp_dbm: Annotated[float, Field(ge=-156, le=-31, description="SS-RSRP of 5G.")]
    sinr_db: Annotated[float, Field(ge=-23, le=40, description="SS-SINR of 5G, where it is given.")]
    lte_rsrp_dbm: Annotated[float, Field(ge=-156, le=-44, description="RSRP of 4G.")]
    lte_sinr_db: Annotated[float, Field(ge=-23, le=40, description="SINR of 4G, where it is given.")]


def _threshold(rsrp: float, sinr: float) -> Threshold:
    return Threshold(rsrp_dbm=rsrp, sinr_db=sinr, lte_rsrp_dbm=rsrp, lte_sinr_db=sinr)


THRESHOLDS = {
    SignalProfile.BASIC: _threshold(-110, -5),
    SignalProfile.GOOD: _threshold(-100, 0),
    SignalProfile.STRICT: _threshold(-90, 5),
}


class DeadSpotRules(_Rules):
    """What makes a residential cluster a place without mobile signal.

    Công văn 1603/BTTTT-CVT (25/4/2024) has the official criteria; its numbers were not found, so these are ours.
    """

    radius_m: Annotated[Positive, Field(description="Samples so near to a cluster speak for it.")] = 300.0
    least_samples: Annotated[int, Field(ge=1)] = 5
    least_slots: Annotated[int, Field(ge=1)] = 2
    served_share: Annotated[
        Share, Field(description="With less than this share of samples with a signal, of any operator, it is dead.")
    ] = 0.5


class ServiceRules(_Rules):
    """Limits of QCVN 126:2021/BTTTT."""

    mean_download_mbit_s: Positive = 100.0
    mean_upload_mbit_s: Positive = 30.0
    download_mbit_s: Annotated[Positive, Field(description="The rate that `download_share` of samples have.")] = 30.0
    download_share: Share = 0.95
    mean_latency_ms: Positive = 50.0
    failed_access_share: Share = 0.05
    least_samples: Annotated[int, Field(ge=1)] = 1500


class CoverageRules(_Rules):
    """Every number of the method."""

    accuracy_m: Annotated[Positive, Field(description="Positions less accurate than this are left out.")] = 50.0
    speed_km_h: Annotated[Positive, Field(description="Samples at a higher speed are left out.")] = 100.0
    spacing_seconds: Annotated[float, Field(ge=0, description="Between samples of a terminal and operator.")] = 30.0
    resolution: Annotated[int, Field(ge=5, le=10, description="H3 resolution of cells.")] = 9
    parent_resolution: Annotated[int, Field(ge=4, le=9, description="H3 resolution of the roll-up.")] = 8
    thinning_resolution: Annotated[
        int, Field(ge=10, le=13, description="H3 resolution in whose cells one sample counts: 11 is 50 m.")
    ] = 11
    thresholds: Annotated[dict[SignalProfile, Threshold], Field(description="By profile.")] = THRESHOLDS
    service_download_mbit_s: Annotated[Positive, Field(description="Of the profile `service`.")] = 30.0
    vehicle_loss_db: Annotated[
        float, Field(ge=0, le=30, description="Added to levels measured in a vehicle; 0: as they were measured.")
    ] = 0.0
    least_samples: Annotated[int, Field(ge=1, description="That a cell needs.")] = 5
    least_slots: Annotated[int, Field(ge=1, description="Distinct slots of time that a cell needs.")] = 2
    slot_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    covered_share: Annotated[Share, Field(description="Of a cell's samples that pass where it is covered.")] = 0.9
    design_effect: Annotated[
        float, Field(ge=1, le=50, description="So many samples that count weigh as one that is independent.")
    ] = 2.0
    site_radius_m: Annotated[Positive, Field(description="Samples so near to a site speak for it.")] = 150.0
    resamples: Annotated[int, Field(ge=100, le=100_000, description="Of the bootstrap over cells.")] = 2000
    seed: Annotated[int, Field(ge=0, description="Of the bootstrap.")] = 1
    dead_spots: DeadSpotRules = DeadSpotRules()
    service: ServiceRules = ServiceRules()

    @field_validator("thresholds")
    @classmethod
    def _has_all_profiles(cls, given: dict[SignalProfile, Threshold]) -> dict[SignalProfile, Threshold]:
        if SignalProfile.SERVICE in given:
            raise ValueError("the profile service is set by service_download_mbit_s")
        return THRESHOLDS | given
