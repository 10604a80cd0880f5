"""The shapes of questions and answers about people, tokens, and oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas import EXAMPLE_TIME, NextCursor, Schema
from devices.people import LONGEST_PASSWORD, SHORTEST_PASSWORD, USERNAME_PATTERN, Role
from storage.tokens import TokenState

LONGEST_NAME = 100
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
LONGEST_TOKEN_DAYS = 3_660

Language = Literal["vi", "en"]
Username = Annotated[str, Field(pattern=USERNAME_PATTERN, description="Name to sign in with.", examples=["lan"])]
DisplayName = Annotated[
    str, Field(max_length=LONGEST_NAME, pattern=PRINTABLE, description="As others see it.", examples=["Nguyễn Thị Lan"])
]
Password = Annotated[
    str,
    Field(
        min_length=SHORTEST_PASSWORD,
        max_length=LONGEST_PASSWORD,
        description="Long, and not one of those that are guessed first.",
        examples=["mưa rào trên mái tôn"],
    ),
]


class PersonAnswer(Schema):
    """A person who may sign in."""

    username: str = Field(examples=["lan"])
    display_name: str = Field(examples=["Nguyễn Thị Lan"])
    role: Role = Field(examples=["technician"])
    language: Language = Field(examples=["vi"])
    created_at: datetime = Field(examples=[EXAMPLE_TIME])
    disabled_at: datetime | None = Field(description="Since when they may not sign in.", examples=[None])
    last_login_at: datetime | None = Field(examples=[EXAMPLE_TIME])
    locked_until: datetime | None = Field(description="After too many wrong passwords.", examples=[None])
    has_password: bool = Field(examples=[True])
    provider: str | None = Field(description="Issuer through which they sign in.", examples=[None])
    tokens: int = Field(description="Good tokens that they made: they hold while the person may sign in.", examples=[0])


class PersonPage(Schema):
    """People by user name."""

    items: list[PersonAnswer]
    next_cursor: NextCursor


class PersonRequest(Schema):
    """A person to be. Without a password one is made, and told in the answer only."""

    username: Username
    role: Role = Field(examples=["technician"])
    display_name: DisplayName = ""
    language: Language = Field(default="vi", examples=["vi"])
    password: Password | None = Field(default=None, examples=[None])


class PersonMade(Schema):
    """A person, and the password that was made for them."""

    person: PersonAnswer
    password: str | None = Field(
        description="Told here only; null where the request brought one.", examples=["k7fqd-8mw2x-p3hza-vn5ct"]
    )


class PersonPatch(Schema):
    """What is to be different of a person. Who is disabled is signed out everywhere, and their tokens do not hold."""

    role: Role | None = Field(default=None, examples=["operator"])
    display_name: DisplayName | None = Field(default=None, examples=["Nguyễn Thị Lan"])
    language: Language | None = Field(default=None, examples=["en"])
    disabled: bool | None = Field(default=None, description="Whether they may not sign in.", examples=[False])


class PasswordReset(Schema):
    """Another password of a person; without one it is made, and told in the answer only."""

    password: Password | None = Field(default=None, examples=[None])


class PasswordChange(Schema):
    """One's own password, old and new."""

    current: str = Field(max_length=LONGEST_PASSWORD, description="The password of now.", examples=["cái cũ của tôi"])
    new: Password


class MeAnswer(Schema):
    """Who asks."""

    name: str = Field(description="As the audit trail has it.", examples=["person:lan"])
    role: Role = Field(examples=["technician"])
    display_name: str = Field(examples=["Nguyễn Thị Lan"])
    language: Language = Field(examples=["vi"])
    csrf_token: str | None = Field(
        description="To send as X-CSRF-Token with every change made by cookie; null for a token.", examples=["5f3c…"]
    )
    sessions: int | None = Field(description="Where one is signed in now; null for a token.", examples=[1])


class MePatch(Schema):
    """What is to be different of oneself."""

    display_name: DisplayName | None = Field(default=None, examples=["Nguyễn Thị Lan"])
    language: Language | None = Field(default=None, examples=["en"])


class TokenRequest(Schema):
    """A token to be, for one machine or program."""

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_NAME,
            pattern=PRINTABLE,
            description="What it is for.",
            examples=["bảng LED"],
        ),
    ]
    role: Role = Field(description="Its scope, at most one's own role.", examples=["viewer"])
    days: int = Field(ge=1, le=LONGEST_TOKEN_DAYS, description="It ends after so many days.", examples=[365])


class TokenAnswer(Schema):
    """What is kept of a token."""

    id: int = Field(examples=[7])
    name: str = Field(examples=["bảng LED"])
    role: Role = Field(examples=["viewer"])
    created_by: str | None = Field(description="Null: on the command line.", examples=["lan"])
    created_at: datetime = Field(examples=[EXAMPLE_TIME])
    expires_at: datetime = Field(examples=[EXAMPLE_TIME])
    last_used_at: datetime | None = Field(description="To the minute.", examples=[EXAMPLE_TIME])
    revoked_at: datetime | None = Field(examples=[None])
    state: TokenState = Field(examples=["good"])


class TokenPage(Schema):
    """Tokens, the newest first."""

    items: list[TokenAnswer]
    next_cursor: NextCursor


class TokenMade(Schema):
    """A new token, told here only."""

    token: str = Field(description="To send as `Authorization: Bearer ...`; kept nowhere.", examples=["ct_4xQ…"])
    about: TokenAnswer
