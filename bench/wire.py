"""Our Thai headers as others read them: `python -m bench.wire [--count 10000] [--seed 1]`.

Half are subjects, half are names beside an address. Two decoders that share nothing with the
writer read each: the standard library's `decode_header`, and RFC 2047 by hand.
"""

from __future__ import annotations

import argparse
import time
from email.utils import parseaddr

from mailproc.mail import headers
from tests.mail.test_wire import ADDRESS, by_hand, by_library, texts, unfolded


def _subject(text: str) -> bool:
    value = unfolded(headers.unstructured("Subject", text)).removeprefix("Subject: ")
    return by_library(value) == by_hand(value) == text


def _name(text: str) -> bool:
    shown, address = parseaddr(unfolded(headers.mailbox("To", text, ADDRESS)).removeprefix("To: "))
    return by_library(shown) == by_hand(shown) == text and address == ADDRESS


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    started = time.monotonic()
    words = texts(given.seed, given.count)
    middle = given.count // 2
    altered = [text for text in words[:middle] if not _subject(text)]
    altered += [text for text in words[middle:] if not _name(text)]
    for text in altered[:10]:
        print(f"altered: {text!r}")
    print(f"{len(altered)} of {given.count} altered, in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
