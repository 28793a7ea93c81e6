// The learners of rows of numbers, as models have them.
#include "learn/row_learner.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "dse/error.h"
#include "learn/built_in_learners.h"
#include "learn/saved_learner.h"
#include "support/catch.h"

using namespace dse;

namespace {

const LearnerOptions kOptions{.shape = {0, 0}, .classes = 3, .features = 4};
const std::vector<std::string> kLearners = {"softmax",        "mlp",      "quadratic", "naive-bayes",
                                            "hoeffding-tree", "majority", "no-change"};

// Rows of three classes that overlap a little, on scales that differ by a factor of a thousand.
class Rows {
 public:
  explicit Rows(std::size_t count, std::uint64_t seed = 5) : numbers_(count * 4) {
    RandomStream random(seed, "test", "rows");
    for (std::size_t at = 0; at < count; ++at) {
      labels_.push_back(static_cast<int>(random.below(3)));
      float* const row = numbers_.data() + at * 4;
      const auto noise = [&random] { return static_cast<float>(random.uniform() + random.uniform() - 1); };
      row[0] = 1000 * (static_cast<float>(labels_[at]) + noise());
      row[1] = static_cast<float>(labels_[at] == 1) + noise();
      row[2] = 0.001F * noise();
      row[3] = 7;
    }
  }
  std::size_t size() const { return labels_.size(); }
  std::vector<Example> batch(std::size_t begin, std::size_t count) const {
    std::vector<Example> examples;
    for (std::size_t at = begin; at < std::min(begin + count, size()); ++at)
      examples.push_back({.label = labels_[at], .features = numbers_.data() + at * 4});
    return examples;
  }

 private:
  std::vector<float> numbers_;
  std::vector<int> labels_;
};

std::unique_ptr<Learner> make(const std::string& name) {
  RandomStream random(1, name, "weights");
  return built_in_learners().find(name)->make(kOptions, random);
}

// Returns how many predictions made before learning were right.
std::size_t train(Learner& learner, const Rows& rows, std::size_t begin, std::size_t end) {
  constexpr std::size_t kBatch = 16;
  std::size_t right = 0;
  for (std::size_t at = begin; at < end; at += kBatch) {
    const std::vector<Example> batch = rows.batch(at, std::min(kBatch, end - at));
    std::vector<Prediction> before(batch.size());
    learner.train(batch, before);
    for (std::size_t i = 0; i < batch.size(); ++i) right += before[i].label == batch[i].label ? 1U : 0U;
  }
  return right;
}

struct Said {
  std::vector<Prediction> each;
  std::vector<double> probabilities;
};

Said predict(Learner& learner, const Rows& rows) {
  std::vector<Input> inputs;
  for (const Example& example : rows.batch(0, rows.size())) inputs.push_back(example.input());
  Said said{.each = std::vector<Prediction>(inputs.size()),
            .probabilities = std::vector<double>(inputs.size() * 3, std::nan(""))};
  learner.predict(inputs, Predictions(said.each, said.probabilities));
  return said;
}

bool same(const Prediction& a, const Prediction& b) {
  return a.label == b.label && a.confidence == b.confidence;
}

std::string digest(const Learner& learner) {
  Hasher hasher;
  learner.hash_state(hasher);
  return hex64(hasher.digest());
}

}  // namespace

TEST_CASE("learners of rows learn what features on very different scales tell") {
  const Rows rows(6'000);
  for (const std::string& name : kLearners) {
    const auto learner = make(name);
    const std::size_t right = train(*learner, rows, 0, rows.size());
    INFO(name << ": " << right << " of " << rows.size());
    const bool is_baseline = name == "majority" || name == "no-change";
    CHECK(right > (is_baseline ? 1'700U : 4'800U));
    CHECK(right < (is_baseline ? 2'300U : 6'000U));
  }
}

TEST_CASE("the probabilities of a row's classes sum to one, and the greatest is that of the prediction") {
  const Rows rows(700);
  const Rows questions(50, 6);
  for (const std::string& name : kLearners) {
    INFO(name);
    const auto learner = make(name);
    for (const std::size_t learned : {0U, 3U, 700U}) {
      if (learned > 0) train(*learner, rows, 0, learned);
      const Said said = predict(*learner, questions);
      for (std::size_t at = 0; at < questions.size(); ++at) {
        const auto row = said.probabilities.begin() + static_cast<std::ptrdiff_t>(3 * at);
        CHECK(std::accumulate(row, row + 3, 0.0) == Approx(1));
        CHECK(*std::max_element(row, row + 3) == said.each[at].confidence);
        CHECK(row[said.each[at].label] == said.each[at].confidence);
      }
    }
  }
}

TEST_CASE("a prediction before learning is the one that the learner would have given") {
  const Rows rows(640);
  for (const std::string& name : kLearners) {
    INFO(name);
    const auto learner = make(name);
    train(*learner, rows, 0, 624);
    const std::vector<Example> last = rows.batch(624, 16);
    std::vector<Input> inputs;
    for (const Example& example : last) inputs.push_back(example.input());
    std::vector<Prediction> asked(16);
    learner->predict(inputs, asked);
    std::vector<Prediction> before(16);
    std::vector<double> probabilities(48, std::nan(""));
    learner->train(last, Predictions(before, probabilities));
    for (std::size_t at = 0; at < 16; ++at) {
      CHECK(same(asked[at], before[at]));
      CHECK(probabilities[3 * at + static_cast<std::size_t>(before[at].label)] == before[at].confidence);
    }
  }
}

TEST_CASE("a saved learner of rows goes on exactly as before") {
  const Rows rows(900);
  const Rows questions(40, 6);
  for (const std::string& name : kLearners) {
    const LearnerKind kind{name, kOptions};
    for (const std::size_t learned : {0U, 16U, 499U, 500U, 512U, 777U}) {
      INFO(name << " after " << learned);
      const auto saved = make(name);
      train(*saved, rows, 0, learned);
      const auto loaded = make(name);
      train(*loaded, rows, 100, 200);  // what is forgotten
      load_learner({"m.learner", save_learner(*saved, kind)}, kind, *loaded);
      CHECK(digest(*loaded) == digest(*saved));
      train(*saved, rows, learned, 900);
      train(*loaded, rows, learned, 900);
      CHECK(digest(*loaded) == digest(*saved));
      CHECK(predict(*loaded, questions).probabilities == predict(*saved, questions).probabilities);
    }
  }
}

TEST_CASE("what was learned with other parameters, or from other rows, is refused") {
  const LearnerKind kind{"hoeffding-tree", kOptions};
  LearnerOptions other = kOptions;
  other.parameters = {{"grace_period", std::int64_t{100}}, {"leaf", std::string("majority")}};
  RandomStream random(1, "test", "weights");
  const auto tree = built_in_learners().find("hoeffding-tree")->make(other, random);
  const SavedLearner saved{"m.learner", save_learner(*tree, kind)};
  const auto refusal = [&](const LearnerKind& wanted) -> std::string {
    try {
      load_learner(saved, wanted, *make("hoeffding-tree"));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(refusal(kind), ContainsSubstring("grace_period=100 leaf=majority"));
  CHECK_THAT(refusal({"hoeffding-tree", {.shape = {0, 0}, .classes = 3, .features = 5}}),
             ContainsSubstring("was learned from rows of 4 numbers, but the model takes rows of 5"));
  CHECK_THAT(refusal({"hoeffding-tree", {.shape = {2, 2}, .classes = 3}}),
             ContainsSubstring("was learned from rows of 4 numbers, but the model takes images of"));
}

TEST_CASE("the parameters of a tree count") {
  const Rows rows(3'000);
  const Rows questions(50, 6);
  std::map<std::string, std::string> digests;
  RandomStream random(1, "test", "weights");
  const std::vector<std::map<std::string, KeyValue>> sets = {{},
                                                             {{"grace_period", std::int64_t{50}}},
                                                             {{"split_confidence", 0.05}},
                                                             {{"tie_threshold", 0.5}},
                                                             {{"leaf", std::string("majority")}},
                                                             {{"leaf", std::string("naive-bayes")}},
                                                             {{"criterion", std::string("gini")}},
                                                             {{"points", std::int64_t{3}}},
                                                             {{"least_share", 0.4}},
                                                             {{"max_depth", std::int64_t{0}}},
                                                             {{"max_bytes", std::int64_t{1}}}};
  for (const auto& parameters : sets) {
    LearnerOptions options = kOptions;
    options.parameters = parameters;
    const auto tree = built_in_learners().find("hoeffding-tree")->make(options, random);
    train(*tree, rows, 0, rows.size());
    const std::string set = parameters_text(options);
    INFO(set);
    // A tree that may not split is one, whatever forbids it.
    Hasher said;
    const std::vector<double> probabilities = predict(*tree, questions).probabilities;
    said.add(std::as_bytes(std::span(probabilities)));
    if (set != "max_bytes=1") CHECK(digests.emplace(digest(*tree) + hex64(said.digest()), set).second);
  }
}

TEST_CASE("learners of rows: the state after some batches is known") {
  const std::map<std::string, std::string> expected{
      {"softmax", "dc87fd0db6815966"},        {"mlp", "f8adcc2d9a7911a6"},
      {"quadratic", "33b218254adf59a7"},      {"naive-bayes", "6c36ad00db68a525"},
      {"hoeffding-tree", "568aa991220a6e97"}, {"majority", "59e5f9e4f041b90c"},
      {"no-change", "2fbc593564db792e"}};
  const Rows rows(900);
  for (const std::string& name : kLearners) {
    INFO(name);
    const auto learner = make(name);
    train(*learner, rows, 0, rows.size());
    CHECK(digest(*learner) == expected.at(name));
  }
}
