"""Runs of `dse` for tests: scenarios that a test writes or that are there, and what they leave.

The environment variable DSE names the program; with DSE_TEST_FULL set, tests that need the full
data or take minutes are run as well.
"""

import functools
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import textwrap
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host import ROOT

DSE = shutil.which(os.environ.get("DSE") or "dse")
if DSE:
    DSE = os.path.abspath(DSE)
FULL = bool(os.environ.get("DSE_TEST_FULL"))
PROGRAMS = ROOT / "scenarios/programs"
SAMPLE = ROOT / "data/sample"


def read_images(path):
    """Returns the images of an IDX file, each as bytes, and the number of rows and columns."""
    data = gzip.decompress(Path(path).read_bytes())
    assert data[:4] == b"\0\0\x08\x03", data[:4]
    count, rows, columns = (int.from_bytes(data[at:at + 4], "big") for at in (4, 8, 12))
    size = rows * columns
    assert len(data) == 16 + count * size
    return [data[16 + i * size:16 + (i + 1) * size] for i in range(count)]


def read_labels(path):
    data = gzip.decompress(Path(path).read_bytes())
    assert data[:4] == b"\0\0\x08\x01", data[:4]
    assert len(data) == 8 + int.from_bytes(data[4:8], "big")
    return list(data[8:])


def read_log(path):
    """Returns the pairs of call and reply of a protocol log; a last call may have no reply."""
    pairs = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            side, value = line[:2], json.loads(line[2:])
            if side == "> ":
                pairs.append((value, None))
            else:
                assert side == "< " and pairs[-1][1] is None, line
                pairs[-1] = (pairs[-1][0], value)
    return pairs


def side_by_side(function, items):
    """Calls the function for each item, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


@functools.lru_cache(None)
def program_environment():
    """The variables that dse gives to a program, as a program that it has started sees them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "told.sh").write_text(
            "read -r start; env >&2; echo '{}'\n"
            "while read -r call; do echo '{}'; done\n", encoding="utf-8")
        scenario = Path(folder, "told.toml")
        scenario.write_text('[component.a]\nkind = "program"\ncommand = ["sh", "told.sh"]\n'
                            'to = ["out"]\n', encoding="utf-8")
        done = subprocess.run([DSE, "replay", str(scenario), "--out", str(Path(folder, "run"))],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    lines = [line[3:] for line in done.stderr.splitlines() if line.startswith("a: ")]
    variables = dict(line.split("=", 1) for line in lines)
    # The shell's own.
    return {name: value for name, value in variables.items()
            if name not in ("PWD", "OLDPWD", "SHLVL", "_")}


class Run:
    """What one replay has printed, and has left in its folder."""

    def __init__(self, done, folder):
        self.done = done
        self.folder = folder

    @functools.cached_property
    def summary(self):
        return json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))

    @property
    def fingerprints(self):
        return self.summary["fingerprint"]

    def metric(self, name):
        return self.summary["metrics"][name]

    def select(self, query, *values):
        connection = sqlite3.connect(f"file:{self.folder}/events.sqlite?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def log(self, component):
        """The pairs of call and reply, where the run has kept a protocol log."""
        return read_log(self.folder.with_suffix(".logs") / f"{component}.log")

    def files(self):
        """All bytes that the run has left, without those of time."""
        folders = (self.folder, self.folder.with_suffix(".logs"))
        return {path.relative_to(folder).as_posix(): path.read_bytes()
                for folder in folders for path in sorted(folder.rglob("*"))
                if path.is_file() and path.name != "timing.json"}


@unittest.skipUnless(DSE, "dse is not on the PATH, nor named by DSE")
class RunTest(unittest.TestCase):
    """A test that runs dse in a folder of its own."""

    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dse-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.runs = 0

    def file(self, name, text):
        path = self.folder / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def dse(self, *words, status=0):
        """Runs dse in the test's folder; a status other than the wanted one shows all output."""
        done = subprocess.run([DSE, *map(str, words)], cwd=self.folder, capture_output=True,
                              text=True, timeout=600)
        if done.returncode != status:
            self.fail(f"dse {' '.join(map(str, words))[:400]}\nended with {done.returncode}, not "
                      f"{status}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
        return done

    def replay(self, scenario, *options, status=0, name=None):
        """Replays with a protocol log; the run's folder is new, or has the name."""
        if name is None:
            self.runs += 1
            name = f"run{self.runs}"
        folder = self.folder / "runs" / name
        done = self.dse("replay", scenario, "--out", folder, "--protocol-log",
                        folder.with_suffix(".logs"), *options, status=status)
        return Run(done, folder)

    def assert_same_files(self, one, other, what):
        self.assertEqual(one.keys(), other.keys(), what)
        for name in one:
            if one[name] == other[name]:
                continue
            lines = [files[name].splitlines() for files in (one, other)]
            at = next((i for i, pair in enumerate(zip(*lines)) if pair[0] != pair[1]),
                      min(map(len, lines)))
            shown = [side[at][:400] if at < len(side) else b"(the end)" for side in lines]
            self.fail(f"{what}: {name} differs first in line {at + 1}\n{shown[0]}\n{shown[1]}")
