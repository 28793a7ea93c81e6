#!/usr/bin/env python3
"""Random clients on an attached run of each of two scenarios: each connects, declares, publishes, consumes, settles, and dies, by closing or by
losing its socket. The replay of the run from its capture has the same fingerprints, with and without a record of
events, on one thread as on two. Arguments: how many runs, how many clients, and the first seed."""

import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
import pika  # noqa: E402
from brokers import Dse  # noqa: E402

HERE = Path(__file__).parent
SCENARIOS = [HERE / "listening.toml", HERE / "troubled.toml"]  # in the second the queues are there

NAMES = ["notes", "shared", "other"]


class RandomClient(threading.Thread):
    """One client with choices of its own."""

    def __init__(self, url, seed, declares, broken):
        super().__init__()
        self.url = url
        self.draw = random.Random(seed)
        self.declares = declares
        self.broken = broken

    def run(self):
        try:
            for _ in range(self.draw.randrange(1, 4)):
                self.live()
        except pika.exceptions.AMQPError as error:
            self.broken.append(repr(error))

    def live(self):
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        channel = connection.channel()
        channel.basic_qos(prefetch_count=self.draw.randrange(0, 5))
        if self.draw.random() < 0.5:
            channel.confirm_delivery()
        held = []
        for name in NAMES[1:]:
            channel.queue_declare(name, passive=not self.declares)
        own = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(own, "notes", routing_key=self.draw.choice(["#", "a.*", "b.#"]))
        for _ in range(self.draw.randrange(5, 40)):
            held = self.step(channel, own, held)
        if self.draw.random() < 0.4:  # its socket dies
            connection._impl._transport._sock.shutdown(socket.SHUT_RDWR)  # pylint: disable=protected-access
            return
        connection.close()

    def step(self, channel, own, held):
        what = self.draw.randrange(6)
        queue = self.draw.choice([own, *NAMES])
        if what < 2:
            exchange = self.draw.choice(["", "notes"])
            key = queue if exchange == "" else self.draw.choice(["a.b", "b.c.d", "c"])
            properties = pika.BasicProperties(message_id=str(self.draw.random()))
            body = bytes(self.draw.randrange(0, 2000))
            if self.draw.random() < 0.5:  # what a model can use
                properties.content_type = "application/vnd.dse.f32"
                properties.headers = self.draw.choice([{}, {"label": 0}, {"label": 1}])
                body = struct.pack("<2f", self.draw.random(), self.draw.random())
            channel.basic_publish(exchange, key, body, properties)
        elif what == 2:
            channel.basic_consume(queue, lambda _c, method, _p, _b: held.append(method.delivery_tag))
        elif what == 3:
            got, _, _ = channel.basic_get(queue)
            if got is not None:
                held.append(got.delivery_tag)
        elif what == 4 and held:
            tag = held.pop(self.draw.randrange(len(held)))
            self.draw.choice([channel.basic_ack, channel.basic_nack, lambda t: channel.basic_reject(t, requeue=False)])(tag)
        else:
            channel.connection.process_data_events(0)
        return held


def fingerprint(path):
    return json.loads((path / "summary.json").read_text("utf-8"))["fingerprint"]


def run_once(program, scenario, clients, seed):
    """Whether the replays of one run are as it was."""
    broken = []
    with Dse(program, scenario) as dse:
        threads = [RandomClient(dse.url, f"{seed} {number}", scenario == SCENARIOS[0], broken) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        status = dse.interrupt()
        first = fingerprint(dse.run)
        counts = dse.summary()["clients"]
        prints = []
        for options in (["--threads", "1"], ["--threads", "2", "--record"]):
            again = Path(dse.folder.name) / f"again{len(prints)}"
            replayed = subprocess.run([program, "replay", dse.scenario, "--capture", dse.run / "capture", "--out", again,
                                       "--quiet", *options], capture_output=True, text=True, check=False)
            if replayed.returncode != 0:
                sys.exit(f"{scenario.stem}, seed {seed}: the replay ended with {replayed.returncode}\n{replayed.stderr}")
            prints.append(fingerprint(again))
    print(f"{scenario.stem}, seed {seed}: {counts}, {len(broken)} broken off", flush=True)
    same = all(one == first for one in prints)
    if not same:
        print(f"  the run {first}\n  replayed {prints}")
    if broken:
        print("  " + "\n  ".join(broken[:5]))
    return same and status == 0 and not broken


if __name__ == "__main__":
    runs, clients_of_run, first_seed = (int(text) for text in sys.argv[1:4])
    held = [run_once(os.environ["DSE"], scenario, clients_of_run, seed)
            for scenario in SCENARIOS for seed in range(first_seed, first_seed + runs)]
    sys.exit(0 if all(held) else 1)
