"""The programs of scenarios/programs, on the sample of the data."""

import base64
import functools
import gzip
import importlib.util
import shutil
import tomllib
import unittest

from host import ROOT, SEED, Host, ProgramTest

FOLDER = ROOT / "scenarios/programs"
SAMPLE = ROOT / "data/sample"
BATCH = 16


@functools.lru_cache(None)
def sample(part):
    """Returns the images and labels of a part of the sample."""
    images = gzip.decompress((SAMPLE / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((SAMPLE / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
    return [images[i * 784:(i + 1) * 784] for i in range(len(labels))], list(labels)


def b64(data):
    return base64.b64encode(data).decode()


def labels_of(reply):
    if "labels" in reply:
        return reply["labels"]
    return [row.index(max(row)) for row in reply["probabilities"]]


class ScenarioProgramTest(ProgramTest):
    def program(self, *words):
        host = Host(words, FOLDER)
        self.addCleanup(self._end, host)
        return host

    def scenario(self, name):
        return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["component"]

    def test_the_original_generator(self):
        component = self.scenario("original.toml")["generator"]
        host = self.program(*component["command"])
        images, labels = sample("train")
        now_ns = 0
        reply = host.start(component="generator", options=component["options"], to=["mnist"])
        steps = reply["steps"]
        self.assertEqual(steps.pop(0), ["create", "mnist"])
        for index in component["options"]["indices"][:10]:
            self.assertEqual(steps, [
                ["write", "mnist", {"payload": b64(images[index]), "key": str(labels[index]),
                                    "content_type": "application/octet-stream",
                                    "headers": {"label": labels[index]}}],
                ["after", 1_000_000]])
            now_ns += 1_000_000
            steps = host.steps("resume", now_ns=now_ns)
        self.assertEqual(steps, [["exit", 0]])
        self.ends_well(host)

    def test_the_times_of_the_original_generator_do_not_drift(self):
        options = {**self.scenario("original.toml")["generator"]["options"], "rate": "3/us"}
        del options["indices"]
        host = self.program("python3", "original_generator.py")
        _, (_, first) = host.start(options=options, to=["mnist"])["steps"][1:]
        waits = [first]
        for _ in range(5):
            waits.append(host.steps("resume", now_ns=0)[-1][1])
        self.assertEqual(waits, [333, 333, 334, 333, 333, 334])
        host.end()

    def test_the_original_echo(self):
        host = self.program("python3", "original_echo.py")
        host.start(component="echo", to=[])
        self.assertEqual(host.deliver({"id": "generator-0", "key": "7", "headers": {"label": 7},
                                       "payload": b64(bytes(784))}, now_ns=100_000), [])
        self.assertEqual(host.deliver({}, now_ns=1_000_100_000, redelivered=True), [])
        self.ends_well(host, "0.000100000 generator-0 label=7 key=7 784 bytes\n"
                             "1.000100000 - label=- key=- 0 bytes redelivered\n")

    def test_the_nearest_mean(self):
        host = self.program("python3", "nearest.py")
        host.start(component="nearest", to=["predictions"])
        images, labels = sample("train")
        self.assertEqual(host.deliver({"payload": b64(images[0])}), [])
        for number, (image, label) in enumerate(zip(images, labels), 1):
            steps = host.deliver({"payload": b64(image), "headers": {"label": label}})
            self.assertEqual(steps, [["metric", "trained", number]])
        right = 0
        images, labels = sample("t10k")
        for image, label in zip(images, labels):
            ((_, resource, answer),) = host.deliver({"id": "camera-1", "payload": b64(image)})
            self.assertEqual((resource, answer["correlation_id"], answer["payload"]),
                             ("predictions", "camera-1", b64(image)))
            self.assertTrue(0.5 <= answer["headers"]["confidence"] <= 1)
            right += answer["headers"]["label"] == label
        self.assertGreater(right / len(labels), 0.7)
        reply = host.call("finish", now_ns=0)
        self.assertEqual(reply["metrics"], {"classes": 10})
        self.ends_well(host)

    @unittest.skipUnless(shutil.which("node"), "Node.js is not installed")
    def test_the_consumer_in_javascript(self):
        host = self.program("node", "consumer.mjs")
        self.assertEqual(host.start(component="counter")["steps"], [["stream"]])
        for label, kinds in ((7, 1), (3, 2), (7, 2)):
            self.assertEqual(host.deliver({"headers": {"label": label}}),
                             [["metric", "labels", kinds]])
        self.assertEqual(host.deliver({"headers": {"label": "7"}}), [["reject", False]])
        self.assertEqual(host.call("later"), {})
        self.assertEqual(host.call("finish", now_ns=0), {
            "metrics": {"counted": 3, "labels": 2}, "digest": "[[3,1],[7,2]]"})
        self.ends_well(host, "3: 1, 7: 2\n")

    def learned(self, name, count=None):
        """Trains a learner; returns its host and what it predicted beforehand, by batch."""
        host = self.program("python3", name)
        self.assertEqual(host.start_learner(shape=[28, 28], classes=10), {})
        images, labels = sample("train")
        before = []
        for at in range(0, count or len(labels), BATCH):
            batch = images[at:at + BATCH]
            before.append(host.call("train", count=len(batch), data=b64(b"".join(batch)),
                                    labels=labels[at:at + BATCH]))
        return host, before

    def check_learner(self, name):
        host, before = self.learned(name)
        _, labels = sample("train")
        right = sum(map(int.__eq__, sum(map(labels_of, before), []), labels))
        images, truths = sample("t10k")
        call = {"count": len(images), "data": b64(b"".join(images))}
        told = host.call("predict", **call)
        accuracy = sum(map(int.__eq__, labels_of(told), truths)) / len(truths)
        self.assertGreater(right / len(labels), 0.6)
        self.assertGreater(accuracy, 0.7)
        state, digest = host.call("save"), host.call("digest")
        self.assertEqual(host.call("finish"), {})
        self.assertEqual(host.end()[0], 0)

        # What was saved is all that was learned: training goes on from it in the same way.
        train = {"count": BATCH, "data": b64(b"".join(images[:BATCH])), "labels": truths[:BATCH]}
        digests = []
        for saved in (False, True):
            if saved:
                host, again = self.program("python3", name), None
                host.start_learner(shape=[28, 28], classes=10)
                self.assertEqual(host.call("load", **state), {})
            else:
                host, again = self.learned(name)
            # Two processes learn the same.
            self.assertEqual(again or before, before)
            self.assertEqual(host.call("digest"), digest)
            self.assertEqual(host.call("predict", **call), told)
            host.call("train", **train)
            digests.append(host.call("digest"))
            self.assertEqual(host.end()[0], 0)
        self.assertEqual(digests[0], digests[1])
        self.assertNotEqual(digests[0], digest)

        host = self.program("python3", name)
        host.start_learner(shape=[28, 28], classes=10, seed=SEED)
        self.assertIn("digest", host.call("digest"))
        host.call("save")
        self.assertEqual(host.end()[0], 0)

    @unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
    def test_gradient_descent_of_scikit_learn(self):
        self.check_learner("sgd.py")

    @unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
    def test_the_perceptron_of_scikit_learn(self):
        self.check_learner("mlp.py")

    @unittest.skipUnless(importlib.util.find_spec("torch"), "PyTorch is not installed")
    def test_lenet_of_pytorch(self):
        self.check_learner("lenet5_torch.py")


if __name__ == "__main__":
    unittest.main()
