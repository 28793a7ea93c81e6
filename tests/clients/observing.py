"""Checks that observe a broker. Each is a function with a name; what it returns is data (codes, texts, counts,
messages), so that what was observed of two brokers can be compared.

A check also asserts what must hold on any broker. Names that a broker or a client draws are replaced by `*`, and
the names of a run lose what makes them different from those of another run.
"""

import argparse
import concurrent.futures
import datetime
import decimal
import json
import re
import secrets
import sys
import traceback

RUN = f"run{secrets.token_hex(4)}"  # every name of this run begins with it
LONGEST_S = 20  # for what must come

DRAWN = [
    (re.compile(rf"{RUN}\."), ""),
    (re.compile(r"amq\.(gen|ctag)-[A-Za-z0-9_-]+"), r"amq.\1-*"),
    (re.compile(r"amq\.rabbitmq\.reply-to\.g1[A-Za-z0-9_.=+/-]+"), "amq.rabbitmq.reply-to.*"),
    (re.compile(r"ctag(\d+)\.[0-9a-f]{32}"), r"ctag\1.*"),
]


def name(suffix):
    return f"{RUN}.{suffix}"


def normal(value):
    """The value as JSON has it, with nothing in it that differs from run to run."""
    if isinstance(value, str):
        for pattern, replacement in DRAWN:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, bytes):
        if len(value) > 100:
            return {"bytes": len(value), "first": value[:4].hex(), "last": value[-4:].hex()}
        return {"bytes": value.hex()} if any(not 32 <= byte < 127 for byte in value) else normal(value.decode())
    if isinstance(value, dict):
        return {normal(str(key)): normal(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [normal(entry) for entry in value]
    if isinstance(value, datetime.datetime):
        return {"time": value.isoformat()}
    if isinstance(value, decimal.Decimal):
        return {"decimal": str(value)}
    if isinstance(value, set):
        return sorted(normal(entry) for entry in value)
    return value


class Checks:
    """Named checks, in the order in which they were added."""

    def __init__(self):
        self.functions = {}

    def __call__(self, function):
        """Adds a function under its own name."""
        self.add(function.__name__, function)
        return function

    def add(self, check, function):
        assert check not in self.functions, f"two checks are named {check}"
        self.functions[check] = function

    def add_all(self, others):
        for check, function in others.functions.items():
            self.add(check, function)


def observed(check, function, context):
    """What the check observed; if it failed, how."""
    try:
        with context() as broker:
            return normal(function(broker))
    except Exception as error:  # pylint: disable=broad-except  # whatever it is, the other checks go on
        print(f"FAILED {check}\n{traceback.format_exc()}", file=sys.stderr, end="")
        return {"failed": normal(f"{type(error).__name__}: {error}")}


def observe(checks, context, only=(), at_once=1):
    """What each check observed, by its name, with this many checks at once."""
    chosen = {check: function for check, function in checks.functions.items() if not only or check in only}
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        futures = {check: pool.submit(observed, check, function, context) for check, function in chosen.items()}
        return {check: future.result() for check, future in futures.items()}


def has_failed(observation):
    return isinstance(observation, dict) and "failed" in observation


def differences(ours, theirs, allowed):
    """Lines about what differs between two files of observations and is not allowed to, and about allowances that
    no check needs. Each allowance is a regular expression of checks' names."""
    lines, needed = [], set()
    for check in sorted(ours.keys() | theirs.keys()):
        first, second = ours.get(check, "not observed"), theirs.get(check, "not observed")
        if first == second:
            continue
        permits = {pattern for pattern in allowed if re.fullmatch(pattern, check)}
        needed |= permits
        if not permits:
            lines.append(f"{check}:\n  {json.dumps(first, sort_keys=True)}\n  {json.dumps(second, sort_keys=True)}")
    return lines + [f"nothing differs of what is allowed to: {pattern}" for pattern in sorted(set(allowed) - needed)]


def read_json(file):
    with open(file, encoding="utf-8") as text:
        return json.load(text)


def compare(first, second, allowed_file=None):
    """Prints what differs between the two files; the number of differences."""
    ours, theirs = read_json(first), read_json(second)
    lines = differences(ours, theirs, read_json(allowed_file) if allowed_file else {})
    print("\n".join(lines + [f"{len(ours)} observations, {len(lines)} differences"]))
    return len(lines)


def write_observations(observations, file):
    with open(file, "w", encoding="utf-8") as text:
        json.dump(observations, text, indent=1, sort_keys=True)
        text.write("\n")


def main(checks, open_context, at_once=1, prepare=None):
    """The command line of a script of checks; its exit status. `open_context(url)` makes what each check is
    given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", help="of the broker, with user and password")
    parser.add_argument("--write", metavar="FILE", help="where what was observed is written as JSON")
    parser.add_argument("--compare", nargs=2, metavar="FILE", help="prints what differs between two such files")
    parser.add_argument("--allowed", metavar="FILE",
                        help="JSON: patterns of checks' names that may differ, with the reason")
    parser.add_argument("only", nargs="*", metavar="CHECK", help="only these checks")
    options = parser.parse_args()
    if options.compare:
        return 1 if compare(*options.compare, options.allowed) else 0
    if not options.url:
        parser.error("--url or --compare is needed")
    if prepare:
        with open_context(options.url) as broker:
            prepare(broker)
    observations = observe(checks, lambda: open_context(options.url), options.only, at_once)
    if options.write:
        write_observations(observations, options.write)
    failed = sum(map(has_failed, observations.values()))
    print(f"{len(observations)} checks, {failed} failed")
    return 1 if failed else 0
