// One exchange: its bindings to queues and to other exchanges.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/topic_trie.h"
#include "dse/binding.h"
#include "dse/exchange_options.h"
#include "dse/index.h"

namespace dse {

class Exchange {
 public:
  explicit Exchange(ExchangeOptions options = {});

  const ExchangeOptions& options() const { return options_; }
  void set_alternate(std::string exchange) { options_.alternate = std::move(exchange); }
  // Whether this exchange passes messages to queues alone, and what it does not take is lost.
  bool is_last() const { return exchanges_ == nullptr && !options_.alternate; }

  // Binds the queue, or the exchange, with the number `to`. Repeating a binding changes nothing, and returns
  // false.
  bool bind(const BindingSpec& binding, ResourceIndex to);
  bool has(const BindingSpec& binding, ResourceIndex to) const;
  // Removes a binding; false when there is none.
  bool unbind(const BindingSpec& binding, ResourceIndex to);
  // Removes every binding to this queue, or to this exchange.
  void unbind_queue(ResourceIndex queue) { queues_.remove(queue); }
  void unbind_exchange(ResourceIndex exchange) {
    if (exchanges_ != nullptr) exchanges_->remove(exchange);
  }
  // The number of its bindings.
  std::size_t size() const { return queues_.size() + (exchanges_ == nullptr ? 0 : exchanges_->size()); }

  // Appends the queues that take a message with one of these keys and these headers, each once, in ascending
  // order; likewise the exchanges.
  void match_queues(std::string_view key, const Headers& headers, std::vector<ResourceIndex>& queues) {
    queues_.match(key, headers, queues);
  }
  void match_queues(std::span<const std::string_view> keys, const Headers& headers,
                    std::vector<ResourceIndex>& queues) {
    queues_.match(keys, headers, queues);
  }
  void match_exchanges(std::span<const std::string_view> keys, const Headers& headers,
                       std::vector<ResourceIndex>& exchanges) {
    if (exchanges_ != nullptr) exchanges_->match(keys, headers, exchanges);
  }

  // The number of messages that this binding took; it must have been made.
  std::uint64_t taken(const BindingSpec& binding, ResourceIndex to) const;

 private:
  // Any of no conditions is none, except in a headers exchange: there it is what no message has.
  BindingSpec meant(BindingSpec binding) const;

  ExchangeOptions options_;
  TopicTrie queues_;
  std::unique_ptr<TopicTrie> exchanges_;  // null when no exchange is bound to this one
};

}  // namespace dse
