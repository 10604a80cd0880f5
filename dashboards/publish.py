"""Dashboards in a Grafana: pushed through its HTTP API, and held against what is there.

One folder of a fixed uid holds them. What is there already as it should be is not written again, so a push may be
repeated. A dashboard that a file provisions cannot be pushed: one channel for each Grafana.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from grafana_api_client import GrafanaClient, GrafanaClientError, GrafanaServerError

from dashboards.board import Board, to_json
from dashboards.errors import GrafanaRefused
from dashboards.grafana import DATA_SOURCE_TYPE, DATA_SOURCE_UID

FOLDER_UID = "commune"
FOLDER_TITLE = "Xã thông minh"
TIMEOUT_SECONDS = 10
_OF_GRAFANA = frozenset({"id", "version"})
"""Members of a dashboard that Grafana gives."""


class Outcome(StrEnum):
    """What a push did to a dashboard."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Grafana:
    """A Grafana at an address, spoken to with the token of a service account.

    Every call raises GrafanaRefused when it is not to be reached within `TIMEOUT_SECONDS` or refuses.
    """

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise GrafanaRefused(f"{url!r} is no address of a Grafana: give one like https://grafana.example")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._client = GrafanaClient(token, host, parts.port, parts.path.strip("/"), parts.scheme)
        self._client.custom_requests_params = {"timeout": TIMEOUT_SECONDS}
        self._url = url

    def call(self, method: str, path: str, payload: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Call the API; None where what is asked for is not there."""
        try:
            found = self._client.make_raw_request(method, path, payload or {})
        except GrafanaClientError as error:
            if str(error).startswith("Client Error 404"):
                return None
            raise GrafanaRefused(f"{self._url} refuses {method} /api/{path}: {error}") from error
        except (GrafanaServerError, requests.RequestException, ValueError) as error:
            raise GrafanaRefused(f"{self._url} does not answer {method} /api/{path}: {error}") from error
        if not isinstance(found, dict):
            raise GrafanaRefused(f"{self._url} answers {method} /api/{path} with no object")
        return found

    def dashboard(self, uid: str) -> dict[str, Any] | None:
        """`dashboard` and `meta` of a dashboard, or None."""
        return self.call("GET", f"dashboards/uid/{uid}")


def publish(grafana: Grafana, boards: Iterable[Board]) -> dict[str, Outcome]:
    """Bring a Grafana to these dashboards; says of each what was done. Raises GrafanaRefused."""
    if grafana.call("GET", f"folders/{FOLDER_UID}") is None:
        grafana.call("POST", "folders", {"uid": FOLDER_UID, "title": FOLDER_TITLE})
    return {board.uid: _publish(grafana, board) for board in boards}


def _publish(grafana: Grafana, board: Board) -> Outcome:
    wanted, there = to_json(board), grafana.dashboard(board.uid)
    if there is not None:
        if there["meta"].get("provisioned"):
            raise GrafanaRefused(f"{board.uid} comes from a file there: change the file, or take it away and push")
        if not list(_compared(board, wanted, there)):
            return Outcome.UNCHANGED
    payload = {"dashboard": wanted, "folderUid": FOLDER_UID, "overwrite": True, "message": "commune dashboards publish"}
    if grafana.call("POST", "dashboards/db", payload) is None:
        raise GrafanaRefused(f"{board.uid}: the folder {FOLDER_UID} is not there")
    return Outcome.CREATED if there is None else Outcome.UPDATED


def differences(grafana: Grafana, boards: Iterable[Board]) -> list[str]:
    """Every difference between what a Grafana has and what it should have, in words. Raises GrafanaRefused."""
    found = list(_source(grafana))
    for board in boards:
        there = grafana.dashboard(board.uid)
        if there is None:
            found.append(f"{board.uid}: is not there")
        else:
            found += _compared(board, to_json(board), there)
    return found


def _source(grafana: Grafana) -> Iterator[str]:
    """What is wrong with the data source that all dashboards name."""
    there = grafana.call("GET", f"datasources/uid/{DATA_SOURCE_UID}")
    if there is None:
        yield f"data source {DATA_SOURCE_UID}: is not there"
        return
    if there.get("type") not in (DATA_SOURCE_TYPE, "postgres"):
        yield f"data source {DATA_SOURCE_UID}: is of type {there.get('type')}, not {DATA_SOURCE_TYPE}"
    if not there.get("jsonData", {}).get("database"):
        yield f"data source {DATA_SOURCE_UID}: jsonData.database is not set"


def _compared(board: Board, wanted: dict[str, Any], there: dict[str, Any]) -> Iterator[str]:
    if not there["meta"].get("provisioned") and there["meta"].get("folderUid") != FOLDER_UID:
        yield f"{board.uid}: lies in the folder {there['meta'].get('folderUid')!r}, not {FOLDER_UID!r}"
    actual = {name: value for name, value in there["dashboard"].items() if name not in _OF_GRAFANA}
    yield from _members(board.uid, wanted, actual)


def _members(path: str, wanted: Any, actual: Any) -> Iterator[str]:
    """Members and entries that differ, each under its path; panels and variables by their titles and names."""
    if isinstance(wanted, dict) and isinstance(actual, dict):
        for name in sorted(wanted.keys() | actual.keys()):
            if name not in actual:
                yield f"{path}.{name}: is not there"
            elif name not in wanted:
                yield f"{path}.{name}: should not be there"
            else:
                yield from _members(f"{path}.{name}", wanted[name], actual[name])
    elif isinstance(wanted, list) and isinstance(actual, list):
        if len(wanted) != len(actual):
            yield f"{path}: has {len(actual)} entries, should have {len(wanted)}"
        for place, (left, right) in enumerate(zip(wanted, actual, strict=False)):
            named = (left.get("title") or left.get("name")) if isinstance(left, dict) else None
            yield from _members(f"{path}[{named or place}]", left, right)
    elif wanted != actual:
        yield f"{path}: is {_short(actual)}, should be {_short(wanted)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
