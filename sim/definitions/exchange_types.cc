#include "sim/definitions/exchange_types.h"

#include <array>
#include <utility>

#include "amqp/topology.h"

namespace dse {

std::optional<ExchangeType> type_called(std::string_view name) {
  for (const ExchangeType type :
       {ExchangeType::kDirect, ExchangeType::kFanout, ExchangeType::kTopic, ExchangeType::kHeaders}) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

std::optional<ExchangeType> built_in_type(std::string_view exchange) {
  constexpr std::array<std::pair<std::string_view, ExchangeType>, 7> kBuiltIn = {
      {{"amq.direct", ExchangeType::kDirect},
       {"amq.fanout", ExchangeType::kFanout},
       {"amq.headers", ExchangeType::kHeaders},
       {"amq.match", ExchangeType::kHeaders},
       {"amq.topic", ExchangeType::kTopic},
       {"amq.rabbitmq.log", ExchangeType::kTopic},
       {"amq.rabbitmq.trace", ExchangeType::kTopic}}};
  for (const auto& [name, type] : kBuiltIn) {
    if (name == exchange) return type;
  }
  return std::nullopt;
}

}  // namespace dse
