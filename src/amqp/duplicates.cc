#include "amqp/duplicates.h"

namespace dse {

namespace {

constexpr std::size_t kRememberedMax = 200'000;

}  // namespace

Duplicates::Duplicates(std::uint16_t prefetch)
    : taken_max_(prefetch == 0 ? kRememberedMax : prefetch), published_(kRememberedMax) {}

bool Duplicates::is_again(const Arrival& arrival) {
  if (arrival.tag.connection != connection_) begin_connection(arrival);
  if (!arrival.refused.empty()) return false;
  const std::uint64_t identity = arrival.identity();
  if (arrival.is_numbered()) return !published_.add(identity);
  taken_.push_back({.tag = arrival.tag.tag, .identity = identity});
  // The broker would not have delivered this one if it had not learned that the oldest was settled.
  if (taken_.size() > taken_max_) taken_.pop_front();
  if (!arrival.redelivered) return false;
  const auto excused = excused_.find(identity);
  if (excused == excused_.end()) return false;
  if (--excused->second == 0) excused_.erase(excused);
  return true;
}

void Duplicates::forget(const ArrivalTag& tag, std::uint64_t identity) {
  published_.remove(identity);
  if (tag.connection == connection_) taken_.remove({.tag = tag.tag, .identity = identity});
}

// The previous connection is gone. Messages of even older ones may still come again, because the
// broker may notice late that those are gone.
void Duplicates::begin_connection(const Arrival& first) {
  const bool was_the_one_before = connection_ + 1 == first.tag.connection;
  connection_ = first.tag.connection;
  while (!taken_.empty()) {
    const Taken taken = taken_.pop_front();
    if (was_the_one_before && taken.tag <= first.settled_before) continue;
    ++excused_[taken.identity];
    excused_in_order_.push_back(taken.identity);
    if (excused_in_order_.size() > 2 * taken_max_) drop_oldest();
  }
}

void Duplicates::drop_oldest() {
  const auto oldest = excused_.find(excused_in_order_.pop_front());
  if (oldest != excused_.end() && --oldest->second == 0) excused_.erase(oldest);
}

}  // namespace dse
