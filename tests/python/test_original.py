"""The generator and the echo of scenarios/programs/original.toml, in place of the built-in ones:
given the same permutation, every message is the same, at the same time.
"""

import base64
import json
import sys
import unittest

from host import ROOT
from runs import PROGRAMS, SAMPLE, RunTest, read_images, read_labels

BUILT_IN = ROOT / "scenarios/generator-and-echo.toml"
SEED = 11
IMAGES = SAMPLE / "train-images-idx3-ubyte.gz"
LABELS = SAMPLE / "train-labels-idx1-ubyte.gz"

MESSAGES = """SELECT message, id, correlation, writer, key, headers, content_type, timestamp_ns,
                     payload_bytes, payload_hash FROM message ORDER BY message"""
# A program has calls where a built-in component has none, so timers and such are left out.
EVENTS = """SELECT time_ns, kind, component, resource, message FROM events
            WHERE kind IN ('published', 'delivered', 'acknowledged') ORDER BY number"""


class OriginalTest(RunTest):
    def scenario(self, generator, echo):
        """A scenario with one of both kinds of each: False is the built-in one."""
        generator = f"""
            kind = "program"
            command = ["{sys.executable}", "original_generator.py"]
            folder = "{PROGRAMS}"
            to = ["mnist"]
            options.images = "{IMAGES}"
            options.labels = "{LABELS}"
            options.rate = "7000/s"
            options.indices = {json.dumps(generator)}
        """ if generator else f"""
            kind = "training-generator"
            images = "{IMAGES}"
            labels = "{LABELS}"
            to = "mnist"
            rate = "7000/s"
        """
        echo = f"""
            kind = "program"
            command = ["{sys.executable}", "original_echo.py"]
            folder = "{PROGRAMS}"
            from = "mnist"
        """ if echo else """
            kind = "echo"
            from = "mnist"
        """
        self.runs += 1
        return self.file(f"scenario{self.runs}.toml", f"""
            seed = {SEED}
            [bus]
            latency = "50us"
            [component.generator]{generator}
            [component.echo]{echo}
        """)

    def lines(self, run):
        """What the echo has printed: into its log, or, as a program, on standard error."""
        log = run.folder / "echo.log"
        if log.exists():
            return log.read_text(encoding="utf-8").splitlines()
        lines = run.done.stderr.splitlines()
        return [line[len("echo: "):] for line in lines if line.startswith("echo: ")]

    def order_of(self, run):
        """Which images came, in the order of the deliveries to the program."""
        number_of = {image: number for number, image in enumerate(read_images(IMAGES))}
        return [number_of[base64.b64decode(call["message"]["payload"])]
                for call, _ in run.log("echo") if call["call"] == "deliver"]

    def assert_same_run(self, one, other, what):
        for query in (MESSAGES, EVENTS):
            for number, pair in enumerate(zip(one.select(query), other.select(query), strict=True)):
                self.assertEqual(*pair, f"{what}: row {number}")
        self.assertEqual(self.lines(one), self.lines(other), what)
        for metric, value in one.summary["metrics"].items():
            if metric.startswith("echo.") or metric == "generator.sent":
                self.assertEqual(other.metric(metric), value, f"{what}: {metric}")
        self.assertEqual(one.fingerprints["payload"], other.fingerprints["payload"], what)
        self.assertEqual(one.fingerprints["events"], other.fingerprints["events"], what)

    def test_programs_in_place_of_built_in_components(self):
        images, labels = read_images(IMAGES), read_labels(LABELS)
        self.assertEqual(len(set(images)), len(images), "an image is told by its bytes")
        built_in = self.replay(self.scenario(None, False), "--record")
        with_echo = self.replay(self.scenario(None, True), "--record")
        order = self.order_of(with_echo)
        self.assertEqual(sorted(order), list(range(len(images))))
        self.assertNotEqual(order, sorted(order), "the built-in generator shuffles")
        self.assertEqual([json.loads(headers)["label"] for (headers,) in built_in.select(
            "SELECT headers FROM message ORDER BY message")], [labels[i] for i in order])
        self.assert_same_run(built_in, with_echo, "a program as echo")
        self.assert_same_run(built_in, self.replay(self.scenario(order, False), "--record"),
                             "a program as generator")
        self.assert_same_run(built_in, self.replay(self.scenario(order, True), "--record"),
                             "programs as both")

    def test_the_scenarios_of_both(self):
        """As they are in the repository, apart from the seed and the permutation."""
        built_in = self.replay(BUILT_IN, "--seed", SEED, "--record")
        with_echo = self.replay(
            BUILT_IN, "--seed", SEED, "--set", 'component.echo.kind="program"',
            "--set", f'component.echo.folder="{PROGRAMS}"',
            "--set", 'component.echo.command=["python3", "original_echo.py"]')
        order = self.order_of(with_echo)
        self.assertEqual(len(order), 10)
        programs = self.replay(PROGRAMS / "original.toml", "--seed", SEED, "--record", "--set",
                               f"component.generator.options.indices={order}")
        self.assert_same_run(built_in, programs, "original.toml")


if __name__ == "__main__":
    unittest.main()
