"""The whole life of resources whose types differ in shape: the cases of `tests/life_cycles.json`, for any client."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from programs import Row

FILE = Path(__file__).parents[1] / "life_cycles.json"


@dataclass(frozen=True)
class Case:
    """A type, a resource of it, and what can be done with it."""

    type: str
    table: str
    why: str
    """What is special about the type."""
    region: str
    is_global: bool
    """Whether all regions of a partition show the same resources of this type."""
    parents: dict[str, Row]
    """Properties that name other resources, which are made first, in this order."""
    desired: Row
    """What is asked for, besides the parents."""
    identifier: str | None
    """The identifier, when it follows from what is desired."""
    write_only: list[str]
    """The properties that nobody gets to see again, as the schema writes their paths."""
    listed_by: list[str] | None
    """The properties without which the type cannot be listed; none when it cannot be listed at all."""
    where: str | None
    """The condition without which the table cannot be asked."""
    change: Row | None
    """The properties that are changed; none when the type cannot be updated."""
    create_only: Row | None
    """A property whose change is refused."""


CASES = {case.type: case for case in (Case(**members) for members in json.loads(FILE.read_text()))}


class Client(Protocol):
    """A client of Cloud Control: writes are waited for and give the identifier, refusals give the code."""

    def create(self, type_name: str, desired: Row) -> str: ...

    def get(self, type_name: str, identifier: str) -> Row: ...

    def identifiers(self, type_name: str, model: Row) -> list[str]: ...

    def update(self, type_name: str, identifier: str, patch: list[Row]) -> str: ...

    def delete(self, type_name: str, identifier: str) -> str: ...

    def refused(self, operation: str, inputs: Row) -> str: ...


def live(case: Case, client: Client, look: Callable[[str, Row | None], None]) -> None:
    """Creates, reads, lists, changes and deletes a resource; `look` is told what there is of it after each write."""
    made: dict[str, str] = {}
    for name, parent in case.parents.items():
        made[name] = last_part(client.create(parent["type"], filled(parent["desired"], made)))
    desired = {**made, **case.desired}
    identifier = client.create(case.type, desired)
    if case.identifier is not None:
        assert identifier == case.identifier

    def shown(expected: Row) -> Row:
        """What there is, which must have everything that was asked for and may be seen."""
        properties = client.get(case.type, identifier)
        for path in case.write_only:
            assert found(properties, path.split("/")) == [], f"{path} is write-only"
        assert has(properties, without(expected, case.write_only)), f"{properties} is not {expected}"
        look(identifier, properties)
        return properties

    def listed() -> list[str]:
        if case.listed_by is None:
            assert client.refused("ListResources", {"TypeName": case.type}) == "UnsupportedActionException"
            return []
        return client.identifiers(case.type, {name: desired[name] for name in case.listed_by})

    def refused_update(patch: list[Row]) -> str:
        inputs = {"TypeName": case.type, "Identifier": identifier, "PatchDocument": json.dumps(patch)}
        return client.refused("UpdateResource", inputs)

    before = shown(desired)
    assert listed() == ([] if case.listed_by is None else [identifier])

    if case.create_only is not None:
        assert refused_update(additions(case.create_only)) == "NotUpdatableException"
        assert client.get(case.type, identifier) == before
    if case.change is None:
        assert refused_update([]) == "UnsupportedActionException"
    else:
        assert client.update(case.type, identifier, additions(case.change)) == identifier
        shown({**desired, **case.change})

    assert client.delete(case.type, identifier) == identifier
    inputs = {"TypeName": case.type, "Identifier": identifier}
    assert client.refused("GetResource", inputs) == "ResourceNotFoundException"
    assert listed() == []
    look(identifier, None)


def additions(properties: Row) -> list[Row]:
    """The patch that sets properties, whether or not they have a value."""
    return [{"op": "add", "path": f"/{name}", "value": value} for name, value in properties.items()]


def last_part(identifier: str) -> str:
    """What names a resource inside its own parent."""
    return identifier.rpartition("|")[2]


def filled(desired: Row, made: dict[str, str]) -> Row:
    """`{"UserPoolId": "{UserPoolId}"}` with the pool that has been made."""
    places = {f"{{{name}}}": value for name, value in made.items()}
    return {name: places.get(value, value) if isinstance(value, str) else value for name, value in desired.items()}


def found(value: Any, path: Sequence[str]) -> list[Any]:
    """What is at a path of the schema, where `*` is every item."""
    if not path:
        return [value]
    if path[0] == "*":
        return [each for item in value for each in found(item, path[1:])]
    return found(value[path[0]], path[1:]) if path[0] in value else []


def without(expected: Row, paths: list[str]) -> Row:
    """A copy that lacks what is at the paths; what has nothing else in it goes too."""
    copy: Row = json.loads(json.dumps(expected))
    for path in paths:
        *outer, name = path.split("/")
        for members in found(copy, outer):
            members.pop(name, None)
        if outer and copy.get(outer[0]) == {}:
            del copy[outer[0]]
    return copy


def has(value: Any, expected: Any) -> bool:
    """Whether a value is the expected one, or has more members than it."""
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(
            name in value and has(value[name], member) for name, member in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(value, list) and len(value) == len(expected) and all(map(has, value, expected))
    return type(value) is type(expected) and value == expected
