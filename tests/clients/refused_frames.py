"""Ways to break the protocol after a login: frames, channels, methods and content."""

import struct

from observing import Checks, name
from wire_client import (
    body,
    channel_close_ok,
    channel_open,
    connection_open,
    frame,
    get,
    header,
    long_text,
    method,
    plain,
    publish,
    queue_declare,
    short_text,
    start_ok,
    table,
    tune_ok,
)

checks = Checks()

QOS = struct.pack(">IHB", 0, 1, 0)


def add(check, data, channel=1, channels=(1,)):
    """The broker's answer to these bytes on an open connection. What it has not refused by the time at which it
    answers basic.qos on `channel` (0: which another channel can tell) it has accepted."""

    def attempt(broker):
        wire = broker.wire().open(channels=channels)
        wire.send(data)
        if channel == 0:
            return outcome_elsewhere(wire)
        wire.send(method(channel, 60, 10, QOS))
        return wire.outcome(until=(60, 11))

    checks.add(check, attempt)


def outcome_elsewhere(wire):
    """A channel that fails tells the connection, which may open another one first, but not two in turn."""
    for channel in (9, 10):
        wire.send(channel_open(channel))
        outcome = wire.outcome(until=(20, 11))
        if outcome["level"] != "accepted":
            break
    return outcome


# --- frames

for kind in (0, 4, 5, 6, 7, 9, 255):
    for channel in (0, 1):
        add(f"frame of type {kind} on channel {channel}", frame(kind, channel, b"payload"), channel)
for check, data, channel in (
    ("frame with a wrong end", frame(1, 1, struct.pack(">HH", 60, 10) + QOS, end=b"\0"), 1),
    ("frame with a wrong end on channel 0", frame(8, 0, b"", end=b"\xcd"), 0),
    ("frame with a byte too much", frame(1, 1, struct.pack(">HHB", 20, 20, 1)) + b"\xce", 1),
    ("frame larger than agreed", frame(3, 1, b"x" * 131073), 1),
    ("frame larger than agreed, on channel 0", frame(8, 0, b"x" * 131073), 0),
    ("frame of 4 GiB", struct.pack(">BHI", 1, 1, 2**32 - 1) + b"\0" * 100, 1),
    ("frame of a method without a byte", frame(1, 1, b""), 1),
    ("frame of half a number", frame(1, 1, b"\0\x3c\0"), 1),
    ("frame of a method on channel 0 without a byte", frame(1, 0, b""), 0),
    ("protocol header in the middle", b"AMQP\0\0\x09\x01", 1),
):
    add(check, data, channel)
for check, data in (
    ("heartbeat on channel 1", frame(8, 1, b"")),
    ("heartbeat on a channel that is not open", frame(8, 5, b"")),
    ("heartbeat with content", frame(8, 0, b"alive")),
):
    add(check, data, 0)

# --- methods where they do not belong

METHODS = {
    "channel.flow": (20, 20, b"\1"),
    "channel.flow-ok": (20, 21, b"\1"),
    "channel.close": (20, 40, struct.pack(">HBHH", 200, 0, 0, 0)),
    "channel.close-ok": (20, 41, b""),
    "access.request": (30, 10, short_text("/data") + b"\x1f"),
    "exchange.declare": (40, 10, b"\0\0" + short_text("e") + short_text("direct") + b"\1" + table({})),
    "exchange.delete": (40, 20, b"\0\0" + short_text("no-such") + b"\0"),
    "exchange.bind": (40, 30, b"\0\0" + short_text("a") * 3 + b"\0" + table({})),
    "exchange.unbind": (40, 40, b"\0\0" + short_text("a") * 3 + b"\0" + table({})),
    "queue.declare": (50, 10, b"\0\0" + short_text("no-such") + b"\1" + table({})),
    "queue.bind": (50, 20, b"\0\0" + short_text("a") * 3 + b"\0" + table({})),
    "queue.unbind": (50, 50, b"\0\0" + short_text("a") * 3 + table({})),
    "queue.purge": (50, 30, b"\0\0" + short_text("no-such") + b"\0"),
    "queue.delete": (50, 40, b"\0\0" + short_text("no-such") + b"\0"),
    "basic.qos": (60, 10, QOS),
    "basic.consume": (60, 20, b"\0\0" + short_text("no-such") + b"\0\0" + table({})),
    "basic.cancel": (60, 30, short_text("none") + b"\0"),
    "basic.publish": (60, 40, b"\0\0" + short_text("") * 2 + b"\0"),
    "basic.get": (60, 70, b"\0\0" + short_text("no-such") + b"\0"),
    "basic.ack": (60, 80, struct.pack(">QB", 1, 0)),
    "basic.reject": (60, 90, struct.pack(">QB", 1, 0)),
    "basic.recover-async": (60, 100, b"\1"),
    "basic.recover": (60, 110, b"\1"),
    "basic.nack": (60, 120, struct.pack(">QB", 1, 0)),
    "confirm.select": (85, 10, b"\0"),
    "tx.select": (90, 10, b""),
    "tx.commit": (90, 20, b""),
    "tx.rollback": (90, 30, b""),
}
for check, (class_id, method_id, arguments) in METHODS.items():
    add(f"{check} on a channel that is not open", method(5, class_id, method_id, arguments), 0)
    add(f"{check} on channel 0", method(0, class_id, method_id, arguments), 0)
    if arguments:
        add(f"{check} cut off", method(1, class_id, method_id, arguments[:-1]), 1)
for check in ("queue.declare", "basic.qos", "channel.close-ok", "basic.ack", "confirm.select"):
    class_id, method_id, arguments = METHODS[check]
    add(f"{check} with more behind", method(1, class_id, method_id, arguments + b"more"), 1)

CONNECTION_METHODS = {
    "start-ok": start_ok("PLAIN", plain("nobody", "p")),
    "secure-ok": method(0, 10, 21, long_text("x")),
    "tune-ok": tune_ok(),
    "open": connection_open(),
    "close-ok": method(0, 10, 51),
    "blocked": method(0, 10, 60, short_text("no")),
    "unblocked": method(0, 10, 61),
    "start": method(0, 10, 10),
    "tune": method(0, 10, 30, struct.pack(">HIH", 0, 0, 0)),
    "open-ok": method(0, 10, 41, b"\0"),
}
for check, data in CONNECTION_METHODS.items():
    add(f"connection.{check} on an open connection", data, 0)
    if check in ("start-ok", "tune-ok", "open", "close-ok"):
        add(f"connection.{check} on channel 1", data[:1] + b"\0\1" + data[3:], 1)
add("connection.close on channel 1", method(1, 10, 50, struct.pack(">HBHH", 200, 0, 0, 0)), 1)
add("connection.close on a channel that is not open", method(5, 10, 50, struct.pack(">HBHH", 200, 0, 0, 0)), 0)
add("connection.close cut off", method(0, 10, 50, b"\0"), 0)

for check, class_id, method_id, arguments in (
    ("channel.open-ok", 20, 11, long_text("")),
    ("access.request-ok", 30, 11, b"\0\1"),
    ("exchange.declare-ok", 40, 11, b""),
    ("exchange.bind-ok", 40, 31, b""),
    ("queue.declare-ok", 50, 11, short_text("q") + b"\0" * 8),
    ("queue.purge-ok", 50, 31, b"\0" * 4),
    ("basic.qos-ok", 60, 11, b""),
    ("basic.consume-ok", 60, 21, short_text("t")),
    ("basic.cancel-ok", 60, 31, short_text("t")),
    ("basic.return", 60, 50, b"\0\1" + short_text("") * 3),
    ("basic.deliver", 60, 60, short_text("t") + b"\0" * 9 + short_text("") * 2),
    ("basic.get-ok", 60, 71, b"\0" * 9 + short_text("") * 2 + b"\0" * 4),
    ("basic.get-empty", 60, 72, short_text("")),
    ("basic.recover-ok", 60, 111, b""),
    ("confirm.select-ok", 85, 11, b""),
    ("tx.select-ok", 90, 11, b""),
):
    add(f"{check} from a client", method(1, class_id, method_id, arguments), 1)
for class_id, method_id in (
    (0, 0),
    (1, 1),
    (10, 99),
    (11, 10),
    (20, 99),
    (20, 0),
    (30, 99),
    (40, 11111),
    (50, 60),
    (60, 22),
    (60, 99),
    (60, 65535),
    (70, 10),
    (80, 10),
    (85, 99),
    (90, 99),
    (100, 10),
    (65535, 65535),
):
    add(f"method {class_id}.{method_id}", method(1, class_id, method_id), 1)
    if class_id in (0, 10, 60, 65535):
        add(f"method {class_id}.{method_id} on channel 0", method(0, class_id, method_id), 0)

# --- channels

add("channel opened twice", channel_open(1), 1)
add("channel 0 opened", channel_open(0), 0)
for channel in (2048, 3000, 65535):
    add(f"channel {channel} opened", channel_open(channel), 0)


def attempt_too_many_channels(broker):
    wire = broker.wire().open(channels=[1, 2], channel_max=2)
    wire.send(channel_open(3))
    return wire.outcome(until=(20, 11))


checks.add("one channel more than agreed on", attempt_too_many_channels)
add("channel opened with half its arguments", method(2, 20, 10), 0)


def attempt_after_close(data):
    """On a channel that the broker closes, before and after close-ok."""

    def attempt(broker):
        wire = broker.wire().open(channels=[1])
        wire.send(queue_declare(1, name("none"), flags=1))
        refused = wire.outcome()
        assert refused["code"] == 404
        wire.send(data)
        return outcome_elsewhere(wire)

    return attempt


for check, data in {
    "a method": method(1, 60, 10, QOS),
    "content": publish(1, "", "q") + header(1, 1) + body(1, b"x"),
    "half of a content": publish(1, "", "q") + header(1, 9),
    "nonsense": method(1, 60, 99),
    "channel.open": channel_open(1),
    "a method after close-ok": channel_close_ok(1) + method(1, 60, 10, QOS),
    "close-ok twice": channel_close_ok(1) + channel_close_ok(1),
}.items():
    checks.add(f"on a channel being closed, {check}", attempt_after_close(data))

# --- content

PUBLISH = publish(1, "", "no-such-queue")
for check, data in {
    "a header without a method": header(1, 1),
    "a body without a method": body(1, b"x"),
    "a body without a header": PUBLISH + body(1, b"x"),
    "two headers": PUBLISH + header(1, 1) + header(1, 1),
    "a method in place of the header": PUBLISH,
    "a method in place of the body": PUBLISH + header(1, 1),
    "a publication in place of the body": PUBLISH + header(1, 1) + PUBLISH,
    "a body that is too long": PUBLISH + header(1, 1) + body(1, b"xy"),
    "a body more than there are": PUBLISH + header(1, 1) + body(1, b"x") * 2,
    "a body after none was announced": PUBLISH + header(1, 0) + body(1, b"x"),
    "an empty body": PUBLISH + header(1, 1) + body(1, b"") + body(1, b"x"),
    "a header of another class": PUBLISH + header(1, 1, class_id=50) + body(1, b"x"),
    "a header of class 0": PUBLISH + header(1, 0, class_id=0),
    "a header of nothing": PUBLISH + frame(2, 1, b""),
    "half a header": PUBLISH + frame(2, 1, b"\0\x3c\0\0\0\0"),
    "a header with a weight": PUBLISH + frame(2, 1, struct.pack(">HHQH", 60, 1, 0, 0)),
    "a header without its properties": PUBLISH + header(1, 0, flags=0x8000),
    "a header with more behind": PUBLISH + header(1, 0, 0, b"more"),
    "a header with odd flags": PUBLISH + header(1, 0, flags=2),
    "a header with flags that go on": PUBLISH + header(1, 0, flags=1),
    "properties cut off": PUBLISH + header(1, 0, 0x8000, b"\x09text"),
    "headers cut off": PUBLISH + header(1, 0, 0x2000, struct.pack(">I", 99)),
    "headers of unknown type": PUBLISH + header(1, 0, 0x2000, table({"a": b"?x"})),
    "headers with a text that is too long": PUBLISH + header(1, 0, 0x2000, table({"a": b"S" + struct.pack(">I", 99)})),
    "headers with a number that is none": PUBLISH + header(1, 0, 0x2000, table({"a": b"d" + struct.pack(">d", float("nan"))})),
    "headers with an infinite number": PUBLISH + header(1, 0, 0x2000, table({"a": b"f" + struct.pack(">f", float("-inf"))})),
    "headers that are cut in a name": PUBLISH + header(1, 0, 0x2000, long_text(b"\x09abc")),
    "content after get": method(1, 60, 70, b"\0\0" + short_text("amq.none") + b"\1") + header(1, 0),
    "content after flow": method(1, 20, 20, b"\1") + header(1, 0),
}.items():
    add(f"content: {check}", data, 1)
add("content: of another channel", PUBLISH + header(2, 1), 0, channels=(1, 2))
add(
    "content: a method on another channel in the middle",
    PUBLISH + method(2, 60, 10, QOS) + header(1, 0),
    1,
    channels=(1, 2),
)
add("content: a heartbeat in the middle", PUBLISH + frame(8, 0, b"") + header(1, 0), 1)
for check, arguments in {
    "of unknown type": table({"a": b"?x"}),
    "with an infinite number": table({"a": b"d" + struct.pack(">d", float("inf"))}),
    "too long": struct.pack(">I", 99) + b"x",
    "cut in a name": long_text(b"\x09abc"),
    "of a list that is too long": table({"a": b"A" + struct.pack(">I", 99)}),
}.items():
    add(f"arguments {check}", method(1, 50, 10, b"\0\0" + short_text("no-such") + b"\1" + arguments), 1)

# --- what needs no permission to be refused

for check, data in {
    "prefetch in bytes": method(1, 60, 10, struct.pack(">IHB", 1, 0, 0)),
    "channel.flow off": method(1, 20, 20, b"\0"),
    "recover without return to the queue": method(1, 60, 110, b"\0"),
    "recover-async without return": method(1, 60, 100, b"\0"),
    "immediate": publish(1, "", "no-such-queue", flags=2) + header(1, 0),
    "mandatory and immediate": publish(1, "", "no-such-queue", flags=3) + header(1, 0),
    "publish to none": publish(1, "no-such-exchange", "") + header(1, 0),
    "get from none": get(1, "no-such-queue"),
    "unknown type of exchange": method(1, 40, 10, b"\0\0" + short_text("e") + short_text("odd") + b"\0" + table({})),
    "exchange without type": method(1, 40, 10, b"\0\0" + short_text("e") + short_text("") + b"\0" + table({})),
    "an unknown delivery tag": method(1, 60, 80, struct.pack(">QB", 2**63, 0)),
    "nack with odd flags": method(1, 60, 120, struct.pack(">QB", 0, 255)),
}.items():
    add(check, data, 1)
