"""The AWS CLI's entry point, called again and again in one process: a process for each call would take half a second.

A line of stdin is a call, `{"environment": {...}, "arguments": [...]}`; a line of stdout is how it ended.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

# The program brings its own botocore, which takes the name when this comes first.
from awscli.clidriver import create_clidriver

import conformance

# The program says here, when it is imported, where its data are.
DATA_PATH = os.environ["AWS_DATA_PATH"]


def main() -> None:
    conformance.install()
    driver, environment = create_clidriver(), None
    for line in sys.stdin:
        call = json.loads(line)
        # To read its settings and models is most of what a call takes, so the calls of one environment share them.
        if call["environment"] != environment:
            environment = call["environment"]
            os.environ.clear()
            os.environ.update(environment, AWS_DATA_PATH=DATA_PATH)
            driver = create_clidriver()
        with redirect_stdout(io.StringIO()) as stdout, redirect_stderr(io.StringIO()) as stderr:
            code = driver.main(call["arguments"])
        texts = {"stdout": stdout.getvalue(), "stderr": stderr.getvalue()}
        print(json.dumps({"code": code, **texts, "violations": conformance.take()}), flush=True)


if __name__ == "__main__":
    main()
