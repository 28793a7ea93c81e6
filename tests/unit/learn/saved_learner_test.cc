#include "learn/saved_learner.h"

#include <algorithm>
#include <map>
#include <memory>

#include "dse/error.h"
#include "learn/built_in_learners.h"
#include "support/catch.h"
#include "synthetic.h"

using namespace dse;

namespace {

const LearnerOptions kOptions{.shape = {.rows = 16, .columns = 20}, .classes = 5};
const std::string kFile = "a.learner";

std::unique_ptr<Learner> make(const std::string& name, std::uint64_t seed,
                              const LearnerOptions& options = kOptions) {
  RandomStream random(seed, name, "weights");
  return built_in_learners().find(name)->make(options, random);
}

void train(Learner& learner, const SyntheticImages& images, std::size_t begin, std::size_t end,
           std::vector<Prediction>* before = nullptr) {
  constexpr std::size_t kBatch = 16;
  for (std::size_t at = begin; at < end; at += kBatch) {
    const std::vector<Example> batch = images.batch(at, std::min(kBatch, end - at));
    std::vector<Prediction> predictions(batch.size());
    learner.train(batch, predictions);
    if (before != nullptr) before->insert(before->end(), predictions.begin(), predictions.end());
  }
}

std::vector<Prediction> predict(Learner& learner, const SyntheticImages& images) {
  std::vector<Input> inputs;
  for (std::size_t at = 0; at < images.size(); ++at) inputs.push_back({.pixels = images.image(at)});
  std::vector<Prediction> predictions(inputs.size());
  learner.predict(inputs, predictions);
  return predictions;
}

bool same(const std::vector<Prediction>& a, const std::vector<Prediction>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Prediction& one, const Prediction& other) {
                      return one.label == other.label && one.confidence == other.confidence;
                    });
}

std::string digest(const Learner& learner) {
  Hasher hasher;
  learner.hash_state(hasher);
  return hex64(hasher.digest());
}

std::string refusal(const std::string& bytes, const LearnerKind& kind) {
  const auto learner = make(kind.name, 9, kind.options);
  try {
    load_learner({kFile, bytes}, kind, *learner);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// `bytes` with the checksum that they would have had when written.
std::string sealed(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  const std::uint64_t hash = hash_text(bytes);
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(hash >> shift & 255);
  return bytes;
}

const LearnerKind kSoftmax{"softmax", kOptions};
std::string softmax_bytes() { return save_learner(*make("softmax", 1), kSoftmax); }

constexpr std::size_t kStateAt = 20 + 4 + 7 + 12;  // for softmax

}  // namespace

TEST_CASE("a loaded learner goes on exactly like the one that was saved") {
  const SyntheticImages images(kOptions, 1'200);
  const SyntheticImages strangers(kOptions, 600, 13);
  const SyntheticImages questions(kOptions, 40, 12);
  for (const std::string& name : kImageLearners) {
    const LearnerKind kind{name, kOptions};
    // For the quadratic: untrained, before its components are found, in the batch that finds them, and after.
    for (const std::size_t learned : {0U, 16U, 487U, 496U, 500U, 512U, 777U}) {
      INFO(name << " after " << learned << " examples");
      const auto saved = make(name, 1);
      train(*saved, images, 0, learned);
      const std::string bytes = save_learner(*saved, kind);
      std::vector<Prediction> before_saved;
      const std::vector<Prediction> answers = predict(*saved, questions);
      const std::string saved_digest = digest(*saved);
      train(*saved, images, learned, images.size(), &before_saved);
      // Loaded into a new learner, and into some that have learned something else.
      for (const std::size_t other : {0U, 30U, 600U}) {
        const auto loaded = make(name, 2);
        train(*loaded, strangers, 0, other);
        load_learner({kFile, bytes}, kind, *loaded);
        CHECK(save_learner(*loaded, kind) == bytes);
        CHECK(digest(*loaded) == saved_digest);
        CHECK(same(predict(*loaded, questions), answers));

        std::vector<Prediction> before_loaded;
        train(*loaded, images, learned, images.size(), &before_loaded);
        CHECK(same(before_loaded, before_saved));
        CHECK(same(predict(*loaded, questions), predict(*saved, questions)));
        CHECK(digest(*loaded) == digest(*saved));
        CHECK(save_learner(*loaded, kind) == save_learner(*saved, kind));
      }
    }
  }
}

// The bytes are the same with every compiler, in every configuration. When they change, so does the format:
// raise kSavedLearnerVersion.
TEST_CASE("the bytes saved are known") {
  const std::map<std::string, std::vector<std::string>> expected{
      {"softmax", {"ac24088495de2c52", "942e7429f1f52481"}},
      {"mlp", {"12598883f1d500da", "9b4cb6cc30d8a953"}},
      {"lenet5", {"37d0f5a9c4c8305a", "58a052755b6f9e4d"}},
      {"quadratic", {"0b033d1a26dc0457", "6521a783a5a86f10"}}};
  const SyntheticImages images(kOptions, 700);
  for (const std::string& name : kImageLearners) {
    INFO(name);
    const auto learner = make(name, 1);
    train(*learner, images, 0, 320);
    CHECK(hex64(hash_text(save_learner(*learner, {name, kOptions}))) == expected.at(name)[0]);
    train(*learner, images, 320, 700);
    CHECK(hex64(hash_text(save_learner(*learner, {name, kOptions}))) == expected.at(name)[1]);
  }
}

TEST_CASE("a saved learner begins as documented") {
  const std::string bytes = softmax_bytes();
  const std::size_t weights = (16 * 20 + 1) * 8;
  CHECK(bytes.size() == kStateAt + 4 * weights * 4 + 4 * 8 + 8);
  std::string head = std::string("DSELEARN") + std::string("\1\0\0\0", 4);
  for (int shift = 0; shift < 64; shift += 8) head += static_cast<char>(bytes.size() >> shift & 255);
  head += std::string("\7\0\0\0softmax\x10\0\0\0\x14\0\0\0\5\0\0\0", 23);
  CHECK(bytes.substr(0, kStateAt) == head);
  CHECK(sealed(bytes) == bytes);
}

TEST_CASE("what is no saved learner is refused") {
  for (const char* bytes : {"", "D", "DSELEAR", "\x1f\x8b", "title = \"a scenario\"\n"}) {
    CHECK_THAT(refusal(bytes, kSoftmax),
               ContainsSubstring("a.learner: is not a learner's state: it does not begin with DSELEARN"));
  }
}

TEST_CASE("another format version is refused by its number") {
  std::string bytes = softmax_bytes();
  bytes[8] = 2;
  CHECK_THAT(
      refusal(sealed(bytes), kSoftmax),
      ContainsSubstring("is a learner's state of format version 2; this program reads version 1: save it "
                        "anew with `dse replay --save-models`"));
}

TEST_CASE("a learner that was cut short anywhere, or has more than it says, is refused") {
  const std::string bytes = softmax_bytes();
  for (std::size_t size = 8; size < bytes.size(); size += size < 100 ? 1 : 997) {
    INFO(size);
    CHECK_THAT(refusal(bytes.substr(0, size), kSoftmax), ContainsSubstring("is cut short: it has "));
  }
  CHECK_THAT(refusal(bytes.substr(0, bytes.size() - 1), kSoftmax),
             ContainsSubstring("is cut short: it has "));
  CHECK_THAT(refusal(bytes + "x", kSoftmax), ContainsSubstring("has trailing bytes: it says that it has "));
  std::string tiny = bytes.substr(0, 20);
  tiny.replace(12, 8, std::string("\x14\0\0\0\0\0\0\0", 8));
  CHECK_THAT(refusal(tiny, kSoftmax), ContainsSubstring("is damaged: it has 20 bytes in all"));
}

TEST_CASE("a learner of which any bit is wrong is refused") {
  const std::string bytes = softmax_bytes();
  for (std::size_t at = 0; at < bytes.size(); at += at < 100 ? 1 : 499) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    INFO(at);
    CHECK_THAT(refusal(damaged, kSoftmax), ContainsSubstring("a.learner: "));
    if (at >= 20) CHECK_THAT(refusal(damaged, kSoftmax), ContainsSubstring("is damaged: its checksum"));
  }
}

TEST_CASE("a learner of another kind is refused, with what to set") {
  const std::string bytes = softmax_bytes();
  CHECK_THAT(refusal(bytes, {"mlp", kOptions}),
             ContainsSubstring("is the state of the learner softmax, but the model's is mlp: set `learner = "
                               "\"softmax\"`, or name another file"));
  LearnerKind other = kSoftmax;
  other.options.shape = {.rows = 20, .columns = 16};
  CHECK_THAT(refusal(bytes, other),
             ContainsSubstring(
                 "was learned from images of 16 x 20, but the model takes images of 20 x 16: feed it"));
  other = kSoftmax;
  other.options.classes = 6;
  CHECK_THAT(
      refusal(bytes, other),
      ContainsSubstring("has 5 classes, but the model has 6: set `classes = 5`, or name another file"));
}

TEST_CASE("a state that no learner writes is refused, however well it is sealed") {
  const std::string not_ours = "which no learner of this version has saved";
  std::string bytes = softmax_bytes();
  std::string longer = bytes;
  longer.insert(longer.size() - 8, "12345");
  longer[12] = static_cast<char>(longer[12] + 5);
  CHECK_THAT(refusal(sealed(longer), kSoftmax),
             ContainsSubstring("holds 5 bytes after its end, " + not_ours));
  std::string infinite = bytes;
  infinite.replace(kStateAt, 4, std::string("\0\0\x80\x7f", 4));
  CHECK_THAT(refusal(sealed(infinite), kSoftmax), ContainsSubstring("holds a number that is not finite"));
  std::string powers = bytes;
  powers.replace(powers.size() - 16, 8, std::string("\0\0\0\0\0\0\0\x40", 8));  // 2.0
  CHECK_THAT(refusal(sealed(powers), kSoftmax), ContainsSubstring("holds powers of decay out of 0 to 1"));

  const LearnerKind quadratic{"quadratic", kOptions};
  const auto learner = make("quadratic", 1);
  train(*learner, SyntheticImages(kOptions, 3), 0, 3);
  bytes = save_learner(*learner, quadratic);
  const std::size_t images_at = bytes.size() - 8 - 3 * (16 * 20 + 4);
  std::string label = bytes;
  label[bytes.size() - 9] = 1;
  CHECK_THAT(refusal(sealed(label), quadratic),
             ContainsSubstring("holds a label that is not among its classes"));
  std::string count = bytes;
  count[images_at - 7] = 2;  // 515
  CHECK_THAT(refusal(sealed(count), quadratic),
             ContainsSubstring("holds 515 gathered images, expected at most 499"));
  count = bytes;
  count[images_at - 8] = 4;
  CHECK_THAT(refusal(sealed(count), quadratic), ContainsSubstring("bytes where "));
  std::string found = bytes;
  found[images_at - 12] = 2;
  CHECK_THAT(refusal(sealed(found), quadratic), ContainsSubstring("holds neither a yes nor a no"));
}
