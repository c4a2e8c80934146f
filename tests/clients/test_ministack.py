"""`cirrus exec` against ministack: a Cloud Control server with other habits than AWS's, and none of our code.

It ignores the input of a list, knows no schemas, makes identifiers up and returns only what was asked for.
"""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_control import CLIENT, USER_POOL, connect, create
from programs import Cirrus, clean_environment, running, settings_for, until


@pytest.fixture
def ministack(home: Path, installed: Path) -> Iterator[str]:
    """A running ministack; it cannot choose a port by itself."""
    program = installed / "clients-ministack" / "bin" / "ministack"
    assert program.is_file(), f"{program} is missing; tests/clients/run makes it"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SERVICES": "cloudcontrol,sts"}
    url = f"http://127.0.0.1:{port}"
    with running([program], {**clean_environment(home), **settings}, home) as process:

        def answers() -> str | None:
            assert process.poll() is None, "ministack ended"
            try:
                with urllib.request.urlopen(f"{url}/_ministack/health", timeout=5):
                    return url
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return None

        yield until(answers, "ministack")


@pytest.fixture
def client(ministack: str) -> Any:
    return connect(ministack)


@pytest.fixture
def cirrus(program: Cirrus, ministack: str) -> Cirrus:
    return program.with_settings(settings_for(ministack))


@pytest.fixture
def pools(client: Any) -> dict[str, list[str]]:
    """The names of the clients of two user pools."""
    names = {"customers": ["mobile", "web"], "staff": ["intranet", "wiki"]}
    made = {create(client, USER_POOL, {"UserPoolName": pool}): clients for pool, clients in names.items()}
    for pool, clients in made.items():
        for name in clients:
            create(client, CLIENT, {"UserPoolId": pool, "ClientName": name})
    return made


def test_it_ignores_the_input_of_a_list(client: Any, pools: dict[str, list[str]]) -> None:
    """Why the other tests of this file say something."""
    for pool in pools:
        listed = client.list_resources(TypeName=CLIENT, ResourceModel=json.dumps({"UserPoolId": pool}))
        assert len(listed["ResourceDescriptions"]) == 4


def test_a_predicate_on_the_parent_shows_its_rows_only(cirrus: Cirrus, pools: dict[str, list[str]]) -> None:
    for pool, names in pools.items():
        rows = cirrus.rows(
            "SELECT user_pool_id, client_name FROM aws.cognito.user_pool_clients"
            f" WHERE user_pool_id = '{pool}' ORDER BY client_name"
        )
        assert rows == [{"user_pool_id": pool, "client_name": name} for name in names]


def test_a_fan_out_shows_no_row_twice(cirrus: Cirrus, pools: dict[str, list[str]]) -> None:
    rows = cirrus.rows("SELECT user_pool_id, client_name FROM aws.cognito.user_pool_clients ORDER BY client_name")
    expected = [(pool, name) for pool, names in pools.items() for name in names]
    assert [(row["user_pool_id"], row["client_name"]) for row in rows] == sorted(expected, key=lambda pair: pair[1])
    assert cirrus.rows("SELECT count(*) AS clients FROM aws.cognito.user_pool_clients") == [{"clients": 4}]


def test_a_join_pairs_pools_with_their_own_clients(cirrus: Cirrus, pools: dict[str, list[str]]) -> None:
    rows = cirrus.rows(
        "SELECT p.user_pool_name, c.client_name FROM aws.cognito.user_pools p"
        " JOIN aws.cognito.user_pool_clients c ON c.user_pool_id = p.identifier ORDER BY c.client_name"
    )
    assert [(row["user_pool_name"], row["client_name"]) for row in rows] == [
        ("staff", "intranet"),
        ("customers", "mobile"),
        ("customers", "web"),
        ("staff", "wiki"),
    ]
