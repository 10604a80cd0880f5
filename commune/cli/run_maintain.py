"""`commune maintain`: the regular work beside the stream of messages."""

from __future__ import annotations

from alerts.topic import Topic
from commune import logs
from commune.alerting import landslide_rules
from commune.cli.common import database_url, stop_on_signals
from commune.maintenance import Maintenance, MaintenanceConfig
from commune.parts import broker_address, password_sealer, report_rules
from commune.rollup_upkeep import horizons_of
from commune.settings import read_settings


def maintain() -> None:
    """Keep house: accounts of devices, watch over the broker, replay, old dead letters. Runs until stopped.

    Brings the broker to what the registry says of the account of each device, within a second, and writes down whom the
    broker turns away. Replays what former strangers sent, and deletes old dead letters.
    Rolls up hours and days to which something was written, makes columns of old readings where TimescaleDB Community
    runs, and deletes readings that are older than the settings keep.
    Counts the coverage of days to which signal samples came, and judges the cells for dashboards.
    A registered device becomes active with its first message. What the broker drops is counted in the ledger and raises
    an alert. Judges readings and silence by the rules of alerts, and tells of them on MQTT, by webhook and by mail.
    Uses the account `maintain` of the broker, and the role commune_admin of the database.
    """
    settings = read_settings()
    rules = report_rules(settings)
    logs.set_up(settings.log_format)
    service = Maintenance(
        MaintenanceConfig(
            database_url=database_url(settings),
            broker=broker_address(settings),
            dead_letter_retention_days=settings.dead_letter_retention_days,
            replay_unknown_devices=settings.replay_unknown_devices,
            horizons=horizons_of(settings),
            columnstore_after_days=settings.columnstore_after_days,
            sealer=password_sealer(settings),
            channels=(Topic(broker_address(settings)), *settings.alert_channels()),
            landslide=landslide_rules(rules),
            report_rules=rules,
        )
    )
    stop_on_signals(service.stop)
    service.run()
