"""Versions of what is registered: the ETag of an answer, and the If-Match without which nothing is changed."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from api.errors import ApiProblem, Problem
from devices.model import Text

_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
"""One of our tags; a proxy that compresses an answer marks its tag as weak, and the version is the same."""


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def expected_versions(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The ETag of what is to be changed, as it was read.", examples=['"3"']),
    ] = None,
) -> frozenset[int]:
    """The versions that a change is meant for; none where no tag is ours. Raises ApiProblem (428) where none is given.

    `*` is no version: it would overwrite what the caller has not seen.
    """
    if if_match is None or if_match.strip() == "*":
        raise ApiProblem(
            Problem.VERSION_NEEDED,
            Text(
                'Hãy gửi If-Match với ETag của bản đã đọc, như If-Match: "3", để không ghi đè thay đổi của người khác.',
                'Send If-Match with the ETag that was read, like If-Match: "3", so that no other\'s change is lost.',
            ),
            allowed={"If-Match": 'the ETag of the answer that was read, such as "3"'},
        )
    return frozenset(int(version) for version in _TAG.findall(if_match))


ExpectedVersions = Annotated[frozenset[int], Depends(expected_versions)]
