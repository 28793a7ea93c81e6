#!/usr/bin/env python3
"""Runs a script of checks (everyday_checks.py, everyday_checks.mjs, refusals.py, celery_checks.py) on dse, the program
that the environment's DSE names. If DSE_TEST_BROKER is the folder of a RabbitMQ that tests/support/rabbitmq started,
it runs them there too, and compares what was observed; allowed_differences.json has what may differ, with the reason.
Afterwards the run of dse is replayed from its capture, to the same fingerprints.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from brokers import Dse, RabbitMq  # noqa: E402
from observing import differences, read_json  # noqa: E402

FOLDER = Path(__file__).resolve().parent


def observe(script, broker, file):
    """Whether all checks of the script hold on the broker; what they observed is in the file."""
    interpreter = os.environ.get("DSE_NODE", "node") if script.endswith(".mjs") else sys.executable
    print(f"on {type(broker).__name__}:", flush=True)
    command = [interpreter, FOLDER / script, "--url", broker.url, "--write", file]
    return subprocess.run(command, check=False).returncode == 0


def run_on_dse(script, file):
    """Whether all checks hold there, and the run can be replayed."""
    with Dse(os.environ["DSE"]) as dse:
        held = observe(script, dse, file)
        status = dse.interrupt()
        if status != 0:
            print(f"after an interrupt, its only end, dse ended with the status {status} instead of 0")
            return False
        first, again = dse.summary()["fingerprint"], dse.fingerprint_of_replay()
        if first != again:
            print(f"the replay has other fingerprints:\n  {json.dumps(first)}\n  {json.dumps(again)}")
        return held and first == again


def run(script):
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "dse.json", Path(folder) / "rabbitmq.json"
        held = run_on_dse(script, ours)
        if "DSE_TEST_BROKER" not in os.environ:
            return held
        with RabbitMq(os.environ["DSE_TEST_BROKER"]) as broker:
            held = observe(script, broker, theirs) and held
        lines = differences(read_json(ours), read_json(theirs), read_json(FOLDER / "allowed_differences.json")[script])
        print("\n".join(lines + [f"{len(lines)} differences (dse above, RabbitMQ below)"]))
        return held and not lines


if __name__ == "__main__":
    sys.exit(0 if run(sys.argv[1]) else 1)
