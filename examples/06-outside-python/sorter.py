#!/usr/bin/env python3
"""An application with pika, which knows nothing of dse: it teaches a model what apples and plums weigh and measure,
and asks what some more are. Its only argument is the URL of the broker, with user and password."""

import struct
import sys

import pika

KINDS = ["apple", "plum"]
KNOWN = [("apple", 180.0, 80.0), ("plum", 40.0, 42.0), ("apple", 150.0, 74.0), ("plum", 55.0, 47.0),
         ("apple", 210.0, 86.0), ("plum", 48.0, 44.0)]
UNKNOWN = [(170.0, 78.0), (50.0, 45.0), (145.0, 70.0)]


def row(grams, millimetres):
    return struct.pack("<ff", grams, millimetres)


class Sorter:
    def __init__(self, channel):
        self.channel = channel
        self.answers = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(self.answers, "answers", "#")

    def send(self, payload, **properties):
        self.channel.basic_publish("fruit", "", payload, pika.BasicProperties(
            content_type="application/vnd.dse.f32", **properties))

    def teach(self, kind, grams, millimetres):
        self.send(row(grams, millimetres), headers={"label": KINDS.index(kind)})

    def ask(self, number, grams, millimetres):
        """The kind of fruit; None if no answer comes."""
        self.send(row(grams, millimetres), message_id=f"question-{number}")
        for _, properties, _ in self.channel.consume(self.answers, auto_ack=True, inactivity_timeout=10):
            if properties is None:
                return None
            if properties.correlation_id == f"question-{number}":
                return KINDS[properties.headers["label"]]


def main(url):
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        sorter = Sorter(connection.channel())
        for kind, grams, millimetres in KNOWN:
            sorter.teach(kind, grams, millimetres)
        for number, (grams, millimetres) in enumerate(UNKNOWN):
            print(f"{grams:g} g, {millimetres:g} mm: {sorter.ask(number, grams, millimetres)}")


if __name__ == "__main__":
    main(sys.argv[1])
