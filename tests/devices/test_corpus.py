"""Inputs that a coverage-guided fuzzer (atheris, half an hour, six million runs) kept because each reaches new code.

Each line of corpus.txt is one input in base64: the first byte chooses the kind, the rest is the payload.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.catalogue import KINDS
from devices.codec import decode_event, decode_status, decode_telemetry, mask_personal_data
from devices.reasons import REASONS, Level

RECEIVED = datetime(2026, 11, 20, tzinfo=UTC)
CORPUS = [base64.b64decode(line) for line in Path(__file__).with_name("corpus.txt").read_text().splitlines()]
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_every_input_that_the_fuzzer_kept_is_read_or_set_aside(part: int) -> None:
    for data in CORPUS[part::PARTS]:
        kind = list(KINDS.values())[data[0] % len(KINDS)]
        readings, faults = decode_telemetry(data[1:], kind, RECEIVED)
        assert readings or any(REASONS[fault.reason][0] is not Level.FIELD for fault in faults)
        for reading in readings:
            assert (len(reading.keys), len(reading.values)) == (len(kind.keys), len(kind.values))
            assert any(value is not None for value in reading.values)
            assert reading.time.utcoffset() is not None
        decode_status(data[1:], RECEIVED)
        decode_event(data[1:], RECEIVED)
        assert isinstance(mask_personal_data(data[1:]), bytes)


def test_the_corpus_is_all_there() -> None:
    assert len(CORPUS) > 250
