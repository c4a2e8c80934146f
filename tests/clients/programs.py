"""Starts the programs under test and the servers they talk to, each with an environment of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

# When something hangs. Nothing is measured against it.
WATCHDOG = 120.0

Row = dict[str, Any]


def clean_environment(home: Path) -> dict[str, str]:
    """What a machine without any settings for AWS has, and no metadata service to ask for credentials."""
    nothing = home / "no-settings"
    nothing.touch()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "AWS_CONFIG_FILE": str(nothing),
        "AWS_SHARED_CREDENTIALS_FILE": str(nothing),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def settings_for(url: str) -> dict[str, str]:
    """What makes every AWS client call a local server."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@dataclass(frozen=True)
class Cirrus:
    """The program, with the environment that its runs get."""

    program: Path
    environment: Mapping[str, str]
    folder: Path

    def with_settings(self, settings: Mapping[str, str]) -> Cirrus:
        return Cirrus(self.program, {**self.environment, **settings}, self.folder)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Runs the program to its end, whatever that is."""
        return subprocess.run(
            [self.program, *arguments],
            env=self.environment,
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=WATCHDOG,
            check=False,
        )

    def rows(self, sql: str, *arguments: str) -> list[Any]:
        """The rows of a statement that must succeed without a warning; of several, a list of each."""
        done = self.run("exec", "--quiet", "-o", "json", *arguments, sql)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts the program and leaves it running."""
        return subprocess.Popen(
            [self.program, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@dataclass(frozen=True)
class Emulator:
    """A running `cirrus emulator`."""

    url: str
    log: Path

    @property
    def settings(self) -> dict[str, str]:
        return settings_for(self.url)

    def requests(self) -> list[Row]:
        """What it was asked so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def emulator(cirrus: Cirrus, *arguments: str) -> Iterator[Emulator]:
    """Serves the emulator on a free port; the first line that it prints is its URL."""
    log = cirrus.folder / "requests.ndjson"
    listen = ["emulator", "--listen", "127.0.0.1:0", "--log", str(log)]
    with running([cirrus.program, *listen, *arguments], cirrus.environment, cirrus.folder) as process:
        assert process.stdout is not None
        with watched(process):
            line = process.stdout.readline()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", line), f"the first line is not the URL: {line!r}"
        yield Emulator(line.strip(), log)


@contextmanager
def running(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """Runs a server until the block ends; what it says about itself goes to a file beside its data."""
    messages = folder / f"{Path(command[0]).name}.stderr"
    with messages.open("w") as stderr:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        yield process
    except BaseException:
        print(f"--- {messages.name}\n{messages.read_text()}")
        raise
    finally:
        process.terminate()
        with watched(process):
            process.communicate()


@contextmanager
def watched(process: subprocess.Popen[str]) -> Iterator[None]:
    """Kills a process on which a test waits for ever."""
    timer = threading.Timer(WATCHDOG, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


Answer = TypeVar("Answer")


def until(attempt: Callable[[], Answer | None], what: str) -> Answer:
    """Asks again and again until there is an answer."""
    deadline = time.monotonic() + WATCHDOG
    while time.monotonic() < deadline:
        answer = attempt()
        if answer is not None:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")
