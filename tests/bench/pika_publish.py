#!/usr/bin/env python3
"""How fast pika publishes: persistent messages without confirms, from one BlockingConnection. Prints messages per
second, counted until the broker has answered a request that came after the last of them.

They go to a topic exchange of its own. With --to memory or disk, a queue is bound to it that holds at most --keep of
them, and goes (memory) or stays (disk) when the broker restarts; with --to exchange, the broker drops them."""

import argparse
import os
import time

import pika


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", metavar="URL", default=os.environ.get("DSE_AMQP_URL"))
    parser.add_argument("--to", choices=["exchange", "memory", "disk"], default="memory", help="(default: %(default)s)")
    parser.add_argument("--count", type=int, default=20000, help="messages (default: %(default)s)")
    parser.add_argument("--size", type=int, default=784, help="bytes of each (default: %(default)s)")
    parser.add_argument("--keep", type=int, default=1000, help="messages that the queue keeps (default: %(default)s)")
    options = parser.parse_args()
    if options.broker is None:
        parser.error("no broker: set DSE_AMQP_URL, or give --broker")

    connection = pika.BlockingConnection(pika.URLParameters(options.broker))
    channel = connection.channel()
    name = f"pika-publish-{os.getpid()}"
    channel.exchange_declare(name, "topic", durable=True)
    if options.to != "exchange":
        durable = options.to == "disk"
        channel.queue_declare(name, durable=durable, exclusive=not durable, arguments={"x-max-length": options.keep})
        channel.queue_bind(name, name, "#")

    payload = bytes(options.size)
    start = time.perf_counter()
    for number in range(options.count):
        channel.basic_publish(
            name, "7", payload,
            pika.BasicProperties(headers={"label": 7, "x-dse-run": "bench"}, message_id=f"bench-{number}",
                                 app_id="bench", content_type="application/octet-stream", delivery_mode=2))
    channel.exchange_declare(name, passive=True)
    seconds = time.perf_counter() - start
    channel.queue_delete(name)
    channel.exchange_delete(name)
    connection.close()
    print(f"{options.count / seconds:.0f}")


if __name__ == "__main__":
    main()
