// Feeds the reader of saved learners whatever libFuzzer invents: plain bytes, or bytes of a real saved
// learner replaced here and there, with or without a checksum that matches. The input is refused with an
// InputError, or it is a learner, which then predicts, saves the same bytes again, and learns. Built with
// clang and -fsanitize=fuzzer,address,undefined; see the target learner_fuzz.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "dse/error.h"
#include "dse/hash.h"
#include "learn/built_in_learners.h"
#include "learn/saved_learner.h"

namespace {

struct Base {
  dse::LearnerKind kind;
  std::string bytes;
};

std::unique_ptr<dse::Learner> make(const dse::LearnerKind& kind) {
  dse::RandomStream random(1, "fuzz", "weights");
  return dse::built_in_learners().find(kind.name)->make(kind.options, random);
}

void train(dse::Learner& learner, const dse::LearnerKind& kind, std::size_t count) {
  dse::RandomStream random(2, "fuzz", "images");
  const std::size_t pixels = kind.options.shape.pixels();
  std::vector<std::uint8_t> images(count * pixels);
  for (std::uint8_t& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
  const auto features = static_cast<std::size_t>(kind.options.features);
  std::vector<float> rows(count * features);
  for (float& number : rows) number = static_cast<float>(random.uniform());
  std::vector<dse::Example> batch;
  for (std::size_t at = 0; at < count; ++at) {
    batch.push_back({.pixels = images.data() + at * pixels,
                     .label = static_cast<int>(at % 3),
                     .features = rows.data() + at * features});
  }
  std::vector<dse::Prediction> before(count);
  learner.train(batch, before);
  for (const dse::Prediction& one : before) {
    if (one.label < 0 || one.label >= kind.options.classes) std::abort();
  }
}

// Two saved states of each learner: one that has learned little and one that has learned more.
const std::vector<Base>& bases() {
  static const std::vector<Base> made = [] {
    std::vector<Base> result;
    const dse::LearnerOptions images{.shape = {.rows = 16, .columns = 16}, .classes = 3};
    const dse::LearnerOptions rows{.shape = {0, 0}, .classes = 3, .features = 4};
    std::vector<dse::LearnerKind> kinds;
    for (const char* name : {"softmax", "mlp", "lenet5", "quadratic"}) kinds.push_back({name, images});
    for (const std::string& name : dse::built_in_learners().names()) {
      if (name != "lenet5") kinds.push_back({name, rows});
    }
    for (const dse::LearnerKind& kind : kinds) {
      for (const std::size_t examples : {5U, 520U}) {
        const auto learner = make(kind);
        train(*learner, kind, examples);
        result.push_back({kind, dse::save_learner(*learner, kind)});
      }
    }
    return result;
  }();
  return made;
}

void write_number(std::string& bytes, std::size_t at, std::uint64_t value) {
  for (std::size_t digit = 0; digit < 8; ++digit)
    bytes[at + digit] = static_cast<char>(value >> 8 * digit & 255);
}

// Sets the size and the checksum as if the bytes had been written like this.
void seal(std::string& bytes) {
  if (bytes.size() < 28) return;
  write_number(bytes, 12, bytes.size());
  write_number(bytes, bytes.size() - 8, dse::hash_text(std::string_view(bytes).substr(0, bytes.size() - 8)));
}

// A change has six bytes: three for where, counted from the front or, when odd, from the end; one for how
// many; two for what.
void replace_some(std::span<const std::uint8_t> changes, std::string& bytes) {
  for (; changes.size() >= 6; changes = changes.subspan(6)) {
    const std::size_t number = changes[0] | std::size_t{changes[1]} << 8 | std::size_t{changes[2]} << 16;
    const std::size_t from_front = number / 2 % bytes.size();
    const std::size_t first = number % 2 == 0 ? from_front : bytes.size() - 1 - from_front;
    for (std::size_t at = first; at < bytes.size() && at < first + changes[3] % 8U + 1; ++at) {
      bytes[at] = static_cast<char>(at % 2 == 0 ? changes[4] : changes[5]);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Base& base = bases()[data[0] % bases().size()];
  const std::span<const std::uint8_t> rest(data + 2, size - 2);
  std::string bytes;
  if ((data[1] & 1) == 0) {
    bytes = base.bytes;
    replace_some(rest, bytes);
  } else {
    bytes = base.bytes.substr(0, (data[1] & 2) == 0 ? 0 : 43);  // up to where states begin, nearly
    bytes.append(rest.begin(), rest.end());
  }
  if ((data[1] & 4) == 0) seal(bytes);

  const auto learner = make(base.kind);
  try {
    dse::load_learner({"fuzz", bytes}, base.kind, *learner);
  } catch (const dse::InputError&) {
    return 0;  // the expected answer to nearly everything
  }
  if (dse::save_learner(*learner, base.kind) != bytes) std::abort();
  train(*learner, base.kind, 20);
  return 0;
}
