#!/usr/bin/env python3
"""Random clients on one attached run: each connects, declares, publishes, consumes, settles, and dies, by closing or by
losing its socket. The replay of the run from its capture has the same fingerprints, with and without a record of
events, on one thread as on two. Arguments: how many runs, how many clients, and the first seed."""

import json
import os
import random
import socket
import subprocess
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
import pika  # noqa: E402
from brokers import Dse  # noqa: E402

NAMES = ["notes", "shared", "other"]


class RandomClient(threading.Thread):
    """One client with choices of its own."""

    def __init__(self, url, seed, broken):
        super().__init__()
        self.url = url
        self.draw = random.Random(seed)
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
            channel.queue_declare(name)
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
            channel.basic_publish(exchange, key, bytes(self.draw.randrange(0, 2000)),
                                  pika.BasicProperties(message_id=str(self.draw.random())))
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


def run_once(program, clients, seed):
    """Whether the replays of one run are as it was."""
    broken = []
    with Dse(program) as dse:
        threads = [RandomClient(dse.url, f"{seed} {number}", broken) for number in range(clients)]
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
            subprocess.run([program, "replay", dse.scenario, "--capture", dse.run / "capture", "--out", again, "--quiet",
                            *options], check=True, stdout=subprocess.DEVNULL)
            prints.append(fingerprint(again))
    print(f"seed {seed}: {counts}, {len(broken)} broken off", flush=True)
    same = all(one == first for one in prints)
    if not same:
        print(f"  the run {first}\n  replayed {prints}")
    if broken:
        print("  " + "\n  ".join(broken[:5]))
    return same and status == 0 and not broken


if __name__ == "__main__":
    runs, clients_of_run, first_seed = (int(text) for text in sys.argv[1:4])
    held = [run_once(os.environ["DSE"], clients_of_run, seed) for seed in range(first_seed, first_seed + runs)]
    sys.exit(0 if all(held) else 1)
