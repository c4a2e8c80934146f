"""The AWS CLI against the emulator, and `cirrus exec` on what it left there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from programs import WATCHDOG, Cirrus, Emulator

USER_POOL = "AWS::Cognito::UserPool"
CLIENT = "AWS::Cognito::UserPoolClient"


@dataclass(frozen=True)
class AwsCli:
    """The program `aws` of this virtual environment."""

    program: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WATCHDOG,
            check=False,
        )

    def __call__(self, *operation: str, **inputs: str) -> Any:
        """The answer of `aws cloudcontrol OPERATION`, which must succeed."""
        done = self.run("cloudcontrol", *operation, *flags(inputs))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def refused(self, operation: str, **inputs: str) -> str:
        """The message of a call that must fail."""
        done = self.run("cloudcontrol", operation, *flags(inputs))
        assert done.returncode != 0, done.stdout
        return done.stderr.strip()

    def succeed(self, operation: str, **inputs: str) -> str:
        """The identifier of the resource that a write left."""
        token = self(operation, **inputs)["ProgressEvent"]["RequestToken"]
        self("wait", "resource-request-success", request_token=token)
        event = self("get-resource-request-status", request_token=token)["ProgressEvent"]
        assert event["OperationStatus"] == "SUCCESS", event
        return event["Identifier"]

    def create(self, type_name: str, desired: Mapping[str, Any]) -> str:
        return self.succeed("create-resource", type_name=type_name, desired_state=json.dumps(desired))


def flags(inputs: Mapping[str, str]) -> list[str]:
    """`--type-name X` of `type_name=X`."""
    return [word for name, value in inputs.items() for word in (f"--{name.replace('_', '-')}", value)]


@pytest.fixture
def aws(cirrus: Cirrus) -> AwsCli:
    program = Path(sys.executable).with_name("aws")
    assert program.is_file(), f"{program} is missing"
    return AwsCli(program, cirrus.environment)


def test_the_life_of_a_client(aws: AwsCli, cirrus: Cirrus) -> None:
    pool = aws.create(USER_POOL, {"UserPoolName": "customers"})
    web = aws.create(CLIENT, {"UserPoolId": pool, "ClientName": "web"})
    mobile = aws.create(CLIENT, {"UserPoolId": pool, "ClientName": "mobile"})

    sql = "SELECT identifier, client_name FROM aws.cognito.user_pool_clients ORDER BY client_name"
    rows = [{"identifier": mobile, "client_name": "mobile"}, {"identifier": web, "client_name": "web"}]
    assert cirrus.rows(sql) == rows
    listed = aws("list-resources", type_name=CLIENT, resource_model=json.dumps({"UserPoolId": pool}))
    assert sorted(found["Identifier"] for found in listed["ResourceDescriptions"]) == sorted([web, mobile])

    answer = aws("get-resource", type_name=CLIENT, identifier=web)
    properties = json.loads(answer["ResourceDescription"]["Properties"])
    assert (properties["UserPoolId"], properties["ClientName"]) == (pool, "web")

    patch = json.dumps([{"op": "replace", "path": "/ClientName", "value": "portal"}])
    aws.succeed("update-resource", type_name=CLIENT, identifier=web, patch_document=patch)
    rows[1]["client_name"] = "portal"
    assert cirrus.rows(sql) == rows

    aws.succeed("delete-resource", type_name=CLIENT, identifier=mobile)
    assert cirrus.rows(sql) == rows[1:]
    requests = aws("list-resource-requests")["ResourceRequestStatusSummaries"]
    assert [request["Operation"] for request in requests] == ["DELETE", "UPDATE", "CREATE", "CREATE", "CREATE"]


def test_errors_are_understood(aws: AwsCli) -> None:
    message = aws.refused("get-resource", type_name="AWS::S3::Bucket", identifier="absent")
    assert "(ResourceNotFoundException) when calling the GetResource operation" in message
    message = aws.refused("create-resource", type_name="AWS::S3::Bucket", desired_state='{"BucketSomething": 1}')
    assert "(ValidationException) when calling the CreateResource operation: Model validation failed" in message
    message = aws.refused("list-resources", type_name="AWS::Nothing::AtAll")
    assert "(TypeNotFoundException) when calling the ListResources operation" in message


def test_sts_says_who_calls(aws: AwsCli, emulator: Emulator) -> None:
    done = aws.run("sts", "get-caller-identity", "--output", "text", "--query", "Account")
    assert (done.returncode, done.stdout) == (0, "123456789012\n"), done.stderr
    asked = emulator.requests()[-1]
    assert (asked["operation"], asked["region"]) == ("GetCallerIdentity", "us-east-1")
