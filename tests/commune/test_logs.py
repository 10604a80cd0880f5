"""Logs of long-running processes: text for people, or one JSON object a line, whatever is logged."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commune import logs


@pytest.fixture(autouse=True)
def handlers_as_before() -> Iterator[None]:
    """The handlers of the test run are put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def objects(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What went to standard error, a JSON object a line."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_of_json_has_time_level_logger_message_and_what_was_passed_beside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("json")
    logging.getLogger("ingest.tally").warning("set aside: %d", 3, extra={"set_aside": Counter(not_json=3)})
    (line,) = objects(capsys)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "ingest.tally",
        "message": "set aside: 3",
        "set_aside": {"not_json": 3},
    }


def test_an_exception_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    try:
        raise ValueError("of no use")
    except ValueError:
        logging.getLogger("x").exception("failed")
    (line,) = objects(capsys)
    assert line["level"] == "error"
    assert "ValueError: of no use" in line["exception"]


def test_values_that_json_does_not_have_are_written_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    logging.getLogger("x").info("odd", extra={"when": datetime(2026, 11, 20, tzinfo=UTC), "what": {1}})
    logging.getLogger("x").info("half a pair \ud800", extra={"number": 2**70})
    line, other = objects(capsys)
    assert (other["message"], other["number"]) == ("half a pair \ud800", str(2**70))
    assert line["when"].startswith("2026-11-20T00:00:00")
    assert line["what"] == "{1}"


@given(
    st.text(), st.dictionaries(st.sampled_from(["topic", "detail", "device"]), st.text() | st.binary() | st.floats())
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_whatever_is_logged_is_one_line(message: str, beside: dict[str, object]) -> None:
    record = logging.LogRecord("x", logging.INFO, "file", 1, "%s", (message,), None)
    vars(record).update(beside)
    text = logs.JsonFormatter().format(record)
    assert "\n" not in text
    assert isinstance(json.loads(text)["message"], str)


def test_the_text_form_is_one_line_for_people_and_debug_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("text")
    logging.getLogger("broker.session").info("connected to the MQTT broker")
    logging.getLogger("broker.session").debug("detail")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("INFO    broker.session: connected to the MQTT broker")
