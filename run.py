"""Starts mailproc on a bare machine: makes `.venv` from the hashed lock files, then hands over.

Nothing but Python 3.11 with pip is needed. This file alone stays readable for Python 3.6, so that
an old Python answers with a sentence; its texts stand here because nothing else is importable yet.
"""

import hashlib
import os
import sys

OLDEST = (3, 11)
OLDEST_PIP = (22, 3)  # the first with `pip --python`
MEGABYTE = 1024 * 1024

TEXTS = {
    "old": (
        "ต้องใช้ Python 3.11 ขึ้นไป แต่คำสั่งนี้เรียก Python {found} "
        "กรุณาติดตั้งรุ่นใหม่หรือเรียกด้วยชื่อรุ่น เช่น python3.11 run.py",
        "Python 3.11 or newer is needed and this is Python {found}: install a newer one, "
        "or call it by its name, for example python3.11 run.py",
    ),
    "system": (
        "โปรแกรมนี้ทำงานบน Linux และ macOS บน Windows กรุณาใช้ผ่าน WSL",
        "This program runs on Linux and macOS: on Windows please use WSL",
    ),
    "pip": (
        "ไม่พบ pip รุ่น 22.3 ขึ้นไปสำหรับ {python} กรุณาติดตั้งก่อน "
        "บน Debian หรือ Ubuntu ใช้คำสั่ง sudo apt install python3-pip",
        "No pip 22.3 or newer was found for {python}: install it first, on Debian or Ubuntu with "
        "sudo apt install python3-pip",
    ),
    "network": (
        "ดาวน์โหลดส่วนประกอบไม่ได้ กรุณาตรวจการเชื่อมต่ออินเทอร์เน็ตหรือพร็อกซีแล้วสั่งอีกครั้ง (รายละเอียดอยู่ใน {log})",
        "The packages could not be downloaded: check the network or the proxy and start again "
        "(details are in {log})",
    ),
    "hash": (
        "ไฟล์ที่ดาวน์โหลดมาไม่ตรงกับที่กำหนดไว้ จึงไม่ติดตั้ง "
        "กรุณาลองเครือข่ายอื่นหรือแจ้งผู้ดูแลระบบ (รายละเอียดอยู่ใน {log})",
        "A downloaded package is not the one that the lock file names and was not installed: try "
        "another network or tell your administrator (details are in {log})",
    ),
    "install": (
        "ติดตั้งส่วนประกอบไม่สำเร็จ รายละเอียดอยู่ใน {log}",
        "The packages could not be installed, details are in {log}",
    ),
    "space": (
        "เนื้อที่ดิสก์ไม่พอ ต้องว่างอย่างน้อย {need} MB แต่ {folder} เหลือ {free} MB",
        "Not enough disk space: {need} MB are needed and {folder} has {free} MB left",
    ),
    "folder": (
        "เขียนข้อมูลที่ {folder} ไม่ได้ ({reason}) กรุณาตรวจสิทธิ์ของโฟลเดอร์หรือใช้บัญชีที่เป็นเจ้าของ",
        "{folder} cannot be written ({reason}): check its permissions, "
        "or use the account that owns it",
    ),
    "upgrading": (
        "กำลังปรับรุ่นโปรแกรมอยู่ กรุณารอจนเสร็จ",
        "The program is being upgraded: wait until that is done",
    ),
    "taking_back": (
        "การปรับรุ่นครั้งก่อนไม่เสร็จ กำลังกลับไปใช้โปรแกรมเดิม",
        "The last upgrade was not finished: putting the old program back",
    ),
    "interrupted": (
        "หยุดตามคำสั่งแล้ว การสั่งครั้งต่อไปจะเริ่มเตรียมใหม่ให้เอง",
        "Stopped as you asked: the next start prepares everything anew by itself",
    ),
    "waiting": (
        "มีการเตรียมโปรแกรมอยู่แล้วในอีกหน้าต่างหนึ่ง กำลังรอ",
        "Another start is preparing the program, waiting for it",
    ),
    "again": (
        "การเตรียมครั้งก่อนไม่เสร็จ กำลังเริ่มใหม่",
        "The last preparation was not finished, starting it anew",
    ),
    "preparing": (
        "กำลังเตรียมโปรแกรม ใช้เวลาราวครึ่งนาที (เฉพาะครั้งแรกและหลังปรับรุ่น)",
        "Preparing the program, about half a minute (only the first time and after an update)",
    ),
    "collecting": ("กำลังรวบรวมส่วนประกอบ", "collecting packages"),
    "installing": ("กำลังติดตั้งส่วนประกอบ", "installing packages"),
    "ready": ("พร้อมแล้ว ใช้เวลา {seconds} วินาที", "Ready after {seconds} s"),
}


class Refusal(Exception):
    """The program cannot be started; `lines` says why in Thai and in English."""

    def __init__(self, text, **values):
        # type: (str, object) -> None
        self.lines = [line.format(**values) for line in TEXTS[text]]
        super().__init__("\n".join(self.lines))


def say(text: str, **values: object) -> None:
    for line in TEXTS[text]:
        print(line.format(**values), file=sys.stderr, flush=True)


def check_python(version: "tuple[int, ...]", system: str) -> None:
    """Refuse what is too old or of the wrong kind."""
    if version[:2] < OLDEST:
        raise Refusal("old", found=".".join(str(part) for part in version[:3]))
    if system != "posix":
        raise Refusal("system")


# ------------------------------------------------------------------ is the environment as locked?


class Layer:
    """One lock file, the disk space it needs while it is installed, and its stamp."""

    def __init__(self, lock: str, stamp: str, megabytes: int) -> None:
        self.lock = lock
        self.stamp = stamp
        self.megabytes = megabytes


# Measured: 258 MB installed and 631 MB with the tests; what is downloaded lies beside it meanwhile.
RUN = Layer("requirements.lock", "run.stamp", 600)
TEST = Layer("requirements-test.lock", "test.stamp", 800)


class Environment:
    """The folder `.venv` below `root`; a layer is ready when its stamp holds its lock's digest."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.folder = os.path.join(root, ".venv")
        self.python = os.path.join(self.folder, "bin", "python")
        self.log = os.path.join(self.folder, "install.log")
        self.made_by = os.path.join(self.folder, "python.stamp")
        self.unfinished = os.path.join(self.folder, "unfinished")

    def lacks(self, layers: "list[Layer]") -> "list[Layer]":
        """The layers to install; all when it is half made, or its Python is gone or changed."""
        if not self.usable():
            return layers
        return [layer for layer in layers if read(self.stamp(layer)) != self.digest(layer)]

    def usable(self) -> bool:
        python, _, version = read(self.made_by).partition(" ")
        found = os.path.realpath(self.python)
        if python != found or not os.path.exists(found) or os.path.exists(self.unfinished):
            return False
        # A Python may be replaced in its place; another one may start what this one made.
        return found != os.path.realpath(sys.executable) or version == this_version()

    def stamp(self, layer: Layer) -> str:
        return os.path.join(self.folder, layer.stamp)

    def digest(self, layer: Layer) -> str:
        with open(os.path.join(self.root, layer.lock), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()


def this_version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return ""


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


# ------------------------------------------------------------------ making it


def prepare(environment: Environment, layers: "list[Layer]") -> None:
    """Install what is lacking; only one start at a time does so."""
    held = hold_lock(environment)
    try:
        lacking = environment.lacks(layers)
        if lacking:
            install(environment, lacking, held)
    finally:
        os.close(held)


def hold_lock(environment: Environment) -> int:
    import fcntl

    folder = os.path.join(environment.root, "state")
    os.makedirs(folder, exist_ok=True)
    held = os.open(os.path.join(folder, "install.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting")
        fcntl.flock(held, fcntl.LOCK_EX)
    return held


def install(environment: Environment, layers: "list[Layer]", held: int) -> None:
    import time

    started = time.monotonic()
    installer = find_pip([sys.executable, getattr(sys, "_base_executable", sys.executable)])
    check_space(environment, layers)
    if os.path.exists(environment.unfinished):
        say("again")
    say("preparing")
    if not environment.usable():
        make_folder(environment)
    for layer in layers:
        install_layer(environment, layer, installer, held)
    say("ready", seconds=round(time.monotonic() - started))


def check_space(environment: Environment, layers: "list[Layer]") -> None:
    import shutil

    need = sum(layer.megabytes for layer in layers)
    free = shutil.disk_usage(environment.root).free // MEGABYTE
    if free < need:
        raise Refusal("space", need=need, free=free, folder=environment.root)


def find_pip(pythons: "list[str]") -> str:
    """The first of these Pythons that has a new enough pip."""
    import re
    import subprocess

    for python in pythons:
        asked = subprocess.run(
            [python, "-m", "pip", "--version"],
            capture_output=True,
            text=True,
            env=clean(os.environ),
        )
        found = re.match(r"pip (\d+)\.(\d+)", asked.stdout)
        if found and (int(found[1]), int(found[2])) >= OLDEST_PIP:
            return python
    raise Refusal("pip", python=pythons[0])


def clean(variables: "os._Environ[str] | dict[str, str]") -> "dict[str, str]":
    """The environment without what would lead pip past the virtual environment."""
    misleading = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    kept = {name: value for name, value in variables.items() if name not in misleading}
    return dict(kept, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_DISABLE_PIP_VERSION_CHECK="1")


def make_folder(environment: Environment) -> None:
    """An empty virtual environment, marked as unfinished."""
    import glob
    import shutil
    import venv

    if os.path.exists(environment.folder):
        shutil.rmtree(environment.folder)
    os.mkdir(environment.folder)
    write(environment.unfinished, "")
    venv.EnvBuilder(symlinks=True, with_pip=False).create(environment.folder)
    # A relative line, so that the program is found from any folder, also after a move.
    (packages,) = glob.glob(os.path.join(environment.folder, "lib", "python3*", "site-packages"))
    write(os.path.join(packages, "mailproc.pth"), "../../../..\n")
    write(environment.made_by, os.path.realpath(environment.python) + " " + this_version())


def install_layer(environment: Environment, layer: Layer, installer: str, held: int) -> None:
    """Run pip; when it fails by itself it has undone its work, when it is killed it has not."""
    write(environment.unfinished, "")
    code = run_pip(environment, layer, installer, held)
    if code < 0:
        raise Refusal("interrupted")
    if code == 0:
        write(environment.stamp(layer), environment.digest(layer))
    os.remove(environment.unfinished)
    if code:
        raise failure(environment)


def run_pip(environment: Environment, layer: Layer, installer: str, held: int) -> int:
    import shutil
    import subprocess

    temporary = os.path.join(environment.folder, "tmp")  # /tmp may be small, and is not checked
    os.makedirs(temporary, exist_ok=True)
    lock = os.path.join(environment.root, layer.lock)
    command = [installer, "-u", "-m", "pip", "--python", environment.python, "install"]
    command += ["--require-hashes", "--no-deps", "--no-input", "--progress-bar", "off", "-r", lock]
    pip = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(clean(os.environ), TMPDIR=temporary),
        pass_fds=[held],  # should this process be killed, the next start waits for the orphan
    )
    try:
        follow(pip, environment, count(lock))
        return pip.wait()
    except BaseException:
        pip.terminate()
        pip.wait()
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def count(lock: str) -> int:
    with open(lock, encoding="utf-8") as file:
        return sum("==" in line and not line.startswith((" ", "#")) for line in file)


def follow(pip: "subprocess.Popen[bytes]", environment: Environment, total: int) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Keep what pip prints in the log file and show how far it is."""
    import select

    assert pip.stdout is not None
    progress = Progress(total)
    with open(environment.log, "wb") as log:
        while True:
            readable, _, _ = select.select([pip.stdout], [], [], 0.5)
            if readable:
                some = os.read(pip.stdout.fileno(), 65536)
                if not some:
                    break
                log.write(some)
                log.flush()
                progress.read(some)
            progress.show()
    progress.end()


class Progress:
    """One changing line on a terminal, a line per stage elsewhere; all on stderr."""

    def __init__(self, total: int) -> None:
        import time

        self.total = total
        self.seen = 0
        self.stage = ""
        self.rest = b""
        self.clock = time.monotonic
        self.started = self.clock()
        self.terminal = sys.stderr.isatty()

    def read(self, some: bytes) -> None:
        lines = (self.rest + some).split(b"\n")
        self.rest = lines.pop()
        for line in lines:
            self.note(line)

    def note(self, line: bytes) -> None:
        if line.startswith((b"Collecting ", b"Processing ", b"Requirement already", b"Ignoring ")):
            self.seen = min(self.seen + 1, self.total)
            self.enter("collecting")
        elif line.startswith(b"Installing collected"):
            self.enter("installing")

    def enter(self, stage: str) -> None:
        if stage != self.stage and not self.terminal:
            print("{} · {}".format(*TEXTS[stage]), file=sys.stderr, flush=True)
        self.stage = stage

    def show(self) -> None:
        if self.terminal and self.stage:
            thai, english = TEXTS[self.stage]
            seconds = round(self.clock() - self.started)
            done = f" {self.seen}/{self.total}" if self.stage == "collecting" else ""
            print(
                f"\r{thai} · {english}{done} ({seconds} s)\x1b[K",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def end(self) -> None:
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


# pip ends with 1 whatever went wrong: only its words tell. What is not known stays general.
SIGNS = {
    "hash": ["DO NOT MATCH THE HASHES"],
    "space": ["No space left on device", "[Errno 28]", "Disk quota exceeded"],
    "network": [
        "Retrying (Retry(",
        "Max retries exceeded",
        "ReadTimeoutError",
        "ConnectionError",
        "ProxyError",
        "SSLError",
    ],
}


def failure(environment: Environment) -> Refusal:
    """What pip's last words mean for the person who started us."""
    import shutil

    with open(environment.log, "rb") as file:
        said = file.read().decode("utf-8", "replace")
    text = next((name for name, signs in SIGNS.items() if any(s in said for s in signs)), "install")
    free = shutil.disk_usage(environment.root).free // MEGABYTE
    return Refusal(
        text, log=environment.log, folder=environment.root, free=free, need=RUN.megabytes
    )


# ------------------------------------------------------------------ an unfinished upgrade


def exchange(root: str, name: str) -> None:
    """Put the new file or folder of this name in the place of the old one, which is kept."""
    here, new, old = places(root, name)
    os.makedirs(os.path.dirname(old), exist_ok=True)
    if os.path.isfile(here):  # this very file is never missing
        os.link(here, old)
    elif os.path.exists(here):
        os.rename(here, old)
    os.replace(new, here)


def take_back(root: str) -> None:
    """Undo what the journal of an upgrade says, however far it, or its undoing, came."""
    import json

    folder = os.path.join(root, ".upgrade")
    with open(os.path.join(folder, "journal.json"), encoding="utf-8") as file:
        journal = json.load(file)
    for name in journal["entries"]:
        here, new, old = places(root, name)
        if not os.path.exists(new):  # it is here
            if os.path.isfile(here) and os.path.exists(old):
                os.link(here, new)
            else:
                os.rename(here, new)
        if os.path.isfile(old):
            os.replace(old, here)
        elif os.path.exists(old) and not os.path.exists(here):
            os.rename(old, here)
    put_back_database(journal)
    os.remove(os.path.join(folder, "journal.json"))


def put_back_database(journal: "dict[str, str]") -> None:
    """The database as it was before; PostgreSQL takes a migration back by itself."""
    import shutil

    database = journal["database"]
    if not database or not os.path.exists(journal["before"]):
        return
    draft = database + ".part"
    shutil.copyfile(journal["before"], draft)
    shutil.copystat(database, draft)
    if os.geteuid() == 0:
        owner = os.stat(database)
        os.chown(draft, owner.st_uid, owner.st_gid)
    for rest in ("-wal", "-shm"):
        if os.path.exists(database + rest):
            os.remove(database + rest)
    os.replace(draft, database)


def places(root: str, name: str) -> "tuple[str, str, str]":
    """Where an entry is, where the new one waits, and where the old one goes."""
    folder = os.path.join(root, ".upgrade")
    return (
        os.path.join(root, name),
        os.path.join(folder, "new", name),
        os.path.join(folder, "old", name),
    )


def recover(root: str) -> None:
    """Before anything else: the program may be half new."""
    folder = os.path.join(root, ".upgrade")
    if not os.path.exists(os.path.join(folder, "journal.json")):
        return
    import fcntl
    import shutil

    held = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refusal("upgrading") from None
    say("taking_back")
    take_back(root)
    os.close(held)
    shutil.rmtree(folder, ignore_errors=True)


# ------------------------------------------------------------------ handing over


def command_for(environment: Environment, arguments: "list[str]") -> "list[str]":
    """What to run in the virtual environment; -P, so that no file lying about is imported."""
    start = [environment.python, "-P", "-m"]
    if arguments[:1] != ["test"]:
        return [*start, "mailproc", *arguments]
    rest = arguments[1:]
    chosen = any(a.startswith(("-n", "--numprocesses")) or a == "no:xdist" for a in rest)
    # One more than cores: much of a test of the whole daemon is waiting.
    workers = str((os.cpu_count() or 1) + 1)
    # File by file, so that what a file prepares for all its tests is prepared once; and in the
    # order of tests/conftest.py, the longest first.
    parallel = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    return [*start, "pytest", *([] if chosen else parallel), *rest]


def main(arguments: "list[str]") -> int:
    try:
        check_python(tuple(sys.version_info[:3]), os.name)
        root = os.path.dirname(os.path.abspath(__file__))
        recover(root)
        environment = Environment(root)
        testing = arguments[:1] == ["test"]
        layers = [RUN, TEST] if testing else [RUN]
        if environment.lacks(layers):
            prepare(environment, layers)
        if testing:
            os.chdir(environment.root)
        command = command_for(environment, arguments)
        sys.stderr.flush()
        os.execv(command[0], command)  # noqa: S606 - our own interpreter
    except Refusal as refusal:
        answer = refusal
    except KeyboardInterrupt:
        answer = Refusal("interrupted")
    except OSError as error:
        answer = wrong_folder(error)
    print("\n".join(answer.lines), file=sys.stderr)
    return 1


def wrong_folder(error: OSError) -> Refusal:
    folder = error.filename or os.path.dirname(os.path.abspath(__file__))
    return Refusal("folder", folder=folder, reason=error.strerror or error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
