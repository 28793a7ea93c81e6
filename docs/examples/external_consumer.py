#!/usr/bin/env python3
"""A consumer outside dse: it binds its own queue to an exchange and prints what arrives.

One line per message: message_id, routing key, the header `label` and app_id; - for what is missing. The queue is
removed when the program ends. Needs pika (Debian: python3-pika).
"""

import argparse
import os
import signal
import sys

import pika


def line(message, properties):
    label = (properties.headers or {}).get("label")
    return " ".join(
        (properties.message_id or "-", message.routing_key or "-", "-" if label is None else str(label),
         properties.app_id or "-"))


def arguments():
    parser = argparse.ArgumentParser(description="Prints the messages of an exchange whose key matches a pattern.")
    parser.add_argument("exchange", help="a topic exchange, such as predictions")
    parser.add_argument("key", nargs="?", default="#",
                        help="a topic pattern: * is one word, # any number of them (default: %(default)s)")
    parser.add_argument("--broker", metavar="URL", default=os.environ.get("DSE_AMQP_URL"),
                        help="amqp://… or amqps://… (default: $DSE_AMQP_URL, which does not show in the process list)")
    parser.add_argument("--count", type=int, help="end after so many messages")
    options = parser.parse_args()
    if options.broker is None:
        parser.error("no broker: set DSE_AMQP_URL, or give --broker")
    return options


def interrupt(*_):
    raise KeyboardInterrupt


def consume(channel, options):
    channel.exchange_declare(options.exchange, "topic", durable=True)
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, options.exchange, options.key)
    print(f"listening to {options.exchange} {options.key}", file=sys.stderr, flush=True)
    if options.count == 0:
        return
    channel.basic_qos(prefetch_count=256)
    for number, (message, properties, _) in enumerate(channel.consume(queue), start=1):
        print(line(message, properties), flush=True)
        channel.basic_ack(message.delivery_tag)
        if number == options.count:
            return


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        connection = pika.BlockingConnection(pika.URLParameters(options.broker))
        consume(connection.channel(), options)
        connection.close()
    except KeyboardInterrupt:
        pass
    except (pika.exceptions.AMQPError, OSError) as error:
        print(f"external_consumer: {type(error).__name__}: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
