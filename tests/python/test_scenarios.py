"""Every scenario of scenarios/programs, as dse runs it: what is said keeps to the schema, a program
that is called again without dse says the same, and runs repeat to the byte.
"""

import importlib.util
import json
import shutil
import subprocess
import tomllib
import unittest

from host import CALL, MEMBERS, REPLY
from runs import FULL, PROGRAMS, RunTest, program_environment, side_by_side

# How many runs must be the same: many of those that take little time.
RUNS = {"original": 20, "nearest": 20}
FEW_RUNS = 3


def programs_of(scenario):
    """Returns the command of each program of a scenario, by component."""
    commands = {}
    for name, component in scenario["component"].items():
        if component["kind"] == "program":
            commands[name] = component["command"]
        elif component["kind"] == "model" and isinstance(component["learner"], dict):
            commands[name] = component["learner"]["program"]
    return commands


class ScenariosTest(RunTest):
    def scenario(self, name):
        """Returns the path, and the command of each program; skips when one cannot be run."""
        path = PROGRAMS / f"{name}.toml"
        commands = programs_of(tomllib.loads(path.read_text(encoding="utf-8")))
        self.assertTrue(commands)
        for command in commands.values():
            if not shutil.which(command[0]):
                self.skipTest(f"{command[0]} is not installed")
        return path, commands

    # All lines, at their whole length: the schema is compiled once, and 12,000 lines take 2 s.
    def check_schema(self, run, component):
        pairs = run.log(component)
        self.assertEqual([call["call"] for call, _ in pairs][0::len(pairs) - 1],
                         ["start", "finish"], component)
        for number, (call, reply) in enumerate(pairs, 1):
            for checker, value in ((CALL, call), (REPLY, reply)):
                if not checker.is_valid(value):
                    error = next(checker.iter_errors(value))
                    self.fail(f"{component}, call {number}: {error.message[:300]}\n"
                              f"{json.dumps(value)[:2000]}")
            self.assertLessEqual(reply.keys(), MEMBERS.get(call["call"], set()), call["call"])
        times = [call["now_ns"] for call, _ in pairs if "now_ns" in call]
        self.assertEqual(times, sorted(times), component)

    def check_replay(self, run, component, command):
        log = run.folder.with_suffix(".logs") / f"{component}.log"
        variables = {**program_environment()}
        del variables["DSE_PROTOCOL"]
        done = subprocess.run([command[0], "-m", "dse", "replay", log, *command[1:]],
                              cwd=PROGRAMS, env=variables, capture_output=True, text=True)
        said = done.stdout[-2000:] + done.stderr[-2000:]
        self.assertEqual(done.returncode, 0, said)
        count = len(run.log(component))
        self.assertTrue(done.stdout.endswith(f"{count} replies are as in the log\n"), said)

    def check(self, name):
        path, commands = self.scenario(name)
        first = self.replay(path, "--threads", 1)
        for component, command in commands.items():
            self.check_schema(first, component)
            if "python" in command[0]:
                self.check_replay(first, component, command)
        self.assertEqual(set(commands), {log.stem for log in
                                         first.folder.with_suffix(".logs").iterdir()})

        # On any number of threads a run leaves the same bytes, and says the same to each program.
        wanted = first.files()

        def again(number):
            threads = (1, 2, 4)[number % 3]
            run = self.replay(path, "--threads", threads, name=f"again{number}")
            self.assertEqual(run.fingerprints, first.fingerprints, f"{threads} threads")
            self.assert_same_files(wanted, run.files(), f"run {number}, {threads} threads")

        side_by_side(again, range(1, RUNS.get(name, FEW_RUNS)))
        out = self.dse("replay", path, "--twice").stdout
        self.assertEqual(out, f"the same twice: {first.summary['events']} events\n")

    def test_original(self):
        self.check("original")

    def test_nearest(self):
        self.check("nearest")

    def test_node(self):
        self.check("node")

    def test_priorities(self):
        self.check("priorities")

    def test_confirms(self):
        self.check("confirms")

    def test_retry_ladder(self):
        self.check("retry-ladder")

    @unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
    def test_sklearn(self):
        self.check("sklearn")

    @unittest.skipUnless(FULL and importlib.util.find_spec("torch"), "not a full test of PyTorch")
    def test_torch(self):
        self.check("torch")

    def test_every_scenario_has_a_test(self):
        for path in PROGRAMS.glob("*.toml"):
            if "-heldout" not in path.stem:  # on the full data: test_parity.py
                test = f"test_{path.stem.replace('-', '_')}"
                self.assertTrue(hasattr(self, test), path.name)


if __name__ == "__main__":
    unittest.main()
