"""What every test starts from: a machine without settings, an emulator, clients of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import conformance
import programs
from cloud_control import connect
from programs import Cirrus, Emulator

conformance.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cirrus", type=Path, required=True, help="the program under test")
    target = Path(__file__).parents[2] / "target"
    parser.addoption("--installed", type=Path, default=target, help="where tests/clients/run has installed programs")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test also fails when an answer that botocore got in it is not as the service's model says."""
    try:
        yield
    except BaseException:
        for violation in conformance.take():
            print(violation)
        raise
    found = conformance.take()
    assert not found, "\n".join(found)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home; boto3 in this process sees no more of the host than the programs that are started."""
    environment = programs.clean_environment(tmp_path)
    for name in list(os.environ):
        if name not in environment and not name.startswith("PYTEST_"):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def program(pytestconfig: pytest.Config, home: Path) -> Cirrus:
    """`cirrus` without any settings."""
    path = pytestconfig.getoption("cirrus").resolve()
    assert path.is_file(), f"{path} is missing"
    return Cirrus(path, programs.clean_environment(home), home)


@pytest.fixture
def installed(pytestconfig: pytest.Config) -> Path:
    """Where `tests/clients/run` has put the programs of other people."""
    return pytestconfig.getoption("installed").resolve()


@pytest.fixture
def emulator_arguments() -> list[str]:
    """What the emulator is started with; a test file that wants something has its own."""
    return []


@pytest.fixture
def emulator(program: Cirrus, emulator_arguments: list[str]) -> Iterator[Emulator]:
    """An empty emulator."""
    with programs.emulator(program, *emulator_arguments) as running:
        yield running


@pytest.fixture
def cirrus(program: Cirrus, emulator: Emulator) -> Cirrus:
    """`cirrus` with the settings that point every AWS client to the emulator."""
    return program.with_settings(emulator.settings)


@pytest.fixture
def client(emulator: Emulator) -> Any:
    """boto3's client of Cloud Control."""
    return connect(emulator.url)
