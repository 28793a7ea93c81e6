"""Faults that are planted in programs act as on any component, and everything repeats.

The original generator and echo stand beside the built-in ones in one scenario after the other: with
the same fault, the same happens to the same messages at the same times.
"""

import sys
import unittest

from runs import PROGRAMS, SAMPLE, RunTest, side_by_side

PYTHON = sys.executable
COUNT = 40

# What happens to messages; a program also has calls, and so timers and results of its own.
EVENTS = """SELECT time_ns, kind, component, resource, message FROM events
            WHERE kind NOT IN ('timer', 'result', 'started') ORDER BY number"""
MESSAGES = "SELECT * FROM messages"


def echo(program):
    if program:
        return f"""
kind = "program"
command = ["{PYTHON}", "original_echo.py"]
folder = "{PROGRAMS}"
"""
    return '\nkind = "echo"\n'


def generator(program):
    if program:
        return f"""
kind = "program"
command = ["{PYTHON}", "original_generator.py"]
folder = "{PROGRAMS}"
to = ["digits"]
options.images = "{SAMPLE}/train-images-idx3-ubyte.gz"
options.labels = "{SAMPLE}/train-labels-idx1-ubyte.gz"
options.rate = "1000/s"
options.limit = {COUNT}
"""
    return f"""
kind = "training-generator"
images = "{SAMPLE}/train-images-idx3-ubyte.gz"
labels = "{SAMPLE}/train-labels-idx1-ubyte.gz"
to = "digits"
rate = "1000/s"
order = "file"
limit = {COUNT}
"""


# name -> the keys of the fault, an expectation that holds then, and how the run ends
FAULTS = {
    "lose": ("component = 'generator'\nevery = 4", "lost = 10", "completed"),
    "duplicate": ("component = 'generator'\nevery = 4", "delivered = 'exactly-once'\nfails = true",
                  "completed"),
    "swap": ("component = 'generator'\nevery = 4", "delivered = 'exactly-once'", "completed"),
    "mislabel": ("component = 'generator'\nevery = 4", "delivered = 'exactly-once'", "completed"),
    "mute": ("component = 'reader'\nevery = 4", "delivered = 'exactly-once'", "stalled"),
    "crash": ("component = 'reader'\nat = '12500us'", "delivered = 'at-least-once'\nlost = 0",
              "completed"),
}


class FaultsTest(RunTest):
    """One generator and two readers of one queue, of which the first is struck."""

    def scenario(self, kind, keys, expect, status, write=False, read=False):
        return self.file("scenario.toml", f"""
[bus]
latency = "50us"
[resource.digits]
prefetch = 4
[component.generator]{generator(write)}
[component.reader]{echo(read)}
from = "digits"
service = "1500us"
[component.other]
kind = "echo"
from = "digits"
service = "1500us"
[[fault]]
kind = "{kind}"
{keys}
[[expect]]
resource = "digits"
{expect}
[[expect]]
status = "{status}"
""")

    def happened(self, run):
        return {"messages": run.select(MESSAGES), "events": run.select(EVENTS),
                "other": (run.folder / "other.log").read_text(encoding="utf-8").splitlines()}

    def assert_same(self, one, other, what):
        for part in one:
            for number, (wanted, found) in enumerate(zip(one[part], other[part])):
                self.assertEqual(found, wanted, f"{what}: {part}, row {number}")
            self.assertEqual(len(other[part]), len(one[part]), f"{what}: {part}")

    def test_faults_act_as_on_any_component(self):
        for kind, fault in FAULTS.items():
            built_in = self.replay(self.scenario(kind, *fault), "--record")
            wanted = self.happened(built_in)
            for write, read in ((True, False), (False, True), (True, True)):
                with self.subTest(kind=kind, write=write, read=read):
                    scenario = self.scenario(kind, *fault, write, read)
                    run = self.replay(scenario, "--record")
                    self.assert_same(wanted, self.happened(run), kind)
                    metrics = {name: value for name, value in run.summary["metrics"].items()
                               if name in built_in.summary["metrics"]}
                    self.assertEqual(metrics, built_in.summary["metrics"])

    def test_a_fault_that_is_seen_on_the_bus(self):
        """The comparison above would not see a fault that struck nothing."""
        counts, overtaken = {}, {}
        for kind, fault in FAULTS.items():
            run = self.replay(self.scenario(kind, *fault, True, True), "--record")
            counts[kind] = dict(run.select("SELECT kind, count(*) FROM events GROUP BY kind"))
            order = [int(message.split("-")[1]) for (message,) in run.select(
                "SELECT message FROM events WHERE kind = 'published' ORDER BY number")]
            overtaken[kind] = sum(one > next_ for one, next_ in zip(order, order[1:]))
        self.assertEqual(counts["lose"]["published"], COUNT - COUNT // 4)
        self.assertEqual(counts["duplicate"]["published"], COUNT + COUNT // 4)
        self.assertEqual(counts["swap"]["published"], COUNT)
        # The message that overtakes is not counted for the next one.
        self.assertEqual(overtaken["swap"], COUNT // 5)
        self.assertEqual(sum(overtaken.values()), COUNT // 5)
        # Of its first acknowledgements every fourth vanishes, until four messages are unsettled.
        self.assertEqual(counts["mute"]["acknowledged"], COUNT - 4)
        self.assertEqual(counts["crash"]["crashed"], 1)
        self.assertGreater(counts["crash"]["redelivered"], 0)
        self.assertEqual(counts["crash"]["acknowledged"], COUNT)

    def test_a_crash(self):
        """Before, during and after a call; the program's log ends with its last call."""
        for at in ("0s", "100us", "12100us", "12101us", "13s"):
            with self.subTest(at=at):
                scenario = self.scenario("crash", f"component = 'reader'\nat = '{at}'",
                                         *FAULTS["crash"][1:], True, True)
                first = self.replay(scenario, "--record", "--threads", 1)
                self.assertEqual(first.summary["status"], "completed")
                self.assertEqual(first.summary["failed_components"], {})
                log = first.log("reader")
                self.assertEqual([call["call"] for call, _ in log],
                                 ["start"] + ["deliver"] * int(first.metric("reader.received")))
                # At the very beginning it dies before it has answered.
                self.assertEqual(None in [reply for _, reply in log], at == "0s")
                for threads in (1, 2, 4):
                    again = self.replay(scenario, "--record", "--threads", threads)
                    self.assert_same_files(first.files(), again.files(), f"{threads} threads")
                self.assertIn("the same twice", self.dse("replay", scenario, "--twice").stdout)

    def test_a_crashed_program_is_gone(self):
        """Another program, which begins at the time of the crash, looks for its process."""
        self.file("victim.py", """
            import os
            import dse
            with open("pid", "w") as file:
                file.write(str(os.getpid()))
            dse.start([(dse.stream_resource, "in", lambda message: dse.next_())])
        """)
        self.file("watcher.py", """
            import os
            import dse
            def look(name):
                with open("pid") as file:
                    runs = os.path.exists(f"/proc/{file.read()}")
                dse.eval_([(dse.metric, name, int(runs))])
            dse.start([(dse.after, "1ms"), (look, "before"), (dse.after, "2ms"), (look, "after")])
        """)
        scenario = self.file("scenario.toml", f"""
            [component.victim]
            kind = "program"
            command = ["{PYTHON}", "victim.py"]
            from = "in"
            [component.watcher]
            kind = "program"
            command = ["{PYTHON}", "watcher.py"]
            to = ["in"]
            metrics = ["before", "after"]
            [[fault]]
            kind = "crash"
            component = "victim"
            at = "2ms"
        """)
        for threads in (1, 2):
            run = self.replay(scenario, "--threads", threads)
            self.assertEqual((run.metric("watcher.before"), run.metric("watcher.after")), (1, 0))

    def test_a_crash_of_a_learner(self):
        scenario = PROGRAMS / "sklearn.toml"
        brief = ["--set", "component.trainer.limit=800", "--record"]
        crash = [*brief, "--set", 'fault=[{kind="crash", component="sgd", at="101ms"}]',
                 "--set", 'expect=[{status="stalled"}]']
        whole = self.replay(scenario, *brief, "--set", "expect=[]")
        first, again = side_by_side(lambda threads: self.replay(
            scenario, *crash, "--threads", threads, name=f"crashed{threads}"), (1, 4))
        self.assert_same_files(first.files(), again.files(), "on 1 thread and on 4")
        log = first.log("sgd")
        self.assertNotIn("finish", [call["call"] for call, _ in log])
        self.assertNotIn(None, [reply for _, reply in log])
        # Up to the crash nothing is different, and after it no other model knows of it.
        wanted = [pair for pair in whole.log("sgd") if pair[0]["call"] in ("train", "predict")]
        found = [pair for pair in log if pair[0]["call"] in ("train", "predict")]
        self.assertLess(len(found), len(wanted))
        self.assertEqual(found, wanted[:len(found)])
        written = "SELECT correlation, headers FROM message WHERE writer = ? ORDER BY message"
        for model in ("lenet", "mlp-sklearn"):
            self.assertEqual(first.select(written, model), whole.select(written, model))
        self.assertEqual(first.select(written, "sgd"),
                         whole.select(written, "sgd")[:int(first.metric("sgd.predicted"))])


if __name__ == "__main__":
    unittest.main()
