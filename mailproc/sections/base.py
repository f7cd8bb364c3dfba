"""What all sections share: nothing unknown stands in them, and spans of time have their unit."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

ADDRESS = re.compile(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+")
Port = Annotated[int, Field(ge=0, le=65535)]
_SPAN = TypeAdapter(timedelta)


def whole(unit: timedelta, name: str) -> BeforeValidator:
    """A plain number of the unit that the setting's name says, or ISO 8601 text with its own, as
    «P3D» or «PT36H»; so nobody's minutes are taken for days."""

    def read(value: object) -> object:
        if not isinstance(value, str) or not value.startswith("P"):
            return value
        try:
            span = _SPAN.validate_python(value)
        except ValidationError:
            raise ValueError(f"{value!r} is no span of time; write for example P3D") from None
        if span % unit:
            raise ValueError(f"{value!r} is not a whole number of {name}")
        return span // unit

    return BeforeValidator(read)


Hours = Annotated[int, Field(ge=1), whole(timedelta(hours=1), "hours")]
Days = Annotated[int, Field(ge=1), whole(timedelta(days=1), "days")]
Workdays = Annotated[int, Field(ge=0, le=250), whole(timedelta(days=1), "days")]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
