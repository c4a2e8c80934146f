"""boto3 against the services beside Cloud Control: STS, Account, Organizations, Tagging, CloudFormation, EC2, IAM.

Every answer is also held to botocore's model of its service, by `conformance`.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
import botocore.auth
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

import programs
from cloud_control import connect, create, identifiers
from programs import Cirrus, Emulator

BUCKET = "AWS::S3::Bucket"
ROLE = "AWS::IAM::Role"
MANAGEMENT, MEMBER, STRANGER = "123456789012", "111122223333", "999988887777"
ROLE_ARN = f"arn:aws:iam::{MEMBER}:role/Reader"
# Those from before 20 March 2019, which no account can disable.
ALWAYS_ENABLED = 17

Connect = Callable[..., Any]


@pytest.fixture
def service(emulator: Emulator) -> Connect:
    """Clients of a service, as an account or with other credentials."""

    def of(name: str, account: str = MANAGEMENT, region: str = "us-east-1", **credentials: str) -> Any:
        if credentials:
            return client(emulator, name, region, **credentials)
        return connect(emulator.url, name, account, region)

    return of


def client(emulator: Emulator, name: str, region: str = "us-east-1", **more: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(name, endpoint_url=emulator.url, region_name=region, **{"config": config, **more})


def keys(answer: dict[str, Any]) -> dict[str, str]:
    """What a client takes of the credentials that STS gives."""
    credentials = answer["Credentials"]
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def message(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Message"]


def status(error: pytest.ExceptionInfo[ClientError]) -> int:
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def every(client: Any, operation: str, result: str, page_size: int, **parameters: Any) -> list[Any]:
    """What botocore's own paginator finds, which must need more than one page."""
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": page_size}, **parameters)
    found = [page[result] for page in pages]
    assert len(found) > 1
    assert all(len(page) <= page_size for page in found)
    return [item for page in found for item in page]


class TestSts:
    def test_an_assumed_role_acts_in_its_account(self, service: Connect) -> None:
        answer = service("sts").assume_role(
            RoleArn=ROLE_ARN,
            RoleSessionName="me@work",
            DurationSeconds=900,
            ExternalId="external",
            Policy=json.dumps({"Version": "2012-10-17", "Statement": []}),
            Tags=[{"Key": "team", "Value": "identity"}],
            TransitiveTagKeys=["team"],
            SourceIdentity="alice",
        )
        assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
        left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
        assert datetime.timedelta(minutes=14) < left <= datetime.timedelta(minutes=15)
        assert answer["SourceIdentity"] == "alice"
        arn = f"arn:aws:sts::{MEMBER}:assumed-role/Reader/me@work"
        user = answer["AssumedRoleUser"]
        assert user["Arn"] == arn
        identity = service("sts", **keys(answer)).get_caller_identity()
        assert (identity["Account"], identity["Arn"], identity["UserId"]) == (MEMBER, arn, user["AssumedRoleId"])

    def test_chained_roles_have_an_hour(self, service: Connect) -> None:
        first = service("sts").assume_role(RoleArn=ROLE_ARN, RoleSessionName="me", DurationSeconds=43200)
        chained = service("sts", **keys(first))
        with pytest.raises(ClientError) as error:
            chained.assume_role(RoleArn=ROLE_ARN, RoleSessionName="me", DurationSeconds=3601)
        assert code(error) == "ValidationError"
        assert message(error) == (
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
        assert chained.assume_role(RoleArn=ROLE_ARN, RoleSessionName="me", DurationSeconds=3600)["Credentials"]

    def test_errors_are_of_the_model_s_classes(self, service: Connect) -> None:
        sts = service("sts")
        with pytest.raises(sts.exceptions.MalformedPolicyDocumentException):
            sts.assume_role(RoleArn=ROLE_ARN, RoleSessionName="me", Policy="{")
        with pytest.raises(ClientError) as error:
            sts.assume_role(RoleArn=f"arn:aws:iam::{MEMBER}:user/me", RoleSessionName="me")
        assert (code(error), message(error)) == ("ValidationError", "Request ARN is invalid")

    def test_a_session_of_a_user_is_that_user(self, service: Connect) -> None:
        answer = service("sts", MEMBER).get_session_token(DurationSeconds=129600)
        session = service("sts", **keys(answer))
        assert session.get_caller_identity()["Arn"] == f"arn:aws:iam::{MEMBER}:user/cirrus"
        with pytest.raises(ClientError) as error:
            session.get_session_token()
        assert (code(error), status(error)) == ("AccessDenied", 403)

    def test_a_key_leads_to_its_account(self, service: Connect) -> None:
        sts = service("sts", STRANGER)
        key = sts.assume_role(RoleArn=ROLE_ARN, RoleSessionName="me")["Credentials"]["AccessKeyId"]
        assert sts.get_access_key_info(AccessKeyId=key)["Account"] == MEMBER

    def test_the_token_of_another_key_is_refused(self, service: Connect) -> None:
        credentials, other = (
            keys(service("sts").assume_role(RoleArn=ROLE_ARN, RoleSessionName=name)) for name in ("me", "you")
        )
        credentials["aws_session_token"] = other["aws_session_token"]
        for name, call, expected in (
            ("sts", "get_caller_identity", "InvalidClientTokenId"),
            ("cloudformation", "list_types", "InvalidClientTokenId"),
            ("ec2", "describe_regions", "InvalidClientTokenId"),
            ("account", "list_regions", "UnrecognizedClientException"),
            ("organizations", "list_accounts", "UnrecognizedClientException"),
        ):
            with pytest.raises(ClientError) as error:
                getattr(service(name, **credentials), call)()
            assert code(error) == expected, name

    def test_a_profile_with_a_role_is_enough(
        self, emulator: Emulator, cirrus: Cirrus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As people have it: boto3 itself assumes the role, and so does cirrus."""
        config, credentials = tmp_path / "config", tmp_path / "credentials"
        config.write_text(
            f"[profile base]\nregion = us-east-1\nendpoint_url = {emulator.url}\n"
            f"[profile member]\nregion = us-east-1\nendpoint_url = {emulator.url}\n"
            f"role_arn = {ROLE_ARN}\nsource_profile = base\nrole_session_name = me\nexternal_id = external\n"
        )
        credentials.write_text("[base]\naws_access_key_id = test\naws_secret_access_key = test\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
        # The provider of a profile's role does not read the profile's endpoint.
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.url)

        member = boto3.Session(profile_name="member").client("cloudcontrol")
        assert create(member, BUCKET, {"BucketName": "of-the-member"}) == "of-the-member"
        assert identifiers(member, BUCKET) == ["of-the-member"]
        base = boto3.Session(profile_name="base").client("cloudcontrol")
        assert identifiers(base, BUCKET) == []
        accounts = {row["account"] for row in emulator.requests() if row["operation"] == "CreateResource"}
        assert accounts == {MEMBER}

        settings = {
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
            "AWS_ENDPOINT_URL_STS": emulator.url,
        }
        plain = Cirrus(cirrus.program, programs.clean_environment(tmp_path), tmp_path).with_settings(settings)
        sql = "SELECT bucket_name FROM aws.s3.buckets"
        assert plain.rows(sql, "--profile", "member") == [{"bucket_name": "of-the-member"}]
        assert plain.rows(sql, "--profile", "base") == []


class TestAccount:
    def test_regions_come_in_pages(self, service: Connect) -> None:
        account = service("account")
        found = every(account, "list_regions", "Regions", 10)
        by_status: dict[str, set[str]] = {}
        for region in found:
            by_status.setdefault(region["RegionOptStatus"], set()).add(region["RegionName"])
        assert set(by_status) == {"ENABLED_BY_DEFAULT", "ENABLED"}
        assert len(by_status["ENABLED_BY_DEFAULT"]) == ALWAYS_ENABLED
        filtered = account.list_regions(RegionOptStatusContains=["ENABLED"])["Regions"]
        assert {region["RegionName"] for region in filtered} == by_status["ENABLED"]

    def test_one_region_is_looked_up(self, service: Connect) -> None:
        account = service("account")
        assert account.get_region_opt_status(RegionName="eu-west-1")["RegionOptStatus"] == "ENABLED_BY_DEFAULT"
        with pytest.raises(account.exceptions.ValidationException):
            account.get_region_opt_status(RegionName="mars-north-1")
        with pytest.raises(account.exceptions.ValidationException):
            account.list_regions(NextToken="nonsense")


class TestWithoutOptInRegions:
    @pytest.fixture
    def emulator_arguments(self) -> list[str]:
        return ["--switch", "opt-in-regions=disabled"]

    def test_every_service_says_so(self, service: Connect) -> None:
        account = service("account")
        disabled = account.list_regions(RegionOptStatusContains=["DISABLED"])["Regions"]
        names = {region["RegionName"] for region in disabled}
        assert "eu-south-1" in names
        assert account.get_region_opt_status(RegionName="eu-south-1")["RegionOptStatus"] == "DISABLED"
        ec2 = service("ec2")
        shown = ec2.describe_regions()["Regions"]
        assert {region["OptInStatus"] for region in shown} == {"opt-in-not-required"}
        assert len(shown) == ALWAYS_ENABLED
        everything = ec2.describe_regions(AllRegions=True)["Regions"]
        assert {region["RegionName"] for region in everything if region["OptInStatus"] == "not-opted-in"} == names

    def test_calls_there_are_refused(self, service: Connect) -> None:
        with pytest.raises(ClientError) as error:
            service("cloudcontrol", region="eu-south-1").list_resources(TypeName=BUCKET)
        assert code(error) == "UnrecognizedClientException"
        with pytest.raises(ClientError) as error:
            service("sts", region="eu-south-1").get_caller_identity()
        assert code(error) == "InvalidClientTokenId"


class TestOrganizations:
    @pytest.fixture
    def emulator_arguments(self) -> list[str]:
        accounts = {MEMBER: "workload", **{f"2000000000{number:02}": f"account {number}" for number in range(21)}}
        return [argument for account in accounts.items() for argument in ("--account", "=".join(account))]

    def test_accounts_come_in_pages(self, service: Connect) -> None:
        organizations = service("organizations")
        accounts = every(organizations, "list_accounts", "Accounts", 20)
        assert len({account["Id"] for account in accounts}) == 23
        names = {account["Id"]: account["Name"] for account in accounts}
        assert names[MEMBER] == "workload"
        described = organizations.describe_account(AccountId=MEMBER)["Account"]
        assert described in accounts
        (root,) = organizations.list_roots()["Roots"]
        children = every(organizations, "list_accounts_for_parent", "Accounts", 10, ParentId=root["Id"])
        assert children == accounts
        units = organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=root["Id"])
        assert units.build_full_result() == {"OrganizationalUnits": []}
        organization = organizations.describe_organization()["Organization"]
        assert organization["MasterAccountId"] == MANAGEMENT
        assert service("organizations", MEMBER).describe_organization()["Organization"] == organization

    def test_errors_are_of_the_model_s_classes(self, service: Connect) -> None:
        management, member, stranger = (service("organizations", name) for name in (MANAGEMENT, MEMBER, STRANGER))
        with pytest.raises(management.exceptions.AccountNotFoundException):
            management.describe_account(AccountId=STRANGER)
        with pytest.raises(management.exceptions.ParentNotFoundException):
            management.list_accounts_for_parent(ParentId="r-none")
        with pytest.raises(management.exceptions.InvalidInputException):
            management.list_accounts(NextToken="nonsense")
        with pytest.raises(member.exceptions.AccessDeniedException):
            member.list_accounts()
        with pytest.raises(stranger.exceptions.AWSOrganizationsNotInUseException):
            stranger.list_accounts()

    def test_the_management_account_asks_for_members(self, service: Connect) -> None:
        assert service("account").list_regions(AccountId=MEMBER)["Regions"]
        for asking, about in ((MANAGEMENT, MANAGEMENT), (MEMBER, MANAGEMENT)):
            account = service("account", asking)
            with pytest.raises(account.exceptions.AccessDeniedException):
                account.list_regions(AccountId=about)


class TestTagging:
    @pytest.fixture
    def tagging(self, service: Connect) -> Any:
        cloud = service("cloudcontrol")
        for number in range(3):
            tags = [{"Key": "team", "Value": f"team-{number}"}, {"Key": "stage", "Value": "test"}]
            create(cloud, "AWS::SQS::Queue", {"QueueName": f"queue-{number}", "Tags": tags})
        create(cloud, "AWS::Cognito::UserPool", {"UserPoolName": "pool", "UserPoolTags": {"team": "identity"}})
        create(cloud, BUCKET, {"BucketName": "untagged"})
        return service("resourcegroupstaggingapi")

    def test_resources_come_in_pages(self, tagging: Any) -> None:
        found = every(tagging, "get_resources", "ResourceTagMappingList", 2)
        arns = [mapping["ResourceARN"] for mapping in found]
        queues = [f"arn:aws:sqs:us-east-1:{MANAGEMENT}:queue-{number}" for number in range(3)]
        assert [arn for arn in arns if ":sqs:" in arn] == queues
        assert len(arns) == 4

        def filtered(**parameters: Any) -> list[str]:
            mappings = tagging.get_resources(**parameters)["ResourceTagMappingList"]
            return [mapping["ResourceARN"] for mapping in mappings]

        assert filtered(TagFilters=[{"Key": "stage"}]) == queues
        assert filtered(TagFilters=[{"Key": "stage"}, {"Key": "team", "Values": ["team-1", "team-2"]}]) == queues[1:]
        assert len(filtered(ResourceTypeFilters=["cognito-idp:userpool"])) == 1
        assert filtered(ResourceARNList=queues[:1]) == queues[:1]

    def test_keys_and_values_are_listed(self, tagging: Any) -> None:
        assert tagging.get_paginator("get_tag_keys").paginate().build_full_result() == {"TagKeys": ["stage", "team"]}
        values = tagging.get_paginator("get_tag_values").paginate(Key="team").build_full_result()
        assert values == {"TagValues": ["identity", "team-0", "team-1", "team-2"]}

    def test_errors_are_of_the_model_s_classes(self, tagging: Any) -> None:
        for wrong in (
            {"ResourcesPerPage": 101},
            {"TagsPerPage": 99},
            {"PaginationToken": "nonsense"},
            {"ResourceARNList": ["arn:aws:s3:::a"], "TagFilters": [{"Key": "a"}]},
        ):
            with pytest.raises(tagging.exceptions.InvalidParameterException):
                tagging.get_resources(**wrong)


class TestCloudFormation:
    def test_types_come_in_pages(self, service: Connect) -> None:
        cloudformation = service("cloudformation")
        found = every(cloudformation, "list_types", "TypeSummaries", 100, Visibility="PUBLIC", Type="RESOURCE")
        names = [summary["TypeName"] for summary in found]
        assert len(set(names)) == len(names) > 1000
        logs = cloudformation.list_types(
            Visibility="PUBLIC", Filters={"Category": "AWS_TYPES", "TypeNamePrefix": "AWS::Logs::"}
        )["TypeSummaries"]
        assert [summary["TypeName"] for summary in logs] == [name for name in names if name.startswith("AWS::Logs::")]
        assert cloudformation.list_types()["TypeSummaries"] == []

    def test_a_type_is_described(self, service: Connect) -> None:
        cloudformation = service("cloudformation")
        described = cloudformation.describe_type(Type="RESOURCE", TypeName="AWS::Logs::LogGroup")
        assert json.loads(described["Schema"])["typeName"] == described["TypeName"] == "AWS::Logs::LogGroup"
        assert (described["ProvisioningType"], described["Visibility"]) == ("FULLY_MUTABLE", "PUBLIC")
        assert cloudformation.describe_type(Arn=described["Arn"])["Schema"] == described["Schema"]

    def test_errors_are_of_the_model_s_classes(self, service: Connect) -> None:
        cloudformation = service("cloudformation")
        with pytest.raises(cloudformation.exceptions.TypeNotFoundException):
            cloudformation.describe_type(Type="RESOURCE", TypeName="AWS::Serverless::Api")
        with pytest.raises(cloudformation.exceptions.CFNRegistryException):
            cloudformation.describe_type(TypeName="AWS::Logs::LogGroup")


class TestEc2:
    def test_regions_are_described(self, service: Connect) -> None:
        ec2 = service("ec2")
        described = ec2.describe_regions(RegionNames=["us-east-1", "eu-south-1"])["Regions"]
        assert sorted(described, key=lambda region: region["RegionName"]) == [
            {"OptInStatus": "opted-in", "RegionName": "eu-south-1", "Endpoint": "ec2.eu-south-1.amazonaws.com"},
            {"OptInStatus": "opt-in-not-required", "RegionName": "us-east-1", "Endpoint": "ec2.us-east-1.amazonaws.com"},
        ]
        filters = [{"Name": "region-name", "Values": ["us-*"]}, {"Name": "endpoint", "Values": ["*-west-*"]}]
        west = ec2.describe_regions(Filters=filters)["Regions"]
        assert {region["RegionName"] for region in west} == {"us-west-1", "us-west-2"}

    def test_what_is_wrong_is_refused(self, service: Connect) -> None:
        ec2 = service("ec2")
        with pytest.raises(ClientError) as error:
            ec2.describe_regions(RegionNames=["us--east-1"])
        assert (code(error), message(error)) == ("InvalidParameterValue", "Invalid region: [us--east-1]")
        with pytest.raises(ClientError) as error:
            ec2.describe_regions(DryRun=True)
        assert code(error) == "DryRunOperation"


class TestIam:
    @pytest.fixture
    def iam(self, service: Connect) -> Any:
        policy = {"Version": "2012-10-17", "Statement": []}
        for number in range(3):
            desired = {"RoleName": f"role-{number}", "AssumeRolePolicyDocument": policy, "MaxSessionDuration": 7200}
            create(service("cloudcontrol"), ROLE, desired)
        return service("iam")

    def test_roles_come_in_pages(self, iam: Any, service: Connect) -> None:
        roles = every(iam, "list_roles", "Roles", 2)
        assert [role["RoleName"] for role in roles] == ["role-0", "role-1", "role-2"]
        role = iam.get_role(RoleName="role-1")["Role"]
        # botocore decodes it.
        assert role["AssumeRolePolicyDocument"] == {"Version": "2012-10-17", "Statement": []}
        assert role["CreateDate"] == roles[1]["CreateDate"]
        assumed = service("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me", DurationSeconds=7200)
        assert assumed["AssumedRoleUser"]["AssumedRoleId"] == f"{role['RoleId']}:me"
        with pytest.raises(ClientError) as error:
            service("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me", DurationSeconds=7201)
        assert message(error) == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."

    def test_the_caller_is_a_user(self, iam: Any, service: Connect) -> None:
        assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{MANAGEMENT}:user/cirrus"
        aliases = iam.get_paginator("list_account_aliases").paginate().build_full_result()
        assert aliases == {"AccountAliases": []}
        for call, parameters in (("get_role", {"RoleName": "none"}), ("get_user", {"UserName": "none"})):
            with pytest.raises(iam.exceptions.NoSuchEntityException):
                getattr(iam, call)(**parameters)
        session = service("sts").assume_role(RoleArn=ROLE_ARN, RoleSessionName="me")
        with pytest.raises(ClientError) as error:
            service("iam", **keys(session)).get_user()
        assert (code(error), message(error)) == (
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
        )


class TestSignatures:
    """With botocore as the signer, in every protocol."""

    KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    CALLS = (
        ("cloudcontrol", "list_resources", {"TypeName": BUCKET}),
        ("sts", "get_caller_identity", {}),
        ("account", "list_regions", {}),
        ("organizations", "list_accounts", {}),
        ("resourcegroupstaggingapi", "get_resources", {}),
        ("cloudformation", "describe_type", {"Type": "RESOURCE", "TypeName": "AWS::Logs::LogGroup"}),
        ("ec2", "describe_regions", {}),
        ("iam", "list_roles", {}),
        ("cognito-idp", "list_user_pools", {"MaxResults": 1}),
    )

    @pytest.fixture
    def emulator_arguments(self) -> list[str]:
        return ["--verify-signatures", "--credential", f"{self.KEY}={self.SECRET}"]

    @dataclasses.dataclass(frozen=True)
    class Refusal:
        json: str
        query: str

        def of(self, service: str) -> str:
            # AWS's EC2 says AuthFailure to all of them; the emulator has the names of the other query services there.
            return self.query if service in ("sts", "cloudformation", "ec2", "iam") else self.json

    def calls(self, service: Connect, **more: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
        credentials = {"aws_access_key_id": self.KEY, "aws_secret_access_key": self.SECRET, **more}
        for name, operation, parameters in self.CALLS:
            method = getattr(service(name, **credentials), operation)
            yield name, lambda method=method, parameters=parameters: method(**parameters)

    def refused(self, service: Connect, refusal: Refusal, **more: Any) -> Iterator[str]:
        for name, call in self.calls(service, **more):
            with pytest.raises(ClientError) as error:
                call()
            assert code(error) == refusal.of(name), name
            yield message(error)

    def test_the_right_secret_is_let_through(self, service: Connect) -> None:
        for _, call in self.calls(service):
            call()

    def test_a_session_is_let_through(self, service: Connect) -> None:
        own = {"aws_access_key_id": self.KEY, "aws_secret_access_key": self.SECRET}
        answer = service("sts", **own).assume_role(
            RoleArn=f"arn:aws:iam::{MANAGEMENT}:role/Reader", RoleSessionName="me"
        )
        for _, call in self.calls(service, **keys(answer)):
            call()
        wrong = {**keys(answer), "aws_secret_access_key": self.SECRET}
        mismatch = self.Refusal("InvalidSignatureException", "SignatureDoesNotMatch")
        for text in self.refused(service, mismatch, **wrong):
            assert text.startswith("The request signature we calculated does not match"), text

    def test_a_wrong_secret_is_refused(self, service: Connect) -> None:
        mismatch = self.Refusal("InvalidSignatureException", "SignatureDoesNotMatch")
        for text in self.refused(service, mismatch, aws_secret_access_key="wrong"):
            assert text == (
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                "Access Key and signing method. Consult the service documentation for details."
            )

    def test_an_unknown_key_is_refused(self, service: Connect) -> None:
        unknown = self.Refusal("UnrecognizedClientException", "InvalidClientTokenId")
        for text in self.refused(service, unknown, aws_access_key_id="AKIAUNKNOWN"):
            assert text == "The security token included in the request is invalid."

    @pytest.mark.parametrize(
        ("minutes", "start"), [(-16, "Signature expired: "), (16, "Signature not yet current: ")], ids=["past", "future"]
    )
    def test_a_wrong_clock_is_refused(self, service: Connect, minutes: int, start: str) -> None:
        then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        mismatch = self.Refusal("InvalidSignatureException", "SignatureDoesNotMatch")
        with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: then):
            for text in self.refused(service, mismatch):
                assert text.startswith(start), text
        almost = then - datetime.timedelta(minutes=minutes / 8)
        with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: almost):
            for _, call in self.calls(service):
                call()

    def test_an_unsigned_request_is_refused(self, emulator: Emulator) -> None:
        config = Config(retries={"total_max_attempts": 1}, signature_version=UNSIGNED)
        with pytest.raises(ClientError) as error:
            client(emulator, "cloudcontrol", config=config).list_resources(TypeName=BUCKET)
        assert code(error) == "MissingAuthenticationTokenException"
