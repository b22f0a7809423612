"""timed.py COMMAND…: prints how long it took, in ms, and the KiB that the largest of its processes had resident.

What it says on standard output is left out. The exit status is the command's; unless that is 0, nothing is printed.
"""

import os
import sys
import time

with open(os.devnull, "r+b", buffering=0) as null:
    redirections = [(os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, null.fileno(), 1)]
    start = time.monotonic_ns()
    pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=redirections)
    _, status, usage = os.wait4(pid, 0)
    milliseconds = (time.monotonic_ns() - start) / 1e6
if status == 0:
    print(f"{milliseconds:.3f} {usage.ru_maxrss}")
sys.exit(os.waitstatus_to_exitcode(status))
