"""The examples of the page on programs do what the page says."""

import ast
import base64
import os
import re
import shutil
import subprocess
import sys
import tomllib
import unittest

from host import PACKAGE, ROOT, Host, ProgramTest, environment

PAGE = (ROOT / "docs/programs.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^ *```(?:python|toml|js)\n( *(?:#|//) (\S+)\n.*?)^ *```$", re.M | re.S)
FILES = {name: text for text, name in BLOCK.findall(PAGE)}


def dse_program():
    return shutil.which(os.environ.get("DSE") or "dse")


class ProgramsPageTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for name, text in FILES.items():
            self.file(text, name)

    def example(self, *words):
        host = Host(words, self.folder)
        self.addCleanup(self._end, host)
        return host

    def test_every_block_has_a_test(self):
        self.assertEqual(set(FILES), {"doubler.py", "doubler.toml", "ticker.py", "majority.py",
                                      "majority.toml", "test_doubler.py", "counter.mjs"})
        self.assertEqual(len(re.findall(r"^```\w", PAGE, re.M)), len(FILES))

    def test_doubler(self):
        host = self.example("python3", "doubler.py")
        self.assertEqual(host.start(**{"from": "numbers"}, to=["doubled"])["steps"], [["stream"]])
        message = {"id": "driver-0", "payload": base64.b64encode(b"21").decode()}
        self.assertEqual(host.deliver(message), [["after", 2_000_000]])
        self.assertEqual(host.steps("resume", now_ns=2_000_000), [
            ["write", "doubled", {"payload": base64.b64encode(b"42").decode(),
                                  "correlation_id": "driver-0"}]])
        self.ends_well(host)

    def test_ticker(self):
        host = self.example("python3", "ticker.py")
        steps = host.start(to=["ticks"], options={"every": "1s"})["steps"]
        self.assertEqual(steps, [["create", "ticks"], ["write", "ticks", {"key": "0"}],
                                 ["after", 10**9]])
        for second in (1, 2):
            self.assertEqual(host.steps("resume", now_ns=second * 10**9), [
                ["write", "ticks", {"key": str(second * 10**9)}], ["after", 10**9]])
        self.assertEqual(host.steps("resume", now_ns=3 * 10**9), [["exit", 0]])
        self.ends_well(host)

    def test_majority(self):
        host = self.example("python3", "majority.py")
        host.start_learner()
        data = base64.b64encode(bytes(18)).decode()
        self.assertEqual(host.call("train", count=3, data=data, labels=[2, 2, 1]),
                         {"labels": [0] * 3, "confidences": [0.0] * 3})
        told = {"labels": [2] * 3, "confidences": [2 / 3] * 3}
        self.assertEqual(host.call("predict", count=3, data=data), told)
        state = host.call("save")
        self.ends_well(host)
        host = self.example("python3", "majority.py")
        host.start_learner()
        host.call("load", **state)
        self.assertEqual(host.call("predict", count=3, data=data), told)
        self.ends_well(host)

    @unittest.skipUnless(shutil.which("node"), "Node.js is not installed")
    def test_counter(self):
        host = self.example("node", "counter.mjs")
        self.assertEqual(host.start()["steps"], [["stream"]])
        self.assertEqual(host.deliver(), [["metric", "counted", 1]])
        self.assertEqual(host.call("finish", now_ns=9), {})
        self.ends_well(host, "1 messages for 9 ns\n")

    def test_scenarios_name_the_programs(self):
        scenarios = {name: tomllib.loads(text) for name, text in FILES.items()
                     if name.endswith(".toml")}
        doubler = scenarios["doubler.toml"]["component"]["doubler"]
        self.assertIn(doubler["command"][1], FILES)
        learner = scenarios["majority.toml"]["component"]["majority"]["learner"]
        self.assertIn(learner["program"][1], FILES)

    def test_operations_and_verbs_are_those_of_the_package(self):
        sys.path.insert(0, str(PACKAGE))
        import inspect

        import dse

        operations, verbs = PAGE.split("## Testing")
        for owner, text in ((dse, operations), (dse.Simulation, verbs)):
            for row in re.findall(r"^\| (`\w+\(.*?)\|", text, re.M):
                for name, arguments in re.findall(r"`(\w+)\((.*?)\)`", row):
                    parameters = inspect.signature(getattr(owner, name)).parameters
                    shown = [re.sub(r"=.*|\*", "", part) for part in arguments.split(", ") if part]
                    with self.subTest(name=name):
                        self.assertEqual(shown, [n for n in parameters if n != "self"])

    @unittest.skipUnless(dse_program(), "dse is not on the PATH, nor named by DSE")
    def test_the_test_of_the_page(self):
        variables = {**environment(), "DSE": dse_program()}
        del variables["DSE_PROTOCOL"]
        done = subprocess.run(
            [sys.executable, "-c", "import test_doubler as t;"
             "t.test_a_number_is_doubled_within_ten_milliseconds()"],
            cwd=self.folder, env=variables, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


class PackageTest(unittest.TestCase):
    def test_the_syntax_is_that_of_the_oldest_python(self):
        for path in [*PACKAGE.glob("dse/*.py"), *ROOT.glob("scenarios/programs/*.py")]:
            ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=(3, 9))

    def test_the_single_file_imports_nothing_of_the_package(self):
        tree = ast.parse((PACKAGE / "dse/program.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self.assertEqual(node.level, 0)
                self.assertNotEqual(node.module.split(".")[0], "dse")

    @unittest.skipUnless(shutil.which("mypy"), "mypy is not installed")
    def test_types(self):
        done = subprocess.run(["mypy", "--no-incremental", "--cache-dir", os.devnull, "dse"],
                              cwd=PACKAGE, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_prose_ends_by_column_100(self):
        files = [ROOT / "docs/programs.md", *PACKAGE.glob("dse/*.py"),
                 *ROOT.glob("scenarios/programs/*"), *ROOT.glob("tests/python/*.py")]
        for path in filter(os.path.isfile, files):
            if path.suffix == ".csv":
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if not line.startswith("|"):
                    self.assertLessEqual(len(line), 100, f"{path}:{number}")


if __name__ == "__main__":
    unittest.main()
