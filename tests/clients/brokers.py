"""The two brokers that the checks run on: a real RabbitMQ, and dse that listens; and the users that both have."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PASSWORD = "of all users"
# What each may configure, write and read.
USERS = {
    "nothing": ("^$", "^$", "^$"),
    "configurer": ("^refused\\.", "^$", "^$"),
    "writer-only": ("^$", "^refused\\.", "^$"),
    "reader-only": ("^$", "^$", "^refused\\."),
    "stranger": ("^other", "other$", "no|where"),
}


class RabbitMq:
    """One that tests/support/rabbitmq started in this folder."""

    def __init__(self, folder):
        self.folder = folder
        with open(Path(folder) / "broker.env", encoding="utf-8") as file:
            self.url = dict(line.rstrip("\n").split("=", 1) for line in file)["AMQP_URL"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def control(self, *arguments):
        subprocess.run([ROOT / "tests/support/rabbitmq", "ctl", self.folder, *arguments], check=True, stdout=subprocess.DEVNULL)

    def add_users(self):
        """One evaluation takes as long as one of the ten commands that it replaces."""
        lines = []
        for user, permissions in USERS.items():
            patterns = ", ".join(f'<<"{pattern}">>'.replace("\\", "\\\\") for pattern in permissions)
            lines.append(f'catch rabbit_auth_backend_internal:add_user(<<"{user}">>, <<"{PASSWORD}">>, <<"tests">>), '
                         f'rabbit_auth_backend_internal:set_permissions(<<"{user}">>, <<"/">>, {patterns}, <<"tests">>)')
        self.control("eval", ", ".join(lines) + ".")
