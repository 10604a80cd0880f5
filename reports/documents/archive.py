"""Office files are archives. This makes one whose bytes depend on its content alone."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

CORE = "docProps/core.xml"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def settled(content: bytes, at: datetime) -> bytes:
    """The same archive with `at` as the time of its parts, its creation and its last change.

    Libraries write the time of writing into each part. Times before 1980 cannot be told in an archive.
    """
    moment = at.astimezone(UTC)
    written = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    when = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == CORE:
                part = _TIMES.sub(rb"\g<1>" + written + rb"\g<2>", part)
            entry = zipfile.ZipInfo(name, when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3  # the same bytes whichever system writes them
            target.writestr(entry, part)
    return made.getvalue()
