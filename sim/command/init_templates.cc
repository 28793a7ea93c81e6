#include "sim/command/init_templates.h"

#include <fmt/format.h>

#include "core/version.h"

namespace dse {
namespace {

constexpr const char* kScenarioFile =
    R"__(# A program draws images of bars, and a model learns to tell horizontal ones from vertical ones.
# `dse check scenario.toml` prints who writes, binds and streams what.
title = "Bars, horizontal or vertical"

[bus]
latency = "50us"

# Toy data: 400 images with a label, then 100 without.
[component.source]
kind = "program"
command = ["python3", "source.py"]
files = ["bars.py"]
to = ["images"]
options = { labelled = 400, unlabelled = 100, every = "1ms" }

# The model learns from images with the header `label`, and predicts the others.
[component.model]
kind = "model"
learner = { program = ["python3", "model.py"] }
from = "images"
to = "predictions"
shape = [8, 8]
classes = 2
service = { train = "20us", infer = "20us" }

# What was predicted, in predictions-seen.csv of the run directory.
[component.predictions-seen]
kind = "watch"
from = "predictions"

[[expect]]
metric = "model.trained"
equals = 400

[[expect]]
metric = "model.predicted"
equals = 100

# The share of labelled images that the model got right before it learned from them.
[[expect]]
metric = "model.prequential_accuracy"
min = 0.9
)__";

constexpr const char* kModel =
    R"__("""The model: a perceptron that looks at the brightest row and the brightest column."""

import dse

import bars


def features(image):
    rows = [sum(image[row * bars.SIDE:(row + 1) * bars.SIDE]) for row in range(bars.SIDE)]
    columns = [sum(image[column::bars.SIDE]) for column in range(bars.SIDE)]
    return max(rows), max(columns)


class Perceptron(dse.Learner):
    def prepare(self):
        self.weights = [0, 0]  # of the brightest row and column: above 0 in all is a vertical bar

    def score(self, found):
        return sum(weight * value for weight, value in zip(self.weights, found))

    def train(self, batch, labels):
        before = self.predict(batch)
        for image, label in zip(batch, labels):
            found = features(image)
            wrong = (self.score(found) > 0) != (label == bars.VERTICAL)
            step = 0 if not wrong else 1 if label == bars.VERTICAL else -1
            self.weights = [weight + step * value for weight, value in zip(self.weights, found)]
        return before  # from which the model's prequential accuracy comes

    def predict(self, batch):
        labels, confidences = [], []
        for image in batch:
            found = features(image)
            score = self.score(found)
            most = sum(abs(weight * value) for weight, value in zip(self.weights, found))
            labels.append(bars.VERTICAL if score > 0 else bars.HORIZONTAL)
            confidences.append(0.5 + 0.5 * abs(score) / most if most else 0.5)
        return dse.Predictions.labels(labels, confidences)

    def save(self):
        return " ".join(map(str, self.weights)).encode()

    def load(self, state):
        self.weights = [int(weight) for weight in state.split()]


Perceptron().serve()
)__";

constexpr const char* kSource =
    R"__("""Sends images of bars: first `labelled` ones with their label, then `unlabelled` ones without."""

import random

import dse

import bars


def message(number):
    label = int(draws.random() * 2)
    image = {"payload": bars.draw(label, draws)}
    if number < options["labelled"]:
        image["headers"] = {"label": label}
        image["key"] = str(label)
    return image


def send(number):
    if number == options["labelled"] + options["unlabelled"]:
        return dse.eval_([(dse.exit_, 0)])
    dse.eval_([
        (dse.write_resource, "images", message(number)),
        (dse.after, options["every"]),
        (send, number + 1),
    ])


options = dse.context().options
draws = random.Random(dse.context().seed)  # from the run's seed, so that the run repeats
dse.start([(send, 0)])
)__";

constexpr const char* kBars = R"__("""The toy data: images of one bar, and noise."""

SIDE = 8
HORIZONTAL, VERTICAL = 0, 1


def draw(label, random):
    """Returns an image of SIDE x SIDE bytes with a bar of that label; `random` is a random.Random."""
    place = int(random.random() * SIDE)
    pixels = bytearray()
    for row in range(SIDE):
        for column in range(SIDE):
            on_bar = (row if label == HORIZONTAL else column) == place
            bright = on_bar and random.random() < 0.8  # every fifth pixel of the bar is missing
            pixels.append(int(random.random() * 128) + (128 if bright else 0))
    return bytes(pixels)
)__";

constexpr const char* kTest =
    R"__("""Tests of the scenario and its model, under virtual time: no test waits, and each run repeats."""

import random
import unittest
from pathlib import Path

import dse

import bars

SCENARIO = Path(__file__).with_name("scenario.toml")


class ModelTest(unittest.TestCase):
    def test_new_bars_are_told_apart(self):
        draws = random.Random(7)
        labels = [number % 2 for number in range(100)]
        with dse.Simulation(SCENARIO) as simulation:
            simulation.drain()  # the source sends what it has, and the model learns
            simulation.read("predictions")
            for number, label in enumerate(labels):
                simulation.write("images", bars.draw(label, draws), id=f"test-{number}")
            simulation.advance("10ms")
            answers = simulation.read("predictions")
        self.assertEqual([answer.correlation_id for answer in answers],
                         [f"test-{number}" for number in range(100)])
        right = sum(answer.headers["label"] == label for answer, label in zip(answers, labels))
        self.assertGreaterEqual(right, 95)

    def test_other_seeds_are_learned_as_well(self):
        for seed in range(1, 4):
            with self.subTest(seed=seed), dse.Simulation(SCENARIO, seed=seed) as simulation:
                for expectation in simulation.run().expectations:
                    self.assertTrue(expectation.as_planned, expectation.text)


if __name__ == "__main__":
    unittest.main()
)__";

constexpr const char* kReadme = R"__(# Bars

A scenario of dse: a program draws images of bars, and a model learns to tell horizontal ones from
vertical ones. Everything happens on a virtual clock, and every run gives the same bytes.

| file | what |
| --- | --- |
| `scenario.toml` | who writes and reads what, and what is expected of the run |
| `model.py` | the model: put your own in its place |
| `source.py`, `bars.py` | the toy data: put your own source in its place |
| `test_model.py` | tests that drive the scenario step by step |
| `fingerprints.csv` | what the run must give again, byte for byte |
| `.github/workflows/test.yml` | the same tests on every push |

```
dse replay scenario.toml     # run it; the results are in runs/scenario-s1
dse check scenario.toml      # who writes, binds and streams what
python3 -m unittest          # the tests; pytest runs them as well
dse verify .                 # is the run still the same, and as expected?
dse verify . --update        # the change was intended
```

Programs that dse starts find its Python package by themselves. Tests find it in `PYTHONPATH`, which
is `/usr/share/dse/python` where dse is installed from its Debian package; they find dse itself on
the `PATH`, or in the environment variable `DSE`.
)__";

constexpr const char* kWorkflow =
    R"__(# Runs the tests on every push. The Debian package of dse, which `cpack -G DEB` makes, belongs in the
# folder `packages`.
name: test
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    container: debian:12
    steps:
      - uses: actions/checkout@v4
      - run: apt-get update && apt-get install --yes python3 ./packages/dse_*.deb
      - run: dse verify .
      - run: python3 -m unittest
        env:
          PYTHONPATH: /usr/share/dse/python
)__";

constexpr const char* kIgnored = R"__(/runs/
__pycache__/
.pytest_cache/
)__";

// What the scenario gives; `dse verify` in a new project says so when it does not.
constexpr const char* kFingerprints =
    "scenario.toml,1,163e77b92d9fa8a1,10df265b7c160e85,bdae6e53f1e10bbf,e61ad4fda1031861,77c2f951f6018854";

}  // namespace

std::vector<ProjectFile> project_files() {
  return {
      {"scenario.toml", kScenarioFile},
      {"model.py", kModel},
      {"source.py", kSource},
      {"bars.py", kBars},
      {"test_model.py", kTest},
      {"README.md", kReadme},
      {".github/workflows/test.yml", kWorkflow},
      {".gitignore", kIgnored},
      {"fingerprints.csv", fmt::format("file,seed,events,payload,draws,predictions,models,version\n{},{}\n",
                                       kFingerprints, version())},
  };
}

}  // namespace dse
