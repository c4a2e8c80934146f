"""Counts the clients of all user pools by region with the AWS CLI: a process a list, some at a time (`xargs -P`).

Prints one JSON line a region, as `cirrus exec -o ndjson` does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def identifiers(program: str, region: str, *request: str) -> list[str]:
    """What a list has; the CLI asks for all its pages."""
    command = [program, "cloudcontrol", "list-resources", "--region", region, "--output", "json", *request]
    listed = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return [resource["Identifier"] for resource in listed["ResourceDescriptions"]]


def pools(program: str, region: str) -> list[str]:
    return identifiers(program, region, "--type-name", "AWS::Cognito::UserPool")


def clients(program: str, region: str, pool: str) -> list[str]:
    model = json.dumps({"UserPoolId": pool})
    return identifiers(program, region, "--type-name", "AWS::Cognito::UserPoolClient", "--resource-model", model)


def main() -> None:
    program, processes, *regions = sys.argv[1:]
    with ThreadPoolExecutor(int(processes)) as executor:
        listed = executor.map(lambda region: [(region, pool) for pool in pools(program, region)], regions)
        wanted = [place for places in listed for place in places]
        found = list(executor.map(lambda place: len(clients(program, *place)), wanted))
    for region in regions:
        total = sum(number for (place, _), number in zip(wanted, found, strict=True) if place == region)
        print(json.dumps({"count(*)": total, "region": region}))


main()
