"""A scenario that a test drives step by step: `Simulation`."""

from __future__ import annotations

import binascii
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Dict, List, Mapping, NoReturn, Optional, Sequence, Tuple, Type, Union

from dse.program import (
    DseError,
    Json,
    Message,
    ProtocolError,
    UsageError,
    _compose_line,
    _encode_text,
    parse_duration,
)

DRIVER_PROTOCOL = 1
_END_SECONDS_MAX = 5.0
_SET_BY_HOST = ("id", "app_id")


class InputError(DseError):
    """A scenario or its data is wrong. The reason is on standard error, or is the message."""


class RunError(DseError):
    """Something failed while the scenario ran. The simulation is over."""


@dataclass(frozen=True)
class Expectation:
    """How one expectation of the scenario turned out."""

    text: str
    """What was expected and what was found, for human readers."""
    as_planned: bool
    """It holds; or it must not hold, and does not."""


@dataclass(frozen=True)
class RunResult:
    """The outcome of a run."""

    status: str
    fingerprints: Dict[str, str]
    metrics: Dict[str, float]
    expectations: List[Expectation]
    now_ns: int
    stall: Optional[Any] = None
    """Who waits for what, if nothing could happen any more while work was left."""

    @property
    def as_planned(self) -> bool:
        """Whether every expectation turned out as planned."""
        return all(expectation.as_planned for expectation in self.expectations)


class Simulation:
    """A scenario under virtual time, which moves only when it is told to.

        with dse.Simulation("scenario.toml") as simulation:
            simulation.write("numbers", b"7")
            simulation.advance("10ms")
            assert [message.payload for message in simulation.read("doubled")] == [b"14"]

    `settings` are texts "key=value" that are applied to the scenario first. `command` is the
    program dse, and may have arguments of its own; by default it is what the environment variable
    DSE says, or else `dse` on the PATH. What dse prints on standard error is shown.
    """

    def __init__(
        self,
        path: Union[str, "os.PathLike[str]"],
        seed: Optional[int] = None,
        settings: Sequence[str] = (),
        threads: Optional[int] = None,
        command: Union[str, Sequence[str], None] = None,
    ) -> None:
        if isinstance(settings, str):
            raise UsageError('`settings` is a list of texts, such as ["bus.latency=1ms"]')
        words = _dse_command(command) + ["drive", os.fspath(path)]
        if seed is not None:
            words += ["--seed", str(seed)]
        if threads is not None:
            words += ["--threads", str(threads)]
        for setting in settings:
            words += ["--set", setting]
        self._over = False
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            first = self._receive()
            if first.get("driver") != DRIVER_PROTOCOL:
                raise ProtocolError(
                    f"'{words[0]} drive' speaks version {first.get('driver')!r} of its protocol, "
                    f"and this package version {DRIVER_PROTOCOL}"
                )
            self._now_ns = int(first["now_ns"])
        except BaseException:
            self.close()
            raise
        self.scenario = str(first["scenario"])
        self.seed = int(first["seed"])

    @property
    def now_ns(self) -> int:
        """The virtual time, in nanoseconds since the run's begin."""
        return self._now_ns

    def write(
        self, resource: str, message: Any = b"", *, confirm: bool = False, **fields: Any
    ) -> None:
        """Writes a message to the resource's exchange, now.

        `message` is a Message, or the payload of one whose other members are in `fields`: what
        Message takes, and `id`, `app_id` and `timestamp_ns`. The following steps of the clock show
        what becomes of the message; with `confirm`, `confirms` tells whether it was accepted.
        """
        asked = {"confirm": True} if confirm else {}
        self._call("write", resource=resource, message=_message_of(message, fields), **asked)

    def confirms(self) -> List[Tuple[Message, bool]]:
        """Returns the messages written with `confirm` of which the outcome is known since the last
        call, and whether their queues have accepted them.
        """
        confirms: List[Json] = self._call("confirms")["confirms"]
        return [(Message._of_wire(one["message"]), one["accepted"]) for one in confirms]

    def advance(self, duration: Union[int, str]) -> None:
        """Moves the clock by nanoseconds, or by a text such as "10ms"."""
        self._call("advance", by_ns=parse_duration(duration))

    def advance_to(self, time: Union[int, str]) -> None:
        """Moves the clock to a time since the run's begin: nanoseconds, or a text as above."""
        self._call("advance", to_ns=parse_duration(time))

    def drain(self) -> None:
        """Handles events until nothing can happen any more, or the scenario's `until`."""
        self._call("drain")

    def read(self, resource: str) -> List[Message]:
        """Returns what was written to the resource's exchange since the last call, in order."""
        reply = self._call("read", resource=resource)
        return [Message._of_wire(wire) for wire in reply["messages"]]

    def depth(self, resource: str) -> int:
        """Returns how many messages wait in the resource's queue."""
        return int(self._call("depth", resource=resource)["depth"])

    def metric(self, name: str) -> Optional[float]:
        """Returns a metric, "component.metric"; None when it has no value yet."""
        value: Optional[float] = self._call("metric", name=name)["value"]
        return value

    def metrics(self) -> Dict[str, float]:
        """Returns all metrics that have a value."""
        metrics: Dict[str, float] = self._call("metrics")["metrics"]
        return metrics

    def learned_state(self, component: str) -> Optional[bytes]:
        """Returns what a component has learned so far, as a model can start from it."""
        state = self._call("learned_state", component=component)["state"]
        return None if state is None else binascii.a2b_base64(state)

    def run(self) -> RunResult:
        """Runs to the end: until nothing can happen any more, or the scenario's `until`."""
        reply = self._call("run")
        return RunResult(
            status=reply["status"],
            fingerprints=reply["fingerprints"],
            metrics=reply["metrics"],
            expectations=[
                Expectation(text=one["text"], as_planned=one["as_planned"])
                for one in reply["expectations"]
            ],
            now_ns=reply["now_ns"],
            stall=reply.get("stall"),
        )

    def close(self) -> None:
        """Ends the simulation. Further calls are errors; a second close does nothing."""
        self._over = True
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            process.wait(timeout=_END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Simulation:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _call(self, name: str, /, **members: Any) -> Json:
        if self._over:
            raise UsageError("the simulation is over")
        line = _compose_line({"call": name, **members})
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(line)
            stdin.flush()
        except BrokenPipeError:
            pass  # the missing reply says that the process has ended
        reply = self._receive()
        self._now_ns = int(reply.get("now_ns", self._now_ns))
        if "error" in reply:
            self._raise(str(reply["error"]), reply.get("kind"))
        return reply

    def _receive(self) -> Json:
        stdout: Optional[IO[bytes]] = self._process.stdout
        assert stdout is not None
        line = stdout.readline()
        if not line.endswith(b"\n"):
            self.close()
            status = self._process.returncode
            if status == 2:
                raise InputError("the scenario or its data is wrong: standard error says where")
            raise RunError(f"dse ended with status {status}: standard error says why")
        try:
            reply = json.loads(line)
        except ValueError as error:
            raise ProtocolError(f"dse wrote a line that is not JSON: {line[:200]!r}") from error
        if not isinstance(reply, dict):
            raise ProtocolError(f"dse wrote a line that is not a JSON object: {line[:200]!r}")
        return reply

    def _raise(self, reason: str, kind: Any) -> NoReturn:
        if kind == "usage":
            raise UsageError(reason)
        self.close()
        raise InputError(reason) if kind == "input" else RunError(reason)


def _dse_command(command: Union[str, Sequence[str], None]) -> List[str]:
    if command is None:
        command = os.environ.get("DSE") or "dse"
    words = [command] if isinstance(command, str) else list(command)
    if not words or shutil.which(words[0]) is None:
        raise UsageError(
            f"there is no program {words[0] if words else ''!r}: install dse, or name the program "
            "in the environment variable DSE or the argument `command`"
        )
    return words


def _message_of(message: Any, fields: Mapping[str, Any]) -> Json:
    """Returns the message as the driver takes it, which may have what a host sets."""
    own = dict(fields)
    host = {name: own.pop(name) for name in _SET_BY_HOST + ("timestamp_ns",) if name in own}
    if isinstance(message, Message):
        if own:
            raise UsageError(f"a Message has its own members: {', '.join(own)} cannot be given")
        wire = message._written()
    else:
        wire = Message(message, **own)._written()
    for name in _SET_BY_HOST:
        if name in host:
            wire[name] = _encode_text(host[name])
    if "timestamp_ns" in host:
        wire["timestamp_ns"] = parse_duration(host["timestamp_ns"])
    return wire
