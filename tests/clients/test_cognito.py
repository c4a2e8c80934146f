"""boto3's Cognito client, unmodified: lives of everything in a user pool, and the same objects seen by Cloud Control and SQL.

Every answer is also held to botocore's model of the service, by `conformance`.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloud_control import CLIENT, USER_POOL, connect, create, delete, get, identifiers, settle, update
from programs import Cirrus, Emulator, Row

GROUP = "AWS::Cognito::UserPoolGroup"
USER = "AWS::Cognito::UserPoolUser"
MEMBERSHIP = "AWS::Cognito::UserPoolUserToGroupAttachment"
DOMAIN = "AWS::Cognito::UserPoolDomain"
RESOURCE_SERVER = "AWS::Cognito::UserPoolResourceServer"
IDENTITY_PROVIDER = "AWS::Cognito::UserPoolIdentityProvider"
ROLE = "arn:aws:iam::123456789012:role/import"
WEB: Row = {
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthScopes": ["openid"],
    "CallbackURLs": ["https://app.example.com/cb"],
}


@pytest.fixture
def cognito(emulator: Emulator) -> Any:
    """boto3's client of Cognito."""
    return connect(emulator.url, "cognito-idp")


@pytest.fixture
def pool(cognito: Any) -> str:
    return cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]


def every(cognito: Any, operation: str, result: str, **parameters: Any) -> list[Any]:
    """What botocore's own paginator finds, two at a time, which must need more than one page."""
    pages = cognito.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **parameters)
    found = [page[result] for page in pages]
    assert len(found) > 1
    return [item for page in found for item in page]


def attributes(user: Row) -> Row:
    listed = user.get("Attributes", user.get("UserAttributes", []))
    return {attribute["Name"]: attribute["Value"] for attribute in listed}


def message(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Message"]


def test_the_life_of_a_pool(cognito: Any, client: Any, cirrus: Cirrus) -> None:
    made = cognito.create_user_pool(
        PoolName="people",
        AutoVerifiedAttributes=["email"],
        UserPoolTags={"team": "identity"},
        Schema=[{"Name": "level", "AttributeDataType": "Number"}],
    )["UserPool"]
    pool = made["Id"]
    assert re.fullmatch(r"us-east-1_[A-Za-z0-9]{9}", pool)
    described = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    assert described == made
    names = [attribute["Name"] for attribute in described["SchemaAttributes"]]
    assert {"sub", "email", "phone_number_verified", "custom:level"} <= set(names)

    model = get(client, USER_POOL, pool)
    assert (model["UserPoolName"], model["UserPoolTags"]) == ("people", {"team": "identity"})
    sql = "SELECT user_pool_id, user_pool_name, user_pool_tier FROM aws.cognito.user_pools"
    assert cirrus.rows(sql) == [{"user_pool_id": pool, "user_pool_name": "people", "user_pool_tier": "ESSENTIALS"}]

    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="ACTIVE")
    described = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    assert "AutoVerifiedAttributes" not in described
    assert described["LastModifiedDate"] >= made["LastModifiedDate"]
    with pytest.raises(cognito.exceptions.InvalidParameterException, match="deletion protection is activated"):
        cognito.delete_user_pool(UserPoolId=pool)
    update(client, USER_POOL, pool, {"op": "add", "path": "/DeletionProtection", "value": "INACTIVE"})

    arn = described["Arn"]
    cognito.tag_resource(ResourceArn=arn, Tags={"stage": "test"})
    cognito.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert cognito.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"stage": "test"}
    cognito.add_custom_attributes(UserPoolId=pool, CustomAttributes=[{"Name": "badge", "AttributeDataType": "String"}])
    assert [attribute["Name"] for attribute in get(client, USER_POOL, pool)["Schema"]] == ["level", "badge"]

    cognito.delete_user_pool(UserPoolId=pool)
    with pytest.raises(cognito.exceptions.ResourceNotFoundException, match=f"User pool {pool} does not exist."):
        cognito.describe_user_pool(UserPoolId=pool)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        get(client, USER_POOL, pool)


def test_second_factors(cognito: Any, pool: str, client: Any) -> None:
    with pytest.raises(cognito.exceptions.InvalidParameterException, match="Cannot turn MFA functionality ON"):
        cognito.update_user_pool(UserPoolId=pool, MfaConfiguration="ON")
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    shown = cognito.get_user_pool_mfa_config(UserPoolId=pool)
    assert shown["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    assert get(client, USER_POOL, pool)["MfaConfiguration"] == shown["MfaConfiguration"] == "OPTIONAL"


def test_the_life_of_a_client(cognito: Any, pool: str, client: Any, cirrus: Cirrus) -> None:
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", GenerateSecret=True, **WEB)
    made = made["UserPoolClient"]
    named = {"UserPoolId": pool, "ClientId": made["ClientId"]}
    identifier = f"{pool}|{made['ClientId']}"
    assert cognito.describe_user_pool_client(**named)["UserPoolClient"] == made
    model = get(client, CLIENT, identifier)
    assert (model["ClientSecret"], model["CallbackURLs"]) == (made["ClientSecret"], WEB["CallbackURLs"])
    sql = "SELECT identifier, client_name FROM aws.cognito.user_pool_clients"
    assert cirrus.rows(sql) == [{"identifier": identifier, "client_name": "web"}]

    # What an update omits is reset.
    updated = cognito.update_user_pool_client(**named, RefreshTokenValidity=7)["UserPoolClient"]
    assert updated["RefreshTokenValidity"] == 7
    assert updated["ClientName"] == "web"
    assert updated["AllowedOAuthFlowsUserPoolClient"] is False
    assert "CallbackURLs" not in updated
    assert "CallbackURLs" not in get(client, CLIENT, identifier)

    second = cognito.add_user_pool_client_secret(**named)["ClientSecretDescriptor"]
    secrets = cognito.list_user_pool_client_secrets(**named)["ClientSecrets"]
    assert [secret["ClientSecretId"] for secret in secrets][1] == second["ClientSecretId"]
    cognito.delete_user_pool_client_secret(**named, ClientSecretId=secrets[0]["ClientSecretId"])
    assert get(client, CLIENT, identifier)["ClientSecret"] == second["ClientSecretValue"]

    delete(client, CLIENT, identifier)
    with pytest.raises(cognito.exceptions.ResourceNotFoundException, match="User pool client .* does not exist."):
        cognito.describe_user_pool_client(**named)


@pytest.mark.parametrize(
    ("members", "exception", "text"),
    [
        (
            {"AllowedOAuthFlows": ["client_credentials"]},
            "InvalidOAuthFlowException",
            "client_credentials flow can not be selected if client does not have a client secret.",
        ),
        (
            {**WEB, "AllowedOAuthScopes": ["https://api.example.com/read"]},
            "ScopeDoesNotExistException",
            "Invalid scope requested: https://api.example.com/read",
        ),
        (
            {**WEB, "CallbackURLs": ["http://app.example.com"]},
            "InvalidParameterException",
            "http://app.example.com cannot use the HTTP protocol.",
        ),
        (
            {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]},
            "InvalidParameterException",
            "REFRESH_TOKEN_AUTH should always be allowed.",
        ),
    ],
)
def test_both_apis_refuse_a_client(
    cognito: Any, pool: str, client: Any, members: Row, exception: str, text: str
) -> None:
    with pytest.raises(getattr(cognito.exceptions, exception)) as refused:
        cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", **members)
    assert message(refused) == text
    desired = str({"UserPoolId": pool, **members}).replace("'", '"').replace("True", "true")
    event = settle(client, client.create_resource(TypeName=CLIENT, DesiredState=desired))
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "InvalidRequest")
    assert event["StatusMessage"].startswith(f"{text} (Service: CognitoIdentityProvider, Status Code: 400, Request ID: ")


def test_the_life_of_a_group_and_of_a_user(cognito: Any, pool: str, client: Any, cirrus: Cirrus) -> None:
    cognito.create_group(UserPoolId=pool, GroupName="admins", Precedence=1)
    with pytest.raises(cognito.exceptions.GroupExistsException):
        cognito.create_group(UserPoolId=pool, GroupName="admins")
    assert get(client, GROUP, f"{pool}|admins")["Precedence"] == 1
    create(client, USER, {"UserPoolId": pool, "Username": "ann"})
    user = cognito.admin_get_user(UserPoolId=pool, Username="ann")
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert uuid.UUID(attributes(user)["sub"]).version == 4
    with pytest.raises(cognito.exceptions.UsernameExistsException, match="User account already exists"):
        cognito.admin_create_user(UserPoolId=pool, Username="ann")

    cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="admins", Username="ann")
    assert get(client, MEMBERSHIP, f"{pool}|admins|ann")["Username"] == "ann"
    groups = cognito.admin_list_groups_for_user(UserPoolId=pool, Username="ann")["Groups"]
    assert [group["GroupName"] for group in groups] == ["admins"]
    assert cirrus.rows("SELECT group_name FROM aws.cognito.user_pool_groups") == [{"group_name": "admins"}]
    assert cirrus.rows("SELECT username FROM aws.cognito.user_pool_users") == [{"username": "ann"}]
    with pytest.raises(cognito.exceptions.UserNotFoundException, match="User does not exist."):
        cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="admins", Username="bob")
    with pytest.raises(cognito.exceptions.ResourceNotFoundException, match="Group not found."):
        cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="none", Username="ann")

    email = [{"Name": "email", "Value": "ann@example.com"}]
    cognito.admin_update_user_attributes(UserPoolId=pool, Username="ann", UserAttributes=email)
    assert get(client, USER, f"{pool}|ann")["UserAttributes"] == email
    cognito.admin_delete_user_attributes(UserPoolId=pool, Username="ann", UserAttributeNames=["email"])
    with pytest.raises(cognito.exceptions.InvalidPasswordException) as refused:
        cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password="short", Permanent=True)
    assert message(refused) == "Password did not conform with policy: Password not long enough"
    cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password="Secret-1234", Permanent=True)
    cognito.admin_disable_user(UserPoolId=pool, Username="ann")
    user = cognito.admin_get_user(UserPoolId=pool, Username="ann")
    assert (user["UserStatus"], user["Enabled"]) == ("CONFIRMED", False)
    cognito.admin_enable_user(UserPoolId=pool, Username="ann")
    cognito.admin_user_global_sign_out(UserPoolId=pool, Username="ann")

    cognito.admin_delete_user(UserPoolId=pool, Username="ann")
    assert cognito.list_users_in_group(UserPoolId=pool, GroupName="admins")["Users"] == []
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        get(client, USER, f"{pool}|ann")
    delete(client, GROUP, f"{pool}|admins")
    with pytest.raises(cognito.exceptions.ResourceNotFoundException, match="Group not found."):
        cognito.get_group(UserPoolId=pool, GroupName="admins")


def test_users_are_found_by_filters(cognito: Any, pool: str) -> None:
    for name in ["ann", "anton", "bob"]:
        email = [{"Name": "email", "Value": f"{name}@example.com"}]
        cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=email, MessageAction="SUPPRESS")
    found = cognito.list_users(UserPoolId=pool, Filter='email ^= "an"', AttributesToGet=["email"])["Users"]
    assert [user["Username"] for user in found] == ["ann", "anton"]
    assert attributes(found[0]) == {"email": "ann@example.com"}
    with pytest.raises(cognito.exceptions.InvalidParameterException):
        cognito.list_users(UserPoolId=pool, Filter="nonsense")
    with pytest.raises(cognito.exceptions.InvalidParameterException):
        cognito.list_users(UserPoolId=pool, Limit=60, PaginationToken="nonsense")


def test_the_life_of_a_domain(cognito: Any, pool: str, client: Any) -> None:
    cognito.create_user_pool_domain(UserPoolId=pool, Domain="my-app")
    assert get(client, DOMAIN, f"{pool}|my-app")["Domain"] == "my-app"
    shown = cognito.describe_user_pool_domain(Domain="my-app")["DomainDescription"]
    assert (shown["UserPoolId"], shown["Status"]) == (pool, "ACTIVE")
    other = cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    with pytest.raises(cognito.exceptions.InvalidParameterException, match="Domain already associated"):
        cognito.create_user_pool_domain(UserPoolId=other, Domain="my-app")
    with pytest.raises(cognito.exceptions.InvalidParameterException, match="It has a domain configured"):
        cognito.delete_user_pool(UserPoolId=pool)
    cognito.update_user_pool_domain(UserPoolId=pool, Domain="my-app", ManagedLoginVersion=2)
    assert cognito.describe_user_pool_domain(Domain="my-app")["DomainDescription"]["ManagedLoginVersion"] == 2
    delete(client, DOMAIN, f"{pool}|my-app")
    assert cognito.describe_user_pool_domain(Domain="my-app")["DomainDescription"] == {}


def test_the_life_of_a_resource_server(cognito: Any, pool: str, client: Any) -> None:
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read"}]
    named = {"UserPoolId": pool, "Identifier": "https://api.example.com"}
    made = cognito.create_resource_server(**named, Name="API", Scopes=scopes)["ResourceServer"]
    assert get(client, RESOURCE_SERVER, f"{pool}|https://api.example.com") == made
    oauth = {**WEB, "AllowedOAuthScopes": ["https://api.example.com/read"]}
    create(client, CLIENT, {"UserPoolId": pool, **oauth})
    assert "Scopes" not in cognito.update_resource_server(**named, Name="Other")["ResourceServer"]
    delete(client, RESOURCE_SERVER, f"{pool}|https://api.example.com")
    with pytest.raises(cognito.exceptions.ResourceNotFoundException):
        cognito.describe_resource_server(**named)


def test_the_life_of_an_identity_provider(cognito: Any, pool: str, client: Any) -> None:
    details = {"client_id": "x", "client_secret": "y", "authorize_scopes": "openid"}
    named = {"UserPoolId": pool, "ProviderName": "Google"}
    create(client, IDENTITY_PROVIDER, {**named, "ProviderType": "Google", "ProviderDetails": details})
    with pytest.raises(cognito.exceptions.DuplicateProviderException):
        cognito.create_identity_provider(**named, ProviderType="Google", ProviderDetails=details)
    cognito.update_identity_provider(**named, IdpIdentifiers=["example.com"])
    found = cognito.get_identity_provider_by_identifier(UserPoolId=pool, IdpIdentifier="example.com")
    shown = cognito.describe_identity_provider(**named)["IdentityProvider"]
    assert found["IdentityProvider"] == shown
    assert get(client, IDENTITY_PROVIDER, f"{pool}|Google")["IdpIdentifiers"] == ["example.com"]
    cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", SupportedIdentityProviders=["Google"])
    cognito.delete_identity_provider(**named)
    with pytest.raises(cognito.exceptions.ResourceNotFoundException):
        cognito.describe_identity_provider(**named)


def test_the_life_of_an_import_job(cognito: Any, pool: str) -> None:
    job = cognito.create_user_import_job(UserPoolId=pool, JobName="people", CloudWatchLogsRoleArn=ROLE)
    named = {"UserPoolId": pool, "JobId": job["UserImportJob"]["JobId"]}
    assert job["UserImportJob"]["Status"] == "Created"
    assert cognito.start_user_import_job(**named)["UserImportJob"]["Status"] == "Pending"
    with pytest.raises(cognito.exceptions.PreconditionNotMetException):
        cognito.start_user_import_job(**named)
    with pytest.raises(cognito.exceptions.UserImportInProgressException):
        cognito.delete_user_pool(UserPoolId=pool)
    stopped = cognito.stop_user_import_job(**named)["UserImportJob"]
    assert stopped["Status"] == "Stopped"
    assert cognito.describe_user_import_job(**named)["UserImportJob"] == stopped
    assert "cognito:username" in cognito.get_csv_header(UserPoolId=pool)["CSVHeader"]


def test_botocore_s_paginators_find_everything(cognito: Any, pool: str) -> None:
    for name in ["a", "b", "c"]:
        cognito.create_user_pool(PoolName=name)
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=name)
        cognito.create_group(UserPoolId=pool, GroupName=name)
        cognito.admin_create_user(UserPoolId=pool, Username=name)
        cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="a", Username=name)
        cognito.admin_add_user_to_group(UserPoolId=pool, GroupName=name, Username="a")
        cognito.create_resource_server(UserPoolId=pool, Identifier=name, Name=name)
        saml = {"ProviderType": "SAML", "ProviderDetails": {"MetadataURL": "https://idp.example.com"}}
        cognito.create_identity_provider(UserPoolId=pool, ProviderName=f"idp-{name}", **saml)
    assert len(every(cognito, "list_user_pools", "UserPools")) == 4
    for operation, result, more in [
        ("list_user_pool_clients", "UserPoolClients", {}),
        ("list_groups", "Groups", {}),
        ("list_users", "Users", {}),
        ("list_users_in_group", "Users", {"GroupName": "a"}),
        ("admin_list_groups_for_user", "Groups", {"Username": "a"}),
        ("list_resource_servers", "ResourceServers", {}),
        ("list_identity_providers", "Providers", {}),
    ]:
        assert len(every(cognito, operation, result, UserPoolId=pool, **more)) == 3, operation


def test_a_pool_takes_everything_along(cognito: Any, pool: str, client: Any, cirrus: Cirrus) -> None:
    cognito.create_user_pool_client(UserPoolId=pool, ClientName="web")
    cognito.create_group(UserPoolId=pool, GroupName="g")
    cognito.admin_create_user(UserPoolId=pool, Username="u")
    cognito.delete_user_pool(UserPoolId=pool)
    assert identifiers(client, USER_POOL) == []
    assert cirrus.rows("SELECT identifier FROM aws.cognito.user_pool_clients") == []
    again: Row = {"UserPoolName": "people"}
    assert create(client, USER_POOL, again) != pool
