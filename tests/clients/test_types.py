"""The whole life of resources whose types differ in shape: by boto3, and as `cirrus exec` sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloud_control import as_row, columns_with_values, connect, get, identifiers
from life_cycles import CASES, live
from programs import Cirrus, Emulator, Row

# The waiter's own five seconds are for AWS.
OFTEN = {"Delay": 0.02, "MaxAttempts": 5000}


@dataclass(frozen=True)
class Boto3:
    """boto3, which waits by the waiter of botocore."""

    client: Any

    def create(self, type_name: str, desired: Row) -> str:
        return self.finished(self.client.create_resource(TypeName=type_name, DesiredState=json.dumps(desired)))

    def get(self, type_name: str, identifier: str) -> Row:
        return get(self.client, type_name, identifier)

    def identifiers(self, type_name: str, model: Row) -> list[str]:
        return identifiers(self.client, type_name, model or None)

    def update(self, type_name: str, identifier: str, patch: list[Row]) -> str:
        document = json.dumps(patch)
        return self.finished(
            self.client.update_resource(TypeName=type_name, Identifier=identifier, PatchDocument=document)
        )

    def delete(self, type_name: str, identifier: str) -> str:
        return self.finished(self.client.delete_resource(TypeName=type_name, Identifier=identifier))

    def refused(self, operation: str, inputs: Row) -> str:
        call = {
            "GetResource": self.client.get_resource,
            "ListResources": self.client.list_resources,
            "UpdateResource": self.client.update_resource,
        }[operation]
        with pytest.raises(ClientError) as caught:
            call(**inputs)
        return caught.value.response["Error"]["Code"]

    def finished(self, answer: Row) -> str:
        token = answer["ProgressEvent"]["RequestToken"]
        self.client.get_waiter("resource_request_success").wait(RequestToken=token, WaiterConfig=OFTEN)
        return self.client.get_resource_request_status(RequestToken=token)["ProgressEvent"]["Identifier"]


@pytest.mark.parametrize("type_name", CASES)
def test_the_life_of(type_name: str, emulator: Emulator, cirrus: Cirrus) -> None:
    case = CASES[type_name]
    here = cirrus.with_settings({"AWS_REGION": case.region})
    # The rows of global types say the home region of the partition, wherever they were asked for.
    region = "us-east-1" if case.is_global else case.region

    def look(identifier: str, properties: Row | None) -> None:
        """The row has everything that GetResource shows, and is the only one."""
        asked = f"identifier = '{identifier}'" if case.listed_by is None else case.where
        table = case.table if asked is None else f"{case.table} WHERE {asked}"
        rows, keys = here.rows(f"SELECT * FROM {table}; SELECT identifier FROM {table}", "--show-secrets")
        expected = [] if properties is None else [row_of(region, identifier, properties)]
        assert [columns_with_values(row) for row in rows] == expected
        assert keys == [{"identifier": row["identifier"]} for row in expected]

    live(case, Boto3(connect(emulator.url, region=case.region)), look)


def row_of(region: str, identifier: str, properties: Row) -> Row:
    """The row of a resource; a property called as the envelope has a longer name."""
    properties = dict(properties)
    if "Identifier" in properties:
        properties["ResourceIdentifier"] = properties.pop("Identifier")
    return as_row(region, identifier, properties)
