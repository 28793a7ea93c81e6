"""The other side of the protocol, played by a test: it starts a program and calls it over pipes.

Every line, in both directions, is checked against the schema of the protocol.
"""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python"
sys.path.insert(0, str(PACKAGE))
SCHEMA = json.loads((ROOT / "docs/program-protocol.schema.json").read_text(encoding="utf-8"))
SEED = "9f86d081884c7d65"

_PREDICTIONS = {"labels", "confidences", "probabilities"}
MEMBERS = {
    "start": {"steps"},
    "deliver": {"steps"},
    "resume": {"steps"},
    "returned": {"steps"},
    "confirmed": {"steps"},
    "save": {"state"},
    "finish": {"metrics", "digest"},
    "train": _PREDICTIONS,
    "predict": _PREDICTIONS,
    "digest": {"digest"},
}


def checker(name):
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    )


CALL = checker("call")
REPLY = checker("reply")


def environment(**more):
    """What dse sets for a program, as far as a test needs it."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(PACKAGE),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "DSE_PROTOCOL": "1",
        **more,
    }


class Host:
    """A program under way. `log` has the lines as a protocol log has them."""

    def __init__(self, words, folder=None, **variables):
        self.log = []
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable if word == "python3" else word for word in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=folder,
            env=environment(**variables),
        )

    def call(self, call, **members):
        """Makes a call and returns the reply; None when the program has ended instead."""
        members = {"call": call, **members}
        CALL.validate(members)
        line = json.dumps(members, separators=(",", ":"), ensure_ascii=False)
        self.log.append("> " + line)
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        answer = self._process.stdout.readline()
        if not answer:
            return None
        assert answer.endswith(b"\n"), answer
        reply = json.loads(answer)
        REPLY.validate(reply)
        assert reply.keys() <= MEMBERS.get(call, set()), (call, reply)
        self.log.append("< " + answer.decode().rstrip("\n"))
        return reply

    def start(self, **members):
        return self.call("start", **{
            "protocol": 1,
            "component": "tested",
            "seed": SEED,
            "now_ns": 0,
            "from": "in",
            "prefetch": 64,
            "to": ["out", "more"],
            "options": {},
            **members,
        })

    def start_learner(self, **members):
        return self.call("start", **{
            "protocol": 1,
            "component": "tested",
            "seed": SEED,
            "shape": [2, 3],
            "type": "uint8",
            "classes": 4,
            "options": {},
            **members,
        })

    def steps(self, call, **members):
        reply = self.call(call, **members)
        assert reply is not None, self.end()
        return reply.get("steps", [])

    def deliver(self, message=None, now_ns=0, redelivered=False):
        return self.steps("deliver", now_ns=now_ns, redelivered=redelivered, message=message or {})

    def end(self):
        """Ends the input; returns the exit status and what came on standard error."""
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        rest = self._process.stdout.read()
        status = self._process.wait(timeout=60)
        self._process.stdout.close()
        self._errors.seek(0)
        errors = self._errors.read().decode()
        self._errors.close()
        assert rest == b"", rest
        return status, errors


class ProgramTest(unittest.TestCase):
    """A test of programs that are written in the test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, text, name="program.py"):
        path = self.folder / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def host(self, text, last="", **variables):
        """Starts the program `text` and `last`; whatever comes of the test, it is ended."""
        program = "import dse\n" + textwrap.dedent(text) + "\n" + last
        host = Host(["python3", str(self.file(program))], self.folder, **variables)
        self.addCleanup(self._end, host)
        return host

    @staticmethod
    def _end(host):
        process = host._process
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        host._errors.close()

    def ends_well(self, host, errors=""):
        self.assertEqual(host.end(), (0, errors))

    def fails(self, host, *parts):
        """The program has ended with a traceback that has these parts."""
        status, errors = host.end()
        self.assertEqual(status, 1, errors)
        self.assertIn("Traceback", errors)
        for part in parts:
            self.assertIn(part, errors)
