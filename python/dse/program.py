"""Programs in Python for dse: components of a scenario, and learners of its models.

A component program is data: a list of steps, each a tuple of an operation and its arguments.

    import dse

    def handle(message):
        dse.eval_([(dse.write_resource, "answers", message.answer(7, confidence=0.5))])

    dse.start([(dse.stream_resource, "digits", handle)])

`start` loads the steps. `eval_` puts steps before those that are pending and goes on; `next_` takes
the first pending step and calls its operation. Every operation and every callback ends by calling
one of the two, once. A learner is a subclass of `Learner`, and is served by its method `serve`.

This file needs nothing but the standard library. It may be copied beside a scenario as `dse.py`.
"""

from __future__ import annotations

import argparse
import binascii
import decimal
import io
import json
import math
import operator
import os
import random
import re
import runpy
import sys
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NoReturn,
    Optional,
    Sequence,
    Tuple,
    Type,
    Union,
)

if TYPE_CHECKING:
    import numpy

__all__ = [
    "Batch",
    "Context",
    "DseError",
    "Float32",
    "Int8",
    "Int16",
    "Int32",
    "Learner",
    "Message",
    "NarrowInteger",
    "Predictions",
    "ProtocolError",
    "Timestamp",
    "Uint8",
    "Uint16",
    "Uint32",
    "UsageError",
    "after",
    "bind",
    "context",
    "create_resource",
    "eval_",
    "exit_",
    "main",
    "metric",
    "next_",
    "now_ns",
    "on_confirm",
    "on_finish",
    "on_load",
    "on_return",
    "on_save",
    "parse_duration",
    "reject",
    "serve",
    "start",
    "stream_resource",
    "write_resource",
]

PROTOCOL = 1

Json = Dict[str, Any]
# A header's value. None is AMQP's void; a list is an array, a dictionary a table.
Value = Union[
    str, bool, int, float, bytes, decimal.Decimal, None, List["Value"], Dict[str, "Value"]
]
Step = Tuple[Any, ...]

_LINE_BYTES_MAX = 64 * 1024 * 1024
_READ_BYTES = 65536
_EXACT_INTEGER_MAX = 2**53 - 1
_PREFETCH_MAX = 2**16 - 1
_LONGEST_DURATION_NS = 100 * 366 * 86_400 * 1_000_000_000
_UNITS_NS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
}


class DseError(Exception):
    """The base of all errors of this package."""


class UsageError(DseError):
    """A call that makes no sense: a mistake in the program that made it."""


class ProtocolError(DseError):
    """The other side does not speak the protocol that this package knows."""


def _decode_text(wire: Any) -> str:
    if isinstance(wire, str):
        return wire
    if isinstance(wire, dict) and len(wire) == 1 and "text" in wire:
        return binascii.a2b_base64(wire["text"]).decode("utf-8", "surrogateescape")
    raise ProtocolError(f"expected a text, found {wire!r}")


def _encode_text(text: str) -> Union[str, Json]:
    """Returns the text as JSON has it. Bytes that are not UTF-8 are in it as surrogate escapes."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        pass
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise ValueError(f"{text!r} is no text: it has half of a surrogate pair") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return {"text": _base64(data)}


class NarrowInteger(int):
    """An integer of less than 64 bits, which keeps its width; of one of the classes below."""

    __slots__ = ()
    _tag = ""
    _least = 0
    _most = 0

    def __new__(cls, value: Any = 0) -> NarrowInteger:
        number = super().__new__(cls, operator.index(value))
        if not cls._least <= number <= cls._most:
            raise ValueError(
                f"{int(number)} does not fit into {cls.__name__}: {cls._least} to {cls._most}"
            )
        return number


class Int8(NarrowInteger):
    """A signed integer of 8 bits."""

    __slots__ = ()
    _tag, _least, _most = "int8", -(2**7), 2**7 - 1


class Uint8(NarrowInteger):
    """An unsigned integer of 8 bits."""

    __slots__ = ()
    _tag, _least, _most = "uint8", 0, 2**8 - 1


class Int16(NarrowInteger):
    """A signed integer of 16 bits."""

    __slots__ = ()
    _tag, _least, _most = "int16", -(2**15), 2**15 - 1


class Uint16(NarrowInteger):
    """An unsigned integer of 16 bits."""

    __slots__ = ()
    _tag, _least, _most = "uint16", 0, 2**16 - 1


class Int32(NarrowInteger):
    """A signed integer of 32 bits."""

    __slots__ = ()
    _tag, _least, _most = "int32", -(2**31), 2**31 - 1


class Uint32(NarrowInteger):
    """An unsigned integer of 32 bits."""

    __slots__ = ()
    _tag, _least, _most = "uint32", 0, 2**32 - 1


class Timestamp(NarrowInteger):
    """A time of day, in seconds since 1970."""

    __slots__ = ()
    _tag, _least, _most = "timestamp", 0, 2**64 - 1


class Float32(float):
    """A float of 32 bits; another number is rounded to one when it is written."""

    __slots__ = ()


_INTEGERS: Dict[str, Type[NarrowInteger]] = {
    type_._tag: type_ for type_ in (Int8, Uint8, Int16, Uint16, Int32, Uint32, Timestamp)
}


def _decode_value(wire: Any) -> Value:
    if isinstance(wire, (str, bool, int, float)):
        return wire
    if isinstance(wire, list):
        return [_decode_value(each) for each in wire]
    if isinstance(wire, dict) and len(wire) == 1:
        ((tag, inner),) = wire.items()
        if tag == "int64":
            return int(inner)
        if tag == "double":
            return float(inner)
        if tag == "text":
            return _decode_text(wire)
        if tag in _INTEGERS:
            return _INTEGERS[tag](int(inner))
        if tag == "float":
            return Float32(inner)
        if tag == "decimal":
            return decimal.Decimal(inner)
        if tag == "bytes":
            return binascii.a2b_base64(inner)
        if tag == "void":
            return None
        if tag == "table":
            return {name: _decode_value(inner[name]) for name in inner}
    raise ProtocolError(f"a header has a value of an unknown type: {wire!r}")


def _encode_integer(value: int) -> Any:
    integer = int(value)
    exact = -_EXACT_INTEGER_MAX <= integer <= _EXACT_INTEGER_MAX
    if isinstance(value, NarrowInteger):
        return {value._tag: integer if exact else str(integer)}
    if exact:
        return integer
    if -(2**63) <= integer < 2**63:
        return {"int64": str(integer)}
    raise ValueError(f"the integer {integer} does not fit into 64 bits; write it as a text")


def _encode_float(value: float) -> Any:
    if math.isfinite(value):
        return {"float": float(value)} if isinstance(value, Float32) else float(value)
    text = "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return {"float" if isinstance(value, Float32) else "double": text}


def _encode_decimal(value: decimal.Decimal) -> Json:
    if not value.is_finite() or value.is_signed():
        raise ValueError(f"the decimal {value} cannot be carried: it has no sign and is finite")
    return {"decimal": format(value, "f")}


def _encode_value(value: Any) -> Any:
    if isinstance(value, str):
        return _encode_text(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _encode_integer(value)
    if isinstance(value, float):
        return _encode_float(value)
    if value is None:
        return {"void": None}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"bytes": _base64(value)}
    if isinstance(value, decimal.Decimal):
        return _encode_decimal(value)
    if isinstance(value, (list, tuple)):
        return [_encode_value(each) for each in value]
    if isinstance(value, Mapping):
        return {"table": _encode_headers(value)}
    item = getattr(value, "item", None)  # the scalars of numpy and torch
    if item is not None:
        scalar = item()
        if isinstance(scalar, (str, bool, int, float)):
            return _encode_value(scalar)
    raise TypeError(
        f"a header cannot have the value {value!r}: it must be a text, a truth value, a number, "
        "bytes, a decimal, None, or a list or dictionary of these"
    )


def _encode_headers(headers: Mapping[str, Any]) -> Json:
    wire = {}
    for name, value in headers.items():
        if not isinstance(name, str):
            raise TypeError(f"the name of a header must be a text, not {name!r}")
        wire[name] = _encode_value(value)
    return wire


def _base64(data: Any) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _bytes(payload: Any) -> bytes:
    if isinstance(payload, bytes):
        return payload
    if isinstance(payload, str):
        raise TypeError("a payload is bytes, not a text: encode the text, as in text.encode()")
    try:
        return memoryview(payload).tobytes()
    except TypeError:
        raise TypeError(f"a payload is bytes, not {type(payload).__name__}") from None


_WRITTEN_MEMBERS = (
    "payload",
    "key",
    "correlation_id",
    "content_type",
    "content_encoding",
    "priority",
    "reply_to",
    "expiration",
    "type",
    "user_id",
    "delivery_mode",
)


class Message:
    """A message: what a stream delivers, or what a program writes.

    What was delivered is decoded when it is looked at, and not before.
    """

    __slots__ = ("_wire", "_payload", "_headers", "redelivered")

    redelivered: bool

    def __init__(
        self,
        payload: Any = b"",
        key: str = "",
        headers: Optional[Mapping[str, Any]] = None,
        correlation_id: str = "",
        content_type: str = "",
        *,
        content_encoding: str = "",
        priority: Optional[int] = None,
        reply_to: str = "",
        expiration: str = "",
        type: str = "",
        user_id: str = "",
        delivery_mode: Optional[int] = None,
    ) -> None:
        self._payload: Optional[bytes] = _bytes(payload)
        self._headers: Optional[Dict[str, Value]] = None
        self.redelivered = False
        wire: Json = {}
        if self._payload:
            wire["payload"] = _base64(self._payload)
        if headers:
            wire["headers"] = _encode_headers(headers)
        texts = (
            ("key", key),
            ("correlation_id", correlation_id),
            ("content_type", content_type),
            ("content_encoding", content_encoding),
            ("reply_to", reply_to),
            ("expiration", expiration),
            ("type", type),
            ("user_id", user_id),
        )
        for name, text in texts:
            if not isinstance(text, str):
                raise TypeError(f"the {name} of a message is a text, not {text!r}")
            if text:
                wire[name] = _encode_text(text)
        for name, number in (("priority", priority), ("delivery_mode", delivery_mode)):
            if number is not None:
                wire[name] = operator.index(number)
        self._wire = wire

    @classmethod
    def _of_wire(cls, wire: Json, redelivered: bool = False) -> Message:
        message = cls.__new__(cls)
        message._wire = wire
        message._payload = None
        message._headers = None
        message.redelivered = redelivered
        return message

    def _written(self) -> Json:
        """Returns the members that a writer sets."""
        wire = self._wire
        written = {}
        for name in _WRITTEN_MEMBERS:
            member = wire.get(name)
            if member is not None and member != "":
                written[name] = member
        # The dictionary that `headers` returned may have been changed since.
        headers = wire.get("headers") if self._headers is None else _encode_headers(self._headers)
        if headers:
            written["headers"] = headers
        return written

    @property
    def payload(self) -> bytes:
        """The bytes."""
        payload = self._payload
        if payload is None:
            payload = self._payload = binascii.a2b_base64(self._wire.get("payload", ""))
        return payload

    @property
    def headers(self) -> Dict[str, Value]:
        """The headers by name: texts, truth values, numbers, and AMQP's other types."""
        headers = self._headers
        if headers is None:
            wire = self._wire.get("headers") or {}
            headers = self._headers = {name: _decode_value(wire[name]) for name in wire}
        return headers

    @property
    def key(self) -> str:
        """The routing key."""
        return _decode_text(self._wire.get("key", ""))

    @property
    def id(self) -> str:
        """The id, which the writer's host has set."""
        return _decode_text(self._wire.get("id", ""))

    @property
    def app_id(self) -> str:
        """The component that wrote the message."""
        return _decode_text(self._wire.get("app_id", ""))

    @property
    def correlation_id(self) -> str:
        """The id of the message that this one answers."""
        return _decode_text(self._wire.get("correlation_id", ""))

    @property
    def content_type(self) -> str:
        """The MIME type of the payload."""
        return _decode_text(self._wire.get("content_type", ""))

    @property
    def content_encoding(self) -> str:
        """The encoding of the payload, such as "gzip"."""
        return _decode_text(self._wire.get("content_encoding", ""))

    @property
    def priority(self) -> Optional[int]:
        """The priority, from 0 to 255, or None."""
        return self._wire.get("priority")

    @property
    def reply_to(self) -> str:
        """Where an answer is expected: the name of a queue."""
        return _decode_text(self._wire.get("reply_to", ""))

    @property
    def expiration(self) -> str:
        """The milliseconds after which the message expires in a queue, as a text, or ""."""
        return _decode_text(self._wire.get("expiration", ""))

    @property
    def type(self) -> str:
        """What kind of message it is, as its writer says."""
        return _decode_text(self._wire.get("type", ""))

    @property
    def user_id(self) -> str:
        """The user who wrote it, as the message says."""
        return _decode_text(self._wire.get("user_id", ""))

    @property
    def delivery_mode(self) -> Optional[int]:
        """1 for a transient message, None for a persistent one."""
        return self._wire.get("delivery_mode")

    @property
    def timestamp_ns(self) -> int:
        """When the message was written, in virtual time."""
        return int(self._wire.get("timestamp_ns", 0))

    def answer(self, label: Any, confidence: Any = None, **headers: Any) -> Message:
        """Returns the prediction `label` about this message, to be written.

        It has the same payload and headers, and in addition the headers `label`, `model` (the name
        of the component), `confidence` if there is one, and those that are given. Its key is
        `<component>.<label>`.
        """
        component = _session.context().component
        number = operator.index(label)
        added: Dict[str, Any] = {**self.headers, "label": number, "model": component}
        if confidence is not None:
            added["confidence"] = float(confidence)
        added.update(headers)
        wire = {"key": f"{component}.{number}", "headers": _encode_headers(added)}
        for name, member in (("payload", "payload"), ("correlation_id", "id"),
                             ("content_type", "content_type")):
            if member in self._wire:
                wire[name] = self._wire[member]
        return Message._of_wire(wire)

    def __repr__(self) -> str:
        members = [f"{len(self.payload)} bytes"]
        for name in ("key", "headers", "id", *_WRITTEN_MEMBERS[2:]):
            if name in self._wire:
                members.append(f"{name}={getattr(self, name)!r}")
        return f"<Message {' '.join(members)}>"


def _written_message(message: Union[Message, Mapping[str, Any]]) -> Json:
    if isinstance(message, Message):
        return message._written()
    if isinstance(message, Mapping):
        try:
            return Message(**message)._written()
        except TypeError as error:
            raise UsageError(f"{dict(message)!r} is no message: {error}") from error
    raise UsageError(
        f"{message!r} is no message: it must be a Message, or a dictionary with what Message takes"
    )


def parse_duration(duration: Union[int, str]) -> int:
    """Returns the nanoseconds of a duration: an integer, or a text such as "50us" or "1.5s"."""
    if isinstance(duration, str):
        match = re.fullmatch(r"([0-9]{1,18})(?:\.([0-9]{1,13}))?(ns|us|ms|s|min|h)", duration)
        if match is None:
            raise ValueError(f"'{duration}' is no duration; write one as \"50us\" or \"1.5s\"")
        whole, fraction, unit = match.group(1), match.group(2) or "", _UNITS_NS[match.group(3)]
        duration_ns: int
        duration_ns, rest = divmod(int(whole + fraction) * unit, 10 ** len(fraction))
        if rest:
            raise ValueError(f"the duration '{duration}' is finer than a nanosecond")
    else:
        try:
            duration_ns = operator.index(duration)
        except TypeError:
            raise TypeError(
                f"a duration is an integer of nanoseconds or a text such as \"10ms\", "
                f"not {duration!r}"
            ) from None
    if not 0 <= duration_ns <= _LONGEST_DURATION_NS:
        raise ValueError(f"the duration {duration!r} is not between 0 and a hundred years")
    return duration_ns


def _finite(what: str, value: Any) -> Union[int, float]:
    item = getattr(value, "item", None)
    number = value if item is None else item()
    if isinstance(number, (int, float)) and math.isfinite(number):
        return float(number) if isinstance(number, float) else int(number)
    raise UsageError(f"{what} must be a finite number, not {value!r}")


def _parse_line(line: str) -> Json:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise ProtocolError(f"this line is not JSON ({error}): {line[:200]!r}") from error
    if not isinstance(parsed, dict):
        raise ProtocolError(f"this line is not a JSON object: {line[:200]!r}")
    return parsed


_parse_prefix = json.JSONDecoder().raw_decode
_compose = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _compose_line(value: Json) -> bytes:
    text = _compose(value)
    try:
        line = text.encode("utf-8") + b"\n"
    except UnicodeEncodeError as error:
        raise UsageError(
            "the name of a resource, header, metric or option must be UTF-8: "
            f"{text[max(0, error.start - 40):error.end + 40]!r}"
        ) from error
    if len(line) > _LINE_BYTES_MAX:
        raise UsageError(
            f"a reply of {len(line)} bytes is too long: at most 64 MiB go into one line; write "
            "less at once, with an after between"
        )
    return line


class _Pipes:
    """The protocol on two descriptors: calls are read from one, replies written to the other."""

    def __init__(self, calls: int, replies: int) -> None:
        self._calls = calls
        self._replies = replies
        self._rest = b""

    @classmethod
    def of_standard_streams(cls) -> _Pipes:
        """Takes standard input and output for the protocol.

        From now on standard input is empty, and what is printed goes to standard error, also what
        was printed before and has not been written yet.
        """
        pipes = cls(os.dup(0), os.dup(1))
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.flush()
                stream.reconfigure(line_buffering=True)
        return pipes

    def read(self) -> Optional[Json]:
        """Returns the next call, or None at the end."""
        chunk = b"" if self._rest else os.read(self._calls, _READ_BYTES)
        if chunk and chunk.find(b"\n") == len(chunk) - 1:
            line = chunk.decode("utf-8")
        else:
            whole = self._read_long(chunk)
            if whole is None:
                return None
            line = whole
        try:
            call, end = _parse_prefix(line)
        except ValueError:
            end = 0
        if end == len(line) - 1 and isinstance(call, dict):
            return call
        return _parse_line(line)

    def _read_long(self, chunk: bytes) -> Optional[str]:
        """Returns a line that did not come alone and whole; `chunk` was read of it."""
        chunks = [self._rest] if self._rest else []
        if not self._rest:
            if not chunk:
                return None
            chunks.append(chunk)
        size = len(chunks[0])
        while b"\n" not in chunks[-1]:
            if size > _LINE_BYTES_MAX:
                raise ProtocolError("a call is longer than 64 MiB")
            chunk = os.read(self._calls, 4 * _READ_BYTES)
            if not chunk:
                return None
            chunks.append(chunk)
            size += len(chunk)
        line, _, self._rest = b"".join(chunks).partition(b"\n")
        return line.decode("utf-8") + "\n"

    def write(self, reply: Json) -> None:
        line = _compose_line(reply) if reply else b"{}\n"
        try:
            written = os.write(self._replies, line)
            if written != len(line):
                view = memoryview(line)[written:]
                while view:
                    view = view[os.write(self._replies, view):]
        except BrokenPipeError:
            pass  # nobody listens any more; the end of the input follows


Channel = Any  # _Pipes, or the replayer's _LoggedCalls


class Context:
    """What the scenario says of this component; see `context`."""

    def __init__(self, start_call: Json) -> None:
        self._start = start_call

    @property
    def component(self) -> str:
        """The component's name."""
        return str(self._start["component"])

    @property
    def seed_text(self) -> str:
        """The component's seed, 16 hexadecimal digits."""
        return str(self._start["seed"])

    @property
    def seed(self) -> int:
        """The component's seed: from it the program takes all its randomness."""
        return int(self.seed_text, 16)

    @property
    def options(self) -> Dict[str, Any]:
        """The options that the scenario has for this program."""
        options: Dict[str, Any] = self._start.setdefault("options", {})
        return options

    @property
    def from_(self) -> Optional[str]:
        """The resource that the program reads, if any."""
        return self._start.get("from")

    @property
    def to(self) -> List[str]:
        """The resources that the program may write."""
        return list(self._start.get("to", ()))

    @property
    def prefetch(self) -> Optional[int]:
        """The scenario's prefetch for the resource that is read."""
        return self._start.get("prefetch")


OnReturn = Callable[[Message], None]
OnConfirm = Callable[[Message, bool], None]
Summary = Union[Mapping[str, Any], Tuple[Mapping[str, Any], Optional[str]], None]

_RUNNING = 0  # a step or a callback runs, and has not gone on yet
_READY = 1  # it has called next_ or eval_
_TIMER = 2
_DELIVERY = 3
_ENDED = 4
_IDLE = 5  # nothing was started

_WHAT_IS_AWAITED = {_TIMER: "the end of an after", _DELIVERY: "a message"}


class _Session:
    """The program of this process: its steps that are pending, and its side of the protocol."""

    def __init__(self) -> None:
        self.channel: Optional[Channel] = None
        self.now_ns = 0
        self.on_return: Optional[OnReturn] = None
        self.on_confirm: Optional[OnConfirm] = None
        self.on_finish: Optional[Callable[[], Summary]] = None
        self.on_save: Optional[Callable[[], bytes]] = None
        self.on_load: Optional[Callable[[bytes], None]] = None
        self.steps: List[List[Any]] = []  # of the reply that is being made
        self.state = _IDLE
        self.handling = False
        self._context: Optional[Context] = None
        self._start_call: Optional[Json] = None
        self._served = False
        self._seeded: List[str] = []
        self._pending: List[Step] = []  # the first is at the end
        self._steps_behind = 0  # a handler is done when no more than these are pending
        self._handler: Optional[Callable[[Message], None]] = None
        self._takes_note = ""  # within on_return or on_confirm: what the note is about

    def context(self) -> Context:
        if self._context is None and not self._read_start():
            raise ProtocolError(
                "standard input ended before the call 'start': dse starts this program, as the "
                "`command` of a component of a scenario"
            )
        assert self._context is not None
        return self._context

    def _read_start(self) -> bool:
        """Reads the first call; returns false when the input ends instead."""
        if self.channel is None:
            if sys.stdin is not None and sys.stdin.isatty():
                print(
                    "This program speaks with dse over standard input and output: name it in a "
                    "scenario, or replay a log of its calls with `python -m dse replay`.",
                    file=sys.stderr,
                )
            self.channel = _Pipes.of_standard_streams()
        call = self.channel.read()
        if call is None:
            return False
        if call.get("call") != "start":
            raise ProtocolError(f"the first call must be 'start', not {call.get('call')!r}")
        if call.get("protocol") != PROTOCOL:
            raise ProtocolError(
                f"dse speaks protocol {call.get('protocol')!r} and this package protocol "
                f"{PROTOCOL}: take the package that came with dse"
            )
        self._start_call = call
        self._context = Context(call)
        self.now_ns = call.get("now_ns", 0)
        self._seed_libraries()
        return True

    def _seed_libraries(self) -> None:
        """Seeds each random generator that is loaded, once."""
        seed = self.context().seed
        for name in ("random", "numpy", "torch"):
            library: Any = sys.modules.get(name)
            if library is None or name in self._seeded:
                continue
            if name == "random":
                random.seed(seed)
            elif name == "numpy":
                if not hasattr(library, "random"):
                    continue
                library.random.seed(seed % 2**32)
            else:
                if not hasattr(library, "manual_seed"):
                    continue
                library.manual_seed(seed)
            self._seeded.append(name)

    def _begin(self, learner: bool) -> Optional[Json]:
        """Returns the start call; None when the input ends instead."""
        if self._served:
            raise UsageError("start() or serve() was called already: a process is one program")
        self._served = True
        if self._start_call is None and not self._read_start():
            return None
        call = self._start_call
        assert call is not None
        if learner != ("shape" in call):
            raise UsageError(
                f"'{call.get('component')}' is a component of its own: call start(), not serve()"
                if learner
                else f"this program is the learner of the model '{call.get('component')}': make a "
                "subclass of Learner and call its serve()"
            )
        self._seed_libraries()
        return call

    def _calls(self) -> Iterator[Json]:
        """Yields the calls after start."""
        assert self.channel is not None
        read = self.channel.read
        call = read()
        self._seed_libraries()
        while call is not None:
            yield call
            call = read()

    def run(self, program: Iterable[Step]) -> None:
        steps = list(program)
        if self._begin(learner=False) is None:
            return
        assert self.channel is not None
        write = self.channel.write
        self._pending.extend(reversed(steps))
        self.state = _READY
        self._run_ready(None)
        write(self._reply())
        for call in self._calls():
            name = call.get("call")
            if name == "deliver":
                self._deliver(call)
                write(self._reply())
            elif name == "resume":
                self._resume(call)
                write(self._reply())
            else:
                write(self._other_call(name, call))

    def _reply(self) -> Json:
        if not self.steps:
            return {}
        steps, self.steps = self.steps, []
        return {"steps": steps}

    def _deliver(self, call: Json) -> None:
        handler = self._handler
        if self.state != _DELIVERY or handler is None:
            raise ProtocolError("a message was delivered to a program that waits for none")
        self.now_ns = call["now_ns"]
        self.handling = True
        self._steps_behind = len(self._pending)
        self.state = _RUNNING
        handler(Message._of_wire(call["message"], call.get("redelivered", False)))
        self._run_ready(handler)

    def _resume(self, call: Json) -> None:
        self.now_ns = call["now_ns"]
        if self.state != _TIMER:
            raise ProtocolError("a program was resumed that does not wait")
        self.state = _READY
        self._run_ready(None)

    def _other_call(self, name: Any, call: Json) -> Json:
        self.now_ns = call.get("now_ns", self.now_ns)
        if name == "returned":
            if self.on_return is not None:
                message = Message._of_wire(call["message"])
                self._take_note("a message that came back", self.on_return, message)
            return self._reply()
        if name == "confirmed":
            if self.on_confirm is not None:
                message = Message._of_wire(call["message"])
                self._take_note("a confirm", self.on_confirm, message, call["accepted"])
            return self._reply()
        if name == "finish":
            return {} if self.on_finish is None else _summary(self.on_finish())
        if name == "save":
            return {} if self.on_save is None else {"state": _base64(_bytes(self.on_save()))}
        if name == "load":
            if self.on_load is None:
                raise UsageError(
                    "the scenario gives a saved state, and this program cannot load one: register "
                    "a callback with on_load() before start()"
                )
            self.on_load(binascii.a2b_base64(call["state"]))
        return {}

    def _run_ready(self, operation: Any) -> None:
        """Runs steps until one waits or ends. `operation` is what has run just before."""
        pending = self._pending
        while self.state == _READY:
            if self.handling and len(pending) == self._steps_behind:
                self.handling = False
                self.state = _DELIVERY
                return
            if not pending:
                self.state = _ENDED
                return
            operation = self._run_step(pending.pop())
        if self.state == _RUNNING:
            raise UsageError(
                f"{_name_of(operation)} called neither next_() nor eval_(): every operation and "
                "callback ends by calling one of them"
            )

    def _run_step(self, step: Any) -> Any:
        if not isinstance(step, (tuple, list)) or not step or not callable(step[0]):
            raise UsageError(
                f"{step!r} is no step: a step is a tuple of an operation and its arguments, such "
                'as (create_resource, "mnist")'
            )
        self.state = _RUNNING
        step[0](*step[1:])
        return step[0]

    def _take_note(self, what: str, callback: Callable[..., None], *arguments: Any) -> None:
        """Runs a callback, and what it evaluates, while the program waits for something else."""
        waiting = (self._pending, self.state, self.handling)
        self._pending, self.state, self.handling = [], _RUNNING, False
        self._takes_note = what
        callback(*arguments)
        while self.state == _READY and self._pending:
            self._run_step(self._pending.pop())
        self._takes_note = ""
        self._pending, self.state, self.handling = waiting

    def go_on(self) -> None:
        if self.state != _RUNNING:
            self._refuse_going_on()
        self.state = _READY

    def prepend(self, steps: Iterable[Step]) -> None:
        if self.state != _RUNNING:
            self._refuse_going_on()
        self._pending.extend(reversed(list(steps)))
        self.state = _READY

    def _refuse_going_on(self) -> NoReturn:
        if self.state == _READY:
            raise UsageError(
                "next_() or eval_() was called twice: an operation or callback calls one of them, "
                "once, at its end. An operation such as write_resource() calls next_() itself: "
                "what does several things evaluates them, as in "
                "eval_([(write_resource, name, message), (after, 1000)])"
            )
        if self.state == _IDLE:
            raise UsageError("operations are for the steps of a program: none was started")
        if self.state == _ENDED:
            raise UsageError("the program has ended: nothing can go on after exit_()")
        raise UsageError(
            f"the program waits for {_WHAT_IS_AWAITED[self.state]}: nothing else can move it on"
        )

    def wait(self, state: int, what: str) -> None:
        if self.state != _RUNNING:
            self._refuse_going_on()
        if self._takes_note:
            raise UsageError(
                f"{what} cannot be used for {self._takes_note}: only create_resource, bind, "
                "write_resource and metric can"
            )
        self.state = state

    def end(self) -> None:
        self._pending.clear()
        self.handling = False

    def open_stream(self, name: str, handler: Callable[[Message], None]) -> None:
        reads = self.context().from_
        if reads is None:
            raise UsageError(
                f"'{self.context().component}' reads no resource: give it `from` in the scenario"
            )
        if name != reads:
            raise UsageError(
                f"'{self.context().component}' reads '{reads}', as the scenario says, not '{name}'"
            )
        if self._handler is not None:
            raise UsageError(f"'{name}' is streamed already: a program streams one resource, once")
        if not callable(handler):
            raise UsageError(f"the callback of a stream must be a function, not {handler!r}")
        self.wait(_DELIVERY, "stream_resource")
        self._handler = handler

    def serve(self, learner: Learner) -> None:
        call = self._begin(learner=True)
        if call is None:
            return
        assert self.channel is not None
        write = self.channel.write
        learner._prepare(self.context(), call)
        write({})
        for call in self._calls():
            write(learner._answer(call))


_session = _Session()


def _name_of(operation: Any) -> str:
    if operation is None:
        return "the program"
    return str(getattr(operation, "__qualname__", None) or repr(operation)) + "()"


def _summary(summary: Summary) -> Json:
    """Returns what on_finish has said, as the reply."""
    if summary is None:
        return {}
    digest = None
    if isinstance(summary, tuple):
        if len(summary) != 2:
            raise UsageError(f"on_finish gives metrics, or metrics and a digest, not {summary!r}")
        summary, digest = summary
    if not isinstance(summary, Mapping):
        raise UsageError(f"the metrics of on_finish must be a dictionary, not {summary!r}")
    reply: Json = {}
    if summary:
        reply["metrics"] = {
            name: _finite(f"the metric '{name}'", value) for name, value in summary.items()
        }
    if digest is not None:
        reply["digest"] = _digest_text(digest)
    return reply


def _digest_text(digest: Any) -> str:
    if not isinstance(digest, str):
        raise UsageError(f"a digest is a text, such as hexadecimal digits, not {digest!r}")
    return digest


def start(program: Iterable[Step]) -> None:
    """Runs a program: a list of steps, each a tuple of an operation and its arguments.

    Returns when dse has nothing more to say.
    """
    _session.run(program)


def eval_(steps: Iterable[Step]) -> None:
    """Puts steps before all that are pending, and goes on with the first of them."""
    _session.prepend(steps)


def next_() -> None:
    """Goes on with the first step that is pending."""
    _session.go_on()


def context() -> Context:
    """Returns what the scenario says of this component. Waits for the first call if need be."""
    return _session.context()


def now_ns() -> int:
    """Returns the virtual time of the call under way, in nanoseconds since the run's begin."""
    return _session.now_ns


def create_resource(name: str) -> None:
    """Asserts that a resource exists."""
    _session.go_on()
    _session.steps.append(["create", name])


def bind(
    from_: str,
    to: str,
    key: str = "#",
    headers: Optional[Mapping[str, Any]] = None,
    match: str = "all",
) -> None:
    """Binds queue `to` to exchange `from_`, by a topic pattern and, if given, header values.

    `match` says whether "all" or "any" of the header values must be there.
    """
    if match not in ("all", "any"):
        raise UsageError(f"`match` is \"all\" or \"any\", not {match!r}")
    binding: Json = {"from": from_, "to": to}
    if key != "#":
        binding["key"] = key
    if headers:
        binding["headers"] = _encode_headers(headers)
    if match != "all":
        binding["match"] = match
    _session.go_on()
    _session.steps.append(["bind", binding])


def write_resource(
    name: str,
    message: Union[Message, Mapping[str, Any]],
    mandatory: bool = False,
    confirm: bool = False,
) -> None:
    """Asserts a resource and publishes a message there.

    `message` is a Message, or a dictionary with what Message takes. A mandatory message that no
    queue takes comes back to the callback of `on_return`. With `confirm`, the callback of
    `on_confirm` is told whether the queues have accepted the message.
    """
    to = _session.context().to
    if name not in to:
        raise UsageError(
            f"'{_session.context().component}' may not write '{name}': the scenario's `to` for it "
            f"has {', '.join(to) or 'nothing'}"
        )
    step = ["write", name, _written_message(message)]
    options = {"mandatory": mandatory, "confirm": confirm}
    if any(options.values()):
        step.append({option: True for option, wanted in options.items() if wanted})
    _session.go_on()
    _session.steps.append(step)


def stream_resource(
    name: str, callback: Callable[[Message], None], prefetch: Optional[int] = None
) -> None:
    """Streams the resource that the component reads: each message is given to the callback.

    A message is acknowledged when the steps that the callback has evaluated are done. At most
    `prefetch` messages are under way (0: no limit); by default the scenario says how many.
    """
    if prefetch is not None and not 0 <= operator.index(prefetch) <= _PREFETCH_MAX:
        raise UsageError(f"a prefetch is a count of messages up to 65535, not {prefetch!r}")
    _session.open_stream(name, callback)
    step: List[Any] = ["stream"]
    if prefetch is not None:
        step.append({"prefetch": operator.index(prefetch)})
    _session.steps.append(step)


def after(duration: Union[int, str]) -> None:
    """Waits for a duration: nanoseconds, or a text such as "10ms"."""
    duration_ns = parse_duration(duration)
    _session.wait(_TIMER, "after")
    _session.steps.append(["after", duration_ns])


def reject(requeue: bool = False) -> None:
    """Rejects the message that is handled, when its handler is done, in place of acknowledging it.

    It is delivered again, if `requeue` is true, or dropped.
    """
    if not _session.handling:
        raise UsageError("reject() is for the message that a stream's callback handles: none is")
    _session.go_on()
    _session.steps.append(["reject", bool(requeue)])


def metric(name: str, value: Any) -> None:
    """Sets a metric of the component. The scenario lists its name under `metrics`."""
    number = _finite(f"the metric '{name}'", value)
    _session.go_on()
    _session.steps.append(["metric", name, number])


def exit_(status: int = 0) -> None:
    """Ends the program with a status from 0 to 255."""
    if not 0 <= operator.index(status) <= 255:
        raise UsageError(f"the status of exit_ is from 0 to 255, not {status}")
    _session.wait(_ENDED, "exit_")
    _session.end()
    _session.steps.append(["exit", operator.index(status)])


def on_return(callback: OnReturn) -> None:
    """Registers what is called with each mandatory message that came back.

    The callback takes note, or evaluates steps of create_resource, bind, write_resource, metric.
    """
    _session.on_return = callback


def on_confirm(callback: OnConfirm) -> None:
    """Registers what is called with each message that was written with `confirm`, once.

    The callback gets the message, and whether all its queues have accepted it: False, when one was
    full and rejects what is published. A message that came back is told of before. The callback
    takes note, or evaluates steps of create_resource, bind, write_resource, metric.
    """
    _session.on_confirm = callback


def on_finish(callback: Callable[[], Summary]) -> None:
    """Registers what is called when the run is over.

    The callback returns a dictionary of metrics, or that and a digest: a text that stands for what
    the program has learned.
    """
    _session.on_finish = callback


def on_save(callback: Callable[[], bytes]) -> None:
    """Registers what returns the state that is saved when the run is over."""
    _session.on_save = callback


def on_load(callback: Callable[[bytes], None]) -> None:
    """Registers what is called with a saved state, just after the program's start."""
    _session.on_load = callback


class Batch:
    """What a learner trains on, or tells: rows, each one image or one row of a table."""

    __slots__ = ("count", "row_bytes", "_format", "_text", "_data")

    def __init__(self, count: int, row_bytes: int, data: str, format: str = "B") -> None:
        self.count = count
        self.row_bytes = row_bytes
        self._format = format
        self._text = data
        self._data: Optional[bytes] = None

    @property
    def data(self) -> bytes:
        """All rows, one behind the other: one byte a pixel, four (float32) a number of a table."""
        data = self._data
        if data is None:
            data = self._data = binascii.a2b_base64(self._text)
            if len(data) != self.count * self.row_bytes:
                raise ProtocolError(
                    f"{self.count} rows of {self.row_bytes} bytes have {len(data)} bytes"
                )
        return data

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> memoryview:
        at = operator.index(index)
        if at < 0:
            at += self.count
        if not 0 <= at < self.count:
            raise IndexError(f"a batch of {self.count} rows has no row {index}")
        row = memoryview(self.data)[at * self.row_bytes:(at + 1) * self.row_bytes]
        return row if self._format == "B" else row.cast(self._format)

    def __iter__(self) -> Iterator[memoryview]:
        return (self[index] for index in range(self.count))

    def numpy(self) -> numpy.ndarray[Any, numpy.dtype[Any]]:
        """Returns an array that is only read: (count, rows * columns) of uint8, or of a table
        (count, numbers of a row) of float32."""
        import numpy

        array: numpy.ndarray[Any, numpy.dtype[Any]]
        array = numpy.frombuffer(self.data, dtype=numpy.uint8 if self._format == "B" else "<f4")
        return array.reshape(self.count, -1)


def _as_list(values: Any) -> List[Any]:
    tolist = getattr(values, "tolist", None)
    return list(values if tolist is None else tolist())


def _shares(values: Any) -> List[float]:
    """Returns numbers from 0 to 1; what is above by the rounding of single precision is 1."""
    shares = [float(value) for value in _as_list(values)]
    if shares and not (math.isfinite(sum(shares)) and min(shares) >= 0 and max(shares) <= 1):
        for at, share in enumerate(shares):
            if not 0 <= share <= 1 + 1e-6:
                raise UsageError(f"a probability or confidence must be from 0 to 1, not {share}")
            shares[at] = min(share, 1.0)
    return shares


class Predictions:
    """What a learner predicts for a batch. Lists, and arrays of numpy or torch, are taken."""

    __slots__ = ("_labels", "_confidences", "_rows")

    def __init__(self) -> None:
        self._labels: List[int] = []
        self._confidences: List[float] = []
        self._rows: Optional[List[List[float]]] = None

    @classmethod
    def labels(cls, labels: Any, confidences: Any) -> Predictions:
        """A label and a confidence from 0 to 1 for each image."""
        predictions = cls()
        predictions._labels = [operator.index(label) for label in _as_list(labels)]
        predictions._confidences = _shares(confidences)
        if len(predictions._labels) != len(predictions._confidences):
            raise UsageError(
                f"there are {len(predictions._labels)} labels and "
                f"{len(predictions._confidences)} confidences"
            )
        return predictions

    @classmethod
    def probabilities(cls, rows: Any) -> Predictions:
        """For each image a row with the probability of each class."""
        predictions = cls()
        predictions._rows = [_shares(row) for row in _as_list(rows)]
        return predictions

    @classmethod
    def uniform(cls, count: int, classes: int) -> Predictions:
        """What is predicted for `count` images before anything was learned."""
        return cls.probabilities([[1 / classes] * classes] * count)

    def _reply(self, count: int, classes: int) -> Json:
        rows = self._rows
        found = len(self._labels) if rows is None else len(rows)
        if found != count:
            raise UsageError(f"there are predictions for {found} images of a batch of {count}")
        if rows is not None:
            for row in rows:
                if len(row) != classes:
                    raise UsageError(f"a row has {len(row)} probabilities for {classes} classes")
            return {"probabilities": rows}
        if self._labels and not (0 <= min(self._labels) and max(self._labels) < classes):
            raise UsageError(
                f"labels are from 0 to {classes - 1}; these are from {min(self._labels)} to "
                f"{max(self._labels)}"
            )
        return {"labels": self._labels, "confidences": self._confidences}


class Learner:
    """The learner of a model. A subclass says how it trains and predicts.

        class Majority(dse.Learner):
            def prepare(self):
                self.counts = [0] * self.classes

            def train(self, batch, labels):
                for label in labels:
                    self.counts[label] += 1

            def predict(self, batch):
                best = max(range(self.classes), key=self.counts.__getitem__)
                return dse.Predictions.labels([best] * len(batch), [0.5] * len(batch))

        Majority().serve()

    The attributes below are set before `prepare`.
    """

    component: str
    """The model's name."""
    seed: int
    """The model's seed: from it the learner takes all its randomness."""
    shape: Tuple[int, ...]
    """The rows and columns of an image, or how many numbers a row of a table has."""
    classes: int
    """How many labels there are: labels are from 0 to classes - 1."""
    options: Dict[str, Any]
    """The options that the scenario has for this learner."""
    _row: Tuple[int, str]

    def prepare(self) -> None:
        """Is called once, before everything else."""

    def train(self, batch: Batch, labels: List[int]) -> Optional[Predictions]:
        """Learns from a batch. Returns what it would have predicted for it before, or None."""
        raise NotImplementedError(f"{type(self).__name__} has no method train")

    def predict(self, batch: Batch) -> Predictions:
        """Returns the predictions for a batch."""
        raise NotImplementedError(f"{type(self).__name__} has no method predict")

    def save(self) -> Optional[bytes]:
        """Returns all that was learned; None when it cannot be saved."""
        return None

    def load(self, state: bytes) -> None:
        """Goes on from what `save` returned."""
        raise UsageError(
            f"the scenario gives a saved state, and {type(self).__name__} has no method load"
        )

    def digest(self) -> Optional[str]:
        """Returns a text that stands for all that was learned; None: the saved state does."""
        return None

    def serve(self) -> None:
        """Answers the calls of dse, until there are no more."""
        _session.serve(self)

    def _prepare(self, start: Context, call: Json) -> None:
        self._row = {"uint8": (1, "B"), "float32": (4, "f")}.get(str(call.get("type")), (0, ""))
        if not self._row[0]:
            raise ProtocolError(f"rows of the type {call.get('type')!r} are not known")
        self.component = start.component
        self.seed = start.seed
        self.shape = tuple(int(side) for side in call["shape"])
        self.classes = int(call["classes"])
        self.options = start.options
        self.prepare()

    def _answer(self, call: Json) -> Json:
        name = call.get("call")
        if name == "train":
            predictions = self.train(self._batch(call), call["labels"])
            return {} if predictions is None else self._predicted(predictions, call)
        if name == "predict":
            return self._predicted(self.predict(self._batch(call)), call)
        if name == "digest":
            digest = self.digest()
            return {} if digest is None else {"digest": _digest_text(digest)}
        if name == "save":
            state = self.save()
            return {} if state is None else {"state": _base64(_bytes(state))}
        if name == "load":
            self.load(binascii.a2b_base64(call["state"]))
        return {}

    def _batch(self, call: Json) -> Batch:
        size, format = self._row
        return Batch(call["count"], math.prod(self.shape) * size, call["data"], format)

    def _predicted(self, predictions: Any, call: Json) -> Json:
        if not isinstance(predictions, Predictions):
            raise UsageError(
                f"{type(self).__name__}.{call['call']} returned {predictions!r}: use "
                "Predictions.labels(labels, confidences) or Predictions.probabilities(rows)"
            )
        return predictions._reply(call["count"], self.classes)


def serve(learner: Learner) -> None:
    """Answers the calls of dse for a learner, until there are no more."""
    learner.serve()


class _ReplayEnds(BaseException):
    """The replay is over. It is no Exception, so that no program catches it by mistake."""


class _LogError(Exception):
    """A log that cannot be replayed."""


class _LoggedCalls:
    """The calls of a log in place of dse. Each reply is compared with that of the log."""

    def __init__(self, calls: List[Json], replies: List[Json]) -> None:
        self._calls = calls
        self._replies = replies
        self.taken = 0
        self.difference = ""
        self.without_reply = ""

    def read(self) -> Optional[Json]:
        if self.taken == len(self._calls):
            return None
        self.taken += 1
        return self._calls[self.taken - 1]

    def write(self, reply: Json) -> None:
        # The reply goes through its bytes, so that the comparison sees what dse would.
        found = _parse_line(_compose_line(reply).decode("utf-8"))
        number = self.taken
        if number > len(self._replies):
            self.without_reply = (
                f"call {number} has no reply in the log; now it is\n  {_shown(found)}"
            )
            return
        expected = self._replies[number - 1]
        if not _same(found, expected):
            self.difference = (
                f"call {number} is answered differently\n"
                f"call:   {_shown(self._calls[number - 1])}\n"
                f"logged: {_shown(expected)}\n"
                f"now:    {_shown(found)}"
            )
            raise _ReplayEnds()


def _shown(value: Json) -> str:
    text = _compose(value)
    return text if len(text) <= 2000 else f"{text[:2000]}… ({len(text)} characters)"


def _same(one: Any, other: Any) -> bool:
    """Compares decoded JSON; 1, 1.0 and true are three different values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _read_log(path: str) -> Tuple[List[Json], List[Json]]:
    calls: List[Json] = []
    replies: List[Json] = []
    try:
        with open(path, encoding="utf-8") as log:
            for number, line in enumerate(log, 1):
                if line[:2] not in ("> ", "< "):
                    continue
                known = replies if line[0] == "<" else calls
                try:
                    known.append(_parse_line(line[2:]))
                except ProtocolError as error:
                    raise _LogError(f"{path}:{number}: {error}") from error
                if not len(replies) <= len(calls) <= len(replies) + 1:
                    raise _LogError(
                        f"{path}:{number}: each call ('> ') must be followed by its reply ('< ')"
                    )
    except (OSError, UnicodeDecodeError) as error:
        raise _LogError(f"the log '{path}' cannot be read: {error}") from error
    if not calls:
        raise _LogError(
            f"'{path}' has no calls: give a log that `dse replay --protocol-log` has written, "
            "whose lines begin with '> ' and '< '"
        )
    return calls, replies


def _replay(path: str, program: str, arguments: List[str], until: Optional[int]) -> int:
    calls, replies = _read_log(path)
    if until is not None:
        calls, replies = calls[:until], replies[:until]
    if not os.path.isfile(program):
        raise _LogError(f"there is no program '{program}': give the Python file that was run")
    channel = _LoggedCalls(calls, replies)
    _session.channel = channel
    sys.argv[1:] = arguments
    sys.path.insert(0, os.path.dirname(os.path.abspath(program)))
    try:
        runpy.run_path(program, run_name="__main__")
    except _ReplayEnds:
        print(channel.difference)
        if sys.flags.hash_randomization:
            print("note: under dse, PYTHONHASHSEED is 0; set it before the replay")
        return 1
    except SystemExit as error:
        if error.code not in (None, 0):
            print(f"the program exits with {error.code!r} in call {channel.taken}")
            return 1
    if channel.taken < len(calls):
        print(f"the program ended after call {channel.taken} of {len(calls)}")
        return 1
    if channel.without_reply:
        print(channel.without_reply)
    print(f"{len(replies)} replies are as in the log")
    return 0


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line of the package: `python -m dse replay LOG program.py`."""
    parser = argparse.ArgumentParser(
        prog="python -m dse", description="Tools for programs of dse that are written in Python."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    replay = commands.add_parser(
        "replay",
        help="run a program on the calls of a log",
        description="Runs a program in this process on the calls of a log, which "
        "`dse replay --protocol-log` has written, and reports the first reply that differs. Exit "
        "status: 0 all replies are as in the log, 1 one differs, 2 the log cannot be replayed.",
    )
    replay.add_argument("log", metavar="LOG", help="the log of the component")
    replay.add_argument("program", metavar="PROGRAM", help="the Python file that was run")
    replay.add_argument("arguments", metavar="ARGUMENT", nargs="*", help="the program's arguments")
    replay.add_argument("--until", metavar="N", type=int, help="replay the first N calls only")
    given = parser.parse_args(arguments)
    if given.until is not None and given.until < 1:
        replay.error("--until takes a number of calls, from 1")
    try:
        return _replay(given.log, given.program, given.arguments, given.until)
    except _LogError as error:
        print(f"python -m dse replay: {error}", file=sys.stderr)
        return 2


# The host names no descriptors: it sets this variable, and speaks over standard input and output.
# Programs that this one starts do not speak the protocol, so they do not inherit it.
if os.environ.pop("DSE_PROTOCOL", None) is not None:
    _session.channel = _Pipes.of_standard_streams()

if __name__ == "__main__":
    sys.modules["dse"] = sys.modules[__name__]  # a program that is replayed imports this one
    sys.exit(main())
