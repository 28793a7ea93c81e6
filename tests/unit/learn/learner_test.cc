#include <algorithm>
#include <map>

#include "learn/built_in_learners.h"
#include "support/catch.h"
#include "synthetic.h"

using namespace dse;

namespace {

std::unique_ptr<Learner> make(const std::string& name, const LearnerOptions& options,
                              std::uint64_t seed = 1) {
  RandomStream random(seed, name, "weights");
  return built_in_learners().find(name)->make(options, random);
}

std::string digest(const Learner& learner) {
  Hasher hasher;
  learner.hash_state(hasher);
  return hex64(hasher.digest());
}

// Trains on images begin … end in batches; the last one may be smaller. Returns how many predictions made
// before learning were right.
std::size_t train(Learner& learner, const SyntheticImages& images, std::size_t begin, std::size_t end,
                  std::size_t batch_size) {
  std::size_t right = 0;
  for (std::size_t at = begin; at < end; at += batch_size) {
    const std::vector<Example> batch = images.batch(at, std::min(batch_size, end - at));
    std::vector<Prediction> before(batch.size());
    learner.train(batch, before);
    for (std::size_t row = 0; row < batch.size(); ++row)
      right += before[row].label == batch[row].label ? 1U : 0U;
  }
  return right;
}

std::vector<Prediction> predict(Learner& learner, const SyntheticImages& images, std::size_t begin,
                                std::size_t count) {
  std::vector<Input> inputs;
  for (std::size_t at = begin; at < begin + count; ++at) inputs.push_back({.pixels = images.image(at)});
  std::vector<Prediction> predictions(count);
  learner.predict(inputs, predictions);
  return predictions;
}

bool same(const Prediction& a, const Prediction& b) {
  return a.label == b.label && a.confidence == b.confidence;
}

}  // namespace

TEST_CASE("a prediction does not depend on the images it is made with") {
  const LearnerOptions options;
  const SyntheticImages images(options, 1'650);
  for (const std::string& name : kImageLearners) {
    INFO(name);
    const auto learner = make(name, options);
    train(*learner, images, 0, 1'600, 16);
    const std::vector<Prediction> together = predict(*learner, images, 1'600, 50);
    for (std::size_t at = 0; at < together.size(); ++at) {
      CHECK(same(predict(*learner, images, 1'600 + at, 1)[0], together[at]));
    }
  }
}

TEST_CASE("what train returns is what predict says before it, and predicting changes nothing") {
  const LearnerOptions options{.shape = {.rows = 16, .columns = 16}, .classes = 4};
  const SyntheticImages images(options, 1'700);
  for (const std::string& name : kImageLearners) {
    INFO(name);
    const auto learner = make(name, options);
    for (std::size_t at = 0; at < images.size(); at += 17) {
      const std::string digest_before = digest(*learner);
      const std::vector<Prediction> expected = predict(*learner, images, at, 17);
      REQUIRE(digest(*learner) == digest_before);
      std::vector<Prediction> before(17);
      learner->train(images.batch(at, 17), before);
      REQUIRE(digest(*learner) != digest_before);
      for (std::size_t row = 0; row < 17; ++row) REQUIRE(same(before[row], expected[row]));
    }
  }
}

TEST_CASE("every learner learns classes that are easy to tell apart, for any shape and number of classes") {
  struct Case {
    ImageShape shape;
    int classes;
    std::size_t batch;
  };
  const Case cases[] = {{{28, 28}, 10, 16}, {{20, 24}, 26, 7}, {{16, 16}, 2, 1}};
  for (const std::string& name : kImageLearners) {
    for (const Case& each : cases) {
      INFO(name << ", " << each.classes << " classes");
      const LearnerOptions options{.shape = each.shape, .classes = each.classes};
      const SyntheticImages images(options, 2'500);
      const auto learner = make(name, options);
      const std::size_t early = train(*learner, images, 0, 100, each.batch);
      train(*learner, images, 100, 1'900, each.batch);
      const std::size_t late = train(*learner, images, 1'900, 2'000, each.batch);
      CHECK(early <= late);
      CHECK(late >= 97);
      std::size_t right = 0;
      const std::vector<Prediction> predictions = predict(*learner, images, 2'000, 500);
      for (std::size_t at = 0; at < 500; ++at) {
        right += predictions[at].label == images.label(2'000 + at) ? 1U : 0U;
        CHECK(predictions[at].confidence > 1.0 / each.classes - 1e-9);
        CHECK(predictions[at].confidence <= 1);
      }
      CHECK(right >= 485);
    }
  }
}

TEST_CASE("images need not have whole lanes of pixels") {
  const LearnerOptions options{.shape = {.rows = 3, .columns = 5}, .classes = 3};
  const SyntheticImages images(options, 3'000);
  for (const std::string name : {"softmax", "mlp", "quadratic"}) {
    INFO(name);
    const auto learner = make(name, options);
    train(*learner, images, 0, 2'900, 16);
    CHECK(train(*learner, images, 2'900, 3'000, 16) >= 80);
  }
}

TEST_CASE("a batch may be larger or smaller than any before it") {
  const LearnerOptions options{.shape = {.rows = 16, .columns = 16}, .classes = 4};
  const SyntheticImages images(options, 1'000);
  for (const std::string& name : kImageLearners) {
    INFO(name);
    const auto learner = make(name, options);
    std::size_t at = 0;
    for (const std::size_t size : {5U, 1U, 300U, 2U, 600U}) {
      train(*learner, images, at, at + size, size);
      at += size;
    }
    const std::vector<Prediction> predictions = predict(*learner, images, 908, 92);
    CHECK(std::all_of(predictions.begin(), predictions.end(),
                      [](const Prediction& each) { return each.confidence > 0 && each.confidence <= 1; }));
  }
}

TEST_CASE("the seed of the weights decides what is learned") {
  const LearnerOptions options{.shape = {.rows = 16, .columns = 16}, .classes = 4};
  const SyntheticImages images(options, 1'600);
  for (const std::string& name : kImageLearners) {
    INFO(name);
    std::vector<std::string> digests;
    for (const std::uint64_t seed : {1U, 1U, 2U}) {
      const auto learner = make(name, options, seed);
      digests.push_back(digest(*learner));
      train(*learner, images, 0, images.size(), 16);
      digests.push_back(digest(*learner));
    }
    CHECK(digests[0] == digests[2]);
    CHECK(digests[1] == digests[3]);
    CHECK(digests[0] != digests[4]);
    CHECK(digests[1] != digests[5]);
    CHECK(digests[0] != digests[1]);
  }
}

// The bytes are the same with every compiler, in every configuration and on every x86-64-v3 processor. They
// change when a learner does; a change of compiler or flags must not change them.
TEST_CASE("the bytes learned are known") {
  const std::map<std::string, std::string> expected{{"softmax", "990edec18dfe5bd9"},
                                                    {"mlp", "fcca02af071b7d92"},
                                                    {"lenet5", "5863e1eacdbb0b42"},
                                                    {"quadratic", "86acdf7ae6dd01b8"}};
  const LearnerOptions options{.shape = {.rows = 20, .columns = 28}, .classes = 10};
  const SyntheticImages images(options, 2'003);
  for (const std::string& name : kImageLearners) {
    INFO(name);
    const auto learner = make(name, options);
    train(*learner, images, 0, images.size(), 16);
    CHECK(digest(*learner) == expected.at(name));
  }
}
