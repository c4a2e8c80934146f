"""The whole life of resources whose types differ in shape: by boto3, and as `cirrus exec` sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloud_control import (
    USER_POOL,
    as_row,
    columns_with_values,
    create,
    delete,
    get,
    identifiers,
    update,
)
from programs import Cirrus, Row

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
ROLE_ARN = "arn:aws:iam::123456789012:role/worker"


@dataclass(frozen=True)
class Case:
    """A type, a resource of it, and one change."""

    table: str
    desired: Row
    change: Row
    identifier: str | None = None
    """The identifier, when it follows from what is desired."""
    parents: dict[str, tuple[str, Row]] = field(default_factory=dict)
    """Properties that are identifiers of other resources, which are made first."""
    listed_by: tuple[str, ...] = ()
    """The properties without which the type cannot be listed."""
    write_only: tuple[str, ...] = ()
    """The properties of which nobody gets to see anything again."""
    region: str = "us-east-1"


CASES = {
    # Named by its creator.
    "AWS::S3::Bucket": Case(
        "aws.s3.buckets",
        {"BucketName": "photos", "VersioningConfiguration": {"Status": "Enabled"}},
        {"VersioningConfiguration": {"Status": "Suspended"}},
        identifier="photos",
    ),
    # Listed with everything that GetResource shows.
    "AWS::Logs::LogGroup": Case(
        "aws.logs.log_groups",
        {"LogGroupName": "/app/web", "RetentionInDays": 7},
        {"RetentionInDays": 30},
        identifier="/app/web",
    ),
    # Named by the service, with an URL.
    "AWS::SQS::Queue": Case(
        "aws.sqs.queues",
        {"QueueName": "orders", "VisibilityTimeout": 30},
        {"VisibilityTimeout": 60, "Tags": [{"Key": "team", "Value": "orders"}]},
    ),
    # Named by the service, with an ARN.
    "AWS::SNS::Topic": Case(
        "aws.sns.topics",
        {"TopicName": "events", "DisplayName": "Events"},
        {"DisplayName": "All events"},
    ),
    # Named by the service, with a number of its own.
    "AWS::EC2::VPC": Case(
        "aws.ec2.vpcs",
        {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": True},
        {"EnableDnsHostnames": True},
    ),
    # Belongs to another resource, but is listed without it.
    "AWS::EC2::Subnet": Case(
        "aws.ec2.subnets",
        {"CidrBlock": "10.0.1.0/24"},
        {"MapPublicIpOnLaunch": True},
        parents={"VpcId": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"})},
    ),
    # Global; has a property that is a document.
    "AWS::IAM::Role": Case(
        "aws.iam.roles",
        {"RoleName": "worker", "AssumeRolePolicyDocument": TRUST},
        {"Description": "Runs jobs", "MaxSessionDuration": 7200},
        identifier="worker",
    ),
    # Has lists whose order says nothing.
    "AWS::DynamoDB::Table": Case(
        "aws.dynamodb.tables",
        {
            "TableName": "orders",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
        {"DeletionProtectionEnabled": True},
        identifier="orders",
    ),
    # What it was made of is write-only.
    "AWS::Lambda::Function": Case(
        "aws.lambda.functions",
        {
            "FunctionName": "resize",
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Code": {"ZipFile": "def handler(event, context): ..."},
            "Role": ROLE_ARN,
            "MemorySize": 256,
        },
        {"MemorySize": 512, "Environment": {"Variables": {"SIZE": "640"}}},
        identifier="resize",
        write_only=("Code",),
    ),
    # Its only required properties are write-only or enumerated.
    "AWS::SecretsManager::Secret": Case(
        "aws.secretsmanager.secrets",
        {"Name": "database", "SecretString": "hunter2"},
        {"Description": "The database's password"},
        write_only=("SecretString",),
    ),
    # Two parts, both given.
    "AWS::Logs::MetricFilter": Case(
        "aws.logs.metric_filters",
        {
            "FilterName": "errors",
            "FilterPattern": "ERROR",
            "MetricTransformations": [{"MetricName": "errors", "MetricNamespace": "app", "MetricValue": "1"}],
        },
        {"FilterPattern": "FATAL"},
        identifier="/app/web|errors",
        parents={"LogGroupName": ("AWS::Logs::LogGroup", {"LogGroupName": "/app/web"})},
    ),
    # Two parts, one of them given; listed by its parent only.
    "AWS::Cognito::UserPoolGroup": Case(
        "aws.cognito.user_pool_groups",
        {"GroupName": "editors", "Precedence": 10},
        {"Precedence": 5, "Description": "Those who edit"},
        parents={"UserPoolId": (USER_POOL, {"UserPoolName": "customers"})},
        listed_by=("UserPoolId",),
    ),
    # Two parts, one made up by the service; has a property called Identifier no less than the envelope.
    "AWS::Cognito::UserPoolResourceServer": Case(
        "aws.cognito.user_pool_resource_servers",
        {"Identifier": "https://api.example.com", "Name": "API"},
        {"Scopes": [{"ScopeName": "read", "ScopeDescription": "Read"}]},
        parents={"UserPoolId": (USER_POOL, {"UserPoolName": "customers"})},
        listed_by=("UserPoolId",),
    ),
    # Three parts, and numbers.
    "AWS::ApplicationAutoScaling::ScalableTarget": Case(
        "aws.applicationautoscaling.scalable_targets",
        {
            "ResourceId": "table/orders",
            "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
            "ServiceNamespace": "dynamodb",
            "MinCapacity": 1,
            "MaxCapacity": 10,
        },
        {"MaxCapacity": 20},
        identifier="table/orders|dynamodb:table:ReadCapacityUnits|dynamodb",
    ),
    # An identifier of two parts whose parent is made by the service.
    "AWS::ApiGateway::Stage": Case(
        "aws.apigateway.stages",
        {"StageName": "prod"},
        {"Description": "What customers use", "TracingEnabled": True},
        parents={"RestApiId": ("AWS::ApiGateway::RestApi", {"Name": "orders"})},
        listed_by=("RestApiId",),
    ),
}


@pytest.mark.parametrize("type_name", CASES)
def test_the_life_of(type_name: str, client: Any, cirrus: Cirrus) -> None:
    case = CASES[type_name]
    made = {name: create(client, *parent) for name, parent in case.parents.items()}
    model = {name: made[name] for name in case.listed_by} or None
    identifier = create(client, type_name, {**made, **case.desired})
    if case.identifier is not None:
        assert identifier == case.identifier
    agree(client, cirrus, case, type_name, identifier, {**made, **case.desired})

    assert identifiers(client, type_name, model) == [identifier]
    assert cirrus.rows(f"SELECT identifier FROM {case.table}") == [{"identifier": identifier}]

    update(
        client,
        type_name,
        identifier,
        *({"op": "add", "path": f"/{name}", "value": value} for name, value in case.change.items()),
    )
    agree(client, cirrus, case, type_name, identifier, {**made, **case.desired, **case.change})

    delete(client, type_name, identifier)
    with pytest.raises(ClientError) as caught:
        get(client, type_name, identifier)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert identifiers(client, type_name, model) == []
    assert cirrus.rows(f"SELECT identifier FROM {case.table}") == []


def agree(client: Any, cirrus: Cirrus, case: Case, type_name: str, identifier: str, expected: Row) -> None:
    """What was asked for is there, and the row has it and everything else that GetResource shows."""
    properties = get(client, type_name, identifier)
    for name, value in expected.items():
        if name in case.write_only:
            assert not properties.get(name), name
        else:
            assert properties[name] == value, name
    rows = cirrus.rows(f"SELECT * FROM {case.table}")
    assert [columns_with_values(row) for row in rows] == [row_of(case.region, identifier, properties)]


def row_of(region: str, identifier: str, properties: Row) -> Row:
    """The row of a resource; a property called as the envelope has a longer name."""
    properties = dict(properties)
    if "Identifier" in properties:
        properties["ResourceIdentifier"] = properties.pop("Identifier")
    return as_row(region, identifier, properties)
