#include "learn/no_change.h"

#include <algorithm>

#include "core/check.h"

namespace dse {

void NoChange::learn_one(std::span<const float>, int label) {
  DSE_CHECK(label >= 0 && static_cast<std::size_t>(label) < classes_, "label {}", label);
  last_ = static_cast<std::uint32_t>(label);
}

void NoChange::probabilities(std::span<const float>, std::span<double> out) const {
  DSE_CHECK(out.size() == classes_, "{} probabilities of {} classes", out.size(), classes_);
  std::fill(out.begin(), out.end(), last_ ? 0 : 1 / static_cast<double>(classes_));
  if (last_) out[*last_] = 1;
}

void NoChange::hash_state(Hasher& hasher) const { hasher.add_u64(last_ ? *last_ + 1 : 0); }

// 0 stands for no example.
void NoChange::save_state(StateWriter& writer) const { writer.add_u32(last_ ? *last_ + 1 : 0); }

void NoChange::load_state(StateReader& reader) {
  const std::uint32_t next = reader.u32();
  if (next > classes_) reader.refuse("a label that is not among its classes");
  last_ = next == 0 ? std::nullopt : std::optional(next - 1);
}

}  // namespace dse
