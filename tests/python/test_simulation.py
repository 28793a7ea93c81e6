"""`Simulation`, with a stand-in for dse."""

import os
import subprocess
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

import host  # noqa: F401: it puts the package on the path

import dse
from dse import simulation as module

FAKE = [sys.executable, str(Path(__file__).with_name("fake_driver.py"))]


class SimulationTest(unittest.TestCase):
    def open(self, path="world.toml", **options):
        simulation = dse.Simulation(path, command=FAKE, **options)
        self.addCleanup(simulation.close)
        return simulation

    def test_all_verbs(self):
        with self.open() as simulation:
            self.assertEqual((simulation.scenario, simulation.seed), ("world.toml", 1))
            simulation.write("r", b"a", key="k", headers={"label": 7}, id="x-1", timestamp_ns=5)
            simulation.write("r", dse.Message(b"b", headers={"big": 2**60, "odd": "\udcff"}))
            simulation.write("r")
            self.assertEqual(simulation.depth("r"), 3)
            one, two, three = simulation.read("r")
            self.assertEqual((one.payload, one.key, one.headers, one.id, one.timestamp_ns),
                             (b"a", "k", {"label": 7}, "x-1", 5))
            self.assertEqual((two.payload, two.headers), (b"b", {"big": 2**60, "odd": "\udcff"}))
            self.assertEqual(three.payload, b"")
            simulation.write("r", two)
            self.assertEqual(simulation.read("r")[0].headers, two.headers)
            simulation.advance("10ms")
            simulation.advance(5)
            self.assertEqual(simulation.now_ns, 10_000_005)
            simulation.advance_to("1s")
            self.assertEqual(simulation.now_ns, 10**9)
            simulation.drain()
            self.assertEqual(simulation.metric("a.b"), 1.5)
            self.assertIsNone(simulation.metric("a.c"))
            self.assertEqual(simulation.metrics(), {"a.b": 1.5})
            self.assertEqual(simulation.learned_state("model"), b"\0\1")
            self.assertIsNone(simulation.learned_state("echo"))
            result = simulation.run()
            self.assertEqual(result.status, "done")
            self.assertEqual(result.expectations, [dse.Expectation("a.b is 2", True)])
            self.assertTrue(result.as_planned)
            self.assertEqual((result.now_ns, result.stall), (10**9, None))

    def test_confirms(self):
        with self.open() as simulation:
            simulation.write("r", b"a", confirm=True, key="k")
            simulation.write("full", dse.Message(b"b"), confirm=True)
            simulation.write("r", b"c")
            told = [(message.payload, accepted) for message, accepted in simulation.confirms()]
            self.assertEqual(told, [(b"a", True), (b"b", False)])
            self.assertEqual(simulation.confirms(), [])

    def test_options(self):
        with mock.patch.object(module.subprocess, "Popen", wraps=subprocess.Popen) as popen:
            self.open(Path("world.toml"), seed=7, threads=2, settings=["a=1", "b=2"]).close()
        self.assertEqual(popen.call_args[0][0], FAKE + [
            "drive", "world.toml", "--seed", "7", "--threads", "2", "--set", "a=1", "--set", "b=2"])

    def test_usage_errors_change_nothing(self):
        with self.open() as simulation:
            with self.assertRaisesRegex(dse.UsageError, "has a metric 'x'"):
                simulation.metric("x")
            with self.assertRaises(dse.UsageError):
                simulation.write("r", dse.Message(), key="k")
            with self.assertRaises(ValueError):
                simulation.advance("soon")
            self.assertEqual(simulation.depth("r"), 0)
        with self.assertRaisesRegex(dse.UsageError, "is over"):
            simulation.depth("r")
        with self.assertRaises(dse.UsageError):
            self.open(settings="a=1")

    def test_other_errors_end_it(self):
        for path, error, text in (("fail-input", dse.InputError, "it failed"),
                                  ("fail-run", dse.RunError, "it failed"),
                                  ("fail-die", dse.RunError, "status 3")):
            with self.subTest(path=path), self.open(path) as simulation:
                with self.assertRaisesRegex(error, text):
                    simulation.drain()
                with self.assertRaisesRegex(dse.UsageError, "is over"):
                    simulation.drain()

    def test_a_wrong_scenario(self):
        with self.assertRaisesRegex(dse.InputError, "standard error"):
            self.open("wrong.toml")

    def test_another_protocol(self):
        with self.assertRaisesRegex(dse.ProtocolError, "version 2"):
            self.open("newer")

    def test_the_program_is_found(self):
        with self.assertRaisesRegex(dse.UsageError, "there is no program 'no-such-dse'"):
            dse.Simulation("world.toml", command="no-such-dse")
        with mock.patch.dict(os.environ, DSE="no-dse-either"):
            with self.assertRaisesRegex(dse.UsageError, "no-dse-either"):
                dse.Simulation("world.toml")
        with mock.patch.dict(os.environ, PATH="/nowhere"):
            os.environ.pop("DSE", None)
            with self.assertRaisesRegex(dse.UsageError, "'dse'"):
                dse.Simulation("world.toml")

    def test_one_that_does_not_end_is_ended(self):
        simulation = self.open("stuck")
        begin = time.monotonic()
        with mock.patch.object(module, "_END_SECONDS_MAX", 0.2):
            simulation.close()
        self.assertLess(time.monotonic() - begin, 10)
        simulation.close()


if __name__ == "__main__":
    unittest.main()
