"""What `commune coverage` is asked about: options that its commands share, and the report that they choose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from commune.cli.common import fail, open_database
from commune.parts import report_rules
from commune.settings import SettingsError, read_settings
from devices.catalogue.signal_probe import OPERATORS
from reports.coverage.summary import CoverageReport
from reports.coverage.words import SignalProfile, Surroundings, Technology
from reports.coverage_report import commune_coverage
from reports.errors import BadPeriod, NoGround
from reports.periods import FORM, Period, parse_period
from reports.rules import ReportRules
from storage.connect import Session

CommuneArgument = Annotated[str, typer.Argument(help="Code of the commune.")]
PeriodOption = Annotated[str, typer.Option(help=f"Day, month, quarter, half-year or year of Viet Nam: {FORM}.")]
OperatorOption = Annotated[str | None, typer.Option(help="MCC-MNC such as 452-04. Unset: any operator.")]
TechnologyOption = Annotated[Technology, typer.Option(help="What counts as served.")]
SurroundingsOption = Annotated[Surroundings, typer.Option(help="Where samples were taken.")]
ProfileOption = Annotated[SignalProfile, typer.Option(help="What a sample has to reach.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def read_rules() -> ReportRules:
    """The rules for reports; what is wrong with them is told in one line."""
    try:
        return report_rules(read_settings())
    except SettingsError as error:
        fail(str(error), 2)


@contextmanager
def _explained() -> Iterator[Session]:
    """The database; what cannot be reported is told in one line."""
    try:
        with open_database() as session:
            yield session
    except NoGround as error:
        fail(f"xã chưa có ranh giới / {error}")


def report_on(
    commune: str,
    period: str,
    operator: str | None,
    technology: Technology,
    surroundings: Surroundings,
    profile: SignalProfile,
) -> CoverageReport:
    """The report that is asked for; what cannot be reported is told in one line."""
    if operator is not None and operator not in OPERATORS:
        fail(f"--operator: {operator!r}; {', '.join(OPERATORS)}", 2)
    asked, rules = _period(period), read_rules()
    with _explained() as session:
        source = commune_coverage(session, commune, asked, rules.coverage)
    return source.report(technology, operator, surroundings, profile)


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except BadPeriod as error:
        fail(f"{error.reason.vi} / {error.reason.en}", 2)
