#include "learn/majority.h"

#include "core/check.h"
#include "learn/probabilities.h"

namespace dse {
namespace {

// More examples than any stream has, yet few enough that the number of all can be counted.
constexpr std::uint64_t kClassCountMax = std::uint64_t{1} << 50;

}  // namespace

void Majority::learn_one(std::span<const float>, int label) {
  DSE_CHECK(label >= 0 && static_cast<std::size_t>(label) < counts_.size(), "label {}", label);
  ++counts_[static_cast<std::size_t>(label)];
}

void Majority::probabilities(std::span<const float>, std::span<double> out) const {
  DSE_CHECK(out.size() == counts_.size(), "{} probabilities of {} classes", out.size(), counts_.size());
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    out[label] = static_cast<double>(counts_[label]);
  }
  normalise(out);
}

void Majority::hash_state(Hasher& hasher) const { hasher.add(std::as_bytes(std::span(counts_))); }

void Majority::save_state(StateWriter& writer) const {
  for (const std::uint64_t count : counts_) writer.add_u64(count);
}

void Majority::load_state(StateReader& reader) {
  for (std::uint64_t& count : counts_) count = reader.count(kClassCountMax, "examples of a class");
}

}  // namespace dse
