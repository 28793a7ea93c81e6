"""A learner of scikit-learn on the bus predicts what scikit-learn alone does, to the last digit.

One run of dse says in which order images were learned and predicted: images are found in the files
by their bytes, in the protocol log. scikit-learn alone then reads the files itself and does the
same without dse. What it predicts must be what went over the bus, as the record of events has it.
"""

import base64
import importlib.util
import json
import re
import subprocess
import tomllib
import unittest

from host import PACKAGE, ROOT
from runs import FULL, PROGRAMS, SAMPLE, RunTest, program_environment, read_images

ALONE = ROOT / "tests/python/sklearn_alone.py"
MNIST = ROOT / "data/mnist"
BATCH = 16  # that of the kind `model`, where the scenario has no other


def words_of(cell):
    return re.findall("`(.*?)`", cell)


def said_in(reply):
    """Returns the labels and confidences of a reply, however it says them."""
    if "labels" in reply:
        return reply["labels"], reply["confidences"]
    rows = reply["probabilities"]
    return [row.index(max(row)) for row in rows], [max(row) for row in rows]


class EnvironmentTest(RunTest):
    def test_it_is_that_of_the_page(self):
        page = (ROOT / "docs/programs.md").read_text(encoding="utf-8")
        table = page.split("## Environment")[1].split("## ")[0]
        wanted = {}
        rows = re.findall(r"^\| (`.*?`) \| (`[^|]*`) \|", table, re.M)
        self.assertGreater(len(rows), 5)
        for names, values in (map(words_of, row) for row in rows):
            wanted.update(zip(names, values * len(names) if len(values) == 1 else values))
        given = dict(program_environment())
        self.assertEqual(given.pop("PYTHONPATH"), str(PACKAGE))
        self.assertRegex(given.pop("NPY_DISABLE_CPU_FEATURES", None), r"^AVX512F( AVX512\w+)+$")
        self.assertIn("PATH", given)
        self.assertEqual({name: value for name, value in given.items()
                          if name not in ("PATH", "HOME")}, wanted)


@unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
class ParityTest(RunTest):
    def numbered(self, path):
        images = read_images(path)
        number_of = {image: number for number, image in enumerate(images)}
        self.assertEqual(len(number_of), len(images), f"{path}: an image is told by its bytes")
        return number_of

    def order_of(self, run, model, data):
        """Returns what the learner was told to do, as the program alone takes it."""
        labelled, unlabelled = (self.numbered(data / f"{part}-images-idx3-ubyte.gz")
                                for part in ("train", "t10k"))
        size = len(next(iter(labelled)))
        order = []
        for call, _ in run.log(model):
            if call["call"] not in ("train", "predict"):
                continue
            block = base64.b64decode(call["data"])
            rows = [block[at:at + size] for at in range(0, len(block), size)]
            self.assertEqual(len(rows), call["count"])
            if call["call"] == "train":
                order.append(("train", [labelled[row] for row in rows]))
            else:
                order += [("predict", unlabelled[row]) for row in rows]
        batches = [images for what, images in order if what == "train"]
        self.assertEqual({len(batch) for batch in batches[:-1]}, {BATCH})
        self.assertEqual(sorted(sum(batches, [])), list(range(len(labelled))))
        return order

    def alone(self, run, model, kind, data, order):
        (start, _), *_ = run.log(model)
        given = {"model": kind, "seed": int(start["seed"], 16),
                 "images": str(data / "train-images-idx3-ubyte.gz"),
                 "labels": str(data / "train-labels-idx1-ubyte.gz"),
                 "unlabelled": str(data / "t10k-images-idx3-ubyte.gz"), "order": order}
        # Without the package: nothing of dse takes part.
        variables = {name: value for name, value in program_environment().items()
                     if name not in ("DSE_PROTOCOL", "PYTHONPATH")}
        done = subprocess.run(["/usr/bin/python3", ALONE], input=json.dumps(given), env=variables,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def over_the_bus(self, run, model, slices):
        """Returns (image, label, confidence) of each prediction, in the order of their writing."""
        rows = run.select("""SELECT correlation, key, headers FROM message WHERE writer = ?
                             ORDER BY message""", model)
        predictions = []
        for correlation, key, headers in rows:
            headers = json.loads(headers)
            self.assertEqual(headers["model"], model)
            self.assertEqual(key, f"{model}.{headers['label']}")
            camera, number = correlation.rsplit("-", 1)
            image = slices[camera][0] + int(number)
            predictions.append((image, headers["label"], headers["confidence"]))
        return predictions

    def check(self, run, scenario, model, kind, data):
        components = tomllib.loads(scenario.read_text(encoding="utf-8"))["component"]
        slices = {name: component["slice"] for name, component in components.items()
                  if component["kind"] == "production-source"}
        order = self.order_of(run, model, data)
        told = self.alone(run, model, kind, data, order)
        self.assertEqual(len(told), len(order))
        alone = [(image, one["label"], one["confidence"])
                 for (what, image), one in zip(order, told) if what == "predict"]
        bus = self.over_the_bus(run, model, slices)
        self.assertEqual(len(bus), sum(end - begin for begin, end in slices.values()))
        for number, pair in enumerate(zip(bus, alone, strict=True)):
            self.assertEqual(*pair, f"{model}-{number}: over the bus, and alone")

        # So are the predictions before each batch, and the figure that comes of them.
        right = count = 0
        before = [(batch, one) for (what, batch), one in zip(order, told) if what == "train"]
        replies = [(call, reply) for call, reply in run.log(model) if call["call"] == "train"]
        for (batch, one), (call, reply) in zip(before, replies, strict=True):
            self.assertEqual(said_in(reply), (one["label"], one["confidence"]))
            right += sum(map(int.__eq__, one["label"], call["labels"]))
            count += len(batch)
        self.assertEqual(run.metric(f"{model}.prequential_accuracy"), right / count)
        self.assertEqual(run.metric(f"{model}.trained"), count)

    def test_on_the_sample(self):
        scenario = PROGRAMS / "sklearn.toml"
        run = self.replay(scenario, "--record")
        for model, kind in (("sgd", "sgd"), ("mlp-sklearn", "mlp")):
            with self.subTest(model=model):
                self.check(run, scenario, model, kind, SAMPLE)

    @unittest.skipUnless(FULL, "only in a full test")
    def test_on_all_digits(self):
        scenario = PROGRAMS / "mnist-heldout-sgd.toml"
        run = self.replay(scenario, "--record")
        self.check(run, scenario, "sgd", "sgd", MNIST)


if __name__ == "__main__":
    unittest.main()
