#!/usr/bin/env python3
"""The examples of applications outside: their own tests on dse, the program that the environment's DSE names; and, if
DSE_TEST_BROKER is the folder of a RabbitMQ, the applications there, beside a node with the same component."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from brokers import LONGEST_S, ROOT, RabbitMq  # noqa: E402

NODE = os.environ.get("DSE_NODE", "node")


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def copy(self, example):
        """Where the packages that it needs are found."""
        copy = self.folder / example
        shutil.copytree(ROOT / "examples" / example, copy)
        (copy / "node_modules").symlink_to(ROOT / "tests/clients/node_modules")
        return copy

    def run_in(self, folder, *command):
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=LONGEST_S, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_python_on_dse(self):
        said = self.run_in(self.copy("06-outside-python"), sys.executable, "-B", "-m", "unittest")
        self.assertIn("Ran 1 test", said)

    def test_javascript_on_dse(self):
        said = self.run_in(self.copy("07-outside-javascript"), NODE, "--test")
        self.assertIn("# pass 1", said)

    @contextlib.contextmanager
    def node(self, broker, scenario, component):
        """The component, once it can be written to."""
        process = subprocess.Popen(
            [os.environ["DSE"], "node", scenario, component, "--out", self.folder / "run"],
            env={**os.environ, "DSE_AMQP_URL": broker.url}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            said = ""
            while "is a node on broker" not in said:
                said += (line := process.stdout.readline())
                self.assertTrue(line, said)
            yield
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LONGEST_S)
        finally:
            process.kill()
            process.communicate()

    def on_rabbitmq(self, example, scenario, component, command):
        folder = self.copy(example)
        with RabbitMq(os.environ["DSE_TEST_BROKER"]) as broker, self.node(broker, folder / scenario, component):
            said = self.run_in(folder, *command, broker.url)
        expected, = folder.glob("expected-*.txt")
        self.assertEqual(said, expected.read_text("utf-8"))

    @unittest.skipUnless("DSE_TEST_BROKER" in os.environ, "no RabbitMQ")
    def test_python_on_rabbitmq(self):
        self.on_rabbitmq("06-outside-python", "sorter.toml", "sorter", [sys.executable, "sorter.py"])

    @unittest.skipUnless("DSE_TEST_BROKER" in os.environ, "no RabbitMQ")
    def test_javascript_on_rabbitmq(self):
        self.on_rabbitmq("07-outside-javascript", "monitor.toml", "detector", [NODE, "monitor.mjs"])


if __name__ == "__main__":
    unittest.main()
