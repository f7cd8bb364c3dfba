"""What a server stamped on a mail of ours, as real ones write it."""

from __future__ import annotations

import pytest

from mailproc.mail.stamps import Stamp, read

_GOOGLE = b"""Authentication-Results: mx.example.org;\r
       dkim=pass header.i=@office.example.org header.s=sel header.b=abc;\r
       spf=pass (example.org: domain of data@office.example.org designates 192.0.2.1\r
 as permitted sender) smtp.mailfrom=data@office.example.org;\r
       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=office.example.org\r
\r
"""
_MICROSOFT = b"""Authentication-Results: spf=fail (sender IP is 192.0.2.1)\r
 smtp.mailfrom=office.example.org; dkim=none (message not signed)\r
 header.d=none;dmarc=fail action=none header.from=office.example.org;\r
\r
"""


@pytest.mark.parametrize(
    ("header", "name", "expected"),
    [
        (_GOOGLE, "", Stamp("mx.example.org", "pass", "pass", "pass")),
        (_GOOGLE, "MX.example.org", Stamp("mx.example.org", "pass", "pass", "pass")),
        (_GOOGLE, "other.example.org", Stamp()),
        (_MICROSOFT, "microsoft365", Stamp("microsoft365", "fail", "none", "fail")),
        (b"Subject: x\r\n\r\n", "", Stamp()),
        (b"Authentication-Results: mx.example.org; none\r\n\r\n", "", Stamp("mx.example.org")),
        (
            b"Authentication-Results: a.example.org; dkim=fail; dkim=pass; dkim=fail\r\n\r\n",
            "",
            Stamp("a.example.org", dkim="pass"),
        ),
        (
            b"Authentication-Results: top.example.org; spf=fail\r\n"
            b"Authentication-Results: below.example.org; spf=pass\r\n\r\n",
            "",
            Stamp("top.example.org", spf="fail"),
        ),
        (
            b"Authentication-Results: a.example.org; spf=fail (they say dmarc=pass)\r\n\r\n",
            "",
            Stamp("a.example.org", spf="fail"),
        ),
    ],
)
def test_the_topmost_stamp_of_our_server_counts(header: bytes, name: str, expected: Stamp) -> None:
    assert read(header, name) == expected
