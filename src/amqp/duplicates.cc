#include "amqp/duplicates.h"

namespace dse {

bool Duplicates::is_again(const Arrival& arrival) {
  if (arrival.tag.connection != connection_) begin_connection(arrival.tag.connection);
  if (!arrival.decoded) return false;
  const std::uint64_t identity = arrival.identity();
  if (arrival.is_numbered()) return !published_.add(identity);
  taken_.push_back(identity);
  if (taken_.size() > most_) taken_.pop_front();
  if (!arrival.redelivered) return false;
  const auto excused = excused_.find(identity);
  if (excused == excused_.end()) return false;
  if (--excused->second == 0) excused_.erase(excused);
  return true;
}

void Duplicates::forget(const ArrivalTag& tag, std::uint64_t identity) {
  published_.remove(identity);
  if (tag.connection == connection_) taken_.remove(identity);
}

// The one before is lost.
void Duplicates::begin_connection(std::uint64_t connection) {
  connection_ = connection;
  while (!taken_.empty()) {
    ++excused_[taken_.front()];
    excused_in_order_.push_back(taken_.pop_front());
    if (excused_in_order_.size() > most_) drop_oldest();
  }
}

void Duplicates::drop_oldest() {
  const auto oldest = excused_.find(excused_in_order_.pop_front());
  if (oldest != excused_.end() && --oldest->second == 0) excused_.erase(oldest);
}

}  // namespace dse
