"""Learners of tables: one of scikit-learn gets the numbers that the built-in one gets, and the two
predict the same."""

import csv
import importlib.util
import sys
import unittest

from host import ROOT
from runs import RunTest

BAYES = '''
    import numpy
    from sklearn.naive_bayes import GaussianNB

    import dse

    class Bayes(dse.Learner):
        def prepare(self):
            self.model = GaussianNB()
            self.fitted = False

        def train(self, batch, labels):
            before = self.predict(batch)
            rows = batch.numpy()
            assert rows.dtype == numpy.float32 and rows.shape == (len(labels), *self.shape)
            assert list(batch[0]) == list(rows[0])
            self.model.partial_fit(rows.astype(float), labels, classes=range(self.classes))
            self.fitted = True
            return before

        def predict(self, batch):
            if not self.fitted:
                return dse.Predictions.uniform(len(batch), self.classes)
            rows = batch.numpy().astype(float)
            return dse.Predictions.probabilities(self.model.predict_proba(rows))

        def save(self):
            return b""

    Bayes().serve()
'''

SCENARIO = '''
    [data.machines]
    format = "csv"
    file = "{file}"
    label = "state"
    time = "time"
    missing = "skip"

    [component.history]
    kind = "training-generator"
    data = "machines"
    slice = [0, 1000]
    time_scale = [1, 10]
    to = "readings"

    [component.live]
    kind = "production-source"
    data = "machines"
    slice = [1000, 1400]
    to = "readings"

    [[binding]]
    from = "readings"
    to = ["built-in", "program"]

    [component.bayes]
    kind = "model"
    learner = "naive-bayes"
    from = "built-in"
    to = "predictions"

    [component.bayes-sklearn]
    kind = "model"
    learner = {{ program = ["{python}", "bayes.py"] }}
    from = "program"
    to = "predictions"

    [component.reader]
    kind = "watch"
    from = "predictions"
'''


@unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
class TablesTest(RunTest):
    def test_a_learner_in_python_gets_the_rows_of_a_table(self):
        self.file("bayes.py", BAYES)
        scenario = self.file("tables.toml",
                             SCENARIO.format(python=sys.executable,
                                             file=ROOT / "data/sample/machines.csv"))
        run = self.replay(scenario, "--record")
        start = run.log("bayes-sklearn")[0][0]
        self.assertEqual((start["shape"], start["type"], start["classes"]), ([3], "float32", 3))
        said = {}
        with open(run.folder / "predictions.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                said.setdefault(row["answers"], {})[row["model"]] = row
        self.assertEqual(len(said), 400)
        for answers in said.values():
            one, other = answers["bayes"], answers["bayes-sklearn"]
            self.assertEqual(one["label"], other["label"])
            self.assertAlmostEqual(float(one["confidence"]), float(other["confidence"]), delta=1e-6)
        for metric in ("accuracy", "prequential_accuracy"):
            self.assertEqual(run.metric(f"bayes.{metric}"), run.metric(f"bayes-sklearn.{metric}"))


if __name__ == "__main__":
    unittest.main()
