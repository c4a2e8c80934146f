"""The program as a process: exit codes, streams, signals, credentials, settings."""

from __future__ import annotations

import csv
import io
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import programs
from cloud_control import USER_POOL, connect, create, two_pools
from programs import WATCHDOG, Cirrus, Emulator, settings_for

POOLS = "SELECT user_pool_name FROM aws.cognito.user_pools ORDER BY user_pool_name"


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WATCHDOG)
        yield server


def url(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_rows_go_to_stdout_and_everything_else_to_stderr(client: Any, cirrus: Cirrus) -> None:
    two_pools(client)
    done = cirrus.run("exec", "-o", "csv", POOLS)
    assert done.returncode == 0
    assert list(csv.reader(io.StringIO(done.stdout))) == [["user_pool_name"], ["customers"], ["staff"]]
    assert "2 rows" in done.stderr
    assert "ListResources" in done.stderr
    done = cirrus.run("exec", "-o", "ndjson", "--quiet", POOLS)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"user_pool_name": "customers"},
        {"user_pool_name": "staff"},
    ]
    assert done.stderr == ""


def test_statements_come_from_a_file_or_from_stdin(client: Any, cirrus: Cirrus) -> None:
    two_pools(client)
    file = cirrus.folder / "pools.sql"
    file.write_text(f"{POOLS};\nSELECT 1 AS one;\n")
    expected = [[{"user_pool_name": "customers"}, {"user_pool_name": "staff"}], [{"one": 1}]]
    for arguments, stdin in (
        (["-f", str(file)], ""),
        (["-i", str(file)], ""),
        ([], file.read_text()),
        (["-"], file.read_text()),
    ):
        done = cirrus.run("exec", "-o", "json", *arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == expected


def test_a_failed_statement_is_1_and_calls_nothing(cirrus: Cirrus, emulator: Emulator) -> None:
    done = cirrus.run("exec", "SELECT user_pool_nam FROM aws.cognito.user_pools")
    assert (done.returncode, done.stdout) == (1, "")
    assert "user_pool_name" in done.stderr
    assert "^" in done.stderr
    assert [request for request in emulator.requests() if request["operation"] != "GetCallerIdentity"] == []


def test_a_script_stops_at_its_first_failed_statement(cirrus: Cirrus) -> None:
    done = cirrus.run("exec", "-o", "ndjson", "SELECT 1 AS a; SELECT b; SELECT 3 AS c")
    assert (done.returncode, done.stdout) == (1, '{"a":1}\n')
    done = cirrus.run("exec", "-o", "ndjson", "--keep-going", "SELECT 1 AS a; SELECT b; SELECT 3 AS c")
    assert (done.returncode, done.stdout) == (1, '{"a":1}\n{"c":3}\n')


@pytest.mark.parametrize(
    "arguments",
    [
        ["exec", "--no-such-flag"],
        ["exec", "-o", "no-such-format", "SELECT 1"],
        ["exec", "-f", "a.sql", "-i", "b.sql"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_2(program: Cirrus, arguments: list[str]) -> None:
    done = program.run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_a_denied_region_is_3_and_loses_only_its_own_rows(program: Cirrus) -> None:
    with programs.emulator(program, "--fault", "deny:region=eu-west-1") as emulator:
        create(connect(emulator.url), USER_POOL, {"UserPoolName": "customers"})
        cirrus = program.with_settings(emulator.settings)
        done = cirrus.run("exec", "-o", "json", "--region", "us-east-1,eu-west-1", POOLS)
        assert (done.returncode, json.loads(done.stdout)) == (3, [{"user_pool_name": "customers"}])
        assert "eu-west-1" in done.stderr
        assert "AccessDenied" in done.stderr
        done = cirrus.run("exec", "-o", "json", "--region", "eu-west-1", POOLS)
        assert done.returncode == 1
        assert "AccessDenied" in done.stderr


def test_ctrl_c_is_130(program: Cirrus, silent: socket.socket) -> None:
    waiting = program.with_settings(settings_for(url(silent))).start("exec", POOLS)
    with programs.watched(waiting):
        connection, _ = silent.accept()
        with connection:
            waiting.send_signal(signal.SIGINT)
            stdout, stderr = waiting.communicate()
    assert (waiting.returncode, stdout) == (130, ""), stderr


def test_an_emulator_ends_well_when_it_is_told_to(program: Cirrus) -> None:
    for ending in (signal.SIGTERM, signal.SIGINT):
        serving = program.start("emulator")
        with programs.watched(serving):
            assert serving.stdout is not None
            assert serving.stdout.readline().startswith("http://127.0.0.1:")
            serving.send_signal(ending)
            serving.communicate()
        assert serving.returncode == 0


def test_the_state_of_an_emulator_outlives_it(program: Cirrus) -> None:
    state = ["--state", str(program.folder / "state.json")]
    with programs.emulator(program, *state) as emulator:
        create(connect(emulator.url), USER_POOL, {"UserPoolName": "customers"})
    with programs.emulator(program, *state) as emulator:
        assert program.with_settings(emulator.settings).rows(POOLS) == [{"user_pool_name": "customers"}]


def assert_says_what_to_do_about_credentials(cirrus: Cirrus) -> None:
    done = cirrus.run("exec", "--region", "us-east-1", POOLS)
    assert (done.returncode, done.stdout) == (1, "")
    assert "credentials" in done.stderr
    assert "--profile" in done.stderr
    assert "--local" in done.stderr


def test_missing_credentials_are_reported_at_once(program: Cirrus) -> None:
    assert_says_what_to_do_about_credentials(program)


def test_a_metadata_service_that_never_answers_is_not_waited_for(program: Cirrus, silent: socket.socket) -> None:
    settings = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url(silent)}
    assert_says_what_to_do_about_credentials(program.with_settings(settings))
    connection, _ = silent.accept()
    connection.close()


def test_a_profile_without_credentials_calls_nothing(program: Cirrus, emulator: Emulator, home: Path) -> None:
    config = home / "config"
    config.write_text("[profile empty]\nregion = us-east-1\n")
    cirrus = program.with_settings({"AWS_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL": emulator.url})
    done = cirrus.run("exec", "--profile", "empty", POOLS)
    assert (done.returncode, done.stdout) == (1, "")
    assert "credentials" in done.stderr
    assert emulator.requests() == []


def test_a_profile_gives_region_endpoint_and_credentials(program: Cirrus, emulator: Emulator, home: Path) -> None:
    create(connect(emulator.url, region="eu-west-1", account="111122223333"), USER_POOL, {"UserPoolName": "customers"})
    config = home / "config"
    config.write_text(
        f"""[profile work]
region = eu-west-1
endpoint_url = {emulator.url}
aws_access_key_id = 111122223333
aws_secret_access_key = test
"""
    )
    cirrus = program.with_settings({"AWS_CONFIG_FILE": str(config)})
    sql = "SELECT region, user_pool_name FROM aws.cognito.user_pools"
    expected = [{"region": "eu-west-1", "user_pool_name": "customers"}]
    assert cirrus.rows(sql, "--profile", "work") == expected
    assert cirrus.with_settings({"AWS_PROFILE": "work"}).rows(sql) == expected
    other_keys = {"AWS_ACCESS_KEY_ID": "444455556666", "AWS_SECRET_ACCESS_KEY": "test"}
    assert cirrus.with_settings(other_keys).rows(sql, "--profile", "work") == expected


def test_local_looks_at_no_setting_of_aws(program: Cirrus, silent: socket.socket, home: Path) -> None:
    broken = home / "broken"
    broken.write_text("this is no configuration")
    settings = {
        **settings_for(url(silent)),
        "AWS_ENDPOINT_URL_CLOUDCONTROL": url(silent),
        "AWS_PROFILE": "bogus",
        "AWS_CONFIG_FILE": str(broken),
        "AWS_SHARED_CREDENTIALS_FILE": str(broken),
        "AWS_REGION": "nowhere-1",
        "AWS_MAX_ATTEMPTS": "many",
        "AWS_CA_BUNDLE": str(broken),
    }
    expected = program.rows(POOLS, "--local")
    assert {"user_pool_name": "customers"} in expected
    assert program.with_settings(settings).rows(POOLS, "--local") == expected
    silent.settimeout(0)
    with pytest.raises(BlockingIOError):
        silent.accept()
