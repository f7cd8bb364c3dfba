"""An encrypted archive (age, then gzip and tar): written in one pass, read in one pass.

It is sealed for the office's key, of which this machine knows the public half alone, and for a
second key that lives as long as the writing: with that the file is read back and compared.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import pyrage

from mailproc.errors import MailprocError

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive holds; it is the archive's first file."""

    made_at: str  # ISO, UTC: before anything was read
    program: str  # version
    revision: str  # of the database's schema
    address: str  # of the office
    database: str  # sqlite | postgresql: where it came from
    left_out: tuple[str, ...] = ()  # what an admin has to keep by other means
    environment: tuple[str, ...] = ()  # names of settings that came from the environment
    members: tuple[Member, ...] = ()
    format: int = FORMAT


def new_key() -> tuple[str, str]:
    """(secret, public): the secret opens what is sealed for the public one."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def public_of(secret: str) -> str:
    """The public half. Raises MailprocError where it is no key, as after a slip in typing it."""
    return str(_identity(secret).to_public())


def checked_public(text: str) -> str:
    """A public key as it was typed. Raises MailprocError where it is none."""
    try:
        return str(pyrage.x25519.Recipient.from_str(text.strip()))
    except pyrage.RecipientError:
        raise MailprocError(key="backup_recipient_wrong") from None


def _identity(secret: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str("".join(secret.split()).upper())
    except pyrage.IdentityError:
        raise MailprocError(key="backup_key_wrong") from None


# ---------------------------------------------------------------- writing


def write(stream: IO[bytes], manifest: Manifest, files: Mapping[str, Path], recipient: str) -> str:
    """Seals the files; gives the secret of the second key, to check what was written.

    Raises MailprocError where the stream takes no more, as on a full disk.
    """
    keys = [pyrage.x25519.Recipient.from_str(checked_public(recipient))]
    checking = pyrage.x25519.Identity.generate()
    keys.append(checking.to_public())
    with _fed(lambda sink: _tar(sink, manifest, files)) as source:
        try:
            pyrage.encrypt_io(source, stream, keys)
        except (pyrage.EncryptError, OSError) as error:
            raise MailprocError(key="backup_unwritable", problem=error) from None
    return str(checking)


def _tar(sink: IO[bytes], manifest: Manifest, files: Mapping[str, Path]) -> None:
    with (
        gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        text = json.dumps(asdict(manifest), ensure_ascii=False).encode()
        _add(tar, MANIFEST, io.BytesIO(text), len(text))
        for member in manifest.members:
            with files[member.name].open("rb") as content:
                _add(tar, member.name, content, member.size)


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, content)


def member(name: str, file: Path) -> Member:
    """The file as the manifest tells of it."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return Member(name, file.stat().st_size, digest)


# ---------------------------------------------------------------- reading


Take = Callable[[str, IO[bytes]], None]


def read(stream: IO[bytes], secret: str, take: Take = lambda name, content: None) -> Manifest:
    """Reads all of it, giving each file to `take`; gives the manifest.

    Raises MailprocError where the key does not fit or a byte is not as it was written; what was
    taken until then is not to be used.
    """
    identity = _identity(secret)

    def decrypt(sink: IO[bytes]) -> None:
        pyrage.decrypt_io(stream, sink, [identity])

    try:
        with _fed(decrypt) as source:
            manifest = _untar(source, take)
            while source.read(_CHUNK):  # the end is authenticated too
                pass
        return manifest
    except (pyrage.DecryptError, OSError, tarfile.TarError, EOFError, ValueError) as error:
        raise MailprocError(key="backup_unreadable", problem=error) from None


def _untar(source: IO[bytes], take: Take) -> Manifest:
    expected: dict[str, Member] = {}
    manifest: Manifest | None = None
    with tarfile.open(fileobj=source, mode="r|gz") as tar:
        for info in tar:
            content = tar.extractfile(info)
            if content is None or not _is_inside(info.name):
                raise ValueError(f"an entry that no backup has: {info.name}")
            if manifest is None:
                manifest = _manifest(info.name, content.read(info.size))
                expected = {one.name: one for one in manifest.members}
                continue
            known = expected.pop(info.name, None)
            checked = _Checked(content)
            take(info.name, io.BufferedReader(checked))
            checked.readall()
            if known is None or (checked.size, checked.digest) != (known.size, known.sha256):
                raise ValueError(f"{info.name} is not what was put in")
    if manifest is None or expected:
        raise ValueError("files are missing")
    return manifest


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in Path(name).parts


def _manifest(name: str, text: bytes) -> Manifest:
    if name != MANIFEST:
        raise ValueError("no backup of mailproc")
    values: dict[str, Any] = json.loads(text)
    if values.get("format") != FORMAT:
        raise ValueError(f"format {values.get('format')}; this program reads {FORMAT}")
    for listed in ("left_out", "environment"):
        values[listed] = tuple(values[listed])
    values["members"] = tuple(Member(**one) for one in values["members"])
    return Manifest(**values)


class _Checked(io.RawIOBase):
    """Passes a file on and notes its size and digest."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._hash, self.size = content, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        some = self._content.read(len(buffer))
        buffer[: len(some)] = some
        self._hash.update(some)
        self.size += len(some)
        return len(some)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


@contextlib.contextmanager
def _fed(produce: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """What `produce` writes in a thread of its own, to be read here; its error is raised here."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        with contextlib.suppress(BrokenPipeError), os.fdopen(writing, "wb") as sink:
            try:
                produce(sink)
            except BaseException as error:
                failed.append(error)  # before the reader sees the end

    thread = threading.Thread(target=run, name="archive")
    thread.start()
    wrong: BaseException | None = None
    try:
        with os.fdopen(reading, "rb") as source:
            yield source
    except BaseException as error:
        wrong = failed[0] if failed else error  # the cause, not what the reader met of it
    thread.join()
    if wrong is not None or failed:
        raise wrong or failed[0]
