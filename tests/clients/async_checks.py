"""pika's SelectConnection: everything by callbacks."""

import pika

from observing import LONGEST_S, Checks, name
from pika_client import properties_of

checks = Checks()


class Client:
    """A connection with one channel, whose loop runs until what is waited for has come."""

    def __init__(self, broker, **changes):
        self.closed = []
        self.channel_closed = []
        self.connection = pika.SelectConnection(
            broker.parameters(**changes), on_open_error_callback=lambda _, error: self.end(error),
            on_close_callback=lambda _, error: self.note(self.closed, error))
        self.error = None
        self.met = lambda: False
        self.wait(lambda: self.connection.is_open)
        self.channel = self.open_channel()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.connection.is_closed:
            self.connection.close()
            self.wait(lambda: self.connection.is_closed)

    def end(self, error):
        self.error = error
        self.connection.ioloop.stop()

    @staticmethod
    def note(notes, error):
        notes.append([getattr(error, "reply_code", None), getattr(error, "reply_text", type(error).__name__)])

    def wait(self, condition):
        """Runs the loop until the condition holds."""
        loop = self.connection.ioloop

        def look():
            if condition():
                loop.stop()
            else:
                self.timer = loop.call_later(0.005, look)

        deadline = loop.call_later(LONGEST_S, lambda: self.end(AssertionError(f"not met in {LONGEST_S} s")))
        self.timer = loop.call_later(0, look)
        loop.start()
        loop.remove_timeout(deadline)
        loop.remove_timeout(self.timer)
        if self.error:
            raise self.error

    def open_channel(self):
        opened = []
        self.connection.channel(on_open_callback=opened.append)
        self.wait(lambda: opened)
        opened[0].add_on_close_callback(lambda _, error: self.note(self.channel_closed, error))
        return opened[0]

    def call(self, function, *arguments, **named):
        """What the function's callback is given."""
        replies = []
        function(*arguments, **named, callback=replies.append)
        self.wait(lambda: replies)
        return replies[0].method

    def queue(self, broker, suffix, **options):
        return self.call(self.channel.queue_declare, broker.queue_name(suffix), **options).queue


@checks
def async_declares_and_deletes(broker):
    with Client(broker) as client:
        queue, exchange = client.queue(broker, "q"), broker.exchange_name("e")
        call, channel = client.call, client.channel
        replies = [call(channel.exchange_declare, exchange, "topic"), call(channel.queue_bind, queue, exchange, "a.#")]
        channel.basic_publish(exchange, "a.b", b"x")
        replies += [call(channel.queue_declare, queue, passive=True),
                    call(channel.queue_unbind, queue, exchange, "a.#"),
                    call(channel.queue_purge, queue), call(channel.queue_delete, queue),
                    call(channel.exchange_delete, exchange)]
        return [type(reply).__name__ for reply in replies] + [replies[4].message_count]


@checks
def async_without_answers(broker):
    """no-wait on everything that has it."""
    with Client(broker) as client:
        channel, queue, exchange = client.channel, broker.queue_name("q"), broker.exchange_name("e")
        channel.exchange_declare(exchange, "fanout")
        channel.queue_declare(queue)
        channel.queue_bind(queue, exchange)
        channel.basic_publish(exchange, "", b"x")
        channel.basic_consume(queue, lambda *_: None, consumer_tag="tag")
        channel.basic_cancel("tag")
        channel.queue_purge(queue)
        client.call(channel.queue_declare, queue, passive=True)
        channel.queue_delete(queue)
        channel.exchange_delete(exchange)
        client.call(channel.basic_qos, prefetch_count=1)
        return channel.is_open


@checks
def async_no_wait_is_refused_all_the_same(broker):
    with Client(broker) as client:
        queue = client.queue(broker, "q")
        client.channel.queue_declare(queue, durable=True)
        client.wait(lambda: client.channel_closed)
        return client.channel_closed


@checks
def async_consumes(broker):
    with Client(broker) as client:
        queue = client.queue(broker, "q")
        got = []
        client.call(client.channel.basic_qos, prefetch_count=2)

        def take(channel, how, properties, body):
            got.append([how.delivery_tag, how.redelivered, body, properties_of(properties)])
            channel.basic_ack(how.delivery_tag)

        tag = client.channel.basic_consume(queue, take)
        for number in range(10):
            client.channel.basic_publish("", queue, str(number), pika.BasicProperties(message_id=str(number)))
        client.wait(lambda: len(got) == 10)
        reply = client.call(client.channel.basic_cancel, tag)
        assert reply.consumer_tag == tag
        return got


@checks
def async_confirms(broker):
    with Client(broker) as client:
        queue = client.queue(broker, "q", arguments={"x-max-length": 3, "x-overflow": "reject-publish"})
        outcomes = {}  # by number

        def confirmed(frame):
            last = frame.method.delivery_tag
            for number in range(1, last + 1) if frame.method.multiple else [last]:
                outcomes.setdefault(number, type(frame.method).__name__)

        replies = []
        client.channel.confirm_delivery(confirmed, callback=replies.append)
        client.wait(lambda: replies)
        for number in range(5):
            client.channel.basic_publish("", queue, str(number))
        client.channel.basic_publish("", name("none"), b"x")
        client.wait(lambda: len(outcomes) == 6)
        assert list(dict(sorted(outcomes.items())).values()) == ["Ack"] * 3 + ["Nack"] * 2 + ["Ack"]
        return outcomes


@checks
def async_confirms_of_a_burst(broker):
    with Client(broker) as client:
        queue = client.queue(broker, "q", durable=True)
        acknowledged, replies = set(), []

        def confirmed(frame):
            assert type(frame.method).__name__ == "Ack"
            last = frame.method.delivery_tag
            acknowledged.update(range(1, last + 1) if frame.method.multiple else [last])

        client.channel.confirm_delivery(confirmed, callback=replies.append)
        client.wait(lambda: replies)
        for number in range(500):
            client.channel.basic_publish("", queue, str(number), pika.BasicProperties(delivery_mode=2))
        client.wait(lambda: len(acknowledged) == 500)
        return client.call(client.channel.queue_declare, queue, durable=True, passive=True).message_count


@checks
def async_returns(broker):
    with Client(broker) as client:
        returned = []
        client.channel.add_on_return_callback(lambda _, how, properties, body: returned.append(
            [how.reply_code, how.reply_text, how.exchange, how.routing_key, body, properties_of(properties)]))
        client.channel.basic_publish("amq.topic", name("none"), b"x", pika.BasicProperties(headers={"a": 1}),
                                     mandatory=True)
        client.wait(lambda: returned)
        return returned


@checks
def async_get(broker):
    with Client(broker) as client:
        queue = client.queue(broker, "q")
        empty, got = [], []
        client.channel.add_callback(empty.append, [pika.spec.Basic.GetEmpty])
        client.channel.basic_get(queue, callback=lambda *message: got.append(message))
        client.wait(lambda: empty)
        client.channel.basic_publish("", queue, b"x")
        client.channel.basic_get(queue, callback=lambda *message: got.append(message), auto_ack=True)
        client.wait(lambda: got)
        return [got[0][1].message_count, got[0][3]]


@checks
def async_channel_closed_by_the_broker(broker):
    with Client(broker) as client:
        client.channel.basic_publish(name("none"), "k", b"x")
        client.wait(lambda: client.channel_closed)
        assert client.open_channel().is_open
        return client.channel_closed


@checks
def async_connection_closed_by_the_broker(broker):
    with Client(broker) as client:
        client.channel.exchange_declare(broker.exchange_name("odd"), "x-odd")
        client.wait(lambda: client.closed)
        return [client.closed, client.channel_closed]


@checks
def async_closed_by_the_client(broker):
    with Client(broker) as client:
        client.channel.close(200, "enough")
        client.wait(lambda: client.channel_closed)
        client.connection.close(200, "bye")
        client.wait(lambda: client.closed)
        return [client.channel_closed, client.closed]


@checks
def async_cancelled_by_the_broker(broker):
    with Client(broker) as client:
        queue = client.queue(broker, "q")
        cancelled = []
        client.channel.add_on_cancel_callback(lambda frame: cancelled.append(frame.method.consumer_tag))
        client.channel.basic_consume(queue, lambda *_: None, consumer_tag="mine")
        client.channel.queue_delete(queue)
        client.wait(lambda: cancelled)
        return cancelled


@checks
def async_flow(broker):
    with Client(broker) as client:
        replies = []
        client.channel.flow(True, callback=replies.append)
        client.wait(lambda: replies)
        return replies


@checks
def async_heartbeats_keep_a_connection(broker):
    """Of an idle client that answers them."""
    with Client(broker, heartbeat=1) as client:
        checker = client.connection._heartbeat_checker  # pylint: disable=protected-access
        client.wait(lambda: checker._heartbeat_frames_received >= 3)  # pylint: disable=protected-access
        return client.connection.is_open
