#!/usr/bin/env python3
"""Hundreds of ways to log in wrongly, to break the protocol and to do what is not permitted, as checks that observe
how a broker refuses each: with which code and text, and whether it closes the channel, the connection or the socket.
--url, --write and --compare are those of everyday_checks.py. The users of brokers.py must be there."""

import sys

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
import refused_frames  # noqa: E402
import refused_logins  # noqa: E402
import refused_operations  # noqa: E402
from observing import Checks, main  # noqa: E402
from pika_client import Broker  # noqa: E402

AT_ONCE = 100  # a broker takes its time before it closes what has not logged in

checks = Checks()
for module in (refused_logins, refused_frames, refused_operations):
    checks.add_all(module.checks)

if __name__ == "__main__":
    sys.exit(main(checks, Broker, AT_ONCE, refused_operations.prepare))
