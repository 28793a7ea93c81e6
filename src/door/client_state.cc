#include "door/client_state.h"

#include <algorithm>
#include <iterator>

#include "door/client_refusal.h"

namespace dse {

bool ClientDeliveries::take(std::uint64_t number, bool multiple, std::vector<DeliveryTag>& taken) {
  if (number == 0 && multiple) {
    for (ClientDelivery& delivery : deliveries_) take_one(delivery, taken);
    forget_settled();
    return true;
  }
  const auto found =
      std::lower_bound(deliveries_.begin(), deliveries_.end(), number,
                       [](const ClientDelivery& one, std::uint64_t wanted) { return one.number < wanted; });
  if (found == deliveries_.end() || found->number != number || !found->outstanding) return false;
  for (auto at = multiple ? deliveries_.begin() : found; at != std::next(found); ++at) take_one(*at, taken);
  forget_settled();
  return true;
}

void ClientDeliveries::take_one(ClientDelivery& delivery, std::vector<DeliveryTag>& taken) {
  if (!delivery.outstanding) return;
  delivery.outstanding = false;
  --outstanding_;
  taken.push_back(delivery.tag);
}

void ClientDeliveries::forget_settled() {
  constexpr std::size_t kFew = 64;
  while (!deliveries_.empty() && !deliveries_.front().outstanding) deliveries_.pop_front();
  // One that is never settled must not keep all that come after it.
  if (deliveries_.size() > kFew && deliveries_.size() > 2 * outstanding_)
    std::erase_if(deliveries_, [](const ClientDelivery& one) { return !one.outstanding; });
}

std::string named_queue(const ClientChannel& channel, const std::string& name) {
  if (!name.empty()) return name;
  if (channel.last_queue.empty()) throw ClientRefusal(ReplyCode::kNotFound, "no previously declared queue");
  return channel.last_queue;
}

}  // namespace dse
