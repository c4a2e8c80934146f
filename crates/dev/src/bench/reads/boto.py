"""Lists the clients of all user pools with boto3, and reads each on request: a loop as people write it, in threads.

Prints one JSON line a region with the number of clients, or with `--get` one a client, as `cirrus exec -o ndjson` does.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from typing import Any

import boto3
from botocore.config import Config

POOL = "AWS::Cognito::UserPool"
CLIENT = "AWS::Cognito::UserPoolClient"

# The service decides how often is enough: a loop that gives up in the middle has done nothing.
ATTEMPTS = 100


def main() -> None:
    arguments = parse()
    with ThreadPoolExecutor(arguments.threads) as executor:
        # A client may be shared by threads, and has a connection for each.
        clouds = {region: connect(region, arguments) for region in arguments.regions}
        found = list_clients(clouds, executor)
        if arguments.get:
            for client in read(clouds, found, executor):
                print(client)
        else:
            count(found)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--retries", choices=["standard", "adaptive"], default="standard")
    parser.add_argument("--get", action="store_true")
    parser.add_argument("regions", nargs="+")
    return parser.parse_args()


def connect(region: str, arguments: argparse.Namespace) -> Any:
    retries = {"mode": arguments.retries, "total_max_attempts": ATTEMPTS}
    config = Config(max_pool_connections=arguments.threads, retries=retries)
    return boto3.client("cloudcontrol", region_name=region, config=config)


def identifiers(cloud: Any, **request: str) -> list[str]:
    pages = cloud.get_paginator("list_resources").paginate(**request)
    return [resource["Identifier"] for page in pages for resource in page["ResourceDescriptions"]]


def list_clients(clouds: dict[str, Any], executor: Executor) -> dict[Future[list[str]], str]:
    """The lists of clients, one a pool, with their regions; a region's begin when its pools are known."""
    pools = {executor.submit(identifiers, cloud, TypeName=POOL): region for region, cloud in clouds.items()}
    found = {}
    for done in as_completed(pools):
        region = pools[done]
        for pool in done.result():
            model = json.dumps({"UserPoolId": pool})
            lister = executor.submit(identifiers, clouds[region], TypeName=CLIENT, ResourceModel=model)
            found[lister] = region
    return found


def read(clouds: dict[str, Any], found: dict[Future[list[str]], str], executor: Executor) -> list[str]:
    """The properties of every client; those of a pool are read as soon as they are listed."""
    reads = []
    for done in as_completed(found):
        cloud = clouds[found[done]]
        reads += [executor.submit(get, cloud, identifier) for identifier in done.result()]
    return [read.result() for read in reads]


def get(cloud: Any, identifier: str) -> str:
    found = cloud.get_resource(TypeName=CLIENT, Identifier=identifier)
    return json.dumps(json.loads(found["ResourceDescription"]["Properties"]))


def count(found: dict[Future[list[str]], str]) -> None:
    counts: dict[str, int] = {}
    for done, region in found.items():
        counts[region] = counts.get(region, 0) + len(done.result())
    for region, clients in counts.items():
        print(json.dumps({"count(*)": clients, "region": region}))


main()
