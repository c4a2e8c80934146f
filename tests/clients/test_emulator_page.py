"""docs/emulator.md does what it says: every command in it is run, and every table is held against the program."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import programs
from programs import WATCHDOG, Cirrus, Emulator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "emulator.md").read_text()
PORT = "127.0.0.1:4577"


def blocks(language: str) -> list[str]:
    """The fenced blocks of the page that have this info string."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [content for info, content in fences if info == language]


def commands() -> list[list[str]]:
    """The commands that start an emulator."""
    lines = [line for block in blocks("") for line in block.splitlines()]
    return [shlex.split(line)[2:] for line in lines if line.startswith("cirrus emulator")]


def section(title: str) -> str:
    """A part of the page, under its heading."""
    parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    return next(part for part in parts if part.startswith(f"{title}\n"))


def first_column(title: str) -> set[str]:
    """What the tables of a section have in backquotes in their first column."""
    rows = [line for line in section(title).splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])}


def run(command: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=WATCHDOG, check=False
    )


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_an_emulator_starts_as_the_page_says(arguments: list[str], program: Cirrus) -> None:
    if "--listen" in arguments:
        # A free port instead.
        at = arguments.index("--listen")
        arguments = arguments[:at] + arguments[at + 2 :]
    with programs.emulator(program, *arguments) as running:
        assert urllib.request.urlopen(f"{running.url}/_cirrus").status == 200


def test_a_scenario_is_read(program: Cirrus) -> None:
    [scenario] = blocks("toml")
    (program.folder / "scenario.toml").write_text(scenario)
    with programs.emulator(program, "--scenario", "scenario.toml") as running:
        text = urllib.request.urlopen(f"{running.url}/_cirrus/scenario").read().decode()
    assert "late:reads=1" in text and '"write-only":"erase"' in text and '"settle":"2s"' in text


def test_every_shell_block_runs(emulator: Emulator, program: Cirrus) -> None:
    address = emulator.url.removeprefix("http://")
    path = f"{program.program.parent}:{Path(sys.executable).parent}:{program.environment['PATH']}"
    # The blocks are read one after the other, in one shell: what the first exports the others see.
    script = "set -eu -o pipefail\n" + "\n".join(blocks("sh")).replace(PORT, address)
    done = run(["bash", "-c", script], {**program.environment, "PATH": path}, program.folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("error") == 0, done.stderr
    assert "mine" in done.stdout, done.stdout
    assert "mine" in (program.folder / "all.json").read_text()


def test_the_profile_and_the_script_reach_it(emulator: Emulator, program: Cirrus) -> None:
    [profile] = blocks("ini")
    [script] = blocks("python")
    config = program.folder / "config"
    config.write_text(profile.replace("http://" + PORT, emulator.url))
    environment = {**program.environment, "AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "local"}
    aws = str(Path(sys.executable).parent / "aws")
    done = run([aws, "sts", "get-caller-identity"], environment, program.folder)
    assert "123456789012" in done.stdout, done.stderr
    done = run([sys.executable, "-c", script.replace("http://" + PORT, emulator.url)], environment, program.folder)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_the_page_has_every_fault(program: Cirrus) -> None:
    error = program.run("emulator", "--fault", "nonsense").stderr
    known = re.search(r"there are ([a-z, -]+)", error.replace("\n", " "))
    assert known is not None, error
    effects = set(re.split(r",\s*", known[1].strip(" ,")))
    assert len(effects) > 30
    assert effects <= first_column("What goes wrong")


def test_the_page_has_every_switch(program: Cirrus) -> None:
    error = program.run("emulator", "--switch", "nonsense=1").stderr
    known = set(re.findall(r"`([a-z-]+)`", error.split("expected one of")[1].split("\n\n")[0]))
    documented = {name.removesuffix(":TYPE") for name in first_column("Switches")}
    assert known == documented
    for row in section("Switches").splitlines():
        if row.startswith("| `"):
            key, values, _ = (cell.strip() for cell in row.strip("|").split(" | "))
            name = key.strip("`").replace("TYPE", "AWS::S3::Bucket")
            for value in re.findall(r"`([^`]+)`", values):
                with programs.emulator(program, "--switch", f"{name}={value}"):
                    pass


def test_the_page_has_every_operation(program: Cirrus) -> None:
    """An operation that the page names is served; what is not served says so."""
    named = set(re.findall(r"\b[A-Z][A-Za-z]+\b", section("What it serves")))
    for operation in ["GetCallerIdentity", "ListRegions", "DescribeRegions", "ListTypes", "GetResources"]:
        assert operation in named
        with programs.emulator(program, "--fault", f"deny:op={operation}"):
            pass
    assert "is not an operation that the emulator serves" in program.run(
        "emulator", "--fault", "deny:op=RunInstances"
    ).stderr
