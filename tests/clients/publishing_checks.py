"""Publishing: properties, bodies, returns, confirms, and what is refused of it."""

import datetime
import decimal
import struct

import pika
from pika import exceptions

from observing import Checks, name
from pika_client import properties_of, refusal, served, take, take_all
from wire_client import BODY, HEADER, body, channel_open, get, header, long_text, method, publish, queue_declare, \
    short_text

checks = Checks()

EVERY_PROPERTY = {
    "content_type": "text/plain", "content_encoding": "utf-8", "headers": {"a": 1}, "delivery_mode": 1, "priority": 7,
    "correlation_id": "c-1", "reply_to": "somewhere", "expiration": "60000", "message_id": "m-1",
    "timestamp": 1700000000, "type": "greeting", "app_id": "checks", "cluster_id": "cluster"}
EVERY_HEADER = {
    "text": "grün", "empty": "", "bytes": b"\x00\xff", "true": True, "false": False, "int": 7, "negative": -7,
    "long": 2 ** 40, "none": None, "when": datetime.datetime(2024, 1, 2, 3, 4, 5), "share": decimal.Decimal("12.34"),
    "list": [1, "two", [3], {"four": 4}, None], "table": {"inner": {"deep": [1]}}, "empty list": [], "empty table": {}}


def through(channel, queue, properties, content=b"x"):
    """The properties and the content that come back of a message."""
    channel.basic_publish("", queue, content, pika.BasicProperties(**properties))
    _, got, back = channel.basic_get(queue, auto_ack=True)
    return properties_of(got), back


@checks
def publish_with_every_property(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    properties = {**EVERY_PROPERTY, "user_id": broker.parameters().credentials.username}
    got, _ = through(channel, queue, properties)
    assert got == properties, got
    return len(got)


@checks
def publish_with_each_property_alone(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    for key, value in EVERY_PROPERTY.items():
        got, _ = through(channel, queue, {key: value})
        assert got == {key: value}, got
    return properties_of(pika.BasicProperties(**through(channel, queue, {})[0]))


@checks
def publish_with_odd_values_of_properties(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    odd = [{"delivery_mode": 2}, {"priority": 0}, {"priority": 255},
           {"timestamp": 0}, {"timestamp": 2 ** 63}, {"content_type": ""}, {"message_id": "m" * 255}, {"headers": {}},
           {"correlation_id": "grün"}]
    for properties in odd:
        got, _ = through(channel, queue, properties)
        assert got == properties, (got, properties)
    return len(odd)


@checks
def publish_with_a_wrong_delivery_mode(broker):
    seen = {}
    for mode in (0, 3, 255):
        channel = broker.channel()
        queue = broker.queue(channel, f"q{mode}")
        channel.basic_publish("", queue, b"x", pika.BasicProperties(delivery_mode=mode))
        seen[str(mode)] = refusal(served, channel)
    return seen


@checks
def publish_with_headers_of_every_type(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    got, _ = through(channel, queue, {"headers": EVERY_HEADER})
    assert got["headers"] == EVERY_HEADER, got
    return got


# The fields' types, each with its letter; the widths of numbers are kept.
RAW_HEADERS = b"".join(short_text(key) + value for key, value in {
    "t": b"t\1", "b": b"b\xff", "B": b"B\xff", "s": b"s\xff\xff", "u": b"u\xff\xff", "I": b"I" + b"\xff" * 4,
    "i": b"i" + b"\xff" * 4, "l": b"l" + b"\xff" * 8, "f": b"f" + struct.pack(">f", 0.1),
    "d": b"d" + struct.pack(">d", 0.1), "D": b"D" + struct.pack(">BI", 2, 1234), "S": b"S" + long_text("text"),
    "x": b"x" + long_text(b"\0\xff"), "T": b"T" + struct.pack(">Q", 1700000000), "V": b"V",
    "A": b"A" + long_text(b"b\1" + b"V"), "F": b"F" + long_text(short_text("k") + b"s\0\1")}.items())
RAW_FLAGS = 0xFFE8  # every property but user-id and cluster-id


def raw_through(wire, queue, flags, properties, content=b"x"):
    """The flags and properties that come back, byte by byte."""
    wire.send(publish(1, "", queue), header(1, len(content), flags, properties))
    wire.send(body(1, content) if content else b"", get(1, queue))
    wire.expect(60, 71)
    reply = wire.read()
    assert reply.kind == HEADER
    size, got_flags = struct.unpack_from(">QH", reply.payload, 4)
    while size:
        part = wire.read()
        assert part.kind == BODY
        size -= len(part.payload)
    return got_flags, reply.payload[14:]


@checks
def publish_keeps_the_bytes_of_properties(broker):
    wire = broker.wire().open(channels=[1])
    wire.send(queue_declare(1, broker.queue_name("q")))
    wire.expect(50, 11)
    properties = b"".join((short_text("text/plain"), short_text(""), long_text(RAW_HEADERS), b"\2", b"\7",
                           short_text("c"), short_text("r"), short_text("60000"), short_text("m"),
                           struct.pack(">Q", 1), short_text("t"), short_text("a")))
    got = raw_through(wire, name("q"), RAW_FLAGS, properties)
    assert got == (RAW_FLAGS, properties), got
    nothing = raw_through(wire, name("q"), 0, b"", b"")
    assert nothing == (0, b"")
    return {"flags": got[0], "bytes": len(got[1])}


@checks
def publish_keeps_the_order_and_doubles_of_headers(broker):
    """As they come, a table in no order and the same key twice are kept as they are."""
    wire = broker.wire().open(channels=[1])
    wire.send(queue_declare(1, broker.queue_name("q")))
    wire.expect(50, 11)
    entries = short_text("z") + b"I" + struct.pack(">i", 1) + short_text("a") + b"t\1" + short_text("z") + b"t\0"
    flags, got = raw_through(wire, name("q"), 0x2000, long_text(entries))
    return {"flags": flags, "same": got == long_text(entries), "got": got.hex()}


@checks
def publish_bodies_of_every_size(broker):
    connection = broker.connect()
    channel = connection.channel()
    queue = broker.queue(channel, "q")
    frame_max = connection._impl.params.frame_max  # pylint: disable=protected-access
    for size in (0, 1, frame_max - 9, frame_max - 8, frame_max - 7, 2 * (frame_max - 8), 3_000_000):
        content = bytes(position * 7 % 256 for position in range(256)) * (size // 256 + 1)
        _, back = through(channel, queue, {}, content[:size])
        assert back == content[:size], f"{len(back)} of {size} bytes came back"
    return {"frame_max": frame_max}


def returns(channel):
    """Of what comes back to the channel: code, text, exchange, key, body and properties."""
    returned = []
    channel.add_on_return_callback(lambda _, how, properties, content: returned.append(
        [how.reply_code, how.reply_text, how.exchange, how.routing_key, content, properties_of(properties)]))
    return returned


@checks
def publish_mandatory_comes_back(broker):
    channel = broker.channel()
    returned = returns(channel)
    for exchange in ("", "amq.direct", "amq.fanout", "amq.topic", "amq.headers"):
        channel.basic_publish(exchange, name("none"), b"to nobody", pika.BasicProperties(**EVERY_PROPERTY),
                              mandatory=True)
    served(channel)
    assert [entry[:2] for entry in returned] == [[312, "NO_ROUTE"]] * 5
    return returned


@checks
def publish_mandatory_with_a_route(broker):
    channel = broker.channel()
    returned = returns(channel)
    queue = broker.queue(channel, "q")
    channel.basic_publish("", queue, b"x", mandatory=True)
    channel.basic_publish("", name("none"), b"lost")
    served(channel)
    return [returned, take_all(channel, queue)]


@checks
def publish_mandatory_of_an_empty_body(broker):
    channel = broker.channel()
    returned = returns(channel)
    channel.basic_publish("", name("none"), b"", mandatory=True)
    served(channel)
    return returned


@checks
def publish_immediate_is_not_implemented(broker):
    wire = broker.wire().open(channels=[1])
    wire.send(publish(1, "", name("q"), flags=2), header(1, 0))
    refused = wire.outcome()
    assert (refused["level"], refused["code"]) == ("connection", 540)
    return refused


@checks
def publish_to_a_missing_exchange(broker):
    channel = broker.channel()
    channel.basic_publish(name("none"), "k", b"x")
    refused = refusal(served, channel)
    assert (refused["level"], refused["code"]) == ("channel", 404)
    return refused


@checks
def publish_confirmed(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    queue = broker.queue(channel, "q")
    for text in "abc":
        channel.basic_publish("", queue, text)
    channel.basic_publish("", name("none"), b"unroutable")  # is confirmed as well
    return take_all(channel, queue)


@checks
def publish_confirmed_by_a_quorum_queue(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    queue = broker.queue(channel, "q", durable=True, x_queue_type="quorum")
    for text in "abc":
        channel.basic_publish("", queue, text, pika.BasicProperties(delivery_mode=2))
    return take_all(channel, queue)


@checks
def publish_confirmed_and_mandatory(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    try:
        channel.basic_publish("", name("none"), b"x", mandatory=True)
    except exceptions.UnroutableError as error:
        return [[message.method.reply_text, message.body] for message in error.messages]
    raise AssertionError("it was not returned")


@checks
def publish_returned_before_it_is_confirmed(broker):
    wire = broker.wire().open(channels=[1])
    wire.send(method(1, 85, 10, b"\0"))
    wire.expect(85, 11)
    wire.send(publish(1, "", name("none"), flags=1), header(1, 1), body(1, b"x"))
    replies = [wire.read() for _ in range(4)]
    seen = [reply.id or reply.kind for reply in replies]
    assert seen == [(60, 50), HEADER, BODY, (60, 80)], seen
    return {"replies": seen, "ack": replies[-1].payload.hex()}


@checks
def publish_refused_by_a_full_queue(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    queue = broker.queue(channel, "q", x_max_length=1, x_overflow="reject-publish")
    channel.basic_publish("", queue, b"first")
    try:
        channel.basic_publish("", queue, b"second")
    except exceptions.NackError:
        return take_all(channel, queue)
    raise AssertionError("it was not refused")


@checks
def publish_confirms_are_numbered_by_channel(broker):
    wire = broker.wire().open(channels=[1, 2])
    numbers = []
    for channel in (1, 2):
        wire.send(publish(channel, "", name("none")), header(channel, 0))  # before confirms count
        for _ in range(2):
            wire.send(method(channel, 85, 10, b"\0"))
            wire.expect(85, 11)
        for _ in range(2):
            wire.send(publish(channel, "", name("none")), header(channel, 0))
            reply = wire.expect(60, 80)
            numbers.append([reply.channel, struct.unpack(">QB", reply.payload[4:])])
    return numbers


@checks
def publish_of_another_user(broker):
    channel = broker.channel()
    channel.basic_publish("", name("none"), b"x", pika.BasicProperties(user_id="somebody-else"))
    refused = refusal(served, channel)
    assert refused["code"] == 406
    return refused


@checks
def publish_with_a_wrong_expiration(broker):
    seen = {}
    queue = broker.queue(broker.channel(), "q")
    for expiration in ("soon", "-1", "1.5", "", " 1", "4294967296", "10x"):
        channel = broker.channel()
        channel.basic_publish("", queue, b"x", pika.BasicProperties(expiration=expiration))
        seen[expiration] = refusal(served, channel)
    assert seen["soon"]["code"] == 406
    return seen


@checks
def publish_with_an_expiration_of_ages(broker):
    channel = broker.channel()
    channel.basic_publish("", name("none"), b"x", pika.BasicProperties(expiration="9" * 20))
    refused = refusal(served, channel)
    assert refused["code"] == 406
    return refused


@checks
def publish_with_keys_of_any_letters(broker):
    channel = broker.channel()
    queue, exchange = broker.queue(channel, "q"), broker.exchange(channel, "e", "topic")
    channel.queue_bind(queue, exchange, "#")
    for key in ("", ".", "grün.日本", "k" * 255, "a b", "#", "*"):
        channel.basic_publish(exchange, key, b"x")
    return take_all(channel, queue)


@checks
def publish_on_two_channels_of_a_connection(broker):
    wire = broker.wire().open(channels=[1, 2])
    wire.send(queue_declare(1, broker.queue_name("q")))
    wire.expect(50, 11)
    wire.send(publish(1, "", name("q")), publish(2, "", name("q")))  # contents in turns
    wire.send(header(1, 2), header(2, 2), body(1, b"a"), body(2, b"x"), body(1, b"b"), body(2, b"y"))
    wire.send(channel_open(3))
    wire.expect(20, 11)
    bodies = []
    for channel in (1, 2):
        wire.send(queue_declare(channel, name("q")))
        wire.expect(50, 11)
    for _ in range(2):
        wire.send(get(1, name("q")))
        wire.expect(60, 71)
        assert wire.read().kind == HEADER
        bodies.append(wire.read().payload)
    assert sorted(bodies) == [b"ab", b"xy"]
    return sorted(bodies)


@checks
def transactions(broker):
    """Which dse refuses with 540."""
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    refused = refusal(channel.tx_select)
    if refused["level"] != "accepted":
        assert refused["code"] == 540
        return refused
    channel.basic_publish("", queue, b"x")
    before = take(channel, queue)
    channel.tx_commit()
    after = take(channel, queue)
    return {"before": before, "after": after, "confirm": refusal(channel.confirm_delivery),
            "commit without": refusal(broker.channel().tx_commit),
            "rollback without": refusal(broker.channel().tx_rollback)}


@checks
def transactions_after_confirms(broker):
    channel = broker.channel()
    channel.confirm_delivery()
    refused = refusal(channel.tx_select)
    assert refused["code"] in (406, 540)
    return refused
