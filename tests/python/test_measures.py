"""The figures of predictions are those of scikit-learn, and those that it lacks what their
formulas say. The program that DSE_FIGURES names, dse_figures, is given predictions and prints
all figures; scikit-learn computes them here from the same predictions. It is asked with
warnings as errors: where it warns that a figure is undefined, ours must be undefined.
"""

import importlib.util
import os
import shutil
import subprocess
import unittest
import warnings

FIGURES = shutil.which(os.environ.get("DSE_FIGURES", ""))
WITHIN = 1e-10

if importlib.util.find_spec("sklearn"):
    import numpy
    from sklearn import metrics


class Stream:
    """Predictions in their order; `probabilities` is None or has a row for each."""

    def __init__(self, truth, predicted, probabilities=None):
        self.truth = numpy.asarray(truth)
        self.predicted = numpy.asarray(predicted)
        self.probabilities = probabilities
        # What the no-change classifier says; it has nothing to say first.
        self.before = numpy.concatenate(([-1], self.truth[:-1]))

    def __len__(self):
        return len(self.truth)

    def lines(self):
        rows = self.probabilities.tolist() if self.probabilities is not None else [[]] * len(self)
        labels = zip(self.truth.tolist(), self.predicted.tolist())
        return "".join(f"{truth} {predicted} {' '.join(map(repr, row))}\n"
                       for (truth, predicted), row in zip(labels, rows))

    def last(self, count):
        part = Stream(self.truth[-count:], self.predicted[-count:],
                      None if self.probabilities is None else self.probabilities[-count:])
        part.before = self.before[-count:]
        return part


def defined(function, *arguments, **options):
    """Returns the figure, or None where scikit-learn warns or says nan."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            value = function(*arguments, **options)
        except (metrics._classification.UndefinedMetricWarning, RuntimeWarning):
            return None
    return None if numpy.isnan(value) else float(value)


def calibration_error(stream, weights, bins):
    """Guo et al., 2017, equations 2 and 3, bin by bin."""
    confidence = stream.probabilities[numpy.arange(len(stream)), stream.predicted]
    right = stream.truth == stream.predicted
    error = 0
    for number in range(bins):
        low = number / bins if number > 0 else -1
        inside = (confidence > low) & (confidence <= (number + 1) / bins)
        if inside.any():
            share = weights[inside].sum() / weights.sum()
            gap = (numpy.average(right[inside], weights=weights[inside])
                   - numpy.average(confidence[inside], weights=weights[inside]))
            error += share * abs(gap)
    return error


def wanted_figures(stream, bins, weights=None):
    if weights is None:
        weights = numpy.ones(len(stream))
    pair = (stream.truth, stream.predicted)
    weighted = {"sample_weight": weights}
    macro = {"average": "macro", **weighted}
    figures = {
        "accuracy": metrics.accuracy_score(*pair, **weighted),
        "cohen_kappa": defined(metrics.cohen_kappa_score, *pair, **weighted),
        "f1_macro": defined(metrics.f1_score, *pair, **macro),
        "precision_macro": defined(metrics.precision_score, *pair, **macro),
        "recall_macro": defined(metrics.recall_score, *pair, **macro),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of predicted classes that are never true
        figures["balanced_accuracy"] = metrics.balanced_accuracy_score(*pair, **weighted)
    no_change = numpy.average(stream.before == stream.truth, weights=weights)
    if no_change < 1:
        figures["kappa_temporal"] = (figures["accuracy"] - no_change) / (1 - no_change)
    if stream.probabilities is not None:
        classes = stream.probabilities.shape[1]
        truths = numpy.eye(classes)[stream.truth]
        figures["log_loss"] = metrics.log_loss(stream.truth, stream.probabilities,
                                               labels=range(classes), **weighted)
        distances = ((stream.probabilities - truths) ** 2).sum(axis=1)
        figures["brier_score"] = numpy.average(distances, weights=weights)
        figures["expected_calibration_error"] = calibration_error(stream, weights, bins)
        figures["with_probabilities"] = weights.sum()
    return {name: value for name, value in figures.items() if value is not None}


def random_stream(count, classes, seed, sharpness=0.3):
    random = numpy.random.RandomState(seed)
    truth = random.choice(classes, count, p=random.dirichlet([3] * classes))
    probabilities = random.dirichlet([sharpness] * classes, count)
    # Some are a little better than chance, some are certain, right or wrong.
    probabilities[numpy.arange(count), truth] += random.rand(count)
    probabilities /= probabilities.sum(axis=1)[:, None]
    certain = random.rand(count) < 0.05
    probabilities[certain] = numpy.eye(classes)[random.choice(classes, certain.sum())]
    predicted = probabilities.argmax(axis=1)
    other = random.rand(count) < 0.1
    predicted[other] = random.choice(classes, other.sum())
    return Stream(truth, predicted, probabilities)


@unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
@unittest.skipUnless(FIGURES, "DSE_FIGURES names no program")
class MeasuresTest(unittest.TestCase):
    def check(self, stream, window=1000, fading=0.999, bins=15):
        done = subprocess.run([FIGURES, str(window), repr(fading), str(bins)], input=stream.lines(),
                              stdout=subprocess.PIPE, text=True, check=True)
        said = [line.split() for line in done.stdout.splitlines()]
        got = {words[1]: float(words[2]) for words in said if words[0] == "metric"}
        weights = fading ** numpy.arange(len(stream) - 1, -1, -1.0)
        wanted = wanted_figures(stream, bins)
        for suffix, figures in (("_window", wanted_figures(stream.last(window), bins)),
                                ("_faded", wanted_figures(stream, bins, weights))):
            wanted.update({name + suffix: value for name, value in figures.items()})
        self.assertEqual(sorted(got), sorted(wanted))
        for name, value in wanted.items():
            self.assertLessEqual(abs(got[name] - value), WITHIN * max(1, abs(value)),
                                 f"{name}: {got[name]!r}, but scikit-learn says {value!r}")
        self.check_classes(stream, said)

    def check_classes(self, stream, said):
        labels = numpy.unique(numpy.concatenate((stream.truth, stream.predicted)))
        matrix = metrics.confusion_matrix(stream.truth, stream.predicted, labels=labels)
        cells = [[int(labels[row]), int(labels[column]), int(matrix[row, column])]
                 for row, column in zip(*numpy.nonzero(matrix))]
        self.assertEqual([list(map(int, words[1:])) for words in said if words[0] == "cell"], cells)
        classes = [words[1:] for words in said if words[0] == "class"]
        self.assertEqual([int(words[0]) for words in classes], labels.tolist())
        for label, *figures in classes:
            scores = (metrics.precision_score, metrics.recall_score, metrics.f1_score)
            for score, figure in zip(scores, figures):
                value = defined(lambda: score(stream.truth, stream.predicted, average=None,
                                              labels=[int(label)])[0])
                if value is None:
                    self.assertEqual(figure, "-", (label, score))
                else:
                    self.assertLessEqual(abs(float(figure) - value), WITHIN, (label, score))

    def test_many_predictions_of_ten_classes(self):
        self.check(random_stream(100_000, 10, seed=1))

    def test_ten_bins_and_a_short_window(self):
        self.check(random_stream(5_000, 10, seed=2), window=37, fading=0.99, bins=10)

    def test_two_classes(self):
        self.check(random_stream(3_000, 2, seed=3))

    def test_many_classes(self):
        self.check(random_stream(3_000, 300, seed=4), window=200)

    def test_confidences_at_the_ends_of_bins(self):
        random = numpy.random.RandomState(5)
        for bins in (10, 15):
            confidence = random.randint(0, bins + 1, 3_000) / bins
            rows = numpy.stack((confidence, 1 - confidence), axis=1)
            truths, labels = random.randint(0, 2, 3_000), random.randint(0, 2, 3_000)
            self.check(Stream(truths, labels, rows), bins=bins)

    def test_a_class_that_is_never_predicted(self):
        self.check(Stream([0, 1, 2, 1, 0, 2, 2], [0, 1, 1, 1, 0, 0, 1]))

    def test_a_class_that_is_never_true(self):
        self.check(Stream([0, 1, 1, 1, 0, 0], [0, 2, 1, 1, 2, 0]))

    def test_nothing_right(self):
        self.check(Stream([0, 1, 2, 0], [1, 2, 0, 2]))

    def test_everything_right(self):
        self.check(Stream([0, 1, 2, 0, 0], [0, 1, 2, 0, 0]))

    def test_one_class(self):
        self.check(Stream([4] * 20, [4] * 20))

    def test_one_true_class_and_another_that_is_predicted(self):
        self.check(Stream([4] * 20, [4, 1] * 10))

    def test_one_prediction(self):
        self.check(Stream([1], [1], numpy.array([[0.25, 0.75]])))
        self.check(Stream([1], [0], numpy.array([[0.75, 0.25]])))

    def test_labels_far_apart(self):
        random = numpy.random.RandomState(6)
        labels = numpy.array([65_535, 3, 20_000])
        self.check(Stream(labels[random.randint(0, 3, 500)], labels[random.randint(0, 3, 500)]))

    def test_random_small_streams(self):
        random = numpy.random.RandomState(7)
        for _ in range(60):
            count, classes = random.randint(1, 40), random.randint(1, 6)
            self.check(Stream(random.randint(0, classes, count), random.randint(0, classes, count)),
                       window=random.randint(1, 10), fading=0.9)


if __name__ == "__main__":
    unittest.main()
