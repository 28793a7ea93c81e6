"""`python -m dse replay`: a log of the protocol is replayed on a program, in one process."""

import shutil
import subprocess
import sys
import unittest

from host import PACKAGE, ProgramTest, environment

COUNTER = '''
    import sys
    import dse

    count = 0

    def handle(message):
        global count
        count += 1
        print("handling", count)
        dse.eval_([(dse.metric, "seen", count)])

    dse.start([(dse.stream_resource, "in", handle)])
'''


class ReplayTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.program = self.file(COUNTER)
        host = self.host(COUNTER)
        host.start()
        for _ in range(3):
            host.deliver()
        host.call("finish", now_ns=9)
        host.end()
        self.log = host.log

    def replay(self, *arguments, log=None, **options):
        lines = self.log if log is None else log
        self.file("\n".join(["a line of something else", *lines, ""]), "counter.log")
        variables = environment()
        del variables["DSE_PROTOCOL"]
        command = [sys.executable, "-m", "dse", "replay", "counter.log", *arguments]
        done = subprocess.run(command, cwd=self.folder, env={**variables, **options},
                              capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_the_same(self):
        status, out, errors = self.replay("program.py")
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(out, "handling 1\nhandling 2\nhandling 3\n5 replies are as in the log\n")

    def test_a_part(self):
        self.assertEqual(self.replay("program.py", "--until", "2")[:2],
                         (0, "handling 1\n2 replies are as in the log\n"))

    def test_the_first_that_differs(self):
        self.file(COUNTER.replace("count += 1", "count += 1 + (count == 1)"))
        status, out, _ = self.replay("program.py")
        self.assertEqual(status, 1)
        self.assertTrue(out.endswith(
            'call 3 is answered differently\n'
            'call:   {"call":"deliver","now_ns":0,"redelivered":false,"message":{}}\n'
            'logged: {"steps":[["metric","seen",2]]}\n'
            'now:    {"steps":[["metric","seen",3]]}\n'), out)

    def test_types_are_compared(self):
        self.file(COUNTER.replace('"seen", count', '"seen", float(count)'))
        self.assertEqual(self.replay("program.py")[0], 1)

    def test_a_hint_at_the_hash_seed(self):
        self.file(COUNTER.replace('"seen", count', '"seen", 0'))
        self.assertNotIn("PYTHONHASHSEED", self.replay("program.py")[1])
        self.assertIn("PYTHONHASHSEED", self.replay("program.py", PYTHONHASHSEED="5")[1])

    def test_a_log_that_ends_with_a_call(self):
        status, out, _ = self.replay("program.py", log=self.log[:7])
        self.assertEqual(status, 0)
        self.assertTrue(out.endswith(
            'call 4 has no reply in the log; now it is\n  {"steps":[["metric","seen",3]]}\n'
            '3 replies are as in the log\n'), out)

    def test_a_program_that_fails(self):
        self.file(COUNTER.replace("count += 1", "count += 1; 1 // (2 - count)"))
        status, _, errors = self.replay("program.py")
        self.assertEqual(status, 1)
        self.assertIn("ZeroDivisionError", errors)

    def test_a_program_that_ends_early(self):
        self.file("print('nothing')")
        self.assertEqual(self.replay("program.py"),
                         (1, "nothing\nthe program ended after call 0 of 5\n", ""))
        self.file(COUNTER.replace("count += 1", "sys.exit(4)"))
        self.assertEqual(self.replay("program.py")[:2], (1, "the program exits with 4 in call 2\n"))

    def test_arguments(self):
        self.file('import sys, dse\nprint(sys.argv)\ndse.start([])')
        self.assertIn("['program.py', 'a', 'b']", self.replay("program.py", "a", "b")[1])

    def test_wrong_use(self):
        for arguments, log, part in (
            (["missing.py"], None, "no program 'missing.py'"),
            (["program.py"], [], "has no calls"),
            (["program.py"], ["> {"], "counter.log:2: "),
            (["program.py"], ["> {}", "> {}"], "followed by its reply"),
            (["program.py"], ["< {}"], "followed by its reply"),
            (["program.py", "--until", "0"], None, "--until"),
            ([], None, "PROGRAM"),
        ):
            with self.subTest(arguments=arguments, log=log):
                status, out, errors = self.replay(*arguments, log=log)
                self.assertEqual((status, out), (2, ""))
                self.assertIn(part, errors)

    def test_one_file_is_enough(self):
        shutil.copy(PACKAGE / "dse/program.py", self.folder / "dse.py")
        status, out, errors = self.replay("program.py", PYTHONPATH="")
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("5 replies", out)

    def test_the_debugger(self):
        self.file(COUNTER.replace("count += 1", "count += 1; breakpoint()"))
        variables = environment()
        del variables["DSE_PROTOCOL"]
        self.file("\n".join(self.log), "counter.log")
        done = subprocess.run(
            [sys.executable, "-m", "dse", "replay", "counter.log", "program.py", "--until", "2"],
            cwd=self.folder, env=variables, input="p message.payload\nc\n", capture_output=True,
            text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("(Pdb) b''", done.stdout)


if __name__ == "__main__":
    unittest.main()
