"""scikit-learn alone: it reads the files itself, learns and predicts in a given order, and prints
what it predicted. Nothing here knows of dse: test_parity.py compares.

Standard input has an object of JSON: `model` ("sgd" or "mlp"), `seed`, the IDX files `images`,
`labels` and `unlabelled`, and `order`, a list of what to do: ["train", [indices]] or
["predict", index]. For each, standard output has a line of JSON with `label`, what the model's
method `predict` says, and `confidence`, which its `predict_proba` has for that label. Both are
lists for a training batch: what the model would have predicted before it.
"""

import gzip
import json
import sys

import numpy
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier


def read_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    shape = numpy.frombuffer(data, ">u4", data[3], 4)
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * len(shape)).reshape(*shape)


def pixels(path):
    images = read_idx(path)
    return images.reshape(len(images), -1)


def make_model(name, seed):
    if name == "sgd":
        return SGDClassifier(loss="log_loss", random_state=seed % 2**32)
    return MLPClassifier((32,), learning_rate_init=0.005, random_state=seed % 2**32)


def main():
    given = json.load(sys.stdin)
    images, labels = pixels(given["images"]), read_idx(given["labels"])
    unlabelled = pixels(given["unlabelled"])
    model = make_model(given["model"], given["seed"])
    classes = numpy.arange(10)
    trained = False

    def predict(batch):
        if not trained:
            return [0] * len(batch), [0.1] * len(batch)
        told = model.predict(batch).tolist()
        rows = model.predict_proba(batch).tolist()
        return told, [row[label] for row, label in zip(rows, told)]

    for what, index in given["order"]:
        if what == "train":
            batch = images[index] / 255.0
            label, confidence = predict(batch)
            model.partial_fit(batch, labels[index], classes=classes)
            trained = True
        else:
            (label,), (confidence,) = predict(unlabelled[[index]] / 255.0)
        print(json.dumps({"label": label, "confidence": confidence}))


main()
