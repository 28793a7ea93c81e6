#!/usr/bin/env python3
"""A model outside dse: it takes part through a real broker alone.

It consumes the resource named on the command line, as a model component would. A message with the integer header
`label` is training data; every other message is answered on the exchange of the predictions: with the same
payload, the headers `label`, `model` and `confidence` added, the routing key <model>.<label>, and as correlation_id
the id of the message that it answers.

It learns the mean payload of every class; the nearest mean wins. All sums are sums of integers, so its answers
depend only on the order of the messages.

Needs pika (Debian: python3-pika).
"""

import argparse
import math
import operator
import os
import signal
import struct
import sys
import uuid

import pika
import pika.data


def carry_floats():
    """Makes pika carry doubles in headers: Debian 12's neither writes them nor reads their fractions."""
    encode_others, decode_others = pika.data.encode_value, pika.data.decode_value

    def encode_value(pieces, value):
        if not isinstance(value, float):
            return encode_others(pieces, value)
        pieces.append(struct.pack(">cd", b"d", value))
        return 9

    def decode_value(encoded, offset):
        if encoded[offset:offset + 1] != b"d":
            return decode_others(encoded, offset)
        return struct.unpack_from(">d", encoded, offset + 1)[0], offset + 9

    pika.data.encode_value, pika.data.decode_value = encode_value, decode_value


class NearestMean:
    """For every label the sum of its payloads, byte by byte, their number, and the sum's squared length."""

    def __init__(self):
        self.classes = {}

    def learn(self, pixels, label):
        total, count, square = self.classes.get(label, ([0] * len(pixels), 0, 0))
        square += 2 * dot(total, pixels) + dot(pixels, pixels)
        self.classes[label] = (list(map(operator.add, total, pixels)), count + 1, square)

    def predict(self, pixels):
        """The label of the nearest mean, and the confidence: 0.5 when another one is as near, close to 1 when all
        others are much farther. Before anything is learned: label 0, confidence 0."""
        if not self.classes:
            return 0, 0.0
        own = dot(pixels, pixels)
        distances = sorted(
            (math.sqrt(max(0.0, own - 2 * dot(total, pixels) / count + square / count**2)), label)
            for label, (total, count, square) in self.classes.items()
        )
        nearest, label = distances[0]
        second = distances[1][0] if len(distances) > 1 else math.inf
        return label, 1.0 if second in (0.0, math.inf) else second / (nearest + second)


def dot(left, right):
    return sum(map(operator.mul, left, right))


class ExternalModel:
    def __init__(self, channel, options):
        self.channel = channel
        self.options = options
        self.learner = NearestMean()
        self.pixels = None  # of a payload; the first one tells
        self.learned = 0
        self.answered = 0
        self.refused = 0

    def handle(self, message, properties, payload):
        headers = properties.headers or {}
        label = headers.get("label")
        if self.pixels is None:
            self.pixels = len(payload)
        if len(payload) != self.pixels:
            self.refuse(f"{properties.message_id} has {len(payload)} bytes instead of {self.pixels}")
        elif label is None:
            self.answer(properties, headers, payload)
        elif isinstance(label, int) and not isinstance(label, bool):
            self.learner.learn(payload, label)
            self.learned += 1
        else:
            self.refuse(f"{properties.message_id} has a label that is not an integer: {label!r}")
        self.channel.basic_ack(message.delivery_tag)

    def refuse(self, reason):
        self.refused += 1
        print(f"external_model: left out: message {reason}", file=sys.stderr)

    def answer(self, properties, headers, payload):
        label, confidence = self.learner.predict(payload)
        self.answered += 1
        name = self.options.name
        # Headers that start with x- are between the broker and its clients.
        kept = {key: value for key, value in headers.items() if not key.startswith("x-")}
        # The channel confirms: this returns when the broker has the answer. Only then is the question acknowledged.
        self.channel.basic_publish(
            self.options.to,
            f"{name}.{label}",
            payload,
            pika.BasicProperties(
                headers={**kept, "label": label, "model": name, "confidence": confidence},
                # The id is the same when a question comes again, so that a reader which drops
                # duplicates drops the second answer.
                message_id=f"{name}-{properties.message_id or uuid.uuid4()}",
                correlation_id=properties.message_id,
                app_id=name,
                content_type=properties.content_type,
                delivery_mode=properties.delivery_mode,
            ),
        )

    def handled(self):
        return self.learned + self.answered + self.refused


def assert_resource(channel, name):
    """Declares a resource on a real broker: a durable topic exchange, and a queue of its name that gets everything."""
    channel.exchange_declare(name, "topic", durable=True)
    channel.queue_declare(name, durable=True)
    channel.queue_bind(name, name, "#")


def arguments():
    parser = argparse.ArgumentParser(description="Learns from a resource and answers what has no label.")
    parser.add_argument("resource", help="the queue to consume")
    parser.add_argument("--to", default="predictions", help="the exchange of the answers (default: %(default)s)")
    parser.add_argument("--name", default="nearest-mean", help="the model's name (default: %(default)s)")
    parser.add_argument("--broker", metavar="URL", default=os.environ.get("DSE_AMQP_URL"),
                        help="amqp://… or amqps://… (default: $DSE_AMQP_URL, which does not show in the process list)")
    parser.add_argument("--count", type=int, help="end after so many messages")
    parser.add_argument("--prefetch", type=int, default=64, help="messages on their way at once (default: %(default)s)")
    options = parser.parse_args()
    if options.broker is None:
        parser.error("no broker: set DSE_AMQP_URL, or give --broker")
    return options


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    options = arguments()
    carry_floats()
    signal.signal(signal.SIGTERM, interrupt)
    model = None
    try:
        connection = pika.BlockingConnection(pika.URLParameters(options.broker))
        channel = connection.channel()
        assert_resource(channel, options.resource)
        channel.exchange_declare(options.to, "topic", durable=True)
        channel.basic_qos(prefetch_count=options.prefetch)
        channel.confirm_delivery()
        model = ExternalModel(channel, options)
        if options.count != 0:
            for message, properties, payload in channel.consume(options.resource):
                model.handle(message, properties, payload)
                if model.handled() == options.count:
                    break
        connection.close()  # what was delivered but not acknowledged goes back into the queue
    except KeyboardInterrupt:
        pass
    except (pika.exceptions.AMQPError, OSError) as error:
        print(f"external_model: {type(error).__name__}: {error}", file=sys.stderr)
        return 3
    if model is not None:
        print(f"learned {model.learned}, answered {model.answered}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
