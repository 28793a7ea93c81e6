"""The two brokers that the checks run on: a real RabbitMQ, and dse that listens; and the users that both have."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 60

PASSWORD = "of all users"
# What each may configure, write and read.
USERS = {
    "nothing": ("^$", "^$", "^$"),
    "configurer": ("^refused\\.", "^$", "^$"),
    "writer-only": ("^$", "^refused\\.", "^$"),
    "reader-only": ("^$", "^$", "^refused\\."),
    "stranger": ("^other", "other$", "no|where"),
    "topical": ("^refused\\.", "^refused\\.", "^refused\\."),
}
# By user and exchange, which routing keys may be written and read there.
TOPICS = {("topical", "refused.topic"): ("^open\\.", "^open\\.")}


class RabbitMq:
    """One that tests/support/rabbitmq started in this folder."""

    def __init__(self, folder):
        self.folder = folder
        with open(Path(folder) / "broker.env", encoding="utf-8") as file:
            self.url = dict(line.rstrip("\n").split("=", 1) for line in file)["AMQP_URL"]

    def __enter__(self):
        self.add_users()
        return self

    def __exit__(self, *_):
        pass

    def add_users(self):
        """One evaluation takes as long as one of the ten commands that it replaces."""
        def call(function, *arguments):
            binaries = ", ".join('<<"' + text.replace("\\", "\\\\") + '">>' for text in (*arguments, "tests"))
            return f"catch rabbit_auth_backend_internal:{function}({binaries})"

        lines = []
        for user, permissions in USERS.items():
            lines += [call("add_user", user, PASSWORD), call("set_permissions", user, "/", *permissions)]
        for (user, exchange), permissions in TOPICS.items():
            lines.append(call("set_topic_permissions", user, "/", exchange, *permissions))
        control = [ROOT / "tests/support/rabbitmq", "ctl", self.folder, "eval"]
        subprocess.run([*control, ", ".join(lines) + "."], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)


def quick_hash(password):
    """As `dse user add` makes it, but at an eighth of its cost: the checks log in hundreds of times."""
    salt = os.urandom(16)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=2 ** 11, r=8, p=1, dklen=32)
    return "$scrypt$ln=11,r=8,p=1$" + "$".join(base64.b64encode(part).decode().rstrip("=") for part in (salt, digest))


class Dse:
    """`dse attach --listen`, from the scenario; within `with` its `url` can be connected to. After it, the run
    directory is `run`."""

    def __init__(self, program, scenario=ROOT / "tests/clients/listening.toml"):
        self.program = program
        self.scenario = scenario
        # Which broker dse would connect to is no business of these tests.
        self.environment = {key: value for key, value in os.environ.items() if key != "DSE_AMQP_URL"}

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        try:
            self.start(Path(self.folder.name))
        except BaseException:
            self.folder.cleanup()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def command(self, *arguments):
        return [self.program, *map(str, arguments)]

    def start(self, folder):
        users, password, self.run = folder / "users", folder / "password", folder / "run"
        password.write_text(PASSWORD + "\n", "utf-8")
        users.touch(0o600)
        everything = "configure = '.*'\nwrite = '.*'\nread = '.*'\n"
        users.write_text(f"[user.guest]\npassword = '{quick_hash(PASSWORD)}'\n{everything}", "utf-8")
        for user, permissions in USERS.items():
            options = [f"--{what}={pattern}" for what, pattern in zip(("configure", "write", "read"), permissions)]
            subprocess.run(self.command("user", "add", user, "--users", users, "--password-file", password, *options),
                           check=True, stdout=subprocess.DEVNULL)
        with users.open("a", encoding="utf-8") as file:
            for (user, exchange), (write, read) in TOPICS.items():
                file.write(f"[user.{user}.topics.'{exchange}']\nwrite = '{write}'\nread = '{read}'\n")
        self.process = subprocess.Popen(
            self.command("attach", self.scenario, "--listen", "amqp://127.0.0.1:0", "--users", users, "--out",
                         self.run),
            env=self.environment, stdout=subprocess.PIPE, text=True)
        self.url = self.await_line().replace("amqp://", f"amqp://guest:{quote(PASSWORD)}@") + "/%2f"

    def await_line(self):
        """The URL of the line that says where it listens."""
        for line in self.process.stdout:
            if line.startswith("listening on "):
                return line.split()[2]
        raise AssertionError(f"dse does not listen; it ended with the status {self.process.wait()}")

    def interrupt(self):
        """Ends it as Ctrl-C does; its exit status."""
        self.process.send_signal(signal.SIGINT)
        for _ in self.process.stdout:
            pass
        return self.process.wait(LONGEST_S)

    def summary(self):
        return json.loads((self.run / "summary.json").read_text("utf-8"))

    def fingerprint_of_replay(self):
        """Of the run again, from what it captured of its clients."""
        again = Path(self.folder.name) / "again"
        subprocess.run(
            self.command("replay", self.scenario, "--capture", self.run / "capture", "--out", again, "--quiet"),
            env=self.environment, stdout=subprocess.DEVNULL, check=True)
        return json.loads((again / "summary.json").read_text("utf-8"))["fingerprint"]
