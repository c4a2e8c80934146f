"""The AWS SDKs for JavaScript and Go: the programs in `javascript/` and `go/`, which report what they saw."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from life_cycles import has
from programs import WATCHDOG, Cirrus, Emulator, Row

# What `tests/clients/run` has installed and built, below its folder.
COMMANDS = {
    "javascript": ["node", "clients-javascript/life.mjs"],
    "go": ["clients-go/life"],
}


@pytest.fixture(params=COMMANDS)
def report(request: pytest.FixtureRequest, installed: Path, cirrus: Cirrus) -> Row:
    """What an SDK saw."""
    *interpreter, program = COMMANDS[request.param]
    path = installed / program
    assert path.is_file(), f"{path} is missing; tests/clients/run makes it"
    done = subprocess.run(
        [*interpreter, path],
        env=cirrus.environment,
        cwd=cirrus.folder,
        capture_output=True,
        text=True,
        timeout=WATCHDOG,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_life_of_a_bucket_and_of_a_client(report: Row, emulator: Emulator) -> None:
    bucket, client, refused = report["bucket"], report["client"], report["refused"]
    assert bucket["identifier"] == "photos"
    assert has(bucket["created"], {"BucketName": "photos", "VersioningConfiguration": {"Status": "Enabled"}})
    assert has(bucket["changed"], {"BucketName": "photos", "VersioningConfiguration": {"Status": "Suspended"}})
    assert client["identifier"] == f"{client['created']['UserPoolId']}|{client['created']['ClientId']}"
    assert client["created"]["ClientName"] == "web"
    assert client["changed"] == {**client["created"], "ClientName": "portal"}
    for life in (bucket, client):
        assert life["listed"] == [life["identifier"]]
        assert (life["gone"]["code"], life["gone"]["status"]) == ("ResourceNotFoundException", 400)
        assert life["gone"]["message"]
        assert life["left"] == []
    assert refused == {
        "code": "ValidationException",
        "status": 400,
        "message": "Model validation failed (#: extraneous key [BucketSomething] is not permitted)",
    }
    # The SDKs fill in a token for every write, and sign it for the region they are told.
    requests = emulator.requests()
    tokens = [request["client_token"] for request in requests if "client_token" in request]
    assert len(set(tokens)) == len(tokens) == 8
    assert {request["region"] for request in requests} == {"us-east-1"}
