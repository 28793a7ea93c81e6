"""What the checks use of pika: connections that are ended with the check, refusals as data, and waiting for events
with a deadline."""

import time

import pika
from pika import exceptions

from observing import LONGEST_S, name
from wire_client import WireClient


def refusal(action, *arguments, **named):
    """How the broker refuses the call, or `accepted`."""
    try:
        action(*arguments, **named)
    except exceptions.ChannelClosedByBroker as error:
        return {"level": "channel", "code": error.reply_code, "text": error.reply_text}
    except exceptions.ConnectionClosedByBroker as error:
        return {"level": "connection", "code": error.reply_code, "text": error.reply_text}
    except (exceptions.ProbableAuthenticationError, exceptions.ProbableAccessDeniedError) as error:
        return {"level": "login", "text": str(error)}
    except exceptions.AMQPConnectionError as error:
        return {"level": "socket", "text": type(error).__name__}
    return {"level": "accepted"}


def properties_of(properties):
    """Those that are there, with their values."""
    return {key: value for key, value in vars(properties).items() if value is not None}


class Broker:
    """A broker as one check sees it. What the check made is removed after it, by a connection of all checks."""

    removing = None

    def __init__(self, url):
        self.url = url
        self.connections = []
        self.wires = []
        self.queues, self.exchanges = [], []
        self.blocked = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for wire in self.wires:
            wire.socket.close()
        for connection in self.connections:
            if connection.is_open:
                connection.close()
        if self.queues or self.exchanges:
            self.remove()
        assert not self.blocked, "the broker has blocked a connection"

    def remove(self):
        if Broker.removing is None:
            Broker.removing = pika.BlockingConnection(self.parameters())
        channel = Broker.removing.channel()
        for queue in self.queues:
            channel.queue_delete(queue)
        for exchange in self.exchanges:
            channel.exchange_delete(exchange)
        channel.close()

    def parameters(self, **changes):
        parameters = pika.URLParameters(self.url)
        parameters.heartbeat = 0
        parameters.socket_timeout = parameters.stack_timeout = LONGEST_S
        for key, value in changes.items():
            setattr(parameters, key, value)
        return parameters

    def connect(self, **changes):
        connection = pika.BlockingConnection(self.parameters(**changes))
        connection.add_on_connection_blocked_callback(lambda *_: self.blocked.append(True))
        self.connections.append(connection)
        return connection

    def channel(self, **changes):
        """A channel on a connection of its own."""
        return self.connect(**changes).channel()

    def wire(self):
        self.wires.append(WireClient(self.url))
        return self.wires[-1]

    def queue_name(self, suffix):
        self.queues.append(name(suffix))
        return self.queues[-1]

    def exchange_name(self, suffix):
        self.exchanges.append(name(suffix))
        return self.exchanges[-1]

    def queue(self, channel, suffix, durable=False, exclusive=False, auto_delete=False, **arguments):
        """Declares a queue; x_message_ttl is the argument x-message-ttl."""
        queue = self.queue_name(suffix)
        channel.queue_declare(queue, durable=durable, exclusive=exclusive, auto_delete=auto_delete,
                              arguments={key.replace("_", "-"): value for key, value in arguments.items()})
        return queue

    def exchange(self, channel, suffix, kind, **options):
        exchange = self.exchange_name(suffix)
        channel.exchange_declare(exchange, kind, **options)
        return exchange


def until(channel, condition, what):
    """Serves the channel's connection until the condition holds; what it then is."""
    deadline = time.monotonic() + LONGEST_S
    while not (met := condition()):
        assert time.monotonic() < deadline, f"{what} did not come in {LONGEST_S} s"
        channel.connection.process_data_events(time_limit=0.05)
    return met


def served(channel, *queues):
    """Waits until the channel has done what was asked of it, and until what the queues, which have consumers, had to
    deliver to it is here. A queue answers questions about its counts before older requests, but a deletion that it
    refuses in its turn; and the channel answers the second request after it has passed on what was delivered."""
    channel.exchange_declare("amq.direct", "direct", passive=True)
    for queue in queues:
        refused = refusal(channel.connection.channel().queue_delete, queue, if_unused=True)
        assert refused["code"] == 406, refused
    channel.exchange_declare("amq.direct", "direct", passive=True)
    channel.connection.process_data_events(time_limit=0)


def put(channel, queue, *texts, **properties):
    """Publishes messages that are in the queue when this returns."""
    putting = channel.connection.channel()
    putting.confirm_delivery()
    for text in texts:
        putting.basic_publish("", queue, text, pika.BasicProperties(**properties))
    putting.close()


def take(channel, queue):
    """The next message of the queue as (key, body), taken away; None if it is empty."""
    method, _, body = channel.basic_get(queue, auto_ack=True)
    return method and [method.routing_key, body]


def take_all(channel, queue):
    taken = []
    while (message := take(channel, queue)) is not None:
        taken.append(message)
    return taken


def take_when_there(channel, queue):
    """The next message of the queue with its method and properties, once there is one."""
    deadline = time.monotonic() + LONGEST_S
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        if method is not None:
            return method, properties, body
        assert time.monotonic() < deadline, f"no message came to {queue} in {LONGEST_S} s"
        channel.connection.process_data_events(time_limit=0.01)


class Deliveries(list):
    """What a consumer was given, as (tag, redelivered, body), and what cancelled it."""

    def __init__(self, channel, queue, **options):
        super().__init__()
        self.channel = channel
        self.cancelled = []
        channel.add_on_cancel_callback(lambda frame: self.cancelled.append(frame.method.consumer_tag))
        self.tag = channel.basic_consume(queue, self.take, **options)

    def take(self, _channel, method, _properties, body):
        self.append((method.delivery_tag, method.redelivered, body))

    def wait(self, count):
        """The first `count` deliveries, once they are there."""
        until(self.channel, lambda: len(self) >= count, f"delivery {count}")
        return self[:count]

    def bodies(self):
        return [body for _, _, body in self]
