"""Consuming: get, consumers and their tags, prefetch, settling, and what is refused of it."""

import struct

import pika

from observing import Checks, name
from pika_client import Deliveries, put, refusal, served, take, take_all, until
from wire_client import channel_open, get, method, queue_declare, short_text, table

checks = Checks()


def filled(broker, channel, texts, suffix="q", **arguments):
    """A queue with these messages."""
    queue = broker.queue(channel, suffix, **arguments)
    put(channel, queue, *texts)
    return queue


@checks
def get_says_what_it_took(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abc")
    seen = []
    for no_ack in (False, True):
        got, _, body = channel.basic_get(queue, auto_ack=no_ack)
        seen.append([got.delivery_tag, got.redelivered, got.exchange, got.routing_key, got.message_count, body])
    assert [entry[4] for entry in seen] == [2, 1]
    return seen


@checks
def get_of_an_empty_queue(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    assert channel.basic_get(queue) == (None, None, None)
    return take_all(channel, queue)


@checks
def get_of_a_missing_queue(broker):
    refused = refusal(broker.channel().basic_get, name("none"))
    assert (refused["level"], refused["code"]) == ("channel", 404)
    return refused


@checks
def get_again_is_redelivered(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abc")
    first, _, _ = channel.basic_get(queue)
    channel.basic_reject(first.delivery_tag)
    again, _, body = channel.basic_get(queue)
    assert again.redelivered and not first.redelivered
    return [again.delivery_tag, again.redelivered, body, take_all(channel, queue)]


@checks
def consume_with_a_tag_of_ones_own(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "ab")
    consumer = Deliveries(channel, queue, consumer_tag="my tag")
    consumer.wait(2)
    for tag, _, _ in consumer:
        channel.basic_ack(tag)
    channel.basic_cancel("my tag")
    assert consumer.tag == "my tag"
    return [consumer.tag, consumer, take_all(channel, queue)]


@checks
def consume_with_a_tag_of_the_brokers(broker):
    wire = broker.wire().open(channels=[1])
    wire.send(queue_declare(1, broker.queue_name("q")))
    wire.expect(50, 11)
    tags = []
    for _ in range(2):
        wire.send(method(1, 60, 20, b"\0\0" + short_text(name("q")) + b"\0\0" + table({})))
        tags.append(wire.expect(60, 21).payload[5:].decode())
    assert tags[0] != tags[1] and all(tag.startswith("amq.ctag-") for tag in tags)
    return [tags, [len(tag) for tag in tags]]


def raw_consume(channel, queue, tag):
    return method(channel, 60, 20, b"\0\0" + short_text(queue) + short_text(tag) + b"\0" + table({}))


@checks
def consume_with_the_same_tag_twice(broker):
    wire = broker.wire().open(channels=[1, 2])
    wire.send(queue_declare(1, broker.queue_name("q")))
    wire.expect(50, 11)
    for channel in (1, 2):  # tags are the channel's
        wire.send(raw_consume(channel, name("q"), "t"))
        wire.expect(60, 21)
    wire.send(raw_consume(1, name("q"), "t"))
    refused = wire.outcome()
    assert (refused["level"], refused["code"]) == ("connection", 530)
    return refused


@checks
def consume_from_a_missing_queue(broker):
    refused = refusal(broker.channel().basic_consume, name("none"), print)
    assert (refused["level"], refused["code"]) == ("channel", 404)
    return refused


@checks
def consume_alone(broker):
    connection = broker.connect()
    channel = connection.channel()
    queue = broker.queue(channel, "q")
    tag = channel.basic_consume(queue, print, exclusive=True)
    seen = {"another": refusal(connection.channel().basic_consume, queue, print),
            "another alone": refusal(connection.channel().basic_consume, queue, print, exclusive=True)}
    channel.basic_cancel(tag)
    shared = connection.channel()
    shared.basic_consume(queue, print)
    seen["alone beside another"] = refusal(connection.channel().basic_consume, queue, print, exclusive=True)
    assert all(entry["code"] == 403 for entry in seen.values())
    return seen


@checks
def consume_without_acknowledgement(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abc")
    consumer = Deliveries(channel, queue, auto_ack=True)
    consumer.wait(3)
    channel.basic_ack(1)
    return [consumer, refusal(served, channel)]


@checks
def consume_in_turns(broker):
    connection = broker.connect()
    channel = connection.channel()
    queue = broker.queue(channel, "q")
    consumers = [Deliveries(connection.channel(), queue, auto_ack=True) for _ in range(3)]
    for number in range(6):
        channel.basic_publish("", queue, str(number))
    until(channel, lambda: sum(map(len, consumers)) == 6, "six deliveries")
    return [consumer.bodies() for consumer in consumers]


@checks
def consume_by_priority(broker):
    connection = broker.connect()
    channel = connection.channel()
    queue = broker.queue(channel, "q")
    consumers = []
    for priority in (0, 5, 1):
        own = connection.channel()
        own.basic_qos(prefetch_count=1)
        consumers.append(Deliveries(own, queue, arguments={"x-priority": priority}))
    for text in "abc":
        channel.basic_publish("", queue, text)
    until(channel, lambda: sum(map(len, consumers)) == 3, "three deliveries")
    return [consumer.bodies() for consumer in consumers]


@checks
def consume_with_a_wrong_priority(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    return refusal(channel.basic_consume, queue, print, arguments={"x-priority": "high"})


@checks
def consume_cancelled_keeps_what_is_unsettled(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "ab")
    consumer = Deliveries(channel, queue)
    consumer.wait(2)
    channel.basic_cancel(consumer.tag)
    seen = [channel.queue_declare(queue, passive=True).method.message_count]
    put(channel, queue, "c")
    channel.basic_ack(1)
    channel.basic_nack(2)
    return seen + [take_all(channel, queue)]


@checks
def cancel_of_no_consumer(broker):
    wire = broker.wire().open(channels=[1])
    wire.send(method(1, 60, 30, short_text("none") + b"\0"))
    return wire.expect(60, 31).payload[4:]


@checks
def cancel_comes_when_the_queue_goes(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "a")
    consumer = Deliveries(channel, queue, consumer_tag="mine")
    consumer.wait(1)
    broker.channel().queue_delete(queue)
    until(channel, lambda: consumer.cancelled, "basic.cancel")
    channel.basic_ack(1)  # of a message that is gone with its queue
    served(channel)
    return [consumer.cancelled, channel.is_open]


@checks
def cancel_does_not_come_to_who_cannot_hear_it(broker):
    wire = broker.wire()
    wire.open(channels=[1])  # it has not named the capability
    wire.send(queue_declare(1, broker.queue_name("q")))
    wire.expect(50, 11)
    wire.send(raw_consume(1, name("q"), "t"))
    wire.expect(60, 21)
    broker.channel().queue_delete(name("q"))
    wire.send(channel_open(2))
    return wire.read().id


@checks
def prefetch_of_each_consumer(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abcdef")
    channel.basic_qos(prefetch_count=1)
    first = Deliveries(channel, queue)
    channel.basic_qos(prefetch_count=2)  # of consumers to come
    second = Deliveries(channel, queue)
    until(channel, lambda: len(first) + len(second) == 3, "three deliveries")
    served(channel, queue)
    assert (len(first), len(second)) == (1, 2)
    return [first, second]


@checks
def prefetch_of_a_channel(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abcdef")
    channel.basic_qos(prefetch_count=2, global_qos=True)
    first, second = Deliveries(channel, queue), Deliveries(channel, queue)
    until(channel, lambda: len(first) + len(second) == 2, "two deliveries")
    served(channel, queue)
    seen = [first.bodies(), second.bodies()]
    channel.basic_ack(2, multiple=True)
    until(channel, lambda: len(first) + len(second) == 4, "two more")
    served(channel, queue)
    return seen + [len(first) + len(second)]


@checks
def prefetch_does_not_hold_get(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abc")
    channel.basic_qos(prefetch_count=1)
    consumer = Deliveries(channel, queue)
    consumer.wait(1)
    got, _, body = channel.basic_get(queue)
    return [consumer, got.delivery_tag, body]


@checks
def prefetch_in_bytes_is_not_implemented(broker):
    refused = refusal(broker.channel().basic_qos, prefetch_size=1)
    assert refused["code"] == 540
    return refused


@checks
def ack_frees_prefetch(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abcd")
    channel.basic_qos(prefetch_count=1)
    consumer = Deliveries(channel, queue)
    for count in range(1, 5):
        consumer.wait(count)
        channel.basic_ack(consumer[-1][0])
    served(channel, queue)
    return [consumer, channel.queue_declare(queue, passive=True).method.message_count]


def given_out(broker, texts):
    """A channel that holds these messages, unsettled, and their queue."""
    channel = broker.channel()
    queue = filled(broker, channel, texts)
    for _ in texts:
        channel.basic_get(queue)
    return channel, queue


@checks
def ack_of_several(broker):
    channel, queue = given_out(broker, "abcd")
    channel.basic_ack(2)
    channel.basic_ack(3, multiple=True)
    channel.basic_nack(4)
    return take_all(channel, queue)


@checks
def ack_of_all(broker):
    channel, queue = given_out(broker, "abc")
    channel.basic_ack(0, multiple=True)
    channel.basic_ack(0, multiple=True)  # of nothing
    channel.close()
    return take_all(broker.channel(), queue)


@checks
def ack_of_an_unknown_tag(broker):
    seen = {}
    for what, settle in (("ack", lambda channel: channel.basic_ack(2)),
                         ("ack of several", lambda channel: channel.basic_ack(2, multiple=True)),
                         ("ack of 0", lambda channel: channel.basic_ack(0)),
                         ("nack", lambda channel: channel.basic_nack(2)),
                         ("nack of several", lambda channel: channel.basic_nack(2, multiple=True)),
                         ("reject", lambda channel: channel.basic_reject(2)),
                         ("twice", lambda channel: (channel.basic_ack(1), channel.basic_ack(1)))):
        channel, queue = given_out(broker, "a")
        settle(channel)
        seen[what] = refusal(served, channel)
        broker.channel().queue_delete(queue)
    assert seen["ack"]["code"] == 406
    return seen


@checks
def ack_on_another_channel(broker):
    connection = broker.connect()
    channel = connection.channel()
    queue = filled(broker, channel, "a")
    channel.basic_get(queue)
    other = connection.channel()
    other.basic_ack(1)
    refused = refusal(served, other)
    channel.basic_ack(1)
    served(channel)
    return refused


@checks
def nack_with_and_without_return_to_the_queue(broker):
    channel, queue = given_out(broker, "abcd")
    channel.basic_nack(2, requeue=False)
    channel.basic_nack(3, multiple=True, requeue=True)  # 1 and 3
    channel.basic_reject(4, requeue=False)
    seen = []
    for _ in range(2):
        got, _, body = channel.basic_get(queue, auto_ack=True)
        seen.append([got.redelivered, body])
    return seen + [take_all(channel, queue)]


@checks
def nack_of_all(broker):
    channel, queue = given_out(broker, "abc")
    channel.basic_nack(0, multiple=True)
    return take_all(channel, queue)


@checks
def requeued_messages_keep_their_place(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abcd")
    for _ in range(3):
        channel.basic_get(queue)
    channel.basic_nack(2)
    channel.basic_nack(1)
    return [take_all(channel, queue), channel.basic_nack(3), take(channel, queue)]


@checks
def recover_returns_all_to_their_queue(broker):
    channel, queue = given_out(broker, "ab")
    channel.basic_recover(requeue=True)
    seen = []
    for _ in range(2):
        got, _, body = channel.basic_get(queue)
        seen.append([got.delivery_tag, got.redelivered, body])
    return seen


@checks
def recover_to_the_same_consumer_is_not_implemented(broker):
    channel, _ = given_out(broker, "a")
    refused = refusal(channel.basic_recover, requeue=False)
    assert refused["code"] == 540
    return refused


@checks
def recover_without_an_answer(broker):
    wire = broker.wire().open(channels=[1])
    queue = filled(broker, broker.channel(), "a")
    wire.send(get(1, queue, no_ack=False))
    wire.expect(60, 71)
    wire.read(), wire.read()
    wire.send(method(1, 60, 100, b"\1"), get(1, queue))
    reply = wire.expect(60, 71)
    return struct.unpack_from(">QB", reply.payload, 4)


@checks
def recover_redelivers_to_a_consumer(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "ab")
    consumer = Deliveries(channel, queue)
    consumer.wait(2)
    channel.basic_recover(requeue=True)
    consumer.wait(4)
    return consumer


@checks
def closed_channel_returns_what_it_held(broker):
    channel, queue = given_out(broker, "ab")
    channel.close()
    other = broker.channel()
    got, _, body = other.basic_get(queue)
    return [got.redelivered, body, take_all(other, queue)]


@checks
def lost_connection_returns_what_it_held(broker):
    wire = broker.wire().open(channels=[1])
    channel = broker.channel()
    queue = filled(broker, channel, "a")
    wire.send(get(1, queue, no_ack=False))
    wire.expect(60, 71)
    wire.socket.close()
    got = until(channel, lambda: (found := channel.basic_get(queue))[0] and found, "the message")
    return [got[0].redelivered, got[2]]


@checks
def consumer_generator(broker):
    channel = broker.channel()
    queue = filled(broker, channel, "abc")
    seen = []
    for got, _, body in channel.consume(queue):
        seen.append([got.delivery_tag, body])
        channel.basic_ack(got.delivery_tag)
        if len(seen) == 3:
            break
    return seen + [channel.cancel()]


@checks
def persistent_messages_in_a_durable_queue(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    queue = broker.queue(channel, "q", durable=True)
    for text in "abc":
        channel.basic_publish("", queue, text, pika.BasicProperties(delivery_mode=2))
    return take_all(channel, queue)
