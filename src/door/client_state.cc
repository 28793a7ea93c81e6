#include "door/client_state.h"

namespace dse {

bool ClientDeliveries::take(std::uint64_t number, bool multiple, std::vector<DeliveryTag>& taken) {
  if (number == 0 && multiple)
    number = first_ + deliveries_.size() - 1;
  else if (number < first_ || number - first_ >= deliveries_.size() ||
           !deliveries_[number - first_].outstanding)
    return false;
  if (multiple) {
    for (std::uint64_t at = first_; at <= number; ++at) take_one(deliveries_[at - first_], taken);
  } else {
    take_one(deliveries_[number - first_], taken);
  }
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
  while (!deliveries_.empty() && !deliveries_.front().outstanding) {
    deliveries_.pop_front();
    ++first_;
  }
}

}  // namespace dse
