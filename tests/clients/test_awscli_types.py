"""The whole life of resources whose types differ in shape, by the AWS CLI; `test_awscli.py` has it as a program."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloud_control import FINAL
from life_cycles import CASES, live
from programs import Cirrus, Row, clean_environment, running, until, watched


@dataclass(frozen=True)
class AwsCli:
    """`aws cloudcontrol`."""

    process: subprocess.Popen[str]
    environment: Mapping[str, str]

    def run(self, *words: str) -> Row:
        """How a call ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        call = {"environment": self.environment, "arguments": ["cloudcontrol", *words]}
        with watched(self.process):
            print(json.dumps(call), file=self.process.stdin, flush=True)
            done = json.loads(self.process.stdout.readline())
        assert done["violations"] == []
        return done

    def answer(self, *words: str) -> Any:
        """The answer of a call that must succeed."""
        done = self.run(*words)
        assert done["code"] == 0, done["stderr"]
        return json.loads(done["stdout"]) if done["stdout"] else None

    def create(self, type_name: str, desired: Row) -> str:
        return self.finished("create-resource", "--type-name", type_name, "--desired-state", json.dumps(desired))

    def get(self, type_name: str, identifier: str) -> Row:
        answer = self.answer("get-resource", "--type-name", type_name, "--identifier", identifier)
        return json.loads(answer["ResourceDescription"]["Properties"])

    def identifiers(self, type_name: str, model: Row) -> list[str]:
        inputs = ["--resource-model", json.dumps(model)] if model else []
        answer = self.answer("list-resources", "--type-name", type_name, *inputs)
        return [found["Identifier"] for found in answer["ResourceDescriptions"]]

    def update(self, type_name: str, identifier: str, patch: list[Row]) -> str:
        inputs = ["--type-name", type_name, "--identifier", identifier, "--patch-document", json.dumps(patch)]
        return self.finished("update-resource", *inputs)

    def delete(self, type_name: str, identifier: str) -> str:
        return self.finished("delete-resource", "--type-name", type_name, "--identifier", identifier)

    def refused(self, operation: str, inputs: Row) -> str:
        words = [word for name, value in inputs.items() for word in (f"--{dashed(name)}", value)]
        done = self.run(dashed(operation), *words)
        assert done["code"] == 255, done
        refusal = re.search(rf"An error occurred \((\w+)\) when calling the {operation} operation: \S", done["stderr"])
        assert refusal is not None, done["stderr"]
        return refusal[1]

    def finished(self, *words: str) -> str:
        token = self.answer(*words)["ProgressEvent"]["RequestToken"]

        def final() -> Row | None:
            event = self.answer("get-resource-request-status", "--request-token", token)["ProgressEvent"]
            return event if event["OperationStatus"] in FINAL else None

        # The waiter asks every five seconds; it is not called before there is nothing to wait for.
        event = until(final, f"the end of request {token}")
        self.answer("wait", "resource-request-success", "--request-token", token)
        return event["Identifier"]


def dashed(name: str) -> str:
    """`get-resource` of `GetResource`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    home = tmp_path_factory.mktemp("awscli")
    script = Path(__file__).with_name("awscli_session.py")
    with running([sys.executable, "-B", script], clean_environment(home), home, stdin=subprocess.PIPE) as process:
        yield process


@pytest.mark.parametrize("type_name", CASES)
def test_the_life_of(type_name: str, process: subprocess.Popen[str], cirrus: Cirrus, home: Path) -> None:
    case = CASES[type_name]
    # Else the program takes an identifier that is an URL for one that it should get.
    config = home / "config"
    config.write_text("[default]\ncli_follow_urlparam = false\n")
    settings = {"AWS_REGION": case.region, "AWS_DEFAULT_REGION": case.region, "AWS_CONFIG_FILE": str(config)}
    aws = AwsCli(process, {**cirrus.environment, **settings})
    live(case, aws, lambda _identifier, _properties: None)
