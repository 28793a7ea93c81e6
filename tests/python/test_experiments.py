"""The shape of the curves in docs/experiments.md: the mean over SEEDS seeds of a metric at each
value of a setting, each seed having the same stream at all values. A value is above another one
when the mean difference is above the stated margin, which is at most half of what was measured
when the page was written.
"""

import csv
import statistics
import unittest

from host import ROOT
from runs import RunTest

SEEDS = 6


class ExperimentsTest(RunTest):
    def means(self, scenario, setting, values, *metrics):
        """Returns a dictionary from each value to the means of the metrics."""
        folder = self.folder / scenario
        self.dse("explore", ROOT / "scenarios" / f"{scenario}.toml", "--seeds", f"1..{SEEDS}",
                 "--vary", f"{setting}={','.join(values)}", "--set", "expect=[]",
                 "--jobs", "2", "--out", folder)
        with open(folder / "runs.csv", encoding="utf-8", newline="") as file:
            runs = list(csv.DictReader(file))
        found = {}
        for value in values:
            rows = [run for run in runs if run[setting] == value]
            self.assertEqual(len(rows), SEEDS, f"{setting}={value}")
            found[value] = [statistics.mean(float(row[metric]) for row in rows)
                            for metric in metrics]
        return found

    def assert_falls(self, means, margins, at=0):
        """Each value's mean is above that of the next by more than the margin between them."""
        values = list(means)
        self.assertEqual(len(margins), len(values) - 1)
        for one, other, margin in zip(values, values[1:], margins):
            self.assertGreater(means[one][at] - means[other][at], margin, (one, other, means))

    def test_label_delay(self):
        means = self.means("label-delay", "component.source.labels.delay",
                           ["0s", "1s", "2s", "5s", "10s"], "model.accuracy", "model.label_lag")
        # 0.848, 0.817, 0.790, 0.726, 0.650
        self.assert_falls(means, [0.015, 0.013, 0.03, 0.035])
        self.assertEqual(means["0s"][1], 0)
        self.assertGreater(means["10s"][1], 1500)

    def test_label_loss(self):
        setting = "component.source.labels.lost"
        means = self.means("label-loss", setting, ["[0,10]", "[3,10]", "[5,10]"], "model.accuracy")
        # 0.844, 0.834, 0.822
        self.assert_falls(means, [0.004, 0.005])
        # Half of the labels lost cost less than all of them 1 s late, 0.031.
        self.assertLess(means["[0,10]"][0] - means["[5,10]"][0], 0.031)

    def test_queue_limit(self):
        means = self.means("queue-limit", "resource.rows.max_length",
                           ["10000", "1000", "10"], "model.accuracy", "model.predicted",
                           "model.infer_sojourn_p50_ns")
        # 0.845, 0.832, 0.820 are right of what is answered: 6000, 4617, 3088 rows.
        self.assert_falls(means, [0.006, 0.005])
        self.assert_falls(means, [600, 700], at=1)
        self.assertEqual(means["10000"][1], 6000)
        # A row waits 6.9 s, 2.0 s, 1.6 ms, when it is in the middle.
        self.assert_falls(means, [2.4e9, 0.9e9], at=2)

    def test_drift_and_recovery(self):
        means = self.means("drift-and-recovery", "component.source.labels.delay",
                           ["0s", "1s", "5s"], "renews.accuracy", "keeps.accuracy",
                           "ddm.detection_delay_ns", "ddm.detected")
        # 0.887, 0.845, 0.678 beside 0.523, 0.497, 0.426
        self.assert_falls(means, [0.02, 0.08])
        for delay, (renews, keeps, detection_ns, detected) in means.items():
            self.assertEqual(detected, 1, delay)
            self.assertGreater(renews - keeps, 0.12, delay)
            # 0.21 s, 0.23 s and 0.34 s after the first labels of the new kind
            late_ns = detection_ns - 10 ** 9 * int(delay[:-1])
            self.assertGreater(late_ns, 0.1e9, delay)
            self.assertLess(late_ns, 0.7e9, delay)


if __name__ == "__main__":
    unittest.main()
