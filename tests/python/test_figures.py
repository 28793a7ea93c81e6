"""The figures of answers in a run directory are what scikit-learn computes from the record."""

import csv
import importlib.util
import json
import unittest

from host import ROOT
from runs import RunTest

if importlib.util.find_spec("sklearn"):
    import numpy
    from sklearn import metrics
    from test_measures import WITHIN, Stream, wanted_figures

SCENARIO = ROOT / "scenarios/few-digits.toml"
MODELS = ("softmax", "mlp", "lenet", "quadratic")
WINDOW, FADING, BINS = 10, 0.875, 15


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
class FiguresTest(RunTest):
    def setUp(self):
        super().setUp()
        settings = [f"metrics.window={WINDOW}", f"metrics.fading={FADING}"]
        settings += [f"component.{model}.probabilities=true" for model in MODELS]
        options = [word for setting in settings for word in ("--set", setting)]
        self.run_ = self.replay(SCENARIO, "--record", *options)

    def answers(self, model):
        """Returns a model's scored answers, in the order in which they reached the bus."""
        headers = dict(self.run_.select("SELECT id, headers FROM message WHERE writer = ?", model))
        rows = [row for row in rows_of(self.run_.folder / "predictions.csv")
                if row["model"] == model]
        self.assertEqual(len(rows), 24)
        probabilities = [json.loads(headers[row["message"]])["probabilities"] for row in rows]
        return Stream([int(row["truth"]) for row in rows], [int(row["label"]) for row in rows],
                      numpy.array(probabilities))

    def check(self, component, stream):
        weights = FADING ** numpy.arange(len(stream) - 1, -1, -1.0)
        for suffix, wanted in (("", wanted_figures(stream, BINS)),
                               ("_window", wanted_figures(stream.last(WINDOW), BINS)),
                               ("_faded", wanted_figures(stream, BINS, weights))):
            for name, value in wanted.items():
                got = self.run_.metric(f"{component}.{name}{suffix}")
                self.assertLessEqual(abs(got - value), WITHIN * max(1, abs(value)),
                                     f"{component}.{name}{suffix}: {got!r}, not {value!r}")
            self.assertIn("accuracy", wanted)

    def check_confusion(self, component, stream):
        """The matrix of each view is scikit-learn's confusion_matrix."""
        labels = range(10)
        weights = FADING ** numpy.arange(len(stream) - 1, -1, -1.0)
        rows = [row for row in rows_of(self.run_.folder / "confusion.csv")
                if (row["component"], row["of"]) == (component, "arrival")]
        for view, part, weight in (("overall", stream, None), ("window", stream.last(WINDOW), None),
                                   ("faded", stream, weights)):
            wanted = metrics.confusion_matrix(part.truth, part.predicted, labels=labels,
                                              sample_weight=weight)
            got = numpy.zeros((10, 10))
            for row in rows:
                if row["view"] == view:
                    got[int(row["truth"]), int(row["prediction"])] += float(row["count"])
            within = 0 if weight is None else WITHIN
            self.assertLessEqual(numpy.abs(got - wanted).max(), within, view)

    def check_classes(self, component, stream):
        """Each class of classes.csv, in each view, is that of precision_recall_fscore_support."""
        weights = FADING ** numpy.arange(len(stream) - 1, -1, -1.0)
        views = {"overall": (stream, numpy.ones(len(stream))),
                 "window": (stream.last(WINDOW), numpy.ones(WINDOW)), "faded": (stream, weights)}
        rows = [row for row in rows_of(self.run_.folder / "classes.csv")
                if (row["component"], row["of"]) == (component, "arrival")]
        for view, (part, weight) in views.items():
            labels = sorted({*part.truth.tolist(), *part.predicted.tolist()})
            of_view = [row for row in rows if row["view"] == view]
            self.assertEqual([int(row["label"]) for row in of_view], labels, view)
            wanted = metrics.precision_recall_fscore_support(
                part.truth, part.predicted, labels=labels, sample_weight=weight, zero_division=0)
            for at, row in enumerate(of_view):
                for name, values in zip(("precision", "recall", "f1", "truths"), wanted):
                    # What is 0/0 is empty here, and there 0.
                    got = float(row[name] or 0)
                    self.assertLessEqual(abs(got - values[at]), WITHIN, (view, labels[at], name))
                self.assertEqual(row["precision"] == "", float(row["predictions"]) == 0)
                self.assertEqual(row["recall"] == "", float(row["truths"]) == 0)
        self.assertEqual(len(rows), sum(row["view"] in views for row in rows))

    def test_of_answers(self):
        for model in MODELS:
            stream = self.answers(model)
            self.assertEqual(stream.probabilities.shape, (24, 10))
            self.check(model, stream)
            self.check_confusion(model, stream)
            self.check_classes(model, stream)

    def test_of_verdicts(self):
        rows = rows_of(self.run_.folder / "votes.csv")
        stream = Stream([int(row["truth"]) for row in rows], [int(row["label"]) for row in rows])
        self.assertEqual(len(stream), 24)
        self.check("votes", stream)
        self.check_confusion("votes", stream)
        self.check_classes("votes", stream)
        self.assertNotIn("votes.log_loss", self.run_.summary["metrics"])

    def test_the_header_changes_no_figure(self):
        plain = self.replay(SCENARIO, "--set", f"metrics.window={WINDOW}", "--set",
                            f"metrics.fading={FADING}")
        figures = {name: value for name, value in plain.summary["metrics"].items()
                   if "depth" not in name}
        self.assertIn("softmax.log_loss", figures)
        for name, value in figures.items():
            self.assertEqual(self.run_.metric(name), value, name)

    def test_of_learning(self):
        rows = [row for row in rows_of(self.run_.folder / "confusion.csv")
                if (row["of"], row["view"]) == ("learning", "overall")]
        self.assertEqual({row["component"] for row in rows}, set(MODELS))
        for model in MODELS:
            truth, predicted = [], []
            for row in rows:
                if row["component"] == model:
                    truth += int(row["count"]) * [int(row["truth"])]
                    predicted += int(row["count"]) * [int(row["prediction"])]
            self.assertEqual(len(truth), 96)
            stream = Stream(truth, predicted)
            wanted = wanted_figures(stream, BINS)
            del wanted["kappa_temporal"]  # it needs the order
            for name, value in wanted.items():
                got = self.run_.metric(f"{model}.prequential_{name}")
                self.assertLessEqual(abs(got - value), WITHIN, f"{model}.prequential_{name}")


if __name__ == "__main__":
    unittest.main()
