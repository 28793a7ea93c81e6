"""Connections and channels: what the broker says of itself, logins, heartbeats, closing, and RPC."""

import socket
import struct

import pika
from pika import exceptions

from observing import Checks, name
from pika_client import Deliveries, properties_of, put, refusal, served, take_when_there, until
from wire_client import HEARTBEAT, METHOD, Closed, channel_close_ok, channel_open, frame, method, queue_declare, \
    short_text, table

checks = Checks()


@checks
def connection_says_what_it_can(broker):
    properties = broker.connect()._impl.server_properties  # pylint: disable=protected-access
    assert properties["product"] and properties["version"]
    return [properties["product"], properties["version"], properties["capabilities"]]


@checks
def connection_proposes_limits(broker):
    wire = broker.wire()
    start = wire.start()
    wire.socket.close()
    tuned = broker.wire().log_in()
    return {"version": list(start.payload[4:6]), "tune": struct.unpack(">HIH", tuned.payload[4:])}


@checks
def connection_offers_plain(broker):
    payload = broker.wire().start().payload
    (size,) = struct.unpack_from(">I", payload, 6)
    (length,) = struct.unpack_from(">I", payload, 10 + size)
    mechanisms = payload[14 + size:14 + size + length].decode().split()
    assert "PLAIN" in mechanisms
    return {"locales": payload[18 + size + length:]}


@checks
def connection_with_a_wrong_password(broker):
    user = broker.parameters().credentials.username
    seen = {"password": refusal(broker.connect, credentials=pika.PlainCredentials(user, "wrong")),
            "user": refusal(broker.connect, credentials=pika.PlainCredentials("nobody", "wrong"))}
    assert seen["password"]["level"] == "login" and "ACCESS_REFUSED" in seen["password"]["text"]
    return seen


@checks
def connection_to_another_virtual_host(broker):
    refused = refusal(broker.connect, virtual_host="there-is-none")
    assert "530" in refused["text"]
    return refused


@checks
def connection_closed_by_the_client(broker):
    wire = broker.wire().open()
    wire.send(method(0, 10, 50, struct.pack(">H", 200) + short_text("bye") + struct.pack(">HH", 0, 0)))
    wire.expect(10, 51)
    wire.socket.shutdown(socket.SHUT_WR)
    return wire.outcome()


@checks
def connection_heartbeats(broker):
    """Come at half the time that was agreed on, and who is silent for twice that time is cut off."""
    wire = broker.wire().open(heartbeat=1)
    assert wire.read().kind == HEARTBEAT
    try:
        while True:
            assert wire.read().kind == HEARTBEAT
    except Closed:
        return "closed"


@checks
def connection_without_heartbeats(broker):
    wire = broker.wire().open(heartbeat=0)
    wire.send(frame(HEARTBEAT, 0, b""), channel_open(1))  # one that nobody asked for
    return wire.expect(20, 11).id


@checks
def connection_with_small_frames(broker):
    connection = broker.connect(frame_max=4096, channel_max=3)
    channel = connection.channel()
    queue = broker.queue(channel, "q")
    channel.basic_publish("", queue, b"x" * 20000)
    _, _, body = channel.basic_get(queue)
    return [len(body), [connection.channel().channel_number for _ in range(2)]]


@checks
def connection_updates_its_secret(broker):
    wire = broker.wire().open()
    wire.send(method(0, 10, 70, struct.pack(">I", 1) + b"x" + short_text("because")))
    return wire.outcome(until=(10, 71))


@checks
def access_is_not_asked_for(broker):
    wire = broker.wire().open(channels=[1])
    wire.send(method(1, 30, 10, short_text("/data") + b"\x1f"))
    return wire.outcome(until=(30, 11))


@checks
def channels_in_numbers(broker):
    connection = broker.connect()
    channels = [connection.channel() for _ in range(200)]
    queue = broker.queue(channels[0], "q")
    for channel in channels:
        channel.basic_publish("", queue, str(channel.channel_number))
        channel.close()
    channel = connection.channel()
    until(channel, lambda: channel.queue_declare(queue, passive=True).method.message_count == 200, "200 messages")
    return channel.channel_number


@checks
def channel_closed_and_opened_again(broker):
    wire = broker.wire().open(channels=[7])
    for _ in range(3):
        wire.send(method(7, 20, 40, struct.pack(">H", 200) + short_text("bye") + struct.pack(">HH", 0, 0)))
        wire.expect(20, 41)
        wire.send(channel_open(7))
        wire.expect(20, 11)
    return "open"


@checks
def channel_opened_twice(broker):
    wire = broker.wire().open(channels=[1])
    wire.send(channel_open(1))
    refused = wire.outcome()
    assert (refused["level"], refused["code"]) == ("connection", 504)
    return refused


@checks
def channel_refused_takes_nothing_more(broker):
    """Until close-ok, what comes on a channel that the broker has closed is ignored."""
    wire = broker.wire().open(channels=[1])
    queue = broker.queue_name("q")
    wire.send(queue_declare(1, name("none"), flags=1), queue_declare(1, queue))
    refused = wire.outcome()
    wire.send(channel_close_ok(1), channel_open(1))
    wire.expect(20, 11)
    wire.send(queue_declare(1, queue, flags=1))
    seen = [refused, wire.outcome(until=(50, 11))]
    assert seen[1]["level"] == "channel"
    return seen


@checks
def channel_refused_leaves_the_others_alone(broker):
    connection = broker.connect()
    first, second = connection.channel(), connection.channel()
    refused = refusal(first.queue_declare, name("none"), passive=True)
    try:
        first.queue_declare(name("none"))
        raise AssertionError("the channel is still open")
    except exceptions.ChannelWrongStateError:
        pass
    return [refused["code"], second.is_open, connection.channel().channel_number]


@checks
def channel_flow(broker):
    channel = broker.channel()
    seen = {"on": channel.flow(True)}
    seen["off"] = refusal(channel.flow, False)
    return seen


@checks
def basic_qos_zero_lifts_the_limit(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    put(channel, queue, *map(str, range(50)))
    channel.basic_qos(prefetch_count=1)
    channel.basic_qos(prefetch_count=0)
    return len(Deliveries(channel, queue).wait(50))


def serve(channel, queue):
    """Answers each request with its text in capitals."""
    def answer(_channel, how, properties, body):
        channel.basic_publish("", properties.reply_to, body.upper(),
                              pika.BasicProperties(correlation_id=properties.correlation_id))
        channel.basic_ack(how.delivery_tag)
    channel.basic_consume(queue, answer)


def answers(channel, queue, **options):
    got = []
    channel.basic_consume(queue, lambda _channel, how, properties, body: got.append(
        [how.exchange, how.routing_key, properties.correlation_id, body]), **options)
    return got


@checks
def rpc_by_reply_to(broker):
    connection = broker.connect()
    server, client = connection.channel(), connection.channel()
    queue = broker.queue(server, "requests")
    serve(server, queue)
    replies = client.queue_declare("", exclusive=True).method.queue
    got = answers(client, replies, auto_ack=True)
    for number in range(3):
        client.basic_publish("", queue, f"request {number}",
                             pika.BasicProperties(reply_to=replies, correlation_id=str(number)))
    until(client, lambda: len(got) == 3, "three answers")
    return got


DIRECT = "amq.rabbitmq.reply-to"


@checks
def direct_reply_to(broker):
    client, server = broker.channel(), broker.channel()
    queue = broker.queue(server, "requests")
    got = answers(client, DIRECT, auto_ack=True)
    for number in range(2):
        client.basic_publish("", queue, b"ask", pika.BasicProperties(reply_to=DIRECT, correlation_id=str(number)))
    addresses = []
    for _ in range(2):
        _, properties, _ = take_when_there(server, queue)
        addresses.append(properties.reply_to)
        server.basic_publish("", properties.reply_to, b"answer",
                             pika.BasicProperties(correlation_id=properties.correlation_id))
    until(client, lambda: len(got) == 2, "two answers")
    assert addresses[0] == addresses[1] and addresses[0].startswith(DIRECT + ".")
    return [addresses, got]


@checks
def direct_reply_to_is_declared_passively(broker):
    client = broker.channel()
    answers(client, DIRECT, auto_ack=True)
    queue = broker.queue(client, "requests")
    client.basic_publish("", queue, b"ask", pika.BasicProperties(reply_to=DIRECT))
    _, properties, _ = client.basic_get(queue, auto_ack=True)
    server = broker.channel()
    declared = server.queue_declare(properties.reply_to, passive=True).method
    seen = {"there": [declared.queue, declared.message_count, declared.consumer_count]}
    client.close()
    seen["gone"] = refusal(server.queue_declare, properties.reply_to, passive=True)
    return seen


@checks
def direct_reply_to_needs_its_consumer(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    channel.basic_publish("", queue, b"x", pika.BasicProperties(reply_to=DIRECT))
    refused = refusal(served, channel)
    assert refused["code"] == 406
    return refused


@checks
def direct_reply_to_needs_no_acknowledgement(broker):
    return refusal(broker.channel().basic_consume, DIRECT, print)


@checks
def direct_reply_to_once_a_channel(broker):
    channel = broker.channel()
    answers(channel, DIRECT, auto_ack=True)
    return refusal(channel.basic_consume, DIRECT, print, auto_ack=True)


@checks
def direct_reply_to_of_a_gone_client(broker):
    client, server = broker.channel(), broker.channel()
    queue = broker.queue(server, "requests")
    answers(client, DIRECT, auto_ack=True)
    client.basic_publish("", queue, b"ask", pika.BasicProperties(reply_to=DIRECT))
    _, properties, _ = take_when_there(server, queue)
    client.close()
    returned = []
    server.add_on_return_callback(lambda _, how, *rest: returned.append([how.reply_code, how.reply_text, rest[1]]))
    server.basic_publish("", properties.reply_to, b"answer", mandatory=True)
    served(server)
    server.basic_publish("", properties.reply_to, b"answer")
    served(server)
    return returned


@checks
def direct_reply_to_cancelled(broker):
    """After its consumer is cancelled, the channel needs it again."""
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    consumer = channel.basic_consume(DIRECT, print, auto_ack=True)
    channel.basic_cancel(consumer)
    channel.basic_publish("", queue, b"x", pika.BasicProperties(reply_to=DIRECT))
    return refusal(served, channel)


@checks
def direct_reply_to_as_a_queue(broker):
    """What else is done with the pseudo queue."""
    return {"passive": refusal(broker.channel().queue_declare, DIRECT, passive=True),
            "declared": refusal(broker.channel().queue_declare, DIRECT),
            "taken": refusal(broker.channel().basic_get, DIRECT),
            "purged": refusal(broker.channel().queue_purge, DIRECT),
            "deleted": refusal(broker.channel().queue_delete, DIRECT),
            "bound": refusal(broker.channel().queue_bind, DIRECT, "amq.direct", "k")}


@checks
def direct_reply_to_with_a_wrong_address(broker):
    channel = broker.channel()
    returned = []
    channel.add_on_return_callback(lambda _, how, *rest: returned.append([how.reply_code, how.reply_text]))
    for address in (DIRECT, DIRECT + ".odd", DIRECT + "."):
        channel.basic_publish("", address, b"x", mandatory=True)
    served(channel)
    return [returned, {key: refusal(broker.channel().queue_declare, DIRECT + key, passive=True)
                       for key in (".odd", ".")}]


@checks
def reply_to_of_others_is_kept(broker):
    channel = broker.channel()
    queue = broker.queue(channel, "q")
    channel.basic_publish("", queue, b"x", pika.BasicProperties(reply_to=DIRECT + ".odd"))
    _, properties, _ = channel.basic_get(queue, auto_ack=True)
    return properties_of(properties)


@checks
def client_properties_of_any_kind(broker):
    wire = broker.wire()
    wire.start()
    properties = {"product": "odd", "capabilities": {"basic.nack": True, "odd": {"deep": 1}}, "": "empty", "n": 7}
    response = b"\0" + wire.user.encode() + b"\0" + wire.password.encode()
    wire.send(frame(METHOD, 0, struct.pack(">HH", 10, 11) + table(properties) + short_text("PLAIN") +
                    struct.pack(">I", len(response)) + response + short_text("en_US")))
    return wire.expect(10, 30).id
