"""Holds every answer that a client of botocore gets to the service's own model: boto3's, and that of the AWS CLI.

botocore's parsers forgive much: they pass over members that they do not know, and take a missing one for absent. This
is strict. It looks at the bytes of the answer, before any parser, and at what the parser made of them.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import botocore.handlers
from botocore.model import OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from programs import Row

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# Shapes whose constraints AWS itself does not keep: Cognito's own `phone_number_verified` is longer than names may be,
# and a domain without a certificate of its own has an empty CustomDomainConfig.
BROKEN = {"CustomAttributeNameType", "CustomDomainConfigType"}

_found: list[str] = []


def install() -> None:
    """Makes every session of botocore in this process look at what it receives, retries included."""
    botocore.handlers.BUILTIN_HANDLERS.append(("needs-retry", _received))


def take() -> list[str]:
    """What was found wrong since the last time."""
    found = list(_found)
    _found.clear()
    return found


def _received(response: Any, operation: OperationModel, **_: Any) -> None:
    """An answer, as botocore shows it to whoever decides about retries; there is none when no parser took it."""
    if response is None:
        return
    http, parsed = response
    headers = {name.lower(): value for name, value in http.headers.items()}
    for violation in violations(operation, http.status_code, headers, http.content, parsed):
        _found.append(f"{operation.service_model.service_name} {operation.name}: {violation}")


def violations(
    operation: OperationModel, status: int, headers: Mapping[str, str], body: bytes, parsed: Row
) -> Iterator[str]:
    """Everything that is wrong with an answer; the headers' names are in lower case."""
    request_id = headers.get("x-amzn-requestid", "")
    if not UUID.fullmatch(request_id):
        yield f"x-amzn-RequestId is {request_id!r}"
    if parsed["ResponseMetadata"].get("RequestId") != request_id:
        yield f"the parser does not see the request's id: {parsed['ResponseMetadata']}"
    if "x-amz-crc32" in headers and headers["x-amz-crc32"] != str(zlib.crc32(body)):
        yield "x-amz-crc32 is not that of the body"
    protocol = operation.service_model.resolved_protocol
    if protocol in ("json", "rest-json"):
        yield from _json(operation, status, headers, body, parsed)
    elif protocol in ("query", "ec2"):
        yield from _xml(operation, status, headers, body, parsed, request_id)
    else:
        yield f"the protocol {protocol} is not checked yet"


def _json(
    operation: OperationModel, status: int, headers: Mapping[str, str], body: bytes, parsed: Row
) -> Iterator[str]:
    metadata = operation.service_model.metadata
    rest = operation.service_model.resolved_protocol == "rest-json"
    expected = "application/json" if rest else f"application/x-amz-json-{metadata['jsonVersion']}"
    if headers.get("content-type") != expected:
        yield f"Content-Type is {headers.get('content-type')}, not {expected}"
    if not body and operation.output_shape is None:
        return
    try:
        value = json.loads(body)
    except ValueError as error:
        yield f"the body is not JSON: {error}"
        return
    if not isinstance(value, dict):
        yield f"the body is no object: {value}"
    elif status < 300:
        if operation.output_shape is not None:
            yield from _json_value(operation.output_shape, value, "#")
    else:
        given = value.pop("__type", None) or (headers.get("x-amzn-errortype") if rest else None)
        if not isinstance(given, str):
            yield f"__type is {given!r}"
        messages = [value.pop(name) for name in ("message", "Message") if name in value]
        code = str(given).rpartition("#")[2].partition(":")[0]
        yield from _error(operation, status, parsed, code, messages)
        shape = operation.service_model.shape_for_error_code(code)
        known = shape.members if shape is not None else {}
        yield from (f"the error {code} has no member {name}" for name in value if name not in known)


def _error(operation: OperationModel, status: int, parsed: Row, code: str, messages: list[Any]) -> Iterator[str]:
    """What holds for an error in any protocol."""
    if len(messages) != 1 or not isinstance(messages[0], str) or not messages[0]:
        yield f"the error {code} has the messages {messages}"
    elif parsed["Error"].get("Message") != messages[0]:
        yield f"the parser does not see the message {messages[0]!r}: {parsed['Error']}"
    if not code or parsed["Error"].get("Code") != code:
        yield f"the parser does not see the code {code!r}: {parsed['Error']}"
    shape = operation.service_model.shape_for_error_code(code)
    if shape is None:
        # Errors that all services have in common are in no model.
        if not 400 <= status < 600:
            yield f"the error {code} has the status {status}"
        return
    expected = shape.metadata.get("error", {}).get("httpStatusCode", 500 if shape.metadata.get("fault") else 400)
    if status != expected:
        yield f"the error {code} has the status {status}, not {expected}"
    if shape.name not in [error.name for error in operation.error_shapes]:
        yield f"the error {code} is none of this operation's"


def _json_value(shape: Shape, value: Any, at: str) -> Iterator[str]:
    if value is None:
        yield f"{at} is null"
    elif getattr(shape, "is_document_type", False):
        return
    elif shape.type_name == "structure":
        if not isinstance(value, dict):
            yield f"{at} is no structure: {value}"
            return
        members = _members_of_body(shape)
        for name, member in value.items():
            if name in members:
                yield from _json_value(members[name], member, f"{at}/{name}")
            else:
                yield f"{at} has no member {name}"
        if shape.name not in BROKEN:
            yield from (f"{at}/{name} is required" for name in _required(shape) if name not in value)
        if shape.is_tagged_union and len(value) != 1:
            yield f"{at} must have one member: {value}"
    elif shape.type_name == "list":
        if not isinstance(value, list):
            yield f"{at} is no list: {value}"
            return
        yield from _bounds(shape, len(value), at)
        for index, item in enumerate(value):
            yield from _json_value(shape.member, item, f"{at}/{index}")
    elif shape.type_name == "map":
        if not isinstance(value, dict):
            yield f"{at} is no map: {value}"
            return
        yield from _bounds(shape, len(value), at)
        for name, member in value.items():
            yield from _text(shape.key, name, f"{at}/{name}")
            yield from _json_value(shape.value, member, f"{at}/{name}")
    elif shape.type_name in ("string", "character", "blob"):
        if isinstance(value, str):
            yield from _text(shape, value, at)
        else:
            yield f"{at} is no string: {value}"
    elif shape.type_name == "boolean":
        if not isinstance(value, bool):
            yield f"{at} is no boolean: {value}"
    elif (
        shape.type_name == "timestamp"
        and shape.serialization.get("timestampFormat", "unixTimestamp") != "unixTimestamp"
    ):
        yield from _text(shape, value, at) if isinstance(value, str) else [f"{at} is no string: {value}"]
    elif shape.type_name in ("integer", "long"):
        if type(value) is int:
            yield from _bounds(shape, value, at)
        else:
            yield f"{at} is no integer: {value}"
    elif type(value) not in (int, float):
        yield f"{at} is no number: {value}"


def _members_of_body(shape: StructureShape) -> dict[str, Shape]:
    """The members that the body has, by the name they have there."""
    return {
        member.serialization.get("name", name): member
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }


def _required(shape: StructureShape) -> list[str]:
    """The names, in the body, of the members that must be there."""
    return [
        member.serialization.get("name", name)
        for name in shape.required_members
        if "location" not in (member := shape.members[name]).serialization
    ]


def _bounds(shape: Shape, size: float, at: str) -> Iterator[str]:
    lowest, highest = shape.metadata.get("min"), shape.metadata.get("max")
    if (lowest is not None and size < lowest) or (highest is not None and size > highest):
        yield f"{at} has the size {size}, which is not in {lowest}..{highest}"


def _text(shape: Shape, text: str, at: str) -> Iterator[str]:
    """A value that is written as text: in XML all are, in JSON strings, blobs, and some timestamps."""
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            yield from _bounds(shape, int(text), at)
        elif kind in ("float", "double"):
            float(text)
        elif kind == "boolean" and text not in ("true", "false"):
            yield f"{at} is no boolean: {text}"
        elif kind == "timestamp":
            parse_timestamp(text)
        elif kind == "blob":
            base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        yield f"{at} is no {kind}: {error}"
    if kind in ("string", "character") and shape.name not in BROKEN:
        yield from _bounds(shape, len(text), at)
        if shape.metadata.get("enum") and text not in shape.metadata["enum"]:
            yield f"{at} is none of {shape.metadata['enum']}: {text}"
        pattern = _compiled(shape.metadata.get("pattern"))
        if pattern is not None and not pattern.fullmatch(text):
            yield f"{at} does not match {pattern.pattern}: {text}"


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """Patterns are Java's; the few that Python cannot read are not checked."""
    try:
        return None if pattern is None else re.compile(pattern)
    except re.error:
        return None


def _xml(
    operation: OperationModel, status: int, headers: Mapping[str, str], body: bytes, parsed: Row, request_id: str
) -> Iterator[str]:
    ec2 = operation.service_model.resolved_protocol == "ec2"
    if headers.get("content-type", "").partition(";")[0] != "text/xml":
        yield f"Content-Type is {headers.get('content-type')}, not text/xml"
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        yield f"the body is not XML: {error}"
        return
    namespace = operation.service_model.metadata["xmlNamespace"]
    if ec2:
        # The model lacks the slash that answers end it with, and errors are in no namespace.
        namespace = f"{namespace}/" if status < 300 else ""
    _leave(root, namespace)
    if status < 300:
        tag, id_at = f"{operation.name}Response", "requestId" if ec2 else "ResponseMetadata/RequestId"
    else:
        tag, id_at = ("Response", "RequestID") if ec2 else ("ErrorResponse", "RequestId")
    if root.tag != tag:
        yield f"the root is {root.tag}, not {tag}"
    if root.findtext(id_at) != request_id:
        yield f"{id_at} is {root.findtext(id_at)}, not {request_id}"
    if status >= 300:
        refusal = root.find("Errors/Error" if ec2 else "Error")
        if refusal is None:
            yield "there is no Error"
            return
        if not ec2 and refusal.findtext("Type") not in ("Sender", "Receiver"):
            yield f"the error's Type is {refusal.findtext('Type')}"
        messages = [message.text for message in refusal.findall("Message")]
        yield from _error(operation, status, parsed, refusal.findtext("Code") or "", messages)
    elif operation.output_shape is not None:
        wrapper = operation.output_shape.serialization.get("resultWrapper")
        result = root if wrapper is None else root.find(wrapper)
        if result is None:
            yield f"there is no {wrapper}"
            return
        beside = ("requestId", "ResponseMetadata") if wrapper is None else ()
        yield from _xml_structure(operation.output_shape, [node for node in result if node.tag not in beside], "#")


def _leave(root: ElementTree.Element, namespace: str) -> None:
    """Takes a namespace off all names; what is in another one keeps it, and nobody knows it then."""
    prefix = f"{{{namespace}}}" if namespace else ""
    for node in root.iter():
        node.tag = node.tag.removeprefix(prefix) if node.tag.startswith(prefix) else f"{node.tag} outside {namespace}"


def _xml_value(shape: Shape, node: ElementTree.Element, at: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _xml_structure(shape, list(node), at)
    elif shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        yield from (f"{at} has no {item.tag}, only {name}" for item in node if item.tag != name)
        yield from _xml_list(shape, list(node), at)
    elif shape.type_name == "map":
        yield from (f"{at} has no {entry.tag}, only entry" for entry in node if entry.tag != "entry")
        yield from _xml_map(shape, list(node), at)
    elif len(node) > 0:
        yield f"{at} is no {shape.type_name}, there is {node[0].tag} in it"
    else:
        yield from _text(shape, node.text or "", at)


def _xml_structure(shape: StructureShape, nodes: list[ElementTree.Element], at: str) -> Iterator[str]:
    members = {_xml_name(name, member): member for name, member in shape.members.items()}
    given: dict[str, list[ElementTree.Element]] = {}
    for node in nodes:
        given.setdefault(node.tag, []).append(node)
    for name, same in given.items():
        member = members.get(name)
        if member is None:
            yield f"{at} has no member {name}"
        elif member.serialization.get("flattened") and member.type_name == "list":
            yield from _xml_list(member, same, f"{at}/{name}")
        elif member.serialization.get("flattened") and member.type_name == "map":
            yield from _xml_map(member, same, f"{at}/{name}")
        elif len(same) > 1:
            yield f"{at}/{name} is there {len(same)} times"
        else:
            yield from _xml_value(member, same[0], f"{at}/{name}")
    needed = (_xml_name(name, shape.members[name]) for name in shape.required_members)
    yield from (f"{at}/{name} is required" for name in needed if name not in given)


def _xml_name(name: str, shape: Shape) -> str:
    """What the element of a member is called; the items of a flattened list are such elements themselves."""
    if shape.serialization.get("flattened") and shape.type_name == "list" and "name" in shape.member.serialization:
        return shape.member.serialization["name"]
    return shape.serialization.get("name", name)


def _xml_list(shape: Shape, items: list[ElementTree.Element], at: str) -> Iterator[str]:
    yield from _bounds(shape, len(items), at)
    for index, item in enumerate(items):
        yield from _xml_value(shape.member, item, f"{at}/{index}")


def _xml_map(shape: Shape, entries: list[ElementTree.Element], at: str) -> Iterator[str]:
    yield from _bounds(shape, len(entries), at)
    names = [side.serialization.get("name", name) for side, name in ((shape.key, "key"), (shape.value, "value"))]
    for entry in entries:
        parts = {part.tag: part for part in entry}
        if len(entry) != 2 or set(parts) != set(names):
            yield f"{at} has an entry that is not {names}: {[part.tag for part in entry]}"
            continue
        key, value = (parts[name] for name in names)
        yield from _xml_value(shape.key, key, f"{at}/{key.text}")
        yield from _xml_value(shape.value, value, f"{at}/{key.text}")
