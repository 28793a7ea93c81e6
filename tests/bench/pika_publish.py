#!/usr/bin/env python3
"""How fast pika publishes: transient messages without confirms, from one BlockingConnection. Prints messages per
second, counted until the broker has answered a request that came after the last of them.

They go to a topic exchange of its own with one queue bound to it, which holds at most --keep of them."""

import argparse
import os
import time

import pika


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", metavar="URL", default=os.environ.get("DSE_AMQP_URL"))
    parser.add_argument("--count", type=int, default=20000, help="messages (default: %(default)s)")
    parser.add_argument("--size", type=int, default=784, help="bytes of each (default: %(default)s)")
    parser.add_argument("--keep", type=int, default=1000, help="messages that the queue keeps (default: %(default)s)")
    options = parser.parse_args()
    if options.broker is None:
        parser.error("no broker: set DSE_AMQP_URL, or give --broker")

    connection = pika.BlockingConnection(pika.URLParameters(options.broker))
    channel = connection.channel()
    exchange = f"pika-publish-{os.getpid()}"
    channel.exchange_declare(exchange, "topic", auto_delete=True)
    queue = channel.queue_declare("", exclusive=True, arguments={"x-max-length": options.keep}).method.queue
    channel.queue_bind(queue, exchange, "#")

    payload = bytes(options.size)
    start = time.perf_counter()
    for number in range(options.count):
        channel.basic_publish(
            exchange, "7", payload,
            pika.BasicProperties(headers={"label": 7}, message_id=f"pika-{number}", app_id="pika",
                                 content_type="application/octet-stream", delivery_mode=1))
    channel.queue_declare(queue, passive=True)
    seconds = time.perf_counter() - start
    connection.close()
    print(f"{options.count / seconds:.0f}")


if __name__ == "__main__":
    main()
