"""boto3 against the emulator, and `cirrus exec` on what boto3 left there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

import programs
from cloud_control import (
    CLIENT,
    USER_POOL,
    as_row,
    columns_with_values,
    connect,
    create,
    delete,
    get,
    identifiers,
    settle,
    two_pools,
    update,
)
from programs import Cirrus, Emulator, settings_for, until

BUCKET = "AWS::S3::Bucket"
LOG_GROUP = "AWS::Logs::LogGroup"


def test_exec_returns_the_pools_and_clients_that_boto3_creates(client: Any, cirrus: Cirrus) -> None:
    made = two_pools(client)
    pools = cirrus.rows("SELECT user_pool_id, user_pool_name FROM aws.cognito.user_pools ORDER BY user_pool_name")
    assert pools == [
        {"user_pool_id": pool, "user_pool_name": name} for pool, name in zip(made, ["customers", "staff"], strict=True)
    ]
    clients = cirrus.rows("SELECT identifier, client_name FROM aws.cognito.user_pool_clients ORDER BY client_name")
    (web, mobile), (intranet,) = made.values()
    assert clients == [
        {"identifier": intranet, "client_name": "intranet"},
        {"identifier": mobile, "client_name": "mobile"},
        {"identifier": web, "client_name": "web"},
    ]


def test_every_column_has_what_get_resource_returns(client: Any, cirrus: Cirrus) -> None:
    pool = create(client, USER_POOL, {"UserPoolName": "customers", "UserPoolTags": {"team": "identity"}})
    desired = {
        "UserPoolId": pool,
        "ClientName": "web",
        "GenerateSecret": True,
        "CallbackURLs": ["https://portal.example.com/callback"],
        "LogoutURLs": ["https://portal.example.com/bye"],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": ["openid"],
        "SupportedIdentityProviders": ["COGNITO"],
        "AccessTokenValidity": 15,
        "TokenValidityUnits": {"AccessToken": "minutes"},
    }
    identifier = create(client, CLIENT, desired)
    rows = cirrus.rows("SELECT * FROM aws.cognito.user_pool_clients", "--show-secrets")
    expected = as_row("us-east-1", identifier, get(client, CLIENT, identifier))
    assert [columns_with_values(row) for row in rows] == [expected]
    rows = cirrus.rows("SELECT * FROM aws.cognito.user_pools")
    assert [columns_with_values(row) for row in rows] == [as_row("us-east-1", pool, get(client, USER_POOL, pool))]


def test_exec_finds_the_endpoint_as_every_aws_client_does(
    client: Any, program: Cirrus, emulator: Emulator, subtests: pytest.Subtests
) -> None:
    made = two_pools(client)
    expected = sorted(client for clients in made.values() for client in clients)
    sql = "SELECT identifier FROM aws.cognito.user_pool_clients ORDER BY identifier"
    dead = settings_for("http://127.0.0.1:1")
    service = {**dead, "AWS_ENDPOINT_URL_CLOUDCONTROL": emulator.url}
    ways = {
        "AWS_ENDPOINT_URL": (settings_for(emulator.url), []),
        "AWS_ENDPOINT_URL_CLOUDCONTROL beats it": (service, []),
        "--endpoint-url beats both": (
            {**dead, "AWS_ENDPOINT_URL_CLOUDCONTROL": "http://127.0.0.1:1"},
            ["--endpoint-url", emulator.url],
        ),
    }
    for way, (settings, arguments) in ways.items():
        with subtests.test(way):
            rows = program.with_settings(settings).rows(sql, *arguments)
            assert [row["identifier"] for row in rows] == expected


def test_the_waiter_of_botocore_sees_success_and_failure(client: Any) -> None:
    waiter = client.get_waiter("resource_request_success")
    often = {"Delay": 0.02, "MaxAttempts": 5000}
    desired = json.dumps({"BucketName": "photos"})
    token = client.create_resource(TypeName=BUCKET, DesiredState=desired)["ProgressEvent"]["RequestToken"]
    waiter.wait(RequestToken=token, WaiterConfig=often)
    token = client.create_resource(TypeName=BUCKET, DesiredState=desired)["ProgressEvent"]["RequestToken"]
    with pytest.raises(WaiterError, match="terminal failure state"):
        waiter.wait(RequestToken=token, WaiterConfig=often)


def test_a_resource_that_exists_is_an_event_with_its_identifier(client: Any) -> None:
    create(client, BUCKET, {"BucketName": "photos"})
    event = settle(client, client.create_resource(TypeName=BUCKET, DesiredState=json.dumps({"BucketName": "photos"})))
    assert (event["OperationStatus"], event["ErrorCode"], event["Identifier"]) == ("FAILED", "AlreadyExists", "photos")
    assert identifiers(client, BUCKET) == ["photos"]


def test_lists_page_and_take_a_parent(client: Any, cirrus: Cirrus) -> None:
    made = two_pools(client)
    for pool, clients in made.items():
        assert identifiers(client, CLIENT, {"UserPoolId": pool}) == sorted(clients)
        rows = cirrus.rows(f"SELECT identifier FROM aws.cognito.user_pool_clients WHERE user_pool_id = '{pool}'")
        assert sorted(row["identifier"] for row in rows) == sorted(clients)
    names = [f"group-{number:02}" for number in range(60)]
    answers = [
        client.create_resource(TypeName=LOG_GROUP, DesiredState=json.dumps({"LogGroupName": name})) for name in names
    ]
    for answer in answers:
        assert settle(client, answer)["OperationStatus"] == "SUCCESS"
    assert "NextToken" in client.list_resources(TypeName=LOG_GROUP)
    assert identifiers(client, LOG_GROUP) == names
    rows = cirrus.rows("SELECT log_group_name FROM aws.logs.log_groups ORDER BY log_group_name")
    assert [row["log_group_name"] for row in rows] == names


def test_a_compound_identifier_is_read_in_either_form(client: Any, cirrus: Cirrus) -> None:
    pool = create(client, USER_POOL, {"UserPoolName": "customers"})
    identifier = create(client, CLIENT, {"UserPoolId": pool, "ClientName": "web"})
    client_id = identifier.removeprefix(f"{pool}|")
    as_json = json.dumps({"UserPoolId": pool, "ClientId": client_id})
    for form in (identifier, as_json):
        answer = client.get_resource(TypeName=CLIENT, Identifier=form)
        assert answer["ResourceDescription"]["Identifier"] == identifier
        rows = cirrus.rows(
            f"SELECT identifier, client_name FROM aws.cognito.user_pool_clients WHERE identifier = '{form}'"
        )
        assert rows == [{"identifier": identifier, "client_name": "web"}]


def test_a_patch_changes_what_it_names(client: Any, cirrus: Cirrus) -> None:
    pool = create(client, USER_POOL, {"UserPoolName": "customers"})
    identifier = create(
        client, CLIENT, {"UserPoolId": pool, "ClientName": "web", "LogoutURLs": ["https://example.com/bye"]}
    )
    before = get(client, CLIENT, identifier)
    update(
        client,
        CLIENT,
        identifier,
        {"op": "replace", "path": "/ClientName", "value": "portal"},
        {"op": "add", "path": "/CallbackURLs", "value": ["https://example.com/callback"]},
        {"op": "remove", "path": "/LogoutURLs"},
    )
    after = get(client, CLIENT, identifier)
    assert after["ClientName"] == "portal"
    assert after["CallbackURLs"] == ["https://example.com/callback"]
    assert not after.get("LogoutURLs")
    assert after["ClientId"] == before["ClientId"]
    rows = cirrus.rows("SELECT client_name, callback_urls FROM aws.cognito.user_pool_clients")
    assert rows == [{"client_name": "portal", "callback_urls": ["https://example.com/callback"]}]


def test_what_is_deleted_is_gone(client: Any, cirrus: Cirrus) -> None:
    pool = create(client, USER_POOL, {"UserPoolName": "customers"})
    web, mobile = (create(client, CLIENT, {"UserPoolId": pool, "ClientName": name}) for name in ("web", "mobile"))
    delete(client, CLIENT, web)
    assert identifiers(client, CLIENT, {"UserPoolId": pool}) == [mobile]
    assert refusal(lambda: get(client, CLIENT, web)) == ("ResourceNotFoundException", 400)
    sql = "SELECT identifier FROM aws.cognito.user_pool_clients"
    assert cirrus.rows(sql) == [{"identifier": mobile}]
    assert cirrus.rows(f"{sql} WHERE identifier = '{web}'") == []
    event = settle(client, client.delete_resource(TypeName=CLIENT, Identifier=web))
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "NotFound")


def test_requests_are_listed_by_operation_and_status(client: Any) -> None:
    names = ["one", "two", "three"]
    for name in names:
        create(client, BUCKET, {"BucketName": name})
    delete(client, BUCKET, "one")
    settle(client, client.delete_resource(TypeName=BUCKET, Identifier="one"))

    def listed(**filters: list[str]) -> list[tuple[str, str, str]]:
        pages = client.get_paginator("list_resource_requests").paginate(
            ResourceRequestStatusFilter=filters, PaginationConfig={"PageSize": 2}
        )
        events = [event for page in pages for event in page["ResourceRequestStatusSummaries"]]
        return [(event["Operation"], event["OperationStatus"], event["Identifier"]) for event in events]

    creates = [("CREATE", "SUCCESS", name) for name in reversed(names)]
    deletes = [("DELETE", "FAILED", "one"), ("DELETE", "SUCCESS", "one")]
    assert listed() == deletes + creates
    assert listed(Operations=["CREATE"]) == creates
    assert listed(Operations=["DELETE"], OperationStatuses=["FAILED"]) == deletes[:1]
    assert listed(OperationStatuses=["IN_PROGRESS"]) == []


def test_a_request_is_cancelled_while_it_runs(client: Any) -> None:
    def cancelled() -> str | None:
        """The token of a request that was still running when the cancellation came."""
        desired = json.dumps({"BucketName": f"bucket-{uuid.uuid4()}"})
        token = client.create_resource(TypeName=BUCKET, DesiredState=desired)["ProgressEvent"]["RequestToken"]
        try:
            client.cancel_resource_request(RequestToken=token)
        except ClientError as error:
            assert error.response["Error"]["Message"] == f"Request {token} is already in status SUCCESS"
            return None
        return token

    token = until(cancelled, "a cancellation that is not too late")
    event = settle(client, {"ProgressEvent": {"RequestToken": token}})
    assert event["OperationStatus"] == "CANCEL_COMPLETE"
    again = client.cancel_resource_request(RequestToken=token)["ProgressEvent"]
    assert (again["RequestToken"], again["OperationStatus"]) == (token, "CANCEL_COMPLETE")


def test_a_client_token_creates_once(client: Any) -> None:
    def ask(name: str) -> str:
        answer = client.create_resource(
            TypeName=USER_POOL, DesiredState=json.dumps({"UserPoolName": name}), ClientToken="the-same"
        )
        settle(client, answer)
        return answer["ProgressEvent"]["RequestToken"]

    first = ask("customers")
    assert ask("customers") == first
    assert len(identifiers(client, USER_POOL)) == 1
    with pytest.raises(ClientError) as caught:
        ask("staff")
    assert caught.value.response["Error"] == {
        "Code": "ClientTokenConflictException",
        "Message": f"ClientToken the-same is already associated with an existing operation with RequestToken {first}",
    }


def refusal(call: Callable[[], Any]) -> tuple[str, int]:
    """Code and HTTP status of a call that must be refused."""
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    assert response["Error"]["Message"]
    assert response["ResponseMetadata"]["RequestId"]
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


REFUSED = {
    "no such resource": (
        lambda client: client.get_resource(TypeName=BUCKET, Identifier="absent"),
        "ResourceNotFoundException",
    ),
    "update of no such resource": (
        lambda client: client.update_resource(TypeName=BUCKET, Identifier="absent", PatchDocument="[]"),
        "ResourceNotFoundException",
    ),
    "no such type": (
        lambda client: client.list_resources(TypeName="AWS::Nothing::AtAll"),
        "TypeNotFoundException",
    ),
    "a type without handlers": (
        lambda client: client.list_resources(TypeName="AWS::EMR::Cluster"),
        "UnsupportedActionException",
    ),
    "a type that cannot be updated": (
        lambda client: client.update_resource(TypeName="AWS::Athena::NamedQuery", Identifier="x", PatchDocument="[]"),
        "UnsupportedActionException",
    ),
    "a property that does not exist": (
        lambda client: client.create_resource(TypeName=BUCKET, DesiredState='{"BucketSomething": "x"}'),
        "ValidationException",
    ),
    "a value of the wrong type": (
        lambda client: client.create_resource(TypeName=BUCKET, DesiredState='{"BucketName": true}'),
        "ValidationException",
    ),
    "a desired state that is not JSON": (
        lambda client: client.create_resource(TypeName=BUCKET, DesiredState="BucketName: x"),
        "ValidationException",
    ),
    "an identifier with too few parts": (
        lambda client: client.get_resource(TypeName=CLIENT, Identifier="us-east-1_x"),
        "ValidationException",
    ),
    "a type name that cannot be one": (
        lambda client: client.get_resource(TypeName="cognito.user_pools", Identifier="x"),
        "ValidationException",
    ),
    "a list without its parent": (
        lambda client: client.list_resources(TypeName=CLIENT),
        "InvalidRequestException",
    ),
    "no such request": (
        lambda client: client.get_resource_request_status(RequestToken="5e1fc9a4-0000-4000-8000-000000000000"),
        "RequestTokenNotFoundException",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_aws_refuses_is_refused_so_that_botocore_understands_it(client: Any, case: str) -> None:
    call, code = REFUSED[case]
    assert refusal(lambda: call(client)) == (code, 400)


def test_messages_are_those_of_aws(client: Any) -> None:
    def message(call: Callable[[], Any]) -> str:
        with pytest.raises(ClientError) as caught:
            call()
        return caught.value.response["Error"]["Message"]

    def creating(desired: dict[str, Any]) -> Callable[[], Any]:
        return lambda: client.create_resource(TypeName=BUCKET, DesiredState=json.dumps(desired))

    assert message(creating({"BucketSomething": "x"})) == (
        "Model validation failed (#: extraneous key [BucketSomething] is not permitted)"
    )
    assert message(creating({"BucketName": True})) == (
        "Model validation failed (#/BucketName: expected type: String, found: Boolean)"
    )
    assert message(lambda: client.list_resources(TypeName="AWS::Nothing::AtAll")) == (
        "The type 'AWS::Nothing::AtAll' cannot be found."
    )
    assert message(lambda: client.list_resources(TypeName=CLIENT)) == (
        "Missing or invalid ResourceModel property in AWS::Cognito::UserPoolClient list handler request input."
        "Required property: (#: required key [UserPoolId] not found)"
    )


def test_create_only_properties_cannot_be_changed(client: Any) -> None:
    create(client, BUCKET, {"BucketName": "photos"})
    patch = json.dumps([{"op": "replace", "path": "/BucketName", "value": "pictures"}])
    with pytest.raises(ClientError) as caught:
        client.update_resource(TypeName=BUCKET, Identifier="photos", PatchDocument=patch)
    assert caught.value.response["Error"] == {
        "Code": "NotUpdatableException",
        "Message": "Invalid patch update: createOnlyProperties [/properties/BucketName] cannot be updated",
    }


def test_throttling_and_failures_have_the_status_that_sdks_retry_by(program: Cirrus) -> None:
    faults = ["--fault", "throttle:op=ListResources,times=1", "--fault", "internal:op=GetResource,times=1"]
    with programs.emulator(program, *faults) as emulator:
        client = connect(emulator.url)
        assert refusal(lambda: client.list_resources(TypeName=BUCKET)) == ("ThrottlingException", 400)
        assert refusal(lambda: get(client, BUCKET, "absent")) == ("InternalFailure", 500)
        assert refusal(lambda: get(client, BUCKET, "absent")) == ("ResourceNotFoundException", 400)
        assert client.list_resources(TypeName=BUCKET)["ResourceDescriptions"] == []


def test_accounts_and_regions_are_apart(client: Any, cirrus: Cirrus, emulator: Emulator) -> None:
    create(client, USER_POOL, {"UserPoolName": "here"})
    create(connect(emulator.url, region="eu-west-1"), USER_POOL, {"UserPoolName": "elsewhere"})
    create(connect(emulator.url, account="111122223333"), USER_POOL, {"UserPoolName": "theirs"})
    sql = "SELECT region, user_pool_name FROM aws.cognito.user_pools"
    assert cirrus.rows(sql) == [{"region": "us-east-1", "user_pool_name": "here"}]
    everywhere = cirrus.rows(f"{sql} ORDER BY region", "--region", "us-east-1,eu-west-1")
    assert everywhere == [
        {"region": "eu-west-1", "user_pool_name": "elsewhere"},
        {"region": "us-east-1", "user_pool_name": "here"},
    ]
    theirs = cirrus.with_settings({"AWS_ACCESS_KEY_ID": "111122223333"})
    assert theirs.rows(sql) == [{"region": "us-east-1", "user_pool_name": "theirs"}]


def test_sts_says_who_calls(emulator: Emulator) -> None:
    identity = connect(emulator.url, "sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"].startswith("arn:aws:")
    assert identity["UserId"]
    theirs = connect(emulator.url, "sts", account="111122223333").get_caller_identity()
    assert theirs["Account"] == "111122223333"
