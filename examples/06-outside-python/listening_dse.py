"""`dse attach --listen` for a test: started before it, stopped after it."""

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

PASSWORD = "only for tests"


class ListeningDse:
    """Within `with`, `url` is what the application under test connects to. After `stop`, `run` is the run directory, in
    `folder` (which must be there, such as pytest's tmp_path) or in a temporary one that is removed. `options` are more
    of dse attach, such as "--record". The environment's DSE names the program, unless it is on PATH."""

    def __init__(self, scenario, *options, folder=None):
        self.dse = os.environ.get("DSE", "dse")
        self.scenario = scenario
        self.options = options
        self.temporary = None if folder else tempfile.TemporaryDirectory()
        self.folder = Path(folder or self.temporary.name)

    def __enter__(self):
        users, password = self.folder / "users", self.folder / "password"
        self.run = self.folder / "run"
        password.write_text(PASSWORD + "\n")
        self.call("user", "add", "app", "--users", users, "--password-file", password,
                  "--configure", ".*", "--write", ".*", "--read", ".*")
        self.process = subprocess.Popen(
            [self.dse, "attach", self.scenario, "--listen", "amqp://127.0.0.1:0", "--users", users, "--out", self.run,
             *self.options], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on "):
                address = line.split()[2].removeprefix("amqp://")
                self.url = f"amqp://app:{PASSWORD.replace(' ', '%20')}@{address}/%2f"
                return self
        raise RuntimeError("dse does not listen; what it says of that is on stderr")

    def __exit__(self, *_):
        self.stop()
        if self.temporary:
            self.temporary.cleanup()

    def call(self, *arguments):
        subprocess.run([self.dse, *arguments], check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        """Its exit status: 0 when all is well, 1 when an expectation of the scenario does not hold, which is printed."""
        if not self.process.stdout.closed:
            self.process.send_signal(signal.SIGINT)
            said, _ = self.process.communicate()
            if self.process.returncode != 0:
                print(said)
        return self.process.returncode

    def summary(self, run=None):
        return json.loads(((run or self.run) / "summary.json").read_text())

    def replay(self):
        """The summary of the run again, without the application: from what came in."""
        again = self.folder / "again"
        self.call("replay", self.scenario, "--capture", self.run / "capture", "--out", again, "--quiet")
        return self.summary(again)
