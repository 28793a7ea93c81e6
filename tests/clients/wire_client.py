"""A client of AMQP 0-9-1 that sends bytes as they are told, right or wrong, and says what came back."""

import socket
import struct
import time
from urllib.parse import unquote, urlparse

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
END = b"\xce"
PROTOCOL = b"AMQP\0\0\x09\x01"
LONGEST_S = 20

CONNECTION_CLOSE, CHANNEL_CLOSE = (10, 50), (20, 40)


def short_text(text):
    data = text if isinstance(text, bytes) else text.encode()
    return bytes([len(data)]) + data


def long_text(text):
    data = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">I", len(data)) + data


def field(value):
    """A value of a table; bytes are taken as they are, with the letter of their type."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return b"t" + bytes([value])
    if isinstance(value, int):
        return b"I" + struct.pack(">i", value)
    if isinstance(value, dict):
        return b"F" + table(value)
    return b"S" + long_text(value)


def table(entries):
    return long_text(b"".join(short_text(key) + field(value) for key, value in entries.items()))


def frame(kind, channel, payload, end=END):
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + end


def method(channel, class_id, method_id, arguments=b""):
    return frame(METHOD, channel, struct.pack(">HH", class_id, method_id) + arguments)


def header(channel, size, flags=0, properties=b"", class_id=60):
    return frame(HEADER, channel, struct.pack(">HHQH", class_id, 0, size, flags) + properties)


def body(channel, data):
    return frame(BODY, channel, data)


def plain(user, password):
    return b"\0" + user.encode() + b"\0" + password.encode()


def start_ok(mechanism, response, properties=None, locale="en_US"):
    if properties is None:
        properties = {"capabilities": {"authentication_failure_close": True}}
    return method(0, 10, 11, table(properties) + short_text(mechanism) + long_text(response) + short_text(locale))


def tune_ok(channel_max=2047, frame_max=131072, heartbeat=0):
    return method(0, 10, 31, struct.pack(">HIH", channel_max, frame_max, heartbeat))


def connection_open(virtual_host="/"):
    return method(0, 10, 40, short_text(virtual_host) + b"\0\0")


def channel_open(channel):
    return method(channel, 20, 10, b"\0")


def channel_close_ok(channel):
    return method(channel, 20, 41)


def publish(channel, exchange, key, flags=0):
    return method(channel, 60, 40, b"\0\0" + short_text(exchange) + short_text(key) + bytes([flags]))


def queue_declare(channel, queue, flags=0, arguments=None):
    return method(channel, 50, 10, b"\0\0" + short_text(queue) + bytes([flags]) + table(arguments or {}))


def get(channel, queue, no_ack=True):
    return method(channel, 60, 70, b"\0\0" + short_text(queue) + bytes([no_ack]))


class Closed(Exception):
    """The peer has ended the connection."""


class Reply:
    """One frame that came."""

    def __init__(self, kind, channel, payload):
        self.kind, self.channel, self.payload = kind, channel, payload
        self.id = struct.unpack_from(">HH", payload) if kind == METHOD else None

    def refusal(self):
        """Of connection.close and channel.close: at what level, with which code, text and cause."""
        code, length = struct.unpack_from(">HB", self.payload, 4)
        text = self.payload[7:7 + length].decode()
        cause = struct.unpack_from(">HH", self.payload, 7 + length)
        level = "connection" if self.id == CONNECTION_CLOSE else "channel"
        return {"level": level, "code": code, "text": text, "cause": f"{cause[0]}.{cause[1]}"}


class WireClient:
    """One socket. `with` closes it."""

    def __init__(self, url):
        self.url = urlparse(url)
        self.socket = socket.create_connection((self.url.hostname, self.url.port), timeout=LONGEST_S)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @property
    def user(self):
        return unquote(self.url.username)

    @property
    def password(self):
        return unquote(self.url.password)

    def send(self, *data):
        try:
            self.socket.sendall(b"".join(data))
        except (ConnectionError, BrokenPipeError):
            pass  # what the peer said before it closed is still to be read

    def end(self):
        """Nothing more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)

    @staticmethod
    def deadline():
        return time.monotonic() + LONGEST_S

    def bytes_until(self, count, deadline):
        while len(self.received) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{count} bytes did not come in {LONGEST_S} s; there are {self.received!r}")
            self.socket.settimeout(left)
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                raise Closed(self.received)
            self.received += more

    def read(self, longest_s=LONGEST_S):
        """The next frame."""
        deadline = time.monotonic() + longest_s
        self.bytes_until(7, deadline)
        kind, channel, size = struct.unpack_from(">BHI", self.received)
        self.bytes_until(8 + size, deadline)
        payload, self.received = self.received[7:7 + size], self.received[8 + size:]
        return Reply(kind, channel, payload)

    def expect(self, class_id, method_id):
        """The next method, which must be this; heartbeats are passed over."""
        while (reply := self.read()).kind == HEARTBEAT:
            pass
        if reply.id != (class_id, method_id):
            said = reply.refusal() if reply.id in (CONNECTION_CLOSE, CHANNEL_CLOSE) else reply.id
            raise AssertionError(f"expected method {class_id}.{method_id}, got {said}")
        return reply

    def start(self):
        """Until the broker asks for a login."""
        self.send(PROTOCOL)
        return self.expect(10, 10)

    def log_in(self, **tune):
        self.start()
        self.send(start_ok("PLAIN", plain(self.user, self.password)))
        tuned = self.expect(10, 30)
        self.send(tune_ok(**tune))
        return tuned

    def open(self, channels=(), virtual_host="/", **tune):
        """Logs in and opens the virtual host and the channels."""
        self.log_in(**tune)
        self.send(connection_open(virtual_host))
        self.expect(10, 41)
        for channel in channels:
            self.send(channel_open(channel))
            self.expect(20, 11)
        return self

    def outcome(self, until=None):
        """What comes back first of: connection.close, channel.close, the end of the socket, or a method of the id
        `until`, which says that what was sent has been accepted."""
        try:
            while True:
                reply = self.read()
                if reply.id in (CONNECTION_CLOSE, CHANNEL_CLOSE):
                    return reply.refusal()
                if until is not None and reply.id == until:
                    return {"level": "accepted"}
        except Closed as closed:
            left = closed.args[0]
            return {"level": "socket", "left": left} if left else {"level": "socket"}
