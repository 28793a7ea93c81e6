"""Component programs: the interpreter, messages, values, and the streams of the process."""

import base64
import json
import random
import unittest

from host import Host, ProgramTest

STREAM = 'dse.start([(dse.stream_resource, "in", handle)])\n'


def b64(data):
    return base64.b64encode(data).decode()


class InterpreterTest(ProgramTest):
    def test_steps_become_the_reply(self):
        host = self.host('''
            dse.start([
                (dse.create_resource, "out"),
                (dse.bind, "in", "out"),
                (dse.bind, "in", "more", "a.*", {"label": 7, "sure": 1.0}, "any"),
                (dse.write_resource, "out", {"payload": b"abc", "key": "k"}),
                (dse.write_resource, "more", dse.Message(b"", headers={"x": True}), True),
                (dse.metric, "seen", 3),
                (dse.exit_, 4),
                (dse.create_resource, "never"),
            ])
        ''')
        self.assertEqual(host.start()["steps"], [
            ["create", "out"],
            ["bind", {"from": "in", "to": "out"}],
            ["bind", {"from": "in", "to": "more", "key": "a.*",
                      "headers": {"label": 7, "sure": 1.0}, "match": "any"}],
            ["write", "out", {"payload": "YWJj", "key": "k"}],
            ["write", "more", {"headers": {"x": True}}, {"mandatory": True}],
            ["metric", "seen", 3],
            ["exit", 4],
        ])
        self.assertEqual(host.call("finish", now_ns=5), {})
        self.ends_well(host)

    def test_eval_prepends(self):
        host = self.host('''
            def say(name):
                dse.eval_([(dse.create_resource, name)])
            def both(one, other):
                dse.eval_([(say, one), (say, other)])
            dse.start([(both, "a", "b"), (both, "c", "d"), (say, "e")])
        ''')
        self.assertEqual(host.start()["steps"], [["create", name] for name in "abcde"])
        self.ends_well(host)

    def test_a_callback_may_end_with_an_operation(self):
        host = self.host('''
            def say(name):
                dse.create_resource(name)
            def later():
                dse.after("1.5us")
            dse.start([(say, "a"), (later,), (say, "b")])
        ''')
        self.assertEqual(host.start()["steps"], [["create", "a"], ["after", 1500]])
        self.assertEqual(host.steps("resume", now_ns=1500), [["create", "b"]])
        self.ends_well(host)

    def test_after_in_a_handler(self):
        host = self.host('''
            def handle(message):
                dse.eval_([(dse.after, 10), (note, message.key), (dse.after, "1ms"), (dse.next_,)])
            def note(key):
                dse.eval_([(dse.metric, key, dse.now_ns())])
        ''', STREAM)
        self.assertEqual(host.start()["steps"], [["stream"]])
        for key in ("a", "b"):
            self.assertEqual(host.deliver({"key": key}, now_ns=5), [["after", 10]])
            self.assertEqual(host.steps("resume", now_ns=15),
                             [["metric", key, 15], ["after", 1_000_000]])
            self.assertEqual(host.steps("resume", now_ns=1_000_015), [])
        self.ends_well(host)

    def test_steps_after_the_stream_wait_for_ever(self):
        host = self.host('''
            def handle(message):
                dse.next_()
            dse.start([(dse.stream_resource, "in", handle, 5), (dse.create_resource, "never")])
        ''')
        self.assertEqual(host.start()["steps"], [["stream", {"prefetch": 5}]])
        self.assertEqual([host.deliver(), host.deliver()], [[], []])
        self.ends_well(host)

    def test_rejecting(self):
        host = self.host('''
            def handle(message):
                dse.reject(requeue=not message.redelivered)
        ''', STREAM)
        host.start()
        self.assertEqual(host.deliver(), [["reject", True]])
        self.assertEqual(host.deliver(redelivered=True), [["reject", False]])
        self.ends_well(host)

    def test_an_exit_in_a_handler(self):
        host = self.host('''
            def handle(message):
                dse.eval_([(dse.exit_, 3), (dse.create_resource, "never")])
        ''', STREAM)
        host.start()
        self.assertEqual(host.deliver(), [["exit", 3]])
        self.assertEqual(host.call("finish", now_ns=0), {})
        self.ends_well(host)

    def test_a_million_steps_do_not_grow_the_stack(self):
        host = self.host('''
            def step(left):
                if left == 0:
                    dse.eval_([(dse.metric, "done", 1)])
                elif left % 2:
                    dse.eval_([(step, left - 1)])
                else:
                    dse.eval_([(dse.next_,), (step, left - 1)])
            dse.start([(step, 1_000_000)])
        ''')
        self.assertEqual(host.start()["steps"], [["metric", "done", 1]])
        self.ends_well(host)

    def test_a_stack_of_pending_steps_may_be_deep(self):
        host = self.host('''
            def step(left):
                dse.eval_([(step, left - 1), (dse.next_,)] if left else [])
            dse.start([(step, 200_000), (dse.metric, "done", 1)])
        ''')
        self.assertEqual(host.start()["steps"], [["metric", "done", 1]])
        self.ends_well(host)

    def test_what_came_back(self):
        host = self.host('''
            def back(message):
                if message.key:
                    dse.eval_([(dse.metric, "back", 1), (dse.write_resource, "more", message)])
            dse.on_return(back)
            def handle(message):
                dse.eval_([(dse.after, 10), (dse.metric, "after", 1)])
        ''', STREAM)
        host.start()
        self.assertEqual(host.deliver(), [["after", 10]])
        self.assertEqual(host.steps("returned", now_ns=3, message={}), [])
        self.assertEqual(host.steps("returned", now_ns=3, message={"key": "k", "id": "tested-0"}),
                         [["metric", "back", 1], ["write", "more", {"key": "k"}]])
        self.assertEqual(host.steps("resume", now_ns=10), [["metric", "after", 1]])
        self.ends_well(host)

    def test_confirms(self):
        host = self.host('''
            def told(message, accepted):
                verdict = [(dse.metric, "accepted", int(accepted))]
                again = [] if accepted else [(dse.write_resource, "out", message, False, True)]
                dse.eval_(verdict + again)
            dse.on_confirm(told)
            def handle(message):
                dse.eval_([(dse.write_resource, "out", message, True, True),
                           (lambda: dse.write_resource("more", message, confirm=True),)])
        ''', STREAM)
        host.start()
        self.assertEqual(host.deliver({"key": "k", "id": "other-0"}),
                         [["write", "out", {"key": "k"}, {"mandatory": True, "confirm": True}],
                          ["write", "more", {"key": "k"}, {"confirm": True}]])
        self.assertEqual(host.steps("returned", now_ns=3, message={"key": "k", "id": "tested-0"}),
                         [])
        self.assertEqual(host.steps("confirmed", now_ns=3, accepted=True,
                                    message={"key": "k", "id": "tested-0"}),
                         [["metric", "accepted", 1]])
        self.assertEqual(host.steps("confirmed", now_ns=3, accepted=False,
                                    message={"key": "k", "id": "tested-1"}),
                         [["metric", "accepted", 0],
                          ["write", "out", {"key": "k"}, {"confirm": True}]])
        self.ends_well(host)

    def test_confirms_that_nobody_hears(self):
        host = self.host("dse.start([])")
        host.start()
        self.assertEqual(host.steps("confirmed", now_ns=3, accepted=True, message={}), [])
        self.ends_well(host)

    def test_unknown_calls_and_members(self):
        host = self.host("dse.start([])")
        self.assertEqual(host.start(later={"x": 1}), {})
        self.assertEqual(host.call("later", now_ns=1), {})
        self.assertEqual(host.call("save"), {})
        self.ends_well(host)

    def test_saving_loading_and_finishing(self):
        host = self.host('''
            seen = [0]
            dse.on_save(lambda: bytes(seen))
            dse.on_load(lambda state: seen.__setitem__(0, state[0]))
            dse.on_finish(lambda: ({"seen": seen[0], "half": 0.5}, "one byte"))
            dse.start([])
        ''')
        host.start()
        self.assertEqual(host.call("load", state=b64(b"\x07")), {})
        self.assertEqual(host.call("save"), {"state": b64(b"\x07")})
        self.assertEqual(host.call("finish", now_ns=0),
                         {"metrics": {"seen": 7, "half": 0.5}, "digest": "one byte"})
        self.ends_well(host)

    def test_finishing_with_metrics_alone(self):
        host = self.host('dse.on_finish(lambda: {"x": 1}); dse.start([])')
        host.start()
        self.assertEqual(host.call("finish", now_ns=0), {"metrics": {"x": 1}})
        self.ends_well(host)


def random_tree(draw, depth=0):
    """Returns what a step does: a number to report, a time to wait, or a list of such."""
    kind = draw.randrange(3 if depth < 5 else 2)
    if kind == 0:
        return {"report": draw.randrange(100)}
    if kind == 1:
        return {"wait": draw.randrange(100)}
    return [random_tree(draw, depth + 1) for _ in range(draw.randrange(4))]


def in_order(tree):
    """Returns the steps of a tree as a plain program would have them: depth first."""
    if isinstance(tree, list):
        return [step for branch in tree for step in in_order(branch)]
    ((what, number),) = tree.items()
    return [["after", number] if what == "wait" else ["metric", "m", number]]


class RandomProgramTest(ProgramTest):
    PROGRAM = '''
        import json
        def do(tree):
            if isinstance(tree, list):
                dse.eval_([(do, branch) for branch in tree])
            elif "wait" in tree:
                dse.eval_([(dse.after, tree["wait"])])
            else:
                dse.metric("m", tree["report"])
        def handle(message):
            do(json.loads(message.payload))
    '''

    def test_nested_programs_run_depth_first(self):
        seed = 1973
        draw = random.Random(seed)
        host = self.host(self.PROGRAM, STREAM)
        host.start()
        for number in range(300):
            tree = [random_tree(draw) for _ in range(4)]
            steps = host.deliver({"payload": b64(json.dumps(tree).encode())})
            while steps and steps[-1][0] == "after":
                more = host.steps("resume", now_ns=0)
                if not more:
                    break
                steps += more
            with self.subTest(seed=seed, number=number):
                self.assertEqual(steps, in_order(tree))
        self.ends_well(host)


class MisuseTest(ProgramTest):
    def check(self, text, *parts, deliver=False):
        host = self.host(text)
        reply = host.start()
        if deliver:
            host.call("deliver", now_ns=0, redelivered=False, message={})
        else:
            self.assertIsNone(reply)
        self.fails(host, *parts)

    def test_neither(self):
        self.check("def idle(): pass\ndse.start([(idle,)])", "UsageError", "idle() called neither")
        self.check("def handle(message): pass\n" + STREAM, "handle() called neither", deliver=True)

    def test_both(self):
        self.check("def twice():\n dse.next_()\n dse.next_()\ndse.start([(twice,)])", "twice")
        self.check("def both():\n dse.create_resource('a')\n dse.next_()\ndse.start([(both,)])",
                   "write_resource() calls next_() itself")
        self.check("def both():\n dse.after(1)\n dse.next_()\ndse.start([(both,)])",
                   "waits for the end of an after")
        self.check("def both():\n dse.exit_()\n dse.next_()\ndse.start([(both,)])", "has ended")

    def test_no_step(self):
        self.check("dse.start([dse.next_])", "is no step")
        self.check('dse.start([("create", "x")])', "is no step")
        self.check('dse.start((dse.create_resource, "x"))', "is no step")
        self.check("dse.create_resource('x')", "none was started")

    def test_streams(self):
        self.check('dse.start([(dse.stream_resource, "other", print)])', "reads 'in'")
        self.check('dse.start([(dse.stream_resource, "in", None)])', "must be a function")
        self.check('def handle(message): dse.stream_resource("in", handle)\n' + STREAM,
                   "streamed already", deliver=True)

    def test_arguments(self):
        for text, part in (
            ('(dse.write_resource, "elsewhere", {})', "may not write 'elsewhere'"),
            ('(dse.write_resource, "out", b"")', "is no message"),
            ('(dse.write_resource, "out", {"id": "x"})', "is no message"),
            ('(dse.write_resource, "out", {"payload": "text"})', "encode the text"),
            ('(dse.after, 0.5)', "a duration is an integer"),
            ('(dse.after, "1 ms")', "is no duration"),
            ('(dse.after, "0.5ns")', "finer than a nanosecond"),
            ('(dse.after, -1)', "is not between"),
            ('(dse.metric, "x", float("nan"))', "finite"),
            ('(dse.metric, "x", "1")', "finite"),
            ('(dse.exit_, 256)', "from 0 to 255"),
            ('(dse.bind, "a", "b", "#", {}, "some")', "`match`"),
            ('(dse.reject,)', "none is"),
            ('(dse.create_resource, "\\udc80")', "UTF-8"),
        ):
            with self.subTest(text=text):
                self.check(f"dse.start([{text}])", part)

    def test_a_returned_message_cannot_make_the_program_wait(self):
        host = self.host("dse.on_return(lambda m: dse.after(1))\ndse.start([(dse.after, 5)])")
        host.start()
        self.assertIsNone(host.call("returned", now_ns=1, message={}))
        self.fails(host, "came back")

    def test_a_confirm_cannot_make_the_program_wait(self):
        host = self.host("dse.on_confirm(lambda m, a: dse.exit_())\ndse.start([(dse.after, 5)])")
        host.start()
        self.assertIsNone(host.call("confirmed", now_ns=1, accepted=True, message={}))
        self.fails(host, "exit_ cannot be used for a confirm")

    def test_starting_twice(self):
        host = self.host("dse.start([])\ndse.start([])")
        host.start()
        self.fails(host, "called already")

    def test_the_wrong_kind(self):
        host = self.host("dse.start([])")
        self.assertIsNone(host.start_learner())
        self.fails(host, "Learner")
        self.check("dse.Learner().serve()", "call start()")

    def test_another_protocol(self):
        host = Host(["python3", str(self.file("import dse\ndse.start([])"))])
        self.addCleanup(self._end, host)
        host._process.stdin.write(b'{"call":"start","protocol":2}\n')
        host._process.stdin.flush()
        self.fails(host, "protocol 2")

    def test_a_state_that_cannot_be_loaded(self):
        host = self.host("dse.start([])")
        host.start()
        self.assertIsNone(host.call("load", state=""))
        self.fails(host, "on_load")


class MessageTest(ProgramTest):
    def test_all_members(self):
        host = self.host('''
            import sys
            def handle(m):
                print(m.payload, m.key, m.headers, m.id, m.app_id, m.correlation_id,
                      m.content_type, m.timestamp_ns, m.redelivered, sep="|", file=sys.stderr)
                dse.next_()
        ''', STREAM)
        host.start()
        host.deliver({"payload": b64(b"ab"), "key": "k", "headers": {"x": 1}, "id": "g-0",
                      "app_id": "g", "correlation_id": "c-1", "content_type": "t/p",
                      "timestamp_ns": 9}, redelivered=True)
        host.deliver({})
        self.ends_well(host, "b'ab'|k|{'x': 1}|g-0|g|c-1|t/p|9|True\nb''||{}|||||0|False\n")

    def test_answers(self):
        host = self.host('''
            def handle(m):
                dse.eval_([(dse.write_resource, "out", m.answer(7, 0.5, why="near")),
                           (dse.write_resource, "out", m.answer(1)),
                           (dse.write_resource, "more", m)])
        ''', STREAM)
        host.start()
        asked = {"payload": "AAAA", "key": "k", "headers": {"x": {"int64": str(2**60)}},
                 "id": "cam-3", "app_id": "cam", "content_type": "t/p", "timestamp_ns": 4}
        self.assertEqual(host.deliver(asked), [
            ["write", "out", {
                "payload": "AAAA", "key": "tested.7", "correlation_id": "cam-3",
                "content_type": "t/p",
                "headers": {"x": {"int64": str(2**60)}, "label": 7, "model": "tested",
                            "confidence": 0.5, "why": "near"}}],
            ["write", "out", {
                "payload": "AAAA", "key": "tested.1", "correlation_id": "cam-3",
                "content_type": "t/p",
                "headers": {"x": {"int64": str(2**60)}, "label": 1, "model": "tested"}}],
            ["write", "more", {"payload": "AAAA", "key": "k", "content_type": "t/p",
                               "headers": {"x": {"int64": str(2**60)}}}],
        ])
        self.ends_well(host)

    def test_headers_that_were_changed_are_written(self):
        host = self.host('''
            def handle(m):
                m.headers["y"] = 2
                dse.eval_([(dse.write_resource, "out", m)])
        ''', STREAM)
        host.start()
        self.assertEqual(host.deliver({"headers": {"x": 1}}),
                         [["write", "out", {"headers": {"x": 1, "y": 2}}]])
        self.ends_well(host)

    def test_payloads_of_other_types(self):
        host = self.host('''
            dse.start([(dse.write_resource, "out", {"payload": p})
                       for p in (bytearray(b"a"), memoryview(b"a"))])
        ''')
        self.assertEqual(host.start()["steps"], [["write", "out", {"payload": "YQ=="}]] * 2)
        self.ends_well(host)


ECHO = '''
    def handle(m):
        again = dse.Message(m.payload, m.key, dict(m.headers), m.correlation_id, m.content_type)
        dse.eval_([(dse.write_resource, "out", again)])
'''


def random_value(draw):
    """Returns a value as dse writes it, and as the program writes it again."""
    kind = draw.randrange(12)
    if kind == 0:
        return draw.choice([True, False])
    if kind == 1:
        integer = draw.choice([0, 2**53, -2**53, 2**63 - 1, -2**63, draw.randrange(-2**63, 2**63),
                               draw.randrange(-100, 100)])
        return integer if abs(integer) < 2**53 else {"int64": str(integer)}
    if kind == 2:
        number = draw.choice([draw.gauss(0, 1), 1e300, 5e-324, -0.0, 3.0, 1e22])
        return {"double": number} if number.is_integer() else number
    if kind == 3:
        return {"double": draw.choice(["NaN", "Infinity", "-Infinity"])}
    if kind == 4:
        return draw.choice([{"int8": -128}, {"uint8": 255}, {"int16": -1}, {"uint16": 65535},
                            {"int32": -2**31}, {"uint32": 2**32 - 1}])
    if kind == 5:
        return {"float": draw.choice([0.5, 0.10000000149011612, "NaN", "-Infinity"])}
    if kind == 6:
        return draw.choice([{"decimal": "12.30"}, {"decimal": "0.05"}, {"timestamp": 1700000000},
                            {"timestamp": str(2**64 - 1)}, {"void": None}, {"bytes": "/wA="}])
    if kind == 7:
        return [random_value(draw) for _ in range(draw.randrange(3))]
    if kind == 8:
        return {"table": {f"n{n}": random_value(draw) for n in range(draw.randrange(3))}}
    return random_text(draw)


def random_text(draw):
    if draw.random() < 0.3:
        data = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 6)))
        try:
            return data.decode()
        except UnicodeDecodeError:
            return {"text": b64(data)}
    letters = 'ab"\\/\n\0é€😀\ufeff\u2028'
    return "".join(draw.choice(letters) for _ in range(draw.randrange(8)))


def meaning(value):
    """Returns type and value, whether it is tagged or not."""
    if isinstance(value, dict):
        ((tag, inner),) = value.items()
        if tag == "int64":
            return ("int", int(inner))
        if tag == "table":
            return (tag, {name: meaning(each) for name, each in inner.items()})
        if tag == "timestamp":
            return (tag, int(inner))
        if tag == "float":
            return (tag, str(inner))
        if tag != "double":
            return (tag, inner)
        return ("float", "NaN" if inner == "NaN" else float(inner), str(inner)[0])
    if isinstance(value, list):
        return ("list", [meaning(each) for each in value])
    if isinstance(value, float):
        return ("float", value, str(value)[0])
    return (type(value).__name__, value)


class ValueTest(ProgramTest):
    def test_round_trip(self):
        seed = 20150317
        draw = random.Random(seed)
        host = self.host(ECHO, STREAM)
        host.start()
        for number in range(500):
            message = {
                "payload": b64(bytes(draw.randrange(256) for _ in range(draw.randrange(9)))),
                "key": random_text(draw),
                "headers": {f"h{n}é": random_value(draw) for n in range(draw.randrange(1, 5))},
                "correlation_id": random_text(draw),
                "content_type": random_text(draw),
            }
            ((_, _, written),) = host.deliver(message)
            with self.subTest(seed=seed, number=number):
                for name in ("payload", "key", "correlation_id", "content_type"):
                    self.assertEqual(written.get(name, ""), message[name])
                self.assertEqual({n: meaning(v) for n, v in written["headers"].items()},
                                 {n: meaning(v) for n, v in message["headers"].items()})
        self.ends_well(host)

    def test_how_values_are_written(self):
        host = self.host('''
            class Scalar:
                def item(self):
                    return 2.0
            values = [True, 1, 1.0, 2**53 - 1, 2**53, -2**63, float("nan"), -float("inf"), 1e16,
                      "\\udcff", "é", Scalar(), dse.Uint16(5), dse.Float32(0.5), None, b"\\xff",
                      __import__("decimal").Decimal("1.50"), dse.Timestamp(2**60), [1, (None,)],
                      {"a": 1}]
            dse.start([(dse.write_resource, "out", {"headers": {"h": v}}) for v in values])
        ''')
        written = [step[2]["headers"]["h"] for step in host.start()["steps"]]
        expected = [True, 1, 1.0, 2**53 - 1, {"int64": str(2**53)}, {"int64": str(-2**63)},
                    {"double": "NaN"}, {"double": "-Infinity"}, 1e16, {"text": "/w=="}, "é", 2.0,
                    {"uint16": 5}, {"float": 0.5}, {"void": None}, {"bytes": "/w=="},
                    {"decimal": "1.50"}, {"timestamp": str(2**60)}, [1, [{"void": None}]],
                    {"table": {"a": 1}}]
        self.assertEqual(list(map(repr, written)), list(map(repr, expected)))
        self.ends_well(host)

    def test_what_is_no_value(self):
        for value, part in (("2**63", "64 bits"), ("object()", "cannot have the value"),
                            ("[{1}]", "cannot have the value"), ("{1: 2}", "must be a text"),
                            ("dse.Int8(128)", "does not fit into Int8"),
                            ('__import__("decimal").Decimal(-1)', "has no sign"),
                            ('"\\ud800"', "surrogate")):
            with self.subTest(value=value):
                host = self.host(f'dse.start([(dse.write_resource, "out",'
                                 f' {{"headers": {{"h": {value}}}}})])')
                self.assertIsNone(host.start())
                self.fails(host, part)

    def test_numpy_scalars(self):
        host = self.host('''
            import numpy
            values = [numpy.int64(7), numpy.float32(0.5), numpy.bool_(True)]
            dse.start([(dse.write_resource, "out", {"headers": {"h": v}}) for v in values]
                      + [(dse.metric, "m", numpy.float64(2.5))])
        ''')
        steps = host.start()["steps"]
        self.assertEqual([repr(step[2]["headers"]["h"]) for step in steps[:3]],
                         ["7", "0.5", "True"])
        self.assertEqual(steps[3], ["metric", "m", 2.5])
        self.ends_well(host)


class ProcessTest(ProgramTest):
    def test_printing_goes_to_standard_error(self):
        host = self.host('''
            import os, subprocess, sys
            def step():
                print("one")
                os.write(1, b"two\\n")
                subprocess.run(["/bin/sh", "-c", "cat; echo three $DSE_PROTOCOL"])
                print(repr(sys.stdin.read()))
                dse.next_()
            dse.start([(step,)])
        ''')
        host.start()
        self.ends_well(host, "one\ntwo\nthree\n''\n")

    def test_what_was_printed_before_the_import_goes_there_too(self):
        self.file("print('early')\nimport dse\ndse.start([])", "early.py")
        host = Host(["python3", "early.py"], self.folder)
        self.addCleanup(self._end, host)
        self.assertEqual(host.start(), {})
        self.ends_well(host, "early\n")

    def test_without_the_variable_an_import_touches_nothing(self):
        import subprocess
        import sys

        from host import environment

        variables = environment()
        del variables["DSE_PROTOCOL"]
        done = subprocess.run([sys.executable, "-c", "import dse; print(input())"], input=b"x\n",
                              env=variables, capture_output=True, check=True)
        self.assertEqual(done.stdout, b"x\n")
        start = (b'{"call":"start","protocol":1,"component":"c","seed":"0","now_ns":0,"to":[],'
                 b'"options":{}}\n')
        done = subprocess.run(
            [sys.executable, "-c", "import dse; dse.start([(dse.exit_, 0)]); print('end')"],
            input=start, env=variables, capture_output=True, check=True)
        self.assertEqual((done.stdout, done.stderr), (b'{"steps":[["exit",0]]}\n', b"end\n"))

    def test_the_context(self):
        host = self.host('''
            c = dse.context()
            print(c.component, c.seed, c.seed_text, c.options, c.from_, c.to, c.prefetch)
            dse.start([])
        ''')
        host.start(options={"a": [1, {"b": "é"}]}, to=["x"])
        self.ends_well(host, "tested 11495104353665842533 9f86d081884c7d65 {'a': [1, {'b': 'é'}]} "
                             "in ['x'] 64\n")

    def test_random_generators_are_seeded(self):
        text = '''
            import random
            import numpy
            def handle(m):
                dse.eval_([(dse.metric, "r", random.random()),
                           (dse.metric, "n", numpy.random.rand())])
        '''
        drawn = []
        for seed in ("0" * 16, "0" * 16, "f" * 16):
            host = self.host(text, STREAM)
            host.start(seed=seed)
            drawn.append([host.deliver(), host.deliver()])
            self.ends_well(host)
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        self.assertEqual(drawn[0][0][0], ["metric", "r", random.Random(0).random()])

    def test_numpy_is_seeded_when_it_is_loaded_in_the_first_step(self):
        host = self.host('''
            def load():
                import numpy
                dse.next_()
            def handle(m):
                import numpy
                dse.eval_([(dse.metric, "n", numpy.random.rand())])
            dse.start([(load,), (dse.stream_resource, "in", handle)])
        ''')
        host.start(seed="0" * 16)
        import numpy
        self.assertEqual(host.deliver(), [["metric", "n", numpy.random.RandomState(0).rand()]])
        self.ends_well(host)

    def test_an_end_before_the_start(self):
        self.ends_well(self.host("dse.start([])"))
        host = self.host("dse.context()")
        self.fails(host, "ended before")

    def test_lines_of_any_length(self):
        host = self.host('''
            def handle(m):
                dse.eval_([(dse.write_resource, "out", m)])
        ''', STREAM)
        host.start()
        for size in (49_000, 49_152, 65_536, 1_000_000, 5_000_001):
            payload = b64(bytes(size))
            self.assertEqual(host.deliver({"payload": payload}),
                             [["write", "out", {"payload": payload}]])
        self.ends_well(host)

    def test_a_reply_that_is_too_long(self):
        host = self.host('dse.start([(dse.write_resource, "out", {"payload": bytes(1 << 26)})])')
        self.assertIsNone(host.start())
        self.fails(host, "too long")

    def test_a_line_that_is_no_call(self):
        for line, part in ((b"{\n", "not JSON"), (b"[]\n", "not a JSON object"),
                           (b'{"call":"deliver"}\n', "must be 'start'")):
            with self.subTest(line=line):
                host = self.host("dse.start([])")
                host._process.stdin.write(line)
                host._process.stdin.flush()
                self.fails(host, "ProtocolError", part)

    def test_an_exception_ends_the_program(self):
        host = self.host("def handle(m): raise KeyError('mine')", STREAM)
        host.start()
        self.assertIsNone(host.call("deliver", now_ns=0, redelivered=False, message={}))
        self.fails(host, "KeyError: 'mine'")

    def test_one_file_is_enough(self):
        from host import PACKAGE

        source = (PACKAGE / "dse/program.py").read_text(encoding="utf-8")
        (self.folder / "dse.py").write_text(source, encoding="utf-8")
        host = self.host("print(dse.__file__)\ndse.start([(dse.exit_,)])", PYTHONPATH="")
        self.assertEqual(host.start()["steps"], [["exit", 0]])
        self.ends_well(host, f"{self.folder / 'dse.py'}\n")


class DurationTest(unittest.TestCase):
    def test_durations(self):
        import dse

        for text, expected in (("0s", 0), ("50us", 50_000), ("1.5ms", 1_500_000),
                               ("2min", 120 * 10**9), ("0.000000001s", 1), (7, 7)):
            self.assertEqual(dse.parse_duration(text), expected)
        for text in ("", "s", "1", "1.s", ".5s", "-1s", "1 s", "0.1ns", "40000000h", -1):
            with self.assertRaises(ValueError):
                dse.parse_duration(text)


if __name__ == "__main__":
    unittest.main()
