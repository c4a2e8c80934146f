"""Cloud Control by boto3: writes that are waited for, and what is there afterwards."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config

from programs import Row, until

USER_POOL = "AWS::Cognito::UserPool"
CLIENT = "AWS::Cognito::UserPoolClient"

FINAL = ("SUCCESS", "FAILED", "CANCEL_COMPLETE")


def connect(url: str, service: str = "cloudcontrol", account: str = "test", region: str = "us-east-1") -> Any:
    """A client of boto3; an access key of twelve digits is an account of its own."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def settle(client: Any, answer: Row) -> Row:
    """The final event of the request that an answer began."""
    token = answer["ProgressEvent"]["RequestToken"]

    def final() -> Row | None:
        event = client.get_resource_request_status(RequestToken=token)["ProgressEvent"]
        return event if event["OperationStatus"] in FINAL else None

    return until(final, f"the end of request {token}")


def succeed(client: Any, answer: Row) -> str:
    """The identifier of the resource that a write left."""
    event = settle(client, answer)
    assert event["OperationStatus"] == "SUCCESS", event
    return event["Identifier"]


def create(client: Any, type_name: str, desired: Row) -> str:
    return succeed(client, client.create_resource(TypeName=type_name, DesiredState=json.dumps(desired)))


def update(client: Any, type_name: str, identifier: str, *patch: Row) -> str:
    answer = client.update_resource(TypeName=type_name, Identifier=identifier, PatchDocument=json.dumps(patch))
    return succeed(client, answer)


def delete(client: Any, type_name: str, identifier: str) -> str:
    return succeed(client, client.delete_resource(TypeName=type_name, Identifier=identifier))


def get(client: Any, type_name: str, identifier: str) -> Row:
    answer = client.get_resource(TypeName=type_name, Identifier=identifier)
    return json.loads(answer["ResourceDescription"]["Properties"])


def identifiers(client: Any, type_name: str, model: Row | None = None) -> list[str]:
    """What a list shows, all its pages together."""
    inputs = {} if model is None else {"ResourceModel": json.dumps(model)}
    pages = client.get_paginator("list_resources").paginate(TypeName=type_name, **inputs)
    return [found["Identifier"] for page in pages for found in page["ResourceDescriptions"]]


def two_pools(client: Any) -> dict[str, list[str]]:
    """Makes two user pools, with two clients and one; the identifiers of the clients by that of their pool."""
    made = {}
    for pool_name, client_names in {"customers": ["web", "mobile"], "staff": ["intranet"]}.items():
        pool = create(client, USER_POOL, {"UserPoolName": pool_name})
        made[pool] = [create(client, CLIENT, {"UserPoolId": pool, "ClientName": name}) for name in client_names]
    return made


def as_row(region: str, identifier: str, properties: Row) -> Row:
    """The columns that have a value in the row of a resource, by name without case and underscores."""
    return {
        "region": region,
        "identifier": identifier,
        **{folded(name): value for name, value in properties.items()},
    }


def columns_with_values(row: Row) -> Row:
    return {folded(name): value for name, value in row.items() if value is not None}


def folded(name: str) -> str:
    return name.replace("_", "").lower()
