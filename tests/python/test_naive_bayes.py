"""Naive Bayes of src/learn says what GaussianNB.partial_fit of scikit-learn does, batch by
batch.
"""

import importlib.util
import os
import subprocess
import unittest
import warnings

if importlib.util.find_spec("sklearn"):
    import numpy
    from sklearn.naive_bayes import GaussianNB

TOLERANCE = 1e-6


def clusters(rows, features, classes, seed):
    """Rows around a centre for each class, of features whose sizes differ, and their labels."""
    random = numpy.random.default_rng(seed)
    labels = random.integers(0, classes, rows)
    centres = random.normal(size=(classes, features))
    sizes = 10.0 ** random.uniform(-2, 3, features)
    values = (centres[labels] + random.normal(size=(rows, features))) * sizes
    return values.astype(numpy.float32), labels.astype(numpy.int32)


def batches_of(values, labels, size):
    return [(values[at:at + size], labels[at:at + size]) for at in range(0, len(labels), size)]


@unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
class NaiveBayesTest(unittest.TestCase):
    def ours(self, batches, classes, smoothing):
        given = b"".join(numpy.uint32(len(labels)).tobytes() + values.tobytes() + labels.tobytes()
                         for values, labels in batches)
        features = batches[0][0].shape[1]
        done = subprocess.run(
            [os.environ["DSE_NAIVE_BAYES"], str(features), str(classes), repr(smoothing)],
            input=given, stdout=subprocess.PIPE, check=True)
        return numpy.frombuffer(done.stdout).reshape(-1, classes)

    def theirs(self, batches, classes, smoothing):
        learner = GaussianNB(var_smoothing=smoothing)
        first = batches[0][1]
        result = [numpy.full((len(first), classes), 1 / classes)]  # it cannot predict yet
        for at, (values, labels) in enumerate(batches):
            wide = values.astype(float)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # divisions by a variance of 0
                if at > 0:
                    result.append(learner.predict_proba(wide))
                learner.partial_fit(wide, labels, classes=numpy.arange(classes))
        return numpy.concatenate(result)

    def compare(self, batches, classes, smoothing=1e-9):
        """Returns how many rows were compared: those of which scikit-learn has probabilities."""
        ours = self.ours(batches, classes, smoothing)
        theirs = self.theirs(batches, classes, smoothing)
        self.assertEqual(ours.shape, theirs.shape)
        self.assertTrue(numpy.isfinite(ours).all())
        self.assertLess(numpy.abs(ours.sum(axis=1) - 1).max(), 1e-12)
        known = numpy.isfinite(theirs).all(axis=1)
        difference = numpy.abs(ours - theirs)[known].max(axis=1)
        worst = int(difference.argmax())
        self.assertLess(difference[worst], TOLERANCE,
                        f"row {worst}: {ours[known][worst]}, not {theirs[known][worst]}")
        same = ours[known].argmax(axis=1) == theirs[known].argmax(axis=1)
        # Where two classes are as probable to many digits, either may come first.
        close = numpy.sort(theirs[known], axis=1)
        self.assertTrue((same | (close[:, -1] - close[:, -2] < 1e-9)).all())
        return int(known.sum())

    def test_100_000_rows(self):
        values, labels = clusters(100_000, 10, 3, seed=1)
        self.assertEqual(self.compare(batches_of(values, labels, 16), 3), 100_000)

    def test_batches_of_any_size(self):
        values, labels = clusters(5_000, 5, 4, seed=2)
        bounds = numpy.cumsum([7, 300, 1, 2, 1000, 16, 16, 1])
        batches = list(zip(numpy.split(values, bounds), numpy.split(labels, bounds)))
        self.assertEqual(self.compare(batches, 4), 5_000)

    def test_another_smoothing(self):
        values, labels = clusters(3_000, 4, 2, seed=3)
        for smoothing in (0.0, 1e-3, 0.5):
            self.assertEqual(self.compare(batches_of(values, labels, 30), 2, smoothing), 3_000)

    def test_classes_that_come_late_or_never(self):
        values, labels = clusters(4_000, 6, 5, seed=4)
        labels[:1_000] %= 2
        labels[:2_000] %= 3
        labels[labels == 4] = 0
        self.assertEqual(self.compare(batches_of(values, labels, 16), 5), 4_000)

    def test_a_class_with_one_row(self):
        values, labels = clusters(1_000, 3, 2, seed=5)
        labels[500] = 2
        self.assertEqual(self.compare(batches_of(values, labels, 20), 3), 1_000)

    def test_constant_features(self):
        values, labels = clusters(2_000, 6, 3, seed=6)
        values[:, 1] = 7
        values[labels == 1, 3] = -2.5
        values[:1_000, 4] = 0
        self.assertEqual(self.compare(batches_of(values, labels, 50), 3), 2_000)

    def test_one_row_a_batch(self):
        # Each batch has no variance, and neither has a class with one row: scikit-learn has no
        # number until all classes have two.
        values, labels = clusters(3_000, 4, 3, seed=7)
        self.assertGreater(self.compare(batches_of(values, labels, 1), 3), 2_900)

    def test_batches_of_very_different_variance(self):
        # The smoothing of the last batch is taken out of the variances, not that which was put in.
        values, labels = clusters(2_000, 3, 3, seed=8)
        values[600:700] *= 1_000
        self.assertEqual(self.compare(batches_of(values, labels, 20), 3, 1e-4), 2_000)


if __name__ == "__main__":
    unittest.main()
