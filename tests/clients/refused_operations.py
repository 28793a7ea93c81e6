"""What the permissions of users refuse: all operations by each user. The users are those of brokers.py."""

import pika

from brokers import PASSWORD, USERS
from observing import Checks
from pika_client import refusal, served

checks = Checks()

# Made beforehand by who may do everything. What a user may be able to make or delete is its own, so that it is in
# nobody's way.
QUEUE, EXCHANGE, TOPIC = "refused.queue", "refused.exchange", "refused.topic"


def own_name(user, operation):
    return f"refused.{operation} of {user}"


def nothing(*_):
    """Takes a delivery."""


def published(channel, exchange, key):
    channel.basic_publish(exchange, key, b"x")
    served(channel)


def arguments(**named):
    return {key.replace("_", "-"): value for key, value in named.items()}


OPERATIONS = {
    "declare a queue": lambda channel, own: channel.queue_declare(own, exclusive=True),
    "declare a queue that is there": lambda channel, _: channel.queue_declare(QUEUE),
    "declare a queue passively": lambda channel, _: channel.queue_declare(QUEUE, passive=True),
    "declare a queue passively that is not there": lambda channel, _: channel.queue_declare(
        "refused.none", passive=True),
    "declare a queue of no name": lambda channel, _: channel.queue_declare("", exclusive=True),
    "declare a queue of a reserved name": lambda channel, _: channel.queue_declare("amq.refused"),
    "declare a queue with dead letters": lambda channel, own: channel.queue_declare(
        own, exclusive=True, arguments=arguments(x_dead_letter_exchange=EXCHANGE)),
    "delete a queue": lambda channel, own: channel.queue_delete(own, if_empty=True, if_unused=True),
    "delete a queue that is not there": lambda channel, _: channel.queue_delete("refused.none"),
    "purge a queue": lambda channel, _: channel.queue_purge(QUEUE),
    "bind a queue": lambda channel, _: channel.queue_bind(QUEUE, EXCHANGE, "k"),
    "bind a queue to a topic": lambda channel, _: channel.queue_bind(QUEUE, TOPIC, "open.k"),
    "bind a queue to another topic": lambda channel, _: channel.queue_bind(QUEUE, TOPIC, "secret.k"),
    "bind a queue to the default exchange": lambda channel, _: channel.queue_bind(QUEUE, "", "k"),
    "bind a queue to none": lambda channel, _: channel.queue_bind(QUEUE, "refused.none", "k"),
    "unbind a queue": lambda channel, _: channel.queue_unbind(QUEUE, EXCHANGE, "never"),
    "take a message": lambda channel, _: channel.basic_get(QUEUE),
    "take a message from none": lambda channel, _: channel.basic_get("refused.none"),
    "consume": lambda channel, _: channel.basic_consume(QUEUE, nothing),
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


def add(user):
    def attempt(broker):
        """How each operation is refused, on a channel of its own."""
        connection = broker.connect(credentials=pika.PlainCredentials(user, PASSWORD))
        return {operation: refusal(do, connection.channel(), own_name(user, operation))
                for operation, do in OPERATIONS.items()}
    checks.add(f"what {user} may do", attempt)


def prepare(broker):
    """Makes what the operations are done on."""
    channel = broker.channel()
    for queue in [QUEUE] + [own_name(user, "delete a queue") for user in USERS]:
        channel.queue_declare(queue)
    channel.exchange_declare(EXCHANGE, "direct")
    channel.exchange_declare(TOPIC, "topic")


for user in USERS:
    add(user)
