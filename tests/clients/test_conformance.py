"""The checker of `conformance.py` finds what is wrong with an answer, and sees the answers of every client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import botocore.session
import pytest
from botocore.model import OperationModel
from botocore.parsers import create_parser

import conformance
from cloud_control import connect

ID = "5e1fc9a4-0000-4000-8000-000000000000"
STS = "https://sts.amazonaws.com/doc/2011-06-15/"
EVENT = {"TypeName": "AWS::S3::Bucket", "RequestToken": ID, "OperationStatus": "SUCCESS", "EventTime": 1632506656.706}


def operation(service: str, name: str) -> OperationModel:
    return botocore.session.get_session().get_service_model(service).operation_model(name)


def violations(model: OperationModel, status: int, content_type: str, body: str) -> list[str]:
    headers = {"x-amzn-requestid": ID, "content-type": content_type}
    answer = {"status_code": status, "headers": headers, "body": body.encode()}
    parsed = create_parser(model.service_model.resolved_protocol).parse(answer, model.output_shape)
    return list(conformance.violations(model, status, headers, body.encode(), parsed))


def status_answer(**members: object) -> str:
    return json.dumps({"ProgressEvent": {**EVENT, **members}})


def error(code: str, **members: object) -> str:
    return json.dumps({"__type": f"com.amazon.cloudapiservice#{code}", **members})


def assert_found(found: list[str], expected: str | None) -> None:
    if expected is None:
        assert found == []
    else:
        assert any(expected in violation for violation in found), found


JSON = {
    "an answer": (200, status_answer(), None),
    "a member that nobody knows": (200, status_answer(Colour="red"), "#/ProgressEvent has no member Colour"),
    "a null": (200, status_answer(Identifier=None), "#/ProgressEvent/Identifier is null"),
    "a number that is text": (200, status_answer(EventTime="1632506656.706"), "EventTime is no number"),
    "a text that is an object": (200, status_answer(ResourceModel={}), "ResourceModel is no string"),
    "a text that is empty": (200, status_answer(Identifier=""), "Identifier has the size 0"),
    "a value out of a fixed set": (200, status_answer(OperationStatus="DONE"), "OperationStatus is none of"),
    "a text of another form": (200, status_answer(RequestToken="a b c"), "RequestToken does not match"),
    "a list that is none": (200, json.dumps({"HooksProgressEvent": {}}), "HooksProgressEvent is no list"),
    "an error": (400, error("RequestTokenNotFoundException", Message="no"), None),
    "an error that no model has": (400, error("ValidationException", message="no"), None),
    "an error without a message": (400, error("RequestTokenNotFoundException"), "has the messages []"),
    "an error with another member": (400, error("ValidationException", Message="no", At="#"), "has no member At"),
    "an error of another operation": (400, error("TypeNotFoundException", Message="no"), "none of this operation's"),
    "an error with the wrong status": (
        500,
        error("RequestTokenNotFoundException", Message="no"),
        "the status 500, not 400",
    ),
    "an error without a type": (400, json.dumps({"message": "no"}), "__type is None"),
}


@pytest.mark.parametrize("case", JSON)
def test_json(case: str) -> None:
    status, body, expected = JSON[case]
    found = violations(
        operation("cloudcontrol", "GetResourceRequestStatus"), status, "application/x-amz-json-1.0", body
    )
    assert_found(found, expected)


def test_a_required_member_is_missed() -> None:
    found = violations(
        operation("organizations", "ListTagsForResource"), 200, "application/x-amz-json-1.1", '{"Tags": [{"Key": "a"}]}'
    )
    assert found == ["#/Tags/0/Value is required"]


def test_rest_json_has_its_own_content_type() -> None:
    body = json.dumps({"Regions": [{"RegionName": "us-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]})
    listing = operation("account", "ListRegions")
    assert violations(listing, 200, "application/json", body) == []
    assert violations(listing, 200, "application/x-amz-json-1.1", body) == [
        "Content-Type is application/x-amz-json-1.1, not application/json"
    ]


def identity(result: str, request_id: str = ID, namespace: str = STS) -> str:
    return (
        f'<GetCallerIdentityResponse xmlns="{namespace}"><GetCallerIdentityResult>{result}</GetCallerIdentityResult>'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )


ACCOUNT = "<Account>123456789012</Account><UserId>AIDA</UserId><Arn>arn:aws:iam::123456789012:user/test</Arn>"

XML = {
    "an answer": (200, identity(ACCOUNT), None),
    "a member that nobody knows": (200, identity(f"{ACCOUNT}<Colour>red</Colour>"), "# has no member Colour"),
    "a member twice": (200, identity(f"{ACCOUNT}<Account>1</Account>"), "#/Account is there 2 times"),
    "a member with members": (200, identity("<Arn><Part/></Arn>"), "#/Arn is no string, there is Part in it"),
    "another request's id": (200, identity(ACCOUNT, "x"), "ResponseMetadata/RequestId is x"),
    "another namespace": (200, identity(ACCOUNT, namespace="urn:x"), "not GetCallerIdentityResponse"),
    "an error": (
        400,
        f'<ErrorResponse xmlns="{STS}"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>no</Message></Error>'
        f"<RequestId>{ID}</RequestId></ErrorResponse>",
        None,
    ),
    "an error without a type": (
        400,
        f'<ErrorResponse xmlns="{STS}"><Error><Code>ExpiredToken</Code><Message>no</Message></Error>'
        f"<RequestId>{ID}</RequestId></ErrorResponse>",
        "the error's Type is None",
    ),
}


@pytest.mark.parametrize("case", XML)
def test_xml(case: str) -> None:
    status, body, expected = XML[case]
    found = violations(operation("sts", "GetCallerIdentity"), status, "text/xml", body)
    assert_found(found, expected)


def test_lists_in_xml_have_their_own_names() -> None:
    def types(summaries: str) -> str:
        return (
            '<ListTypesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListTypesResult>'
            f"<TypeSummaries>{summaries}</TypeSummaries></ListTypesResult>"
            f"<ResponseMetadata><RequestId>{ID}</RequestId></ResponseMetadata></ListTypesResponse>"
        )

    listing = operation("cloudformation", "ListTypes")
    summary = "<TypeName>AWS::S3::Bucket</TypeName><LastUpdated>2026-11-20T11:40:02Z</LastUpdated>"
    assert violations(listing, 200, "text/xml", types(f"<member>{summary}</member>")) == []
    assert violations(listing, 200, "text/xml", types(f"<item>{summary}</item>")) == [
        "#/TypeSummaries has no item, only member"
    ]


def test_ec2_has_its_own_namespace_and_names() -> None:
    def regions(namespace: str) -> str:
        region = "<regionName>us-east-1</regionName><optInStatus>opt-in-not-required</optInStatus>"
        return (
            f'<DescribeRegionsResponse xmlns="{namespace}"><requestId>{ID}</requestId>'
            f"<regionInfo><item>{region}</item></regionInfo></DescribeRegionsResponse>"
        )

    describing = operation("ec2", "DescribeRegions")
    assert (
        violations(describing, 200, "text/xml;charset=UTF-8", regions("http://ec2.amazonaws.com/doc/2016-11-15/")) == []
    )
    assert violations(describing, 200, "text/xml", regions("http://ec2.amazonaws.com/doc/2016-11-15")) != []
    refusal = "<Code>InvalidParameterValue</Code><Message>Invalid region: [x]</Message>"
    body = f"<Response><Errors><Error>{refusal}</Error></Errors><RequestID>{ID}</RequestID></Response>"
    assert violations(describing, 400, "text/xml", body) == []


@pytest.fixture
def careless() -> Iterator[str]:
    """A server whose answers are half right."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = b'{"TypeName": 5}'
            self.send_response(200)
            self.send_header("x-amzn-RequestId", ID)
            self.send_header("content-type", "application/x-amz-json-1.0")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_answer_to_boto3_is_looked_at(careless: str) -> None:
    connect(careless).list_resources(TypeName="AWS::S3::Bucket")
    assert conformance.take() == ["cloudcontrol ListResources: #/TypeName is no string: 5"]
