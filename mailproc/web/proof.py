"""What a person types as a proof: the code, or at first use the slip and a code of her own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailproc.deciding.proving import Proof, digits
from mailproc.model import Person

_CODE_DIGITS = 6  # at least
_REPEATED = re.compile(r"([0-9]{1,3})\1+")  # 111111, 121212, 123123
_RUNS = "0123456789012345678909876543210987654321"
STATUS = {"slow_down": 429, "code_wrong": 403, "code_used": 403, "slip_wrong": 403}
STATUS |= {"key_wrong": 403, "key_none": 403, "form_old": 409}  # of a passkey


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a page that asks for a proof."""

    code: str = ""
    slip: str = ""
    new_code: str = ""
    new_code_again: str = ""

    @property
    def proof(self) -> Proof:
        return Proof(self.code, self.slip, self.new_code)

    def fault(self, person: Person) -> str:
        """The first thing that is still to be filled in, as an error key; empty where all is."""
        if person.may_prove and not self.slip:
            return "" if self.code else "code_missing"
        return self._new_code_fault()

    def _new_code_fault(self) -> str:
        if not self.slip:
            return "slip_missing"
        code = self.new_code
        if len(code) < _CODE_DIGITS or not (code.isascii() and code.isdigit()):
            return "code_short"
        if _REPEATED.fullmatch(code) or code in _RUNS:
            return "code_weak"
        return "" if code == self.new_code_again else "codes_differ"


def typed(form: Mapping[str, str]) -> Typed:
    """As it was meant: Thai digits are digits, and spaces mean nothing."""
    return Typed(
        code=digits(form.get("code", "")),
        slip=form.get("slip", "").strip(),
        new_code=digits(form.get("new_code", "")),
        new_code_again=digits(form.get("new_code_again", "")),
    )
