"""An application as people write it with Celery. DSE_AMQP_URL is the broker; CHECKS_PREFIX begins the names of its
queues."""

import os

from celery import Celery

PREFIX = os.environ["CHECKS_PREFIX"]

app = Celery("checks", broker=os.environ["DSE_AMQP_URL"], backend="rpc://")
app.conf.update(
    task_default_queue=f"{PREFIX}.common",
    task_routes={"tasks.urgent": {"queue": f"{PREFIX}.urgent"}},
    worker_prefetch_multiplier=1,
    task_publish_retry=False,
    broker_connection_retry=False,
    worker_hijack_root_logger=False,
)


@app.task
def add(first, second):
    return first + second


@app.task
def total(numbers):
    return sum(numbers)


@app.task
def fail(text):
    raise ValueError(text)


@app.task(bind=True)
def where(self):
    """Through which queue it came."""
    return self.request.delivery_info["routing_key"]


@app.task(bind=True)
def urgent(self):
    return self.request.delivery_info["routing_key"]


@app.task(bind=True, max_retries=3, default_retry_delay=0.2)
def succeed_at_third_attempt(self):
    if self.request.retries < 2:
        raise self.retry(countdown=0.2)
    return self.request.retries


@app.task(bind=True, acks_late=True)
def outlive_its_worker(self, pid_file):
    """The first time it says which process it is in, and waits to be killed; then it is done by another."""
    redelivered = self.request.delivery_info["redelivered"]
    if not redelivered:
        with open(pid_file, "w", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
        os.read(self.app.never, 1)
    return redelivered


# A pipe into which nobody writes.
app.never, app.never_written = os.pipe()
