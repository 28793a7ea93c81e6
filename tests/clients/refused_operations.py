"""What the permissions of users refuse: each operation by each user. The users are those of brokers.py."""

import pika

from brokers import PASSWORD, USERS
from observing import Checks
from pika_client import refusal, served

checks = Checks()

# Made beforehand by who may do everything. Each user has a queue that it may be able to delete.
EXCHANGE, TOPIC = "refused.exchange", "refused.topic"


def nothing(*_):
    """Takes a delivery."""


def published(channel, exchange, key):
    channel.basic_publish(exchange, key, b"x")
    served(channel)


def arguments(**named):
    return {key.replace("_", "-"): value for key, value in named.items()}


OPERATIONS = {
    "declare a queue": lambda channel, queue: channel.queue_declare("refused." + queue, exclusive=True),
    "declare a queue that is there": lambda channel, _: channel.queue_declare("refused.shared"),
    "declare a queue passively": lambda channel, _: channel.queue_declare("refused.shared", passive=True),
    "declare a queue passively that is not there": lambda channel, _: channel.queue_declare("refused.none", passive=True),
    "declare a queue of no name": lambda channel, _: channel.queue_declare("", exclusive=True),
    "declare a queue of a reserved name": lambda channel, _: channel.queue_declare("amq.refused"),
    "declare a queue with dead letters": lambda channel, queue: channel.queue_declare(
        "refused.letters." + queue, exclusive=True, arguments=arguments(x_dead_letter_exchange=EXCHANGE)),
    "delete a queue": lambda channel, queue: channel.queue_delete(queue, if_empty=True, if_unused=True),
    "delete a queue that is not there": lambda channel, _: channel.queue_delete("refused.none"),
    "purge a queue": lambda channel, queue: channel.queue_purge(queue),
    "bind a queue": lambda channel, queue: channel.queue_bind(queue, EXCHANGE, "k"),
    "bind a queue to a topic": lambda channel, queue: channel.queue_bind(queue, TOPIC, "open.k"),
    "bind a queue to another topic": lambda channel, queue: channel.queue_bind(queue, TOPIC, "secret.k"),
    "bind a queue to the default exchange": lambda channel, queue: channel.queue_bind(queue, "", "k"),
    "bind a queue to none": lambda channel, queue: channel.queue_bind(queue, "refused.none", "k"),
    "unbind a queue": lambda channel, queue: channel.queue_unbind(queue, EXCHANGE, "never"),
    "take a message": lambda channel, queue: channel.basic_get(queue),
    "take a message from none": lambda channel, _: channel.basic_get("refused.none"),
    "consume": lambda channel, queue: channel.basic_consume(queue, nothing),
    "consume from none": lambda channel, _: channel.basic_consume("refused.none", nothing),
    "declare an exchange": lambda channel, own: channel.exchange_declare(own, "direct", auto_delete=True),
    "declare an exchange passively": lambda channel, _: channel.exchange_declare(EXCHANGE, "direct", passive=True),
    "declare an exchange with an alternate": lambda channel, own: channel.exchange_declare(
        own, "direct", auto_delete=True, arguments=arguments(alternate_exchange=EXCHANGE)),
    "declare an exchange of amq": lambda channel, _: channel.exchange_declare("amq.direct", "direct", durable=True),
    "delete an exchange that is not there": lambda channel, _: channel.exchange_delete("refused.none"),
    "delete an exchange of amq": lambda channel, _: channel.exchange_delete("amq.direct"),
    "bind an exchange": lambda channel, _: channel.exchange_bind(EXCHANGE, "amq.fanout", "k"),
    "unbind an exchange": lambda channel, _: channel.exchange_unbind(EXCHANGE, "amq.fanout", "never"),
    "publish": lambda channel, _: published(channel, EXCHANGE, "nobody"),
    "publish to a topic": lambda channel, _: published(channel, TOPIC, "open.k"),
    "publish to another topic": lambda channel, _: published(channel, TOPIC, "secret.k"),
    "publish to a queue": lambda channel, _: published(channel, "", "refused.none"),
    "publish to amq.direct": lambda channel, _: published(channel, "amq.direct", "nobody"),
    "publish to none": lambda channel, _: published(channel, "refused.no-exchange", "k"),
}


def add(user, operation):
    def attempt(broker):
        connection = broker.connect(credentials=pika.PlainCredentials(user, PASSWORD))
        name = f"refused.{operation.split()[0]}d by {user}"
        if operation.startswith("declare an exchange"):
            name += operation[len("declare an exchange"):]
        elif not operation.startswith("delete"):
            name = "refused.queue"
        return refusal(OPERATIONS[operation], connection.channel(), name)
    checks.add(f"{user} may not {operation}", attempt)


def prepare(broker):
    """Makes what the operations are done on."""
    channel = broker.channel()
    for queue in ["refused.queue", "refused.shared"] + [f"refused.deleted by {user}" for user in USERS]:
        channel.queue_declare(queue)
    channel.exchange_declare(EXCHANGE, "direct")
    channel.exchange_declare(TOPIC, "topic")


for user in USERS:
    for operation in OPERATIONS:
        add(user, operation)
