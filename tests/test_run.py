"""Starting on a bare machine, with real processes and a real pip, but packages from a folder."""

from __future__ import annotations

import ast
import base64
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

import run

ROOT = Path(run.__file__).parent
PYTHON = str(getattr(sys, "_base_executable", sys.executable))  # the one with pip
SAYS_WHAT_IT_GOT = "import sys, tiny\nprint('started', tiny.NUMBER, *sys.argv[1:])\n"


def wheel(folder: Path, name: str, number: int) -> str:
    """A package as small as can be; returns the line that locks it."""
    path = folder / f"{name}-{number}-py3-none-any.whl"
    info = f"{name}-{number}.dist-info"
    files = {
        f"{name}.py": f"NUMBER = {number}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = "".join(f"{file},{digest(text)},{len(text)}\n" for file, text in files.items())
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}=={number} \\\n    --hash=sha256:{sha256}\n"


def digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Tree:
    """A fresh clone with a program of one line and a package of its own."""

    root: Path

    @property
    def variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        nothing_else = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PYTHONUTF8": "1"}
        return kept | nothing_else | {"PIP_FIND_LINKS": str(self.root / "wheels")}

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    def lock(self, number: int, name: str = "requirements.lock") -> None:
        (self.root / name).write_text(wheel(self.root / "wheels", "tiny", number))

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [PYTHON, str(self.root / "run.py"), *arguments],
            env=self.variables | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
        )

    def answer(self, *arguments: str, **variables: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=100)
        return process.returncode, out, err


def clone(root: Path) -> Tree:
    shutil.copy(ROOT / "run.py", root)
    (root / "mailproc").mkdir()
    (root / "mailproc" / "__init__.py").write_text("")
    (root / "mailproc" / "__main__.py").write_text(SAYS_WHAT_IT_GOT)
    (root / "wheels").mkdir()
    tree = Tree(root)
    tree.lock(1)
    return tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return clone(tmp_path)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    tree = clone(tmp_path_factory.mktemp("made"))
    code, out, err = tree.answer("parse", "a mail.eml")
    assert (code, out) == (0, "started 1 parse a mail.eml\n"), err
    return tree


@pytest.fixture
def ready(made_once: Tree, tmp_path: Path) -> Tree:
    """A clone that was started before; it may be moved, so it may be copied."""
    return Tree(shutil.copytree(made_once.root, tmp_path / "ready", symlinks=True))


def in_two_languages(err: str) -> bool:
    thai, english = err.splitlines()[-2:]
    return any("ก" <= letter <= "๛" for letter in thai) and english.isascii()


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 8, 18), (3, 10, 13)])
def test_an_old_python_is_told_which_one_is_needed(version: tuple[int, ...]) -> None:
    with pytest.raises(run.Refusal) as refused:
        run.check_python(version, "posix")
    thai, english = refused.value.lines
    assert "Python 3.11" in thai
    assert f"this is Python {'.'.join(map(str, version))}:" in english


def test_an_old_python_can_read_the_file_as_far_as_that_answer() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_system_that_cannot_run_it_is_told() -> None:
    with pytest.raises(run.Refusal, match="WSL"):
        run.check_python((3, 12, 1), "nt")


def test_a_first_start_installs_with_progress_and_hands_over(tree: Tree) -> None:
    code, out, err = tree.answer("serve")
    assert (code, out) == (0, "started 1 serve\n")
    assert "collecting packages" in err
    assert "Ready after" in err


def test_a_second_start_installs_nothing_and_says_nothing(ready: Tree) -> None:
    no_pip_needed = ready.answer("requests", "list", PIP_FIND_LINKS="", PATH="")
    assert no_pip_needed == (0, "started 1 requests list\n", "")


def test_a_folder_that_was_moved_still_starts_at_once(ready: Tree) -> None:
    moved = Tree(ready.root.rename(ready.root.with_name("moved")))
    assert moved.answer("serve") == (0, "started 1 serve\n", "")


def test_another_python_starts_what_the_first_one_made(
    ready: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = run.Environment(str(ready.root))
    monkeypatch.setattr(sys, "executable", "/usr/bin/another")
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert environment.lacks([run.RUN]) == []


def test_a_python_replaced_in_its_place_makes_it_anew(
    ready: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = run.Environment(str(ready.root))
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert environment.lacks([run.RUN]) == [run.RUN]


def test_a_python_that_is_gone_makes_it_anew(ready: Tree) -> None:
    python = ready.venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    code, out, _ = ready.answer("serve")
    assert (code, out) == (0, "started 1 serve\n")


def test_a_half_made_environment_is_made_anew(ready: Tree) -> None:
    (ready.venv / "unfinished").write_text("")
    (package,) = ready.venv.glob("lib/python3*/site-packages/tiny.py")
    package.unlink()
    code, out, err = ready.answer("serve")
    assert (code, out) == (0, "started 1 serve\n")
    assert "not finished" in err


def test_an_environment_of_unknown_origin_is_made_anew(tree: Tree) -> None:
    (tree.venv / "bin").mkdir(parents=True)
    code, out, _ = tree.answer("serve")
    assert (code, out) == (0, "started 1 serve\n")


def test_a_changed_lock_is_installed_over_the_old_one(ready: Tree) -> None:
    ready.lock(2)
    code, out, _ = ready.answer("serve")
    assert (code, out) == (0, "started 2 serve\n")


def test_an_update_that_fails_leaves_the_old_packages_in_place(ready: Tree) -> None:
    lock = (ready.root / "requirements.lock").read_text()
    ready.lock(2)
    assert ready.answer("serve", PIP_FIND_LINKS="")[0] == 1
    (ready.root / "requirements.lock").write_text(lock)
    assert ready.answer("serve") == (0, "started 1 serve\n", "")


def test_without_a_network_the_answer_is_one_sentence(tree: Tree) -> None:
    unreachable = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    code, out, err = tree.answer("serve", PIP_FIND_LINKS="", PIP_NO_INDEX="0", **unreachable)
    assert (code, out) == (1, "")
    assert "could not be downloaded: check the network" in err
    assert in_two_languages(err)
    assert "Traceback" not in err


def test_what_pip_said_is_kept_in_the_file_that_the_answer_names(tree: Tree) -> None:
    code, _, err = tree.answer("serve", PIP_FIND_LINKS="")
    log = tree.venv / "install.log"
    assert code == 1
    assert str(log) in err.splitlines()[-1]
    assert "No matching distribution found for tiny==1" in log.read_text()
    assert "No matching distribution" not in err


def test_a_package_that_is_not_the_locked_one_is_refused(tree: Tree) -> None:
    lock = tree.root / "requirements.lock"
    lock.write_text(lock.read_text().split("sha256:")[0] + "sha256:" + "0" * 64 + "\n")
    code, _, err = tree.answer("serve")
    assert code == 1
    assert "is not the one that the lock file names" in err
    assert in_two_languages(err)


def test_a_python_without_pip_is_told_how_to_get_it(ready: Tree) -> None:
    without = str(ready.venv / "bin" / "python")
    with pytest.raises(run.Refusal, match="sudo apt install python3-pip"):
        run.find_pip([without])
    assert run.find_pip([without, PYTHON]) == PYTHON


def test_a_full_disk_is_told_before_anything_is_downloaded(tree: Tree) -> None:
    layer = run.Layer("requirements.lock", "run.stamp", 10**9)
    with pytest.raises(run.Refusal, match="1000000000 MB are needed") as refused:
        run.check_space(run.Environment(str(tree.root)), [layer])
    assert len(refused.value.lines) == 2


def test_a_folder_that_cannot_be_written_is_named(tree: Tree) -> None:
    (tree.root / "state").write_text("a file, so that even root cannot make a folder")
    code, _, err = tree.answer("serve")
    assert code == 1
    assert f"{tree.root / 'state'} cannot be written" in err
    assert in_two_languages(err)


def test_pip_is_not_misled_by_the_settings_of_the_person(tree: Tree) -> None:
    elsewhere = str(tree.root / "elsewhere")
    misleading = {"PIP_USER": "1", "PIP_TARGET": elsewhere, "PIP_REQUIRE_VIRTUALENV": "1"}
    code, out, _ = tree.answer("serve", **misleading)
    assert (code, out) == (0, "started 1 serve\n")
    assert not os.path.exists(elsewhere)


@pytest.fixture
def lock_held(tree: Tree) -> Iterator[int]:
    (tree.root / "state").mkdir()
    with (tree.root / "state" / "install.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def test_the_second_of_two_starts_waits_for_the_first(tree: Tree, lock_held: int) -> None:
    second = tree.start("serve")
    assert second.stderr is not None
    said = second.stderr.readline(), second.stderr.readline()
    assert "waiting for it" in said[1]
    assert not tree.venv.exists()
    fcntl.flock(lock_held, fcntl.LOCK_UN)
    out, _ = second.communicate(timeout=100)
    assert out == "started 1 serve\n"


def test_two_starts_at_once_install_once(tree: Tree) -> None:
    processes = [tree.start("serve") for _ in range(2)]
    answers = [process.communicate(timeout=100) for process in processes]
    assert [out for out, _ in answers] == ["started 1 serve\n"] * 2
    assert sum("Ready after" in err for _, err in answers) == 1


@dataclass
class Blocked:
    """A first start whose pip waits for a package that is a pipe nobody writes to."""

    tree: Tree
    pipe: Path
    process: subprocess.Popen[str]

    def let_pip_go(self) -> None:
        """A pip that outlived its parent ends too: it would wait for the pipe for ever."""
        with suppress(OSError):  # nobody reads any more
            os.close(os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK))
        self.pipe.unlink()


@pytest.fixture
def blocked(tree: Tree) -> Blocked:
    pipe = tree.root / "wheels" / "tiny-9-py3-none-any.whl"
    os.mkfifo(pipe)
    lock = tree.root / "requirements.lock"
    locked = lock.read_text()
    lock.write_text(f"tiny @ file://{pipe} --hash=sha256:{'0' * 64}\n")
    process = tree.start("serve")
    assert process.stderr is not None
    while "collecting" not in (line := process.stderr.readline()):
        assert line, "ended before its pip waited"
    lock.write_text(locked)
    return Blocked(tree, pipe, process)


def test_after_an_interruption_the_next_start_makes_it_anew(blocked: Blocked) -> None:
    blocked.process.send_signal(signal.SIGINT)
    _, err = blocked.process.communicate(timeout=100)
    assert blocked.process.returncode == 1
    assert "Stopped as you asked" in err
    assert in_two_languages(err)
    assert "Traceback" not in err
    blocked.let_pip_go()
    code, out, err = blocked.tree.answer("serve")
    assert (code, out) == (0, "started 1 serve\n")
    assert "not finished" in err


def test_after_a_kill_the_next_start_waits_for_the_orphaned_pip(blocked: Blocked) -> None:
    blocked.process.kill()
    blocked.process.communicate(timeout=100)
    second = blocked.tree.start("serve")
    assert second.stderr is not None
    second.stderr.readline()
    assert "waiting for it" in second.stderr.readline()
    blocked.let_pip_go()
    out, err = second.communicate(timeout=100)
    assert (second.returncode, out) == (0, "started 1 serve\n")
    assert "not finished" in err


def test_the_tests_have_packages_of_their_own(ready: Tree) -> None:
    (ready.root / "requirements-test.lock").write_text(wheel(ready.root / "wheels", "pytest", 7))
    code, _, err = ready.answer("test", "-k", "nothing")
    assert code == 0, err  # the package named pytest does nothing when it is run
    assert list(ready.venv.glob("lib/python3*/site-packages/pytest.py"))
    assert ready.answer("serve") == (0, "started 1 serve\n", "")


_PARALLEL = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder"]


@pytest.mark.parametrize(
    ("given", "run_with"),
    [
        ([], _PARALLEL),
        (["-x", "tests/web"], [*_PARALLEL, "-x", "tests/web"]),
        (["-n0"], ["-n0"]),
        (["-n", "2"], ["-n", "2"]),
        (["--numprocesses=3"], ["--numprocesses=3"]),
        (["-p", "no:xdist"], ["-p", "no:xdist"]),
    ],
)
def test_tests_run_in_parallel_unless_told_otherwise(given: list[str], run_with: list[str]) -> None:
    command = run.command_for(run.Environment("/srv/mailproc"), ["test", *given])
    assert command == ["/srv/mailproc/.venv/bin/python", "-P", "-m", "pytest", *run_with]


def test_the_locks_hold_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert text.count("--hash=sha256:") >= text.count("==") > 30
        assert "://" not in text
