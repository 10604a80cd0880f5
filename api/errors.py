"""Everything that may go wrong in an answer: the types of problems (RFC 9457) and the exception that carries one.

A problem says in Vietnamese and in English what is wrong, and where it can, what is allowed instead. Nothing of an
exception's own text is ever sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum
from typing import Any

from devices.model import Text

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/api/v1/problems/"
Allowed = str | list[str] | dict[str, str]


class Problem(Enum):
    """A type of problem: the name that ends its URI, its HTTP status, its title."""

    BAD_CURSOR = ("bad-cursor", 400, Text("Mã trang không hợp lệ", "Bad cursor"))
    NOT_SIGNED_IN = ("not-signed-in", 401, Text("Chưa đăng nhập", "Not signed in"))
    ROLE_NEEDED = ("role-needed", 403, Text("Không đủ quyền", "Not allowed in this role"))
    BAD_CSRF_TOKEN = ("bad-csrf-token", 403, Text("Thiếu mã chống giả mạo", "Missing or wrong CSRF token"))
    NOT_FOUND = ("not-found", 404, Text("Không có đường dẫn này", "No such route"))
    UNKNOWN_KIND = ("unknown-kind", 404, Text("Không có loại thiết bị này", "Unknown kind of device"))
    UNKNOWN_COMMUNE = ("unknown-commune", 404, Text("Không có xã này", "Unknown commune"))
    UNKNOWN_DEVICE = ("unknown-device", 404, Text("Không có thiết bị này", "Unknown device"))
    UNKNOWN_DEAD_LETTER = ("unknown-dead-letter", 404, Text("Không có bản tin này", "Unknown dead letter"))
    UNKNOWN_ALERT = ("unknown-alert", 404, Text("Không có cảnh báo này", "Unknown alert"))
    UNKNOWN_PERSON = ("unknown-person", 404, Text("Không có người dùng này", "Unknown person"))
    UNKNOWN_TOKEN = ("unknown-token", 404, Text("Không có mã truy cập này", "Unknown token"))
    NOT_PUBLISHED = ("not-published", 404, Text("Chưa công bố dữ liệu mở", "Open data are not published"))
    UNKNOWN_DOCUMENT = ("unknown-document", 404, Text("Không có văn bản này", "Unknown document"))
    UNKNOWN_PROBLEM = ("unknown-problem", 404, Text("Không có loại lỗi này", "Unknown type of problem"))
    FOREIGN_ORIGIN = ("foreign-origin", 403, Text("Yêu cầu đến từ trang khác", "Request of another site"))
    REPAIR_NOT_ALLOWED = ("repair-not-allowed", 403, Text("Chưa được phép sửa dữ liệu", "Repair is not allowed"))
    REGISTRY_READ_ONLY = ("registry-read-only", 403, Text("Danh bạ chỉ được đọc", "The registry may only be read"))
    UNKNOWN_HAMLET = ("unknown-hamlet", 404, Text("Không có thôn này", "Unknown hamlet"))
    UNKNOWN_SITE = ("unknown-site", 404, Text("Không có địa điểm này", "Unknown site"))
    UNKNOWN_PHOTO = ("unknown-photo", 404, Text("Thiết bị chưa có ảnh", "No photo of this device"))
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, Text("Phương thức không được dùng", "Method not allowed"))
    NAME_TAKEN = ("name-taken", 409, Text("Tên đã có người dùng", "Name is taken"))
    LAST_ADMINISTRATOR = ("last-administrator", 409, Text("Quản trị viên cuối cùng", "The last administrator"))
    CODE_TAKEN = ("code-taken", 409, Text("Mã đã được dùng", "Code is taken"))
    STATE_REFUSED = ("state-refused", 409, Text("Trạng thái không cho phép", "Not in this state"))
    OUTDATED = ("outdated", 412, Text("Đã có người thay đổi trước", "Changed by somebody else"))
    TOO_LARGE = ("too-large", 413, Text("Nội dung quá lớn", "Content too large"))
    NOT_JSON = ("not-json", 415, Text("Nội dung không phải JSON", "Content is not JSON"))
    NOT_A_FORM = ("not-a-form", 415, Text("Nội dung không phải biểu mẫu", "Content is not a form"))
    NOT_A_PHOTO = ("not-a-photo", 415, Text("Không phải ảnh dùng được", "Not a photo that can be used"))
    NOT_A_DEVICE_FILE = ("not-a-device-file", 415, Text("Không phải tệp thiết bị", "Not a file of devices"))
    UNREADABLE_FILE = ("unreadable-file", 422, Text("Không đọc được tệp", "The file cannot be read"))
    NOT_REGISTRABLE = ("not-registrable", 422, Text("Thông tin chưa hợp lý", "What is described makes no sense"))
    INVALID_PARAMETER = ("invalid-parameter", 422, Text("Tham số không hợp lệ", "Invalid parameter"))
    UNKNOWN_PARAMETER = ("unknown-parameter", 422, Text("Không có tham số này", "Unknown parameter"))
    UNKNOWN_FIELD = ("unknown-field", 422, Text("Loại thiết bị không có trường này", "Unknown field"))
    BAD_RANGE = ("bad-range", 422, Text("Khoảng thời gian không hợp lệ", "Bad range of time"))
    BAD_BUCKET = ("bad-bucket", 422, Text("Độ rộng nhóm không hợp lệ", "Bad bucket width"))
    TOO_MANY_BUCKETS = ("too-many-buckets", 422, Text("Quá nhiều nhóm", "Too many buckets"))
    REPORT_TOO_LARGE = ("report-too-large", 422, Text("Báo cáo quá lớn", "Report too large"))
    NO_GROUND = ("no-ground", 422, Text("Chưa có ranh giới của xã", "No boundary of the commune"))
    NO_PLAN = ("no-plan", 422, Text("Xã chưa có kế hoạch", "The commune has no plan"))
    BAD_AGGREGATE = ("bad-aggregate", 422, Text("Phép tổng hợp không dùng được", "Aggregate not allowed"))
    VERSION_NEEDED = ("version-needed", 428, Text("Thiếu phiên bản đã đọc", "The version read is needed"))
    WEAK_PASSWORD = ("weak-password", 422, Text("Mật khẩu quá yếu", "Password is too weak"))
    WRONG_PASSWORD = ("wrong-password", 422, Text("Sai mật khẩu", "Wrong password"))
    TOO_MANY_TRIES = ("too-many-tries", 429, Text("Thử sai quá nhiều lần", "Too many failed tries"))
    INTERNAL = ("internal", 500, Text("Lỗi bên trong hệ thống", "Internal error"))
    DATABASE_UNAVAILABLE = ("database-unavailable", 503, Text("Chưa truy cập được dữ liệu", "Database unavailable"))
    NOT_MIGRATED = ("not-migrated", 503, Text("Cơ sở dữ liệu chưa được cập nhật", "Database not migrated"))
    INGEST_BEHIND = ("ingest-behind", 503, Text("Tiếp nhận đang bị chậm", "Ingest is behind"))
    QUERY_TOO_SLOW = ("query-too-slow", 503, Text("Câu hỏi mất quá nhiều thời gian", "Query too slow"))

    def __init__(self, slug: str, status: int, title: Text) -> None:
        self.slug = slug
        self.status = status
        self.title = title

    @property
    def uri(self) -> str:
        """The relative URI that identifies the type and answers with its explanation."""
        return TYPE_PREFIX + self.slug


@dataclass
class ApiProblem(Exception):
    """An answer that is not the one asked for. `allowed` says what would have been accepted."""

    problem: Problem
    reason: Text
    allowed: Allowed | None = None
    did_you_mean: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    current: Mapping[str, Any] | None = None
    """What is there now, where the caller wanted to change what is there no more."""

    def body(self, instance: str) -> dict[str, Any]:
        """The members of the problem document; those that say nothing are left out."""
        members: dict[str, Any] = {
            "type": self.problem.uri,
            "title": self.problem.title.en,
            "status": self.problem.status,
            "detail": self.reason.en,
            "instance": instance,
            "reason": {"vi": self.reason.vi, "en": self.reason.en},
        }
        if self.allowed is not None:
            members["allowed"] = self.allowed
        if self.did_you_mean:
            members["did_you_mean"] = self.did_you_mean
        if self.errors:
            members["errors"] = self.errors
        if self.current is not None:
            members["current"] = dict(self.current)
        return members


def close_to(word: str, words: Iterable[str]) -> list[str]:
    """Up to three of `words` that look like `word`, the most alike first."""
    return get_close_matches(word.lower(), list(words), n=3, cutoff=0.6)


def shown(text: object) -> str:
    """What a caller sent, short enough to be sent back."""
    value = str(text)
    return value if len(value) <= 80 else value[:77] + "..."
