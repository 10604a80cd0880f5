"""Which samples reach a profile on a technology."""

from __future__ import annotations

import numpy as np

from reports.coverage.rules import CoverageRules
from reports.coverage.samples import GSM, LTE, NR_NSA, NR_SA, UMTS
from reports.coverage.tally import SERVICE, SIGNAL, Picks
from reports.coverage.words import SignalProfile, Technology
from reports.grids import Flags, Floats

IN_SERVICE = {
    Technology.FIVE_G: (NR_SA, NR_NSA),
    Technology.FOUR_G: (NR_SA, NR_NSA, LTE),
    Technology.ANY: (NR_SA, NR_NSA, LTE, UMTS, GSM),
}
"""The technologies in service that count as each."""


def purpose_of(profile: SignalProfile) -> int:
    """Which draw is evidence for a profile: a rate can only be judged where it was tested."""
    return SERVICE if profile is SignalProfile.SERVICE else SIGNAL


def passes(picks: Picks, technology: Technology, profile: SignalProfile, rules: CoverageRules) -> Flags:
    """True for the picks that reach the profile on the technology.

    Every sample is evidence: a handset that is on LTE, or on nothing, tells that there is no 5G. Of UMTS and GSM no
    level is measured: there a signal passes unless the attempt to use it failed.
    """
    served = np.isin(picks.technology, IN_SERVICE[technology])
    if profile is SignalProfile.SERVICE:
        result: Flags = served & (picks.download >= rules.service_download_mbit_s) & (picks.access_ok != 0)
        return result
    limit = rules.thresholds[profile]
    lost = np.where(picks.in_vehicle, rules.vehicle_loss_db, 0.0)
    new = np.isin(picks.technology, IN_SERVICE[Technology.FIVE_G])
    good = new & _reaches(picks.ss_rsrp + lost, limit.rsrp_dbm, picks.ss_sinr, limit.sinr_db)
    if technology is Technology.FIVE_G:
        return good
    # On non-standalone 5G the LTE anchor is told besides.
    with_lte = (picks.technology == LTE) | (picks.technology == NR_NSA)
    good |= with_lte & _reaches(picks.rsrp + lost, limit.lte_rsrp_dbm, picks.sinr, limit.lte_sinr_db)
    if technology is Technology.ANY:
        good |= np.isin(picks.technology, (UMTS, GSM)) & (picks.access_ok != 0)
    return good


def _reaches(level: Floats, least: float, quality: Floats, least_quality: float) -> Flags:
    result: Flags = (level >= least) & (np.isnan(quality) | (quality >= least_quality))
    return result


def level_of(picks: Picks, technology: Technology) -> Floats:
    """The level in dBm of the technology in service, NaN where there is none."""
    new = np.isin(picks.technology, IN_SERVICE[Technology.FIVE_G])
    level = np.where(new, picks.ss_rsrp, np.nan)
    if technology is Technology.FIVE_G:
        return level
    return np.where(picks.technology == LTE, picks.rsrp, level)
