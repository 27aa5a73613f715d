"""Raises the number of files that a process may have open. Each connection needs one."""

import resource

WANTED = 65_536  # more than `ConnectionLimits.connections`, and small enough for programs that close every number


def raise_open_file_limit() -> None:
    """Raise the soft limit to the hard limit, but to no more than WANTED."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED if hard == resource.RLIM_INFINITY else min(hard, WANTED)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
