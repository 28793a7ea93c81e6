#!/usr/bin/env python3
"""A Celery application, its workers and its client unchanged, as checks that observe a broker. --url, --write and
--compare are those of everyday_checks.py."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext, suppress
from pathlib import Path

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from celery import group  # noqa: E402
from celery.result import ResultSet  # noqa: E402

from observing import LONGEST_S, RUN, Checks, main  # noqa: E402

FOLDER = Path(__file__).resolve().parent / "celery_app"

ENDING_S = 5

checks = Checks()


class Worker:
    """A process whose only child does tasks. (Celery's pool `solo`, which needs no child, at times does nothing for
    seconds when it may hold one message only.)"""

    def __init__(self, name, folder):
        self.log = folder / f"{name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-B", "-m", "celery", "--app", "tasks", "worker", "--concurrency", "1",
                 "--loglevel", "info", "--hostname", f"{name}@{RUN}.here", "--queues", f"{RUN}.common,{RUN}.urgent"],
                cwd=FOLDER, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def await_start(self):
        deadline = time.monotonic() + 3 * LONGEST_S
        while f"{RUN}.here ready." not in self.log.read_text("utf-8"):
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text("utf-8")
            time.sleep(0.05)

    def kill(self):
        """Its child as well, which nobody else would end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self):
        """As it ends well; at times Celery does not, on any broker."""
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(ENDING_S)
        self.kill()


class Application:
    """The client's side, and the workers that were started."""

    def __init__(self, folder):
        self.folder = folder
        self.workers = []
        sys.path.insert(0, str(FOLDER))
        import tasks  # pylint: disable=import-outside-toplevel,import-error  # it reads the environment
        self.tasks = tasks
        self.start_worker()

    def start_worker(self):
        self.workers.append(Worker(f"worker{len(self.workers)}", self.folder))
        self.workers[-1].await_start()

    def close(self):
        for worker in self.workers:
            worker.end()
        with self.tasks.app.connection() as connection:
            channel = connection.channel()
            for queue in ("common", "urgent"):
                channel.queue_delete(f"{RUN}.{queue}")
                channel.exchange_delete(f"{RUN}.{queue}")


def get(result):
    return result.get(timeout=LONGEST_S)


def get_all(results):
    """Of many tasks at once."""
    return ResultSet(results).join_native(timeout=LONGEST_S)


@checks
def tasks_give_results(application):
    numbers = get_all([application.tasks.add.delay(number, 1) for number in range(5)])
    assert numbers == [1, 2, 3, 4, 5]
    return numbers


@checks
def tasks_fail(application):
    try:
        get(application.tasks.fail.delay("on purpose"))
    except ValueError as error:
        return str(error)
    raise AssertionError("it did not fail")


@checks
def tasks_are_routed(application):
    return [get(application.tasks.where.delay()), get(application.tasks.urgent.delay()),
            get(application.tasks.where.apply_async(queue=f"{RUN}.urgent"))]


@checks
def tasks_are_retried(application):
    attempts = get(application.tasks.succeed_at_third_attempt.delay())
    assert attempts == 2
    return attempts


@checks
def tasks_wait_for_their_countdown(application):
    start = time.monotonic()
    later = application.tasks.add.apply_async((1, 2), countdown=0.5)
    at_once = application.tasks.add.delay(3, 4)
    seen = [get(at_once), get(later)]
    assert time.monotonic() - start >= 0.4  # its clock is another
    return seen


@checks
def tasks_in_a_chain(application):
    add = application.tasks.add
    return get((add.s(1, 2) | add.s(3) | add.s(4)).apply_async())


@checks
def tasks_in_a_group(application):
    return get(group(application.tasks.add.s(number, number) for number in range(20)).apply_async())


@checks
def tasks_with_large_arguments(application):
    return get(application.tasks.total.delay(list(range(100_000))))


@checks
def tasks_of_a_quick_client(application):
    results = [application.tasks.add.delay(number, 0) for number in range(100)]
    return sum(get_all(results))


@checks
def tasks_with_priority_and_expiry(application):
    return get(application.tasks.add.apply_async((1, 1), priority=5, expires=60))


@checks
def workers_answer_questions(application):
    inspect = application.tasks.app.control.inspect(timeout=LONGEST_S, limit=1)
    ping = inspect.ping()
    stats = next(iter(inspect.stats().values()))
    return [ping, stats["broker"]["transport"]]


@checks
def workers_leave_their_task_when_they_die(application):
    """With late acknowledgement, another does the task that a worker was killed in, and those behind it."""
    pid_file = application.folder / "pid"
    slow = application.tasks.outlive_its_worker.delay(str(pid_file))
    deadline = time.monotonic() + LONGEST_S
    while not (pid_file.exists() and pid_file.read_text("utf-8").endswith("\n")):
        assert time.monotonic() < deadline, "the task was not begun"
        time.sleep(0.02)
    others = [application.tasks.add.delay(number, 1) for number in range(3)]
    application.workers[-1].kill()
    application.start_worker()
    return [get(slow), get_all(others)]


def run():
    if "--url" not in sys.argv:
        return main(checks, None)
    os.environ["DSE_AMQP_URL"] = sys.argv[sys.argv.index("--url") + 1]
    os.environ["CHECKS_PREFIX"] = RUN
    with tempfile.TemporaryDirectory() as folder:
        application = Application(Path(folder))
        try:
            return main(checks, lambda _: nullcontext(application))
        finally:
            application.close()


if __name__ == "__main__":
    sys.exit(run())
