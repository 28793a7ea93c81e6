#!/usr/bin/env python3
"""What people do with pika every day, as checks that observe a broker: with --url they run on one and --write what
they saw, with --compare they say what two brokers do differently."""

import sys

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
import async_checks  # noqa: E402
import connection_checks  # noqa: E402
import consuming_checks  # noqa: E402
import exchange_checks  # noqa: E402
import policy_checks  # noqa: E402
import publishing_checks  # noqa: E402
import queue_checks  # noqa: E402
from observing import Checks, main  # noqa: E402
from pika_client import Broker  # noqa: E402

checks = Checks()
for module in (connection_checks, exchange_checks, queue_checks, publishing_checks, policy_checks, consuming_checks,
               async_checks):
    checks.add_all(module.checks)

if __name__ == "__main__":
    sys.exit(main(checks, Broker))
