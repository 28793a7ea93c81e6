"""What programs do on the bus, step by step: messages are rejected and come back, queues are bound
while the run goes on, time passes, programs end, and states are saved and loaded.
"""

import sys
import unittest

from runs import PROGRAMS, SAMPLE, RunTest

US, MS = 1_000, 1_000_000
WRITER = """
import dse
dse.start([(dse.write_resource, "in", {"key": key}) for key in "abcdef"])
"""


class StepsTest(RunTest):
    def scenario(self, programs, more="", latency="50us"):
        """A scenario of programs: name -> (program, further keys)."""
        text = f'[bus]\nlatency = "{latency}"\n'
        for name, (program, keys) in programs.items():
            self.file(f"{name}.py", program)
            text += (f'[component.{name}]\nkind = "program"\n'
                     f'command = ["{sys.executable}", "{name}.py"]\n{keys}\n')
        return self.file("scenario.toml", text + more)

    def play(self, *arguments, status=0):
        """Replays with a record; the same must come of two runs, on one thread and on four."""
        scenario = self.scenario(*arguments)
        runs = [self.replay(scenario, "--record", "--threads", threads, status=status)
                for threads in (1, 4)]
        self.assert_same_files(runs[0].files(), runs[1].files(), "on 1 thread and on 4")
        return runs[0]

    def counts(self, run, component):
        return dict(run.select("SELECT kind, count(*) FROM events WHERE component = ? "
                               "AND message IS NOT NULL GROUP BY kind", component))

    def test_rejecting(self):
        run = self.play({
            "writer": (WRITER, 'to = ["in"]'),
            "reader": ("""
                import dse
                def decide(key, redelivered):
                    if key == "d":
                        dse.reject()
                    elif key in "be" and not redelivered:
                        dse.reject(requeue=True)
                    else:
                        dse.next_()
                def handle(message):
                    wait = [(dse.after, "1ms")] if message.key in "de" else []
                    dse.eval_(wait + [(decide, message.key, message.redelivered)])
                dse.start([(dse.stream_resource, "in", handle)])
            """, 'from = "in"'),
        }, """
            [[expect]]
            resource = "in"
            delivered = "at-least-once"
            order = "fifo"
            lost = 0
            [[expect]]
            resource = "in"
            delivered = "exactly-once"
            fails = true
            [[expect]]
            metric = "reader.received"
            equals = 8
        """)
        self.assertEqual(self.counts(run, "reader"), {
            "delivered": 6, "redelivered": 2, "requeued": 2, "rejected": 1, "acknowledged": 5})
        told = [(call["message"]["key"], call["redelivered"]) for call, _ in run.log("reader")
                if call["call"] == "deliver"]
        self.assertEqual(sorted(told), [("a", False), ("b", False), ("b", True), ("c", False),
                                        ("d", False), ("e", False), ("e", True), ("f", False)])

    def test_mandatory_messages_and_bindings_while_running(self):
        run = self.play({
            "writer": ("""
                import dse
                back = []
                def note(message):
                    back.append(message.key)
                    dse.eval_([(dse.metric, "returned", len(back)),
                               (dse.write_resource, "notes", {"key": message.key})])
                def write(key, **headers):
                    message = {"key": key, "headers": headers}
                    dse.eval_([(dse.write_resource, "out", message, True)])
                def bind():
                    dse.bind("out", "sink", "a.*", {"x": 1.0})
                def check():
                    assert back == ["a.1", "a.3", "b.4"], back
                    dse.eval_([(write, "c.5")])
                dse.on_return(note)
                dse.start([(write, "a.1"), (dse.after, "1ms"), (bind,),
                           (lambda: write("a.2", x=1),), (write, "a.3"),
                           (lambda: write("b.4", x=1),), (dse.after, "1ms"), (check,),
                           (dse.stream_resource, "in", lambda message: dse.next_())])
            """, 'from = "in"\nto = ["out", "notes"]\nmetrics = ["returned"]'),
        }, """
            [component.sink]
            kind = "watch"
            from = "sink"
            [component.notes]
            kind = "watch"
            from = "notes"
        """)
        # The last one is told before `finish`; of what is said to it, only the metric counts.
        log = [(call["call"], call["now_ns"], call.get("message", {}).get("key"))
               for call, _ in run.log("writer")]
        self.assertEqual(log, [
            ("start", 0, None), ("returned", 100 * US, "a.1"), ("resume", MS, None),
            ("returned", MS + 100 * US, "a.3"), ("returned", MS + 100 * US, "b.4"),
            ("resume", 2 * MS, None), ("returned", 2 * MS + 100 * US, "c.5"),
            ("finish", run.summary["virtual_time_ns"], None)])
        self.assertEqual(run.metric("writer.returned"), 4)
        self.assertEqual(run.select("SELECT time_ns, message, key FROM events JOIN messages ON "
                                    "message = id WHERE kind = 'returned'"),
                         [(50 * US, "writer-0", "a.1"), (MS + 50 * US, "writer-3", "a.3"),
                          (MS + 50 * US, "writer-4", "b.4"),
                          (2 * MS + 50 * US, "writer-7", "c.5")])
        self.assertEqual(run.select("SELECT key FROM messages JOIN events ON message = id WHERE "
                                    "kind = 'delivered' AND component = 'sink'"), [("a.2",)])
        (made,) = [binding for binding in run.summary["bindings"]
                   if binding.get("made_while_running")]
        self.assertEqual((made["from"], made["to"], made["key"], made["passed"]),
                         ("out", "sink", "a.*", 1))
        notes = run.select("SELECT key, timestamp_ns FROM messages WHERE id IN (SELECT message "
                           "FROM events WHERE component = 'notes' AND kind = 'delivered')")
        self.assertEqual(notes, [("a.1", MS), ("a.3", 2 * MS), ("b.4", 2 * MS)])

    def test_confirms(self):
        """A queue with one place: the second message is refused, and the third is led nowhere."""
        run = self.play({
            "writer": ("""
                import dse
                told = []
                def back(message):
                    told.append((message.id, None))
                    dse.next_()
                def note(message, accepted):
                    told.append((message.id, accepted))
                    dse.eval_([(dse.metric, "told", len(told)),
                               (dse.write_resource, "notes", {"key": message.key})])
                def write(key):
                    dse.write_resource("full", {"key": key}, mandatory=True, confirm=True)
                def check():
                    assert told == [("writer-0", True), ("writer-1", False), ("writer-2", None),
                                    ("writer-2", True)], told
                    dse.next_()
                dse.on_return(back)
                dse.on_confirm(note)
                dse.start([(write, "a.1"), (write, "a.2"), (write, "b.3"),
                           (dse.write_resource, "full", {"key": "a.4"}),
                           (dse.after, "1ms"), (check,), (write, "a.5")])
            """, 'to = ["full", "notes"]\nmetrics = ["told"]'),
        }, """
            [exchange.full]
            type = "topic"
            [resource.kept]
            max_length = 1
            overflow = "reject-publish"
            [[binding]]
            from = "full"
            to = "kept"
            key = "a.#"
            [component.reader]
            kind = "watch"
            from = "kept"
            start = "2ms"
            [[expect]]
            metric = "reader.received"
            equals = 1
            [[expect]]
            metric = "kept.nacked"
            equals = 3
        """)
        log = [(call["call"], call["now_ns"], call.get("message", {}).get("key"),
                call.get("accepted")) for call, _ in run.log("writer")]
        self.assertEqual(log, [
            ("start", 0, None, None), ("confirmed", 100 * US, "a.1", True),
            ("confirmed", 100 * US, "a.2", False), ("returned", 100 * US, "b.3", None),
            ("confirmed", 100 * US, "b.3", True), ("resume", MS, None, None),
            ("finish", run.summary["virtual_time_ns"], None, None)])
        self.assertEqual(run.metric("writer.told"), 4)
        self.assertEqual(run.select("SELECT kind, message FROM events WHERE kind IN ('confirmed', "
                                    "'nacked', 'came back')"),
                         [("confirmed", "writer-0"), ("nacked", "writer-1"),
                          ("came back", "writer-2"), ("confirmed", "writer-2"),
                          ("nacked", "writer-7")])

    def test_nothing_comes_back_to_a_program_that_has_ended(self):
        run = self.play({"writer": ("""
            import dse
            dse.on_return(lambda message: dse.metric("returned", 1))
            dse.start([(dse.write_resource, "out", {"key": "a"}, True), (dse.exit_, 0)])
        """, 'to = ["out"]\nmetrics = ["returned"]')})
        self.assertEqual([call["call"] for call, _ in run.log("writer")], ["start", "finish"])
        self.assertNotIn("writer.returned", run.summary["metrics"])
        self.assertEqual(run.summary["unroutable"], 1)

    def test_time(self):
        """Several pauses in one handler, with a service time; the message is settled at the end."""
        run = self.play({
            "writer": ("""
                import dse
                dse.start([(dse.write_resource, "in", {"key": key}) for key in "ab"])
            """, 'to = ["in"]'),
            "reader": ("""
                import dse
                def write(number):
                    dse.eval_([(dse.write_resource, "out", {"key": f"{number}.{dse.now_ns()}"})])
                # The steps of one reply, as the host of another language may give them.
                def handle(message):
                    dse.eval_([(write, 1), (dse.after, "1ms"), (write, 2), (dse.after, "0s"),
                               (dse.after, 500), (write, 3)])
                dse.start([(dse.stream_resource, "in", handle)])
            """, 'from = "in"\nto = ["out"]\nservice = "40us"'),
        })
        begin = 100 * US
        for first in ("reader-0", "reader-3"):
            # The program's clock is the time of the call; its steps happen a service time later.
            calls = [begin, begin + 40 * US + MS]
            calls += [calls[1] + 40 * US, calls[1] + 80 * US + 500]
            rows = run.select("SELECT key, timestamp_ns FROM messages WHERE writer = 'reader'")
            at = int(first[-1])
            self.assertEqual(rows[at:at + 3], [
                (f"1.{calls[0]}", calls[0] + 40 * US), (f"2.{calls[1]}", calls[1] + 40 * US),
                (f"3.{calls[3]}", calls[3] + 40 * US)])
            begin = calls[3] + 40 * US
        settled = run.select("SELECT time_ns FROM events WHERE kind = 'acknowledged'")
        self.assertEqual(settled[-1], (begin + 50 * US,))
        self.assertEqual(run.metric("reader.sojourn_p999_ns"), begin)

    def test_pauses_in_one_reply(self):
        """A program without the package, which says several pauses at once."""
        run = self.play({
            "raw": ("""
                import json, sys
                replies = {
                    "start": [["write", "out", {"key": "1"}], ["after", 1000],
                              ["write", "out", {"key": "2"}], ["after", 2000], ["after", 0],
                              ["write", "out", {"key": "3"}], ["after", 4000]],
                    "resume": [["write", "out", {"key": "4"}], ["after", 8000],
                               ["write", "out", {"key": "5"}], ["exit", 0],
                               ["write", "out", {"key": "never"}]],
                }
                for line in sys.stdin:
                    steps = replies.get(json.loads(line)["call"])
                    print(json.dumps({"steps": steps} if steps else {}), flush=True)
            """, 'to = ["out"]\nservice = "100us"'),
        }, '[component.sink]\nkind = "watch"\nfrom = "out"\n')
        # The steps of `start` take no time.
        self.assertEqual(run.select("SELECT key, timestamp_ns FROM messages"),
                         [("1", 0), ("2", 1000), ("3", 3000), ("4", 107_000), ("5", 115_000)])
        self.assertEqual([call["call"] for call, _ in run.log("raw")],
                         ["start", "resume", "finish"])

    def test_an_exit_status(self):
        run = self.play({
            "writer": (WRITER, 'to = ["in"]'),
            "reader": ("""
                import dse
                def handle(message):
                    if message.key == "c":
                        dse.exit_(7)
                    else:
                        dse.next_()
                dse.start([(dse.stream_resource, "in", handle)])
            """, 'from = "in"'),
        }, '[component.other]\nkind = "watch"\nfrom = "in"\nservice = "1ms"\n', status=1)
        self.assertEqual(run.summary["failed_components"], {"reader": 7})
        self.assertEqual(run.summary["status"], "completed")
        self.assertIn("finish", [call["call"] for call, _ in run.log("reader")])
        self.assertIn("'reader' ended with status 7", run.done.stdout + run.done.stderr)
        # What it had not settled goes to the other one.
        self.assertIn("redelivered", self.counts(run, "other"))
        self.assertEqual(run.metric("reader.unhandled") + run.metric("other.unhandled"), 0)

    def test_an_exit_without_a_failure(self):
        program = WRITER.replace('"abcdef"]', '"abcdef"] + [(dse.exit_, 0)]')
        run = self.play({"writer": (program, 'to = ["in"]')},
                        '[component.sink]\nkind = "watch"\nfrom = "in"\n')
        self.assertEqual(run.summary["failed_components"], {})


class SavedStatesTest(RunTest):
    """One run that learns everything, and two of which the second goes on where the first ended."""

    MIDDLE = 1008  # of whole mini-batches
    COMPONENT = {
        "nearest": """
            kind = "program"
            command = ["python3", "nearest.py"]
            FOLDER
            to = ["predictions"]
            answers = true
            service = "40us"
            metrics = ["trained", "classes"]
        """,
        "sgd": """
            kind = "model"
            learner = { program = ["/usr/bin/python3", "sgd.py"], FOLDER }
            to = "predictions"
        """,
    }

    def scenario(self, name, first, last, cameras, initial=None):
        component = self.COMPONENT[name].replace("FOLDER", f'folder = "{PROGRAMS}"')
        if initial:
            component += f'initial = "{initial}"\n'
        camera = f"""
            [component.camera]
            kind = "production-source"
            images = "{SAMPLE}/t10k-images-idx3-ubyte.gz"
            truth = "{SAMPLE}/t10k-labels-idx1-ubyte.gz"
            to = "camera"
            rate = "1000/s"
            start = "1s"
        """ if cameras else ""
        self.runs += 1
        return self.file(f"scenario{self.runs}.toml", f"""
            [[binding]]
            from = {'["mnist", "camera"]' if cameras else '"mnist"'}
            to = "learner"
            [component.trainer]
            kind = "training-generator"
            images = "{SAMPLE}/train-images-idx3-ubyte.gz"
            labels = "{SAMPLE}/train-labels-idx1-ubyte.gz"
            slice = [{first}, {last}]
            order = "file"
            to = "mnist"
            rate = "4000/s"
            {camera}
            [component.{name}]
            {component}
            from = "learner"
            [component.answers]
            kind = "watch"
            from = "predictions"
        """)

    def check(self, name):
        whole = self.replay(self.scenario(name, 0, 2000, True), "--record", "--save-models")
        first = self.replay(self.scenario(name, 0, self.MIDDLE, False), "--save-models")
        state = first.folder / f"{name}.learner"
        second = self.replay(self.scenario(name, self.MIDDLE, 2000, True, state), "--record",
                             "--save-models")
        answers = "SELECT correlation, key, headers FROM messages WHERE writer = ?"
        self.assertEqual(len(second.select(answers, name)), 500)
        self.assertEqual(second.select(answers, name), whole.select(answers, name))
        self.assertEqual(second.metric(f"{name}.accuracy"), whole.metric(f"{name}.accuracy"))
        saved = [(run.folder / state.name).read_bytes() for run in (whole, second)]
        self.assertEqual(*saved)
        self.assertNotEqual(state.read_bytes(), saved[0])
        digests = [[reply["digest"] for _, reply in run.log(name) if "digest" in reply][-1]
                   for run in (whole, first, second)]
        self.assertEqual(digests[0], digests[2])
        self.assertNotEqual(digests[0], digests[1])
        calls = [call["call"] for call, _ in second.log(name)]
        self.assertEqual(calls[:2], ["start", "load"])
        self.assertNotIn("load", [call["call"] for call, _ in first.log(name)])
        return whole, first, second

    def test_a_program(self):
        whole, _, second = self.check("nearest")
        self.assertEqual(second.metric("nearest.trained"), whole.metric("nearest.trained"))
        self.assertEqual(second.select("SELECT learned, call FROM model_state JOIN component USING "
                                       "(component) WHERE name = 'nearest' LIMIT 3"),
                         [(1, "start"), (2, "load"), (3, "deliver")])

    def test_a_learner(self):
        self.check("sgd")

    def test_what_is_saved_by_one_that_does_not_begin(self):
        """The run is over before it starts: it is left as it was."""
        for name in self.COMPONENT:
            first = self.replay(self.scenario(name, 0, 32, False), "--save-models")
            state = first.folder / f"{name}.learner"
            scenario = self.scenario(name, 32, 64, False, state)
            run = self.replay(scenario, "--save-models", "--until", "1ms", "--set",
                              f'component.{name}.start="1s"')
            self.assertEqual((run.folder / state.name).read_bytes(), state.read_bytes(), name)
            calls = [call["call"] for call, _ in run.log(name)]
            self.assertEqual(calls[:2] + calls[-1:], ["start", "load", "finish"])

    def test_what_is_saved_by_one_that_crashes(self):
        """It is asked before it dies, so the state is that of the crash."""
        for name in self.COMPONENT:
            scenario = self.scenario(name, 0, 64, False)
            crash = ["--set", f'fault=[{{kind="crash", component="{name}", at="7990us"}}]',
                     "--set", 'expect=[{status="stalled"}]', "--save-models"]
            one, four = (self.replay(scenario, *crash, "--threads", threads)
                         for threads in (1, 4))
            self.assert_same_files(one.files(), four.files(), "on 1 thread and on 4")
            whole = self.replay(self.scenario(name, 0, 32, False), "--save-models")
            saved = [(run.folder / f"{name}.learner").read_bytes() for run in (one, whole)]
            self.assertEqual(*saved, name)

    def test_a_state_of_another_kind(self):
        for saved, other, said in (("sgd", "nearest", "a model's learner, and not of a component"),
                                   ("nearest", "sgd", 'a component with `kind = "program"`, and')):
            run = self.replay(self.scenario(saved, 0, 32, False), "--save-models")
            scenario = self.scenario(other, 0, 32, False, run.folder / f"{saved}.learner")
            refused = self.dse("replay", scenario, status=2).stderr
            self.assertIn(f"component.{other}.initial: ", refused)
            self.assertIn(f"is the state of {said}", refused)


if __name__ == "__main__":
    unittest.main()
