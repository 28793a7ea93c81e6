#include "broker/exchange.h"

#include <utility>

#include "core/check.h"

namespace dse {
namespace {

TopicTrie::Keys keys_of(ExchangeType type) {
  switch (type) {
    case ExchangeType::kDirect:
      return TopicTrie::Keys::kLiteral;
    case ExchangeType::kTopic:
      return TopicTrie::Keys::kPatterns;
    case ExchangeType::kFanout:
    case ExchangeType::kHeaders:
      break;
  }
  return TopicTrie::Keys::kIgnored;
}

}  // namespace

Exchange::Exchange(ExchangeOptions options) : options_(std::move(options)), queues_(keys_of(options_.type)) {}

BindingSpec Exchange::meant(BindingSpec binding) const {
  if (options_.type != ExchangeType::kHeaders && binding.headers.empty()) binding.match = HeaderMatch::kAll;
  return binding;
}

bool Exchange::bind(const BindingSpec& given, ResourceIndex to) {
  const BindingSpec binding = meant(given);
  if (binding.target == BindingTarget::kQueue) return queues_.add(binding, to);
  if (exchanges_ == nullptr) exchanges_ = std::make_unique<TopicTrie>(keys_of(options_.type));
  return exchanges_->add(binding, to);
}

bool Exchange::has(const BindingSpec& given, ResourceIndex to) const {
  const BindingSpec binding = meant(given);
  if (binding.target == BindingTarget::kQueue) return queues_.contains(binding, to);
  return exchanges_ != nullptr && exchanges_->contains(binding, to);
}

bool Exchange::unbind(const BindingSpec& given, ResourceIndex to) {
  const BindingSpec binding = meant(given);
  if (binding.target == BindingTarget::kQueue) return queues_.remove(binding, to);
  return exchanges_ != nullptr && exchanges_->remove(binding, to);
}

std::uint64_t Exchange::taken(const BindingSpec& given, ResourceIndex to) const {
  const BindingSpec binding = meant(given);
  if (binding.target == BindingTarget::kQueue) return queues_.taken(binding, to);
  DSE_CHECK(exchanges_ != nullptr, "'{}' was never bound to '{}'", binding.to, binding.from);
  return exchanges_->taken(binding, to);
}

}  // namespace dse
