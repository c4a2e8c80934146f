"""The patches of UpdateResource, against Python's jsonpatch: 10,000 generated documents, each with a patch of its own.

The documents are the content of SSM documents, which may be any JSON object. Three things are left out. Python's True
is equal to 1, so 0 and 1 would hide a difference. 2.0 is equal to 2 in Python and in RFC 6902, but not in Java, which
the engine of AWS is written in. And what is null does not exist for Cloud Control.
"""

from __future__ import annotations

import copy
import http.client
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jsonpatch
import jsonpointer

from cloud_control import FINAL
from programs import WATCHDOG, Emulator, Row, until

TYPE = "AWS::SSM::Document"
DOCUMENTS = 10_000
# As many are created before the first of them is changed, and changed before the first is read.
AT_ONCE = 500

# Names that must be escaped, that look like the places of an array, that are empty, that are not ASCII.
NAMES = ["a", "b", "name", "a/b", "m~n", "~1", "~0", "/", "~", "0", "1", "-", "", " ", "größe", 'say "hi"']
# What is no place of an array, or not of one as short as those here.
NOWHERE = ["99", "01", "00", "-1", "+1", "1.0", "1e0", "x", "", " 0", "٣"]
BAD_ESCAPES = ["~", "~2", "a~"]

Tokens = tuple[str, ...]


class Generator:
    """Documents and patches out of a seed; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, depth: int) -> Any:
        kinds = [self.text, self.integer, self.fraction, self.truth]
        if depth > 0:
            kinds += [lambda: self.members(depth), lambda: self.items(depth)] * 2
        return self.random.choice(kinds)()

    def text(self) -> str:
        return self.random.choice(["", "x", "yes", "0", "a/b", "~", "größer", 'a "b" \\ c', "line\nline"])

    def integer(self) -> int:
        return self.random.choice([-7, 2, 3, 40, 2**53])

    def fraction(self) -> float:
        return self.random.choice([-0.5, 1.5, 2.25, 1e-3])

    def truth(self) -> bool:
        return self.random.choice([True, False])

    def members(self, depth: int) -> Row:
        names = self.random.sample(NAMES, self.random.randint(0, 4))
        return {name: self.value(depth - 1) for name in names}

    def items(self, depth: int) -> list[Any]:
        return [self.value(depth - 1) for _ in range(self.random.randint(0, 4))]

    def patch(self, document: Row) -> list[Row]:
        """Up to six operations. Most can be applied; what comes after one that cannot does not count."""
        patch = []
        document = copy.deepcopy(document)
        for _ in range(self.random.randint(1, 6)):
            operation = self.operation(document)
            patch.append(operation)
            try:
                document = jsonpatch.apply_patch(document, [operation])
            except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
                if self.random.random() < 0.7:
                    break
            assert isinstance(document, dict)
        return patch

    def operation(self, document: Row) -> Row:
        kind = self.random.choice(["add", "remove", "replace", "move", "copy", "test"])
        places = list(everything(document))
        inner = places[1:] or places
        wrong = self.random.random() < 0.12
        if kind == "add":
            path, value = self.target(document, places), self.value(2)
        elif kind in ("remove", "replace"):
            path, value = self.random.choice(inner), self.value(2)
        elif kind == "test":
            path = self.random.choice(places)
            value = self.value(2) if self.random.random() < 0.2 else at(document, path)
        else:
            path, value = self.target(document, places), None
        if wrong:
            path = self.astray(path)
        # The content of an SSM document must stay an object, and there.
        if not path and kind == "remove":
            path = ("a",)
        if not path and kind in ("add", "replace"):
            value = self.members(2)
        operation: Row = {"op": kind, "path": pointer(path)}
        if kind in ("move", "copy"):
            source = self.random.choice(inner)
            if path and self.random.random() < 0.1:
                source = self.astray(source)
            elif not path and not isinstance(at(document, source), dict):
                source = ()
            operation["from"] = pointer(source)
        elif kind != "remove":
            operation["value"] = copy.deepcopy(value)
        if self.random.random() < 0.01:
            operation["path"] += f"/{self.random.choice(BAD_ESCAPES)}"
        # Members have no order.
        names = self.random.sample(list(operation), len(operation))
        return {name: operation[name] for name in names}

    def target(self, document: Row, places: Sequence[Tokens]) -> Tokens:
        """Where something can be added."""
        if self.random.random() < 0.02:
            return ()
        path = self.random.choice(places)
        value = at(document, path)
        while not isinstance(value, (dict, list)):
            path = path[:-1]
            value = at(document, path)
        if isinstance(value, dict):
            return (*path, self.random.choice(NAMES))
        return (*path, self.random.choice(["-", str(self.random.randint(0, len(value)))]))

    def astray(self, path: Tokens) -> Tokens:
        """A path that leads to nothing, unless by chance."""
        if path and self.random.random() < 0.5:
            return (*path[:-1], self.random.choice(NOWHERE))
        return (*path, self.random.choice([*NOWHERE, *NAMES]))


def everything(value: Any, path: Tokens = ()) -> Iterator[Tokens]:
    """The paths of a value and of all that is in it."""
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from everything(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from everything(item, (*path, str(index)))


def at(value: Any, path: Tokens) -> Any:
    for token in path:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def pointer(path: Tokens) -> str:
    return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in path)


@dataclass(frozen=True)
class Case:
    """A document, a patch, and what jsonpatch says about them."""

    name: str
    document: Row
    patch: list[Row]
    expected: Row
    """The document afterwards: the same as before, if the patch is refused."""
    refused: str | None
    """The operation that cannot be applied."""
    malformed: bool
    """Whether a path of the patch is no pointer, which is found before anything is applied."""

    @classmethod
    def of(cls, name: str, document: Row, patch: list[Row]) -> Case:
        after = copy.deepcopy(document)
        refused = None
        for operation in patch:
            try:
                after = jsonpatch.apply_patch(after, [operation])
            except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
                refused = operation["op"]
                break
        malformed = any(operation["path"].endswith(tuple(f"/{bad}" for bad in BAD_ESCAPES)) for operation in patch)
        expected = document if refused is not None or malformed else after
        return cls(name, document, patch, expected, refused, malformed)

    def sent(self) -> str:
        """The patch document: that of the content, with and without the slash at the start."""
        slash = "" if len(self.name) % 2 else "/"
        moved = [
            {name: f"{slash}Content{value}" if name in ("path", "from") else value for name, value in operation.items()}
            for operation in self.patch
        ]
        return json.dumps(moved, ensure_ascii=False)


class Wire:
    """Cloud Control by one connection, without an SDK."""

    def __init__(self, emulator: Emulator) -> None:
        self.connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=WATCHDOG)

    def call(self, operation: str, **inputs: str) -> tuple[int, Row]:
        scope = "test/20261120/us-east-1/cloudcontrolapi/aws4_request"
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"CloudApiService.{operation}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
        }
        self.connection.request("POST", "/", json.dumps(inputs).encode(), headers)
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def accepted(self, operation: str, **inputs: str) -> str:
        """The token of a request."""
        status, answer = self.call(operation, TypeName=TYPE, **inputs)
        assert status == 200, answer
        return answer["ProgressEvent"]["RequestToken"]

    def finished(self, token: str) -> None:
        """Waits for a request, and so for all before it."""

        def final() -> str | None:
            event = self.call("GetResourceRequestStatus", RequestToken=token)[1]["ProgressEvent"]
            return event["OperationStatus"] if event["OperationStatus"] in FINAL else None

        assert until(final, f"the end of request {token}") == "SUCCESS"


def test_patches_do_what_they_do_in_python(emulator: Emulator) -> None:
    generator = Generator(6902)
    cases = []
    for number in range(DOCUMENTS):
        document = generator.members(3)
        cases.append(Case.of(f"document-{number}", document, generator.patch(document)))

    wire = Wire(emulator)
    for start in range(0, DOCUMENTS, AT_ONCE):
        run(wire, cases[start : start + AT_ONCE])

    # None of it says much if the generator makes one kind only.
    applied = Counter(operation["op"] for case in cases if case.refused is None for operation in case.patch)
    refused = Counter(case.refused for case in cases)
    for kind in ("add", "remove", "replace", "move", "copy", "test"):
        assert applied[kind] > 1_000, applied
        assert refused[kind] > 200, refused
    assert refused[None] > DOCUMENTS / 3, refused
    assert sum(case.malformed for case in cases) > 100


def run(wire: Wire, cases: Sequence[Case]) -> None:
    token = ""
    for case in cases:
        desired = {"Name": case.name, "Content": case.document}
        token = wire.accepted("CreateResource", DesiredState=json.dumps(desired, ensure_ascii=False))
    wire.finished(token)

    for case in cases:
        status, answer = wire.call("UpdateResource", TypeName=TYPE, Identifier=case.name, PatchDocument=case.sent())
        if status == 200:
            assert case.refused is None and not case.malformed, f"{case} is accepted"
            token = answer["ProgressEvent"]["RequestToken"]
            continue
        code = answer["__type"].rpartition("#")[2]
        assert (status, code) == (400, "ValidationException"), answer
        if case.malformed:
            assert answer["Message"].startswith("Invalid JSON Patch payload"), f"{answer}: {case}"
        else:
            assert case.refused is not None, f"{answer}: {case}"
            assert answer["Message"].startswith(f"[{case.refused.upper()} Operation] "), f"{answer}: {case}"
    wire.finished(token)

    for case in cases:
        status, answer = wire.call("GetResource", TypeName=TYPE, Identifier=case.name)
        content = json.loads(answer["ResourceDescription"]["Properties"])["Content"]
        assert content == case.expected, f"{content}: {case}"
