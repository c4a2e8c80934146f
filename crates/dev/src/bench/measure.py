"""Runs a program with its output in a file, and prints its wall time in seconds and its peak memory in bytes.

`wait4` tells the peak memory of one child, and Python has it in its standard library.
"""

import os
import sys
import time

output, *command = sys.argv[1:]
flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
begin = time.perf_counter()
process = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, output, flags, 0o600)])
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - begin
# Linux counts in KiB, macOS in bytes.
unit = 1 if sys.platform == "darwin" else 1024
print(seconds, usage.ru_maxrss * unit)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
