"""Programs that do not repeat are found out, and named with the call in which they differ; so is a
program whose file has been changed.
"""

import json
import sys
import unittest

from runs import SAMPLE, RunTest

HEAD = "import os, random, time\nimport dse\n"
STREAM = 'dse.start([(dse.stream_resource, "digits", handle)])\n'

WRITER = HEAD + """
count = 0
def handle(message):
    global count
    count += 1
    {early}
    dse.eval_([{steps}])
""" + STREAM


def writer(steps, early="pass"):
    return WRITER.format(steps=steps, early=early)


HONEST = writer('(dse.write_resource, "out", {"key": message.key})')
# What only begins in a later call is named with that call.
DISHONEST = {
    "the time in a header": (
        2, "deliver", "header",
        writer('(dse.write_resource, "out", {"headers": {"at": time.time()}})')),
    "the time in a payload": (
        2, "deliver", "payload",
        writer('(dse.write_resource, "out", {"payload": str(time.time()).encode()})')),
    "the time in a metric, from the fifth message": (
        6, "deliver", None,
        writer('(dse.metric, "now", time.time() if count >= 5 else 0)')),
    "the number of the process, after a pause": (
        3, "resume", "key",
        writer('(dse.after, "10us"), (dse.write_resource, "out", {"key": str(os.getpid())})')),
    # The hash of a pair mixes all bits of an address. Objects alone may well be in the same order
    # twice, because their addresses differ by whole pages.
    "a set of objects": (
        2, "deliver", "key",
        writer('(dse.write_resource, "out", {"key": name}) for name, _ in things',
               "things = {(str(n), Thing()) for n in range(50)}")
        .replace("count = 0", "class Thing:\n    pass\ncount = 0", 1)),
    "a generator of random numbers of its own": (
        2, "deliver", "header",
        writer('(dse.write_resource, "out", {"headers": {"x": random.Random().random()}})')),
    "a metric at the end": (
        22, "finish", None,
        writer("").replace(STREAM, 'dse.on_finish(lambda: {"now": time.time()})\n' + STREAM)),
    "a digest at the end": (
        22, "finish", None,
        writer("").replace(STREAM, "dse.on_finish(lambda: ({}, str(time.time())))\n" + STREAM)),
}

LEARNER = HEAD + """
class Learner(dse.Learner):
    def prepare(self):
        self.weights = b""
    def train(self, batch, labels):
        self.weights += %s
    def predict(self, batch):
        return dse.Predictions.uniform(len(batch), self.classes)
    def save(self):
        return self.weights
Learner().serve()
"""


class DifferencesTest(RunTest):
    def scenario(self, program, name="liar", **keys):
        """A generator of 20 messages, a program, and what reads its answers."""
        self.file(f"{name}.py", program)
        keys = {"kind": "program", "command": [sys.executable, f"{name}.py"], "from": "digits",
                "to": ["out"], "metrics": ["now"], **keys}
        component = "\n".join(f"{key} = {value if key == 'learner' else json.dumps(value)}"
                              for key, value in keys.items() if value is not None)
        limit = 400 if keys["kind"] == "model" else 20
        return self.file(f"{name}.toml", f"""
[component.generator]
kind = "training-generator"
images = "{SAMPLE}/train-images-idx3-ubyte.gz"
labels = "{SAMPLE}/train-labels-idx1-ubyte.gz"
to = "digits"
rate = "1000/s"
limit = {limit}
[component.liar]
{component}
[component.watch]
kind = "watch"
from = "out"
""")

    def learner(self, program):
        return self.scenario(program, "learner", kind="model", command=None, metrics=None, to="out",
                             learner=f'{{ program = ["{sys.executable}", "learner.py"] }}')

    def check_difference(self, scenario, found):
        """What is found by replaying twice, by comparing two recorded runs, and by verifying."""
        twice = self.dse("replay", scenario, "--twice", status=1).stdout
        self.assertIn(found, twice)
        a, b = (self.replay(scenario, "--record").folder for _ in range(2))
        compared = self.dse("diff", a, b, status=1).stdout
        self.assertIn(found, compared)
        self.assertNotIn("asked for different things", compared)
        verified = self.dse("verify", scenario, "--update", status=1).stdout
        self.assertRegex(verified, r"DIFFERS .*: .*models of two replays: it is not deterministic\n"
                                   r".* replay .*\.toml --twice\n  its row is not updated\n")
        self.assertFalse((self.folder / "fingerprints.csv").exists())
        return twice

    def test_programs_that_differ(self):
        for what, (number, call, shown, program) in DISHONEST.items():
            with self.subTest(what):
                found = f"program 'liar' said something else in call {number}, `{call}` at "
                twice = self.check_difference(self.scenario(program), found)
                if shown is None:
                    self.assertTrue(twice.startswith("every event is the same, but program"), twice)
                else:
                    self.assertTrue(twice.startswith("the first event that differs is #"), twice)
                    self.assertRegex(twice, r"#\d+ at \d+u?s: liar published on out, message liar-")
                    self.assertIn(shown, twice)

    def test_a_learner_that_differs(self):
        found = "model 'liar' had learned other things after 256 messages (255ms): "
        self.check_difference(self.learner(LEARNER % "os.urandom(8)"), found)

    def test_a_learner_that_says_other_things_than_it_learns(self):
        """What it predicts before it learns is in no message, but in its model's figures."""
        program = (LEARNER % "bytes(labels)").replace("bytes(labels)\n", """bytes(labels)
        return dse.Predictions.labels([byte % 10 for byte in os.urandom(len(batch))],
                                      [0.5] * len(batch))
""")
        found = "model 'liar' had learned other things after 256 messages (255ms): "
        self.check_difference(self.learner(program), found)

    def test_a_row_that_an_honest_program_has_left(self):
        """`verify` tells a program that changes from one that does not repeat."""
        scenario = self.scenario(HONEST)
        self.assertIn("ADDED", self.dse("verify", scenario, "--update").stdout)
        self.assertIn("ok ", self.dse("verify", scenario).stdout)
        self.scenario(DISHONEST["the time in a header"][-1])
        self.assertRegex(self.dse("verify", scenario, status=1).stdout,
                         r"DIFFERS +.*liar\.toml: .*of two replays: it is not deterministic\n"
                         r".* replay .*liar\.toml --twice\n")
        self.scenario(HONEST.replace('"key": message.key', '"key": "other"'))
        self.assertRegex(self.dse("verify", scenario, status=1).stdout,
                         r"DIFFERS +.*liar\.toml: models\n")

    def test_a_changed_file_is_told(self):
        scenario = self.scenario(HONEST)
        first = self.replay(scenario, "--record")
        unrecorded = self.replay(scenario)
        self.assertIn("liar.py", first.summary["data"])
        self.scenario(HONEST.replace("message.key", "message.key + '!'"))
        second = self.replay(scenario, "--record")
        self.assertEqual(first.summary["scenario_hash"], second.summary["scenario_hash"])
        digests = [run.summary["data"]["liar.py"] for run in (first, second)]
        told = f"  data liar.py: {digests[0]} in A, {digests[1]} in B\n"
        compared = self.dse("diff", first.folder, second.folder, status=1).stdout
        self.assertIn("were asked for different things:\n" + told, compared)
        self.assertIn("program 'liar' said something else in call 2, `deliver` at 0s", compared)
        # A run without a record cannot be repeated with another program.
        refused = self.dse("diff", unrecorded.folder, second.folder, status=2)
        self.assertIn(told, refused.stdout)
        self.assertIn(f"its data changed since: liar.py was {digests[0]} and is {digests[1]}",
                      refused.stderr)

        # A change that says the same is told as well, and is no difference.
        self.scenario(HONEST + "# the same\n")
        third = self.replay(scenario, "--record")
        compared = self.dse("diff", first.folder, third.folder).stdout
        self.assertIn("  data liar.py: ", compared)
        self.assertIn("every event is the same, whatever was asked for", compared)

    def test_other_files_of_a_program(self):
        """Those that it names under `files` are told, and others are not."""
        scenario = self.scenario(HONEST, files=["helper.txt"])
        for name in ("helper.txt", "other.txt"):
            self.file(name, "one")
        first = self.replay(scenario)
        self.assertEqual({"helper.txt", "liar.py"} & set(first.summary["data"]),
                         {"helper.txt", "liar.py"})
        self.assertNotIn("other.txt", first.summary["data"])
        self.file("helper.txt", "two")
        second = self.replay(scenario)
        self.assertNotEqual(first.summary["data"]["helper.txt"],
                            second.summary["data"]["helper.txt"])

    def test_exploring_with_honest_programs(self):
        scenario = self.scenario(HONEST)
        out = self.folder / "explored"
        found = self.dse("explore", scenario, "--seeds", "1..8", "--orderings", 2, "--jobs", 4,
                         "--out", out).stdout
        self.assertTrue(found.splitlines()[-1].startswith("16 runs, 0 failed"), found)
        self.assertNotIn("*", found)
        runs = (out / "runs.csv").read_text(encoding="utf-8").splitlines()
        self.assertEqual(len(runs), 17)
        again = self.dse("explore", scenario, "--seeds", "1..8", "--orderings", 2, "--jobs", 1,
                         "--out", out).stdout
        self.assertEqual(again, found)
        self.assertEqual((out / "runs.csv").read_text(encoding="utf-8").splitlines(), runs)

    def test_exploring_finds_a_program_that_fails(self):
        program = HONEST.replace("pass", "assert message.key != '7' or count > 2")
        scenario = self.scenario(program)
        found = self.dse("explore", scenario, "--seeds", "1..8", "--jobs", 4, status=1).stdout
        self.assertIn("component 'liar': its program failed in the call `deliver` at ", found)
        self.assertIn("AssertionError", found)
        self.assertRegex(found, r"dse replay \S*liar\.toml --seed \d")

    def test_honest_programs(self):
        for scenario in (self.scenario(HONEST), self.learner(LEARNER % "bytes(labels)")):
            self.assertTrue(self.dse("replay", scenario, "--twice").stdout
                            .startswith("the same twice: "))


if __name__ == "__main__":
    unittest.main()
