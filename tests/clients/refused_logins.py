"""Ways to log in wrongly: what comes before connection.open-ok."""

import struct

from observing import Checks
from wire_client import (
    PROTOCOL,
    Closed,
    channel_open,
    connection_open,
    frame,
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


def what_came(wire):
    """The bytes that come until the socket is closed."""
    try:
        wire.bytes_until(1 << 20, wire.deadline())
    except Closed as closed:
        return closed.args[0]
    raise AssertionError("so much cannot come")


def add_protocol_header(check, data, end=False):
    def attempt(broker):
        wire = broker.wire()
        wire.send(data)
        if end:
            wire.end()
        return {"level": "socket", "came": what_came(wire)}

    checks.add(f"protocol header {check}", attempt)


for check, data in {
    "0-9-2": b"AMQP\0\0\x09\x02",
    "0-10": b"AMQP\1\1\0\x0a",
    "1.0": b"AMQP\0\1\0\0",
    "1.0 with SASL": b"AMQP\3\1\0\0",
    "1.0 with TLS": b"AMQP\2\1\0\0",
    "zeros": b"AMQP\0\0\0\0",
    "nothing but zeros": b"\0" * 8,
    "in small letters": b"amqp\0\0\x09\x01",
    "of HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "of SSH": b"SSH-2.0-OpenSSH\r\n",
    "of MQTT": b"\x10\x0c\0\4MQTT\4\2\0\x3c",
    "of STOMP": b"CONNECT\naccept-version:1.2\n\n\0",
    "of TLS": b"\x16\3\1\2\0\1\0\1\xfc\3\3",
    "shifted": b"\nAMQP\0\0\x09\x01",
    "of ones": b"\xff" * 64,
}.items():
    add_protocol_header(check, data)
add_protocol_header("of seven bytes", PROTOCOL[:7], end=True)
add_protocol_header("of no byte", b"", end=True)


def add_login(check, mechanism, response, **start):
    """`response(user, password)` are the bytes that the mechanism is answered with. Who names the capability is told
    why; to others the socket is closed."""

    def attempt(broker):
        wire = broker.wire()
        wire.start()
        wire.send(start_ok(mechanism, response(wire.user, wire.password), **start))
        return wire.outcome(until=(10, 30))

    checks.add(f"login {check}", attempt)


PLAIN_RESPONSES = {
    "of nothing": lambda user, password: b"",
    "of one NUL": lambda user, password: b"\0",
    "of two NULs": lambda user, password: b"\0\0",
    "of three NULs": lambda user, password: b"\0\0\0",
    "of the user alone": lambda user, password: user.encode(),
    "of NUL and user": lambda user, password: b"\0" + user.encode(),
    "without a password": lambda user, password: plain(user, ""),
    "without a user": lambda user, password: plain("", password),
    "with a wrong password": lambda user, password: plain(user, "wrong"),
    "of an unknown user": lambda user, password: plain("nobody", password),
    "of an unknown user without a password": lambda user, password: plain("nobody", ""),
    "with the user as password": lambda user, password: plain(user, user + "?"),
    "without the first NUL": lambda user, password: user.encode() + b"\0" + password.encode(),
    "with a NUL behind": lambda user, password: plain(user, password) + b"\0",
    "with something behind": lambda user, password: plain(user, password) + b"\0more",
    "with a NUL in the user": lambda user, password: plain(user + "\0", password),
    "with a NUL before the password": lambda user, password: plain(user, "\0" + password),
    "with the password twice": lambda user, password: plain(user, password + password),
    "with a shorter password": lambda user, password: plain(user, password[:-1]),
    "with a longer password": lambda user, password: plain(user, password + "x"),
    "with a space before the password": lambda user, password: plain(user, " " + password),
    "with a newline behind": lambda user, password: plain(user, password + "\n"),
    "with a password in capitals": lambda user, password: plain(user, password.upper()),
    "of a user in capitals": lambda user, password: plain(user.upper(), password),
    "of a user with a space": lambda user, password: plain(user + " ", password),
    "of a user with a newline": lambda user, password: plain(user + "\n", password),
    "with bytes that are no text": lambda user, password: b"\0\xff\xfe\0\xff",
    "with a user that is no text": lambda user, password: b"\0" + user.encode() + b"\xff\0" + password.encode(),
    "with a password of no text": lambda user, password: plain(user, password) + b"\xc3\x28",
    "with a long user": lambda user, password: plain("u" * 1000, password),
    "with a long password": lambda user, password: plain(user, "p" * 3000),
    "by a path": lambda user, password: plain("../" + user, password),
    "by a pattern": lambda user, password: plain(".*", password),
    "by a quote": lambda user, password: plain(user + "' or '1'='1", password),
    "by a wildcard": lambda user, password: plain("*", "*"),
    "with zero width in the user": lambda user, password: plain(user + "\u200b", password),
    "with a combining letter": lambda user, password: plain(user + "\u0301", password),
    "as AMQPLAIN": lambda user, password: amqplain(user, password),
    "in JSON": lambda user, password: f'{{"user":"{user}","password":"{password}"}}'.encode(),
    "of the reversed order": lambda user, password: plain(password + "!", user),
}


def amqplain(user, password):
    return short_text("LOGIN") + b"S" + long_text(user) + short_text("PASSWORD") + b"S" + long_text(password)


for check, response in PLAIN_RESPONSES.items():
    add_login(f"by PLAIN {check}", "PLAIN", response)
for check in ("with a wrong password", "of an unknown user", "of nothing", "without a password"):
    add_login(f"by PLAIN {check}, silently", "PLAIN", PLAIN_RESPONSES[check], properties={})
for mechanism in (
    "",
    "plain",
    "PLAIN ",
    "PLAIN AMQPLAIN",
    "ANONYMOUS",
    "CRAM-MD5",
    "DIGEST-MD5",
    "SCRAM-SHA-256",
    "RABBIT-CR-DEMO",
    "XOAUTH2",
    "GSSAPI",
    "NTLM",
    "LOGIN",
    "M" * 255,
    "PL\0IN",
    "grün",
):
    add_login(f"by the mechanism {mechanism[:20]!r}", mechanism, plain)
add_login("by the mechanism 'XOAUTH2', silently", "XOAUTH2", plain, properties={})
add_login("by EXTERNAL without a certificate", "EXTERNAL", lambda user, password: b"")
add_login("by EXTERNAL with a user", "EXTERNAL", lambda user, password: user.encode())
for check, response in {
    "with a wrong password": lambda user, password: amqplain(user, "wrong"),
    "of an unknown user": lambda user, password: amqplain("nobody", password),
    "of nothing": lambda user, password: b"",
    "without a password": lambda user, password: amqplain(user, "")[: 7 + len(user)],
    "as PLAIN": plain,
    "of half a table": lambda user, password: amqplain(user, password)[:-3],
}.items():
    add_login(f"by AMQPLAIN {check}", "AMQPLAIN", response)
for locale in ("", "de_DE", "x" * 255):
    add_login(
        f"with a wrong password and the locale {locale[:9]!r}",
        "PLAIN",
        lambda user, password: plain(user, "wrong"),
        locale=locale,
    )


def add_before_login(check, *data):
    def attempt(broker):
        wire = broker.wire()
        wire.start()
        wire.send(*data)
        return wire.outcome(until=(10, 30))

    checks.add(f"before login, {check}", attempt)


def raw_start_ok(arguments):
    return method(0, 10, 11, arguments)


for check, data in {
    "connection.open": connection_open(),
    "connection.tune-ok": tune_ok(),
    "connection.secure-ok": method(0, 10, 21, long_text("x")),
    "connection.start": method(0, 10, 10),
    "connection.close-ok": method(0, 10, 51),
    "channel.open": channel_open(1),
    "channel.open on channel 0": channel_open(0),
    "queue.declare": queue_declare(1, "q"),
    "queue.declare on channel 0": queue_declare(0, "q"),
    "basic.publish": publish(1, "", "q") + header(1, 0),
    "basic.get": method(1, 60, 70, b"\0\0\1q\1"),
    "confirm.select": method(1, 85, 10, b"\0"),
    "exchange.delete": method(1, 40, 20, b"\0\0\1e\0"),
    "a content header": header(1, 5),
    "a body": frame(3, 1, b"x"),
    "a content header on channel 0": header(0, 5),
    "a body on channel 0": frame(3, 0, b"x"),
    "an unknown class": method(0, 11, 10),
    "an unknown method": method(0, 10, 99),
    "an empty method": frame(1, 0, b""),
    "half a method's number": frame(1, 0, b"\0\x0a\0"),
    "a frame of unknown type": frame(7, 0, b""),
    "a frame without its end": frame(1, 0, b"\0\x0a\0\x0b", end=b"\0"),
    "the protocol header again": PROTOCOL,
    "connection.update-secret": method(0, 10, 70, long_text("x") + short_text("y")),
    "start-ok on channel 1": method(1, 10, 11, table({}) + short_text("PLAIN") + long_text("") + short_text("en_US")),
    "start-ok of nothing": raw_start_ok(b""),
    "start-ok cut off": raw_start_ok(table({}) + short_text("PLAIN") + long_text(plain("nobody", "p"))),
    "start-ok with a table that is too long": raw_start_ok(struct.pack(">I", 1000) + short_text("PLAIN")),
    "start-ok with a field of unknown type": raw_start_ok(
        table({"a": b"?\0"}) + short_text("PLAIN") + long_text("") + short_text("")
    ),
    "start-ok with a response that is too long": raw_start_ok(
        table({}) + short_text("PLAIN") + struct.pack(">I", 999) + b"x"
    ),
    "start-ok with more behind": raw_start_ok(
        table({}) + short_text("PLAIN") + long_text(plain("nobody", "p")) + short_text("en_US") + b"more"
    ),
    "a frame larger than 4096 bytes": start_ok("PLAIN", plain("nobody", "p" * 5000)),
    "the size of a frame of 2 GiB": struct.pack(">BHI", 1, 0, 2**31),
}.items():
    add_before_login(check, data)


def add_after_login(check, data, tuned=False, until=(10, 41)):
    """After the login, but before the virtual host is open; `tuned`: after tune-ok."""

    def attempt(broker):
        wire = broker.wire()
        wire.start()
        wire.send(start_ok("PLAIN", plain(wire.user, wire.password)))
        wire.expect(10, 30)
        wire.send(tune_ok() if tuned else b"", data)
        return wire.outcome(until=until)

    checks.add(f"{'after' if tuned else 'in place of'} tune-ok, {check}", attempt)


for check, data in {
    "connection.open": connection_open(),
    "start-ok": start_ok("PLAIN", plain("nobody", "p")),
    "channel.open": channel_open(1),
    "basic.publish": publish(1, "", "q") + header(1, 0),
    "a body": frame(3, 1, b"x"),
    "secure-ok": method(0, 10, 21, long_text("x")),
    "tune-ok of nothing": method(0, 10, 31),
    "tune-ok on channel 1": method(1, 10, 31, struct.pack(">HIH", 0, 0, 0)),
    "tune-ok with frames that are too small": tune_ok(frame_max=4095),
    "tune-ok with frames of 1 byte": tune_ok(frame_max=1),
    "tune-ok with frames that are too large": tune_ok(frame_max=131073),
    "tune-ok with frames without a limit": tune_ok(frame_max=0),
    "tune-ok with too many channels": tune_ok(channel_max=65535),
    "tune-ok with channels without a limit": tune_ok(channel_max=0),
}.items():
    add_after_login(check, data)
for check, data in {
    "tune-ok": tune_ok(),
    "start-ok": start_ok("PLAIN", plain("nobody", "p")),
    "channel.open": channel_open(1),
    "queue.declare": queue_declare(1, "q"),
    "basic.publish": publish(1, "", "q") + header(1, 0),
    "connection.open on channel 1": method(1, 10, 40, short_text("/") + b"\0\0"),
    "connection.open of nothing": method(0, 10, 40),
    "a content header": header(1, 5),
}.items():
    add_after_login(check, data, tuned=True)
for virtual_host in (
    "",
    "//",
    " /",
    "/ ",
    "%2f",
    "\\",
    "other",
    "OTHER",
    "/other",
    "..",
    "v" * 255,
    "grün",
    "/\0",
    "*",
):
    add_after_login(f"the virtual host {virtual_host[:12]!r}", connection_open(virtual_host), tuned=True)
