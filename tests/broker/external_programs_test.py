#!/usr/bin/env python3
"""The programs of docs/examples against a real RabbitMQ: they learn and listen as components of dse would.

DSE_TEST_BROKER is the folder of a broker that tests/support/rabbitmq started."""

import gzip
import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

import pika

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "docs" / "examples"))
from external_model import carry_floats  # noqa: E402

SAMPLE = ROOT / "data" / "sample"
LONGEST_S = 120
# The number of the 500 other digits that the nearest of ten means, learned from the 2,000 labelled
# digits, classifies correctly.
RIGHT_OF_500 = 375


def broker_url():
    with open(Path(os.environ["DSE_TEST_BROKER"]) / "broker.env", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file)["AMQP_URL"]


def sample(name):
    """The images and labels of the sample's `train` or `t10k` files."""
    with gzip.open(SAMPLE / f"{name}-images-idx3-ubyte.gz") as file:
        images = file.read()[16:]
    with gzip.open(SAMPLE / f"{name}-labels-idx1-ubyte.gz") as file:
        labels = file.read()[8:]
    size = 28 * 28
    return [(images[i * size:(i + 1) * size], label) for i, label in enumerate(labels)]


class ExternalPrograms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        carry_floats()

    def setUp(self):
        self.url = broker_url()
        self.connection = pika.BlockingConnection(pika.URLParameters(self.url))
        self.channel = self.connection.channel()
        self.digits = f"{self.id()}-{os.getpid()}-digits"
        self.answers = f"{self.id()}-{os.getpid()}-answers"
        for resource in (self.digits, self.answers):
            self.channel.exchange_declare(resource, "topic", durable=True)
            self.channel.queue_declare(resource, durable=True)
            self.channel.queue_bind(resource, resource, "#")

    def tearDown(self):
        for resource in (self.digits, self.answers):
            self.channel.queue_delete(resource)
            self.channel.exchange_delete(resource)
        self.connection.close()

    def run_example(self, program, *arguments, url=None):
        """Without the password in the arguments."""
        process = subprocess.Popen(
            [sys.executable, ROOT / "docs" / "examples" / program, *arguments],
            env={**os.environ, "DSE_AMQP_URL": url or self.url},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def finish(self, process, status=0):
        out, err = process.communicate(timeout=LONGEST_S)
        self.assertEqual(process.returncode, status, err)
        return out, err

    def publish(self, payload, key, number, headers=None):
        self.channel.basic_publish(
            self.digits, key, payload,
            pika.BasicProperties(headers=headers, message_id=f"source-{number}", app_id="source",
                                 content_type="application/octet-stream"))

    def feed(self, training, questions):
        for number, (image, label) in enumerate(training):
            self.publish(image, str(label), f"labelled-{number}", {"label": label})
        for number, (image, _) in enumerate(questions):
            self.publish(image, "camera", number, {"shelf": 0.25, "x-hop": 1})

    def all_answers(self):
        while True:
            message, properties, payload = self.channel.basic_get(self.answers, auto_ack=True)
            if message is None:
                return
            yield message.routing_key, properties, payload

    def test_model_learns_and_answers(self):
        training, questions = sample("train"), sample("t10k")
        self.assertEqual((len(training), len(questions)), (2000, 500))
        listener = self.run_example("external_consumer.py", self.answers, "mean.*", "--count", "500")
        self.assertIn("listening", listener.stderr.readline())
        self.feed(training, questions)
        model = self.run_example("external_model.py", self.digits, "--to", self.answers, "--name", "mean",
                                 "--count", "2500")
        self.assertEqual(self.finish(model)[0], "learned 2000, answered 500\n")

        right = 0
        confidences = set()
        lines = []
        for number, (key, properties, payload) in enumerate(self.all_answers()):
            image, truth = questions[number]
            label = properties.headers["label"]
            self.assertEqual(payload, image)
            self.assertEqual(key, f"mean.{label}")
            self.assertEqual(properties.correlation_id, f"source-{number}")
            self.assertEqual(properties.message_id, f"mean-source-{number}")
            self.assertEqual(properties.app_id, "mean")
            self.assertEqual(properties.content_type, "application/octet-stream")
            self.assertEqual(set(properties.headers), {"shelf", "label", "model", "confidence"})
            self.assertEqual(properties.headers["model"], "mean")
            self.assertEqual(properties.headers["shelf"], 0.25)
            self.assertTrue(0.5 <= properties.headers["confidence"] <= 1.0)
            confidences.add(properties.headers["confidence"])
            right += label == truth
            lines.append(f"mean-source-{number} {key} {label} mean\n")
        self.assertEqual(len(lines), 500)
        self.assertGreater(len(confidences), 450)
        self.assertEqual(right, RIGHT_OF_500)
        self.assertEqual(self.finish(listener)[0], "".join(lines))

    def test_what_is_no_image_of_that_size_is_left_out(self):
        self.publish(b"\x01\x02", "1", 0, {"label": 1})
        self.publish(b"\x01\x02\x03", "1", 1, {"label": 1})
        self.publish(b"\x01\x02", "1", 2, {"label": "one"})
        self.publish(b"\x01\x03", "camera", 3)
        model = self.run_example("external_model.py", self.digits, "--to", self.answers, "--count", "4")
        out, err = self.finish(model)
        self.assertEqual(out, "learned 1, answered 1\n")
        self.assertIn("source-1 has 3 bytes instead of 2", err)
        self.assertIn("source-2 has a label that is not an integer: 'one'", err)
        self.assertEqual([key for key, _, _ in self.all_answers()], ["nearest-mean.1"])

    def test_interrupt_ends_them(self):
        listener = self.run_example("external_consumer.py", self.digits)
        self.assertIn("listening", listener.stderr.readline())
        self.publish(b"\x01\x02", "a.key", 0)
        self.assertEqual(listener.stdout.readline(), "source-0 a.key - source\n")
        listener.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(listener), ("", ""))

        model = self.run_example("external_model.py", self.digits, "--to", self.answers)
        for answer in self.channel.consume(self.answers, inactivity_timeout=LONGEST_S):
            self.assertIsNotNone(answer[0])
            break
        self.channel.cancel()
        model.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(model), ("learned 0, answered 1\n", ""))

    def test_no_broker_is_a_message_without_the_password(self):
        nowhere = "amqp://guest:secret@127.0.0.1:1/%2f"
        for program in ("external_model.py", "external_consumer.py"):
            _, err = self.finish(self.run_example(program, self.digits, url=nowhere), status=3)
            self.assertTrue(err.startswith(program.removesuffix(".py") + ": "), err)
            self.assertNotIn("secret", err)
            self.assertNotIn("Traceback", err)


if __name__ == "__main__":
    unittest.main()
