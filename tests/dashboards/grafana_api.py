"""An HTTP server that answers the calls of `dashboards.publish` as Grafana's API is documented to.

It keeps folders and dashboards, counts versions and writes, and asks for the token. It is no Grafana: what a real one
makes of a dashboard, it cannot tell.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from dashboards.grafana import DATA_SOURCE_TYPE, DATA_SOURCE_UID

TOKEN = "glsa_for_this_test"
Answer = tuple[int, dict[str, Any]]
NOT_FOUND: Answer = (404, {"message": "not found"})


class GrafanaApi:
    """What the server keeps."""

    def __init__(self) -> None:
        self.url = ""
        self.folders: dict[str, str] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {
            DATA_SOURCE_UID: {"uid": DATA_SOURCE_UID, "type": DATA_SOURCE_TYPE, "jsonData": {"database": "commune"}}
        }
        self.writes: list[str] = []
        self.failure: Answer | None = None

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        if self.failure:
            return self.failure
        match method, path.strip("/").split("/"):
            case "GET", ["api", "folders", uid]:
                return (200, {"uid": uid, "title": self.folders[uid]}) if uid in self.folders else NOT_FOUND
            case "POST", ["api", "folders"]:
                self.writes.append(path)
                self.folders[body["uid"]] = body["title"]
                return 200, body
            case "GET", ["api", "dashboards", "uid", uid]:
                return (200, self.dashboards[uid]) if uid in self.dashboards else NOT_FOUND
            case "GET", ["api", "datasources", "uid", uid]:
                return (200, self.sources[uid]) if uid in self.sources else NOT_FOUND
            case "POST", ["api", "dashboards", "db"]:
                return self._keep(path, body)
        return NOT_FOUND

    def _keep(self, path: str, body: dict[str, Any]) -> Answer:
        if body["folderUid"] not in self.folders:
            return 404, {"message": "folder not found"}
        made = body["dashboard"]
        before = self.dashboards.get(made["uid"])
        if before and not body["overwrite"]:
            return 412, {"status": "version-mismatch", "message": "changed by someone else"}
        version = before["dashboard"]["version"] + 1 if before else 1
        self.writes.append(path)
        self.dashboards[made["uid"]] = {
            "dashboard": {**made, "id": len(self.dashboards) + 1, "version": version},
            "meta": {"folderUid": body["folderUid"], "provisioned": False},
        }
        return 200, {"uid": made["uid"], "status": "success", "version": version}


@contextmanager
def serving(prefix: str = "") -> Iterator[GrafanaApi]:
    """A server on a port of its own, under a path where one is given, until the block ends."""
    api = GrafanaApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, content = 401, {"message": "Invalid API key"}
            elif not self.path.startswith(f"{prefix}/api/"):
                status, content = NOT_FOUND
            else:
                path = self.path.removeprefix(prefix)
                status, content = api.answer(self.command, path, orjson.loads(sent) if sent else {})
            answer = orjson.dumps(content)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at what is kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}{prefix}"
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
