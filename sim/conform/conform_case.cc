#include "sim/conform/conform_case.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "dse/random.h"

namespace dse {
namespace {

constexpr std::uint64_t kResourcesMax = 4;
constexpr std::uint64_t kOperationsMin = 5;
constexpr std::uint64_t kOperationsMax = 45;
constexpr std::uint64_t kStreamsMax = 6;
constexpr std::uint64_t kWordsMax = 4;
constexpr std::uint64_t kPrefetchMax = 3;
constexpr std::uint64_t kWhichMax = 8;
constexpr std::uint64_t kExchangesMax = 3;
constexpr std::uint64_t kLengthMax = 3;
constexpr std::uint64_t kBytesMax = 16;
constexpr std::uint64_t kDeliveryLimitMax = 2;
constexpr std::uint64_t kPriorityMax = 3;
constexpr std::uint64_t kStepsMin = 3;
constexpr std::uint64_t kStepsMax = 6;
constexpr std::uint64_t kOperationsOfStepMax = 4;
constexpr std::uint64_t kTimeStepsMax = 2;
constexpr TimeNs kNanosecondsPerMillisecond = 1'000'000;
constexpr CasePublisher kPublishers = 3;

// Small alphabets, so that keys often match patterns. Empty words come from doubled, leading or trailing
// dots; a key may contain the characters * and # themselves.
constexpr std::array<std::string_view, 8> kPatternWords = {"a", "b", "*", "*", "#", "#", "", "ab"};
constexpr std::array<std::string_view, 8> kKeyWords = {"a", "a", "b", "b", "", "ab", "*", "#"};
constexpr std::array<std::string_view, 5> kHeaderNames = {"h", "k", "K", "x-h", "x"};

HeaderArray array(std::vector<HeaderValue> values) { return HeaderArray(std::move(values)); }
HeaderTable table(Headers entries) { return HeaderTable(std::move(entries)); }

// Values that look the same and have different types, or compare as equal and look different. The first are
// drawn most often.
const std::vector<HeaderValue>& header_values() {
  constexpr double kTwoTo53 = 9007199254740992.0;
  constexpr double kTwoTo64 = 18446744073709551616.0;
  constexpr std::int64_t kOne = 1;
  static const std::vector<HeaderValue> kValues = {true,
                                                   false,
                                                   kOne,
                                                   std::int64_t{0},
                                                   1.0,
                                                   0.0,
                                                   std::string("1"),
                                                   HeaderVoid(),

                                                   std::string("true"),
                                                   -0.0,
                                                   0.5,
                                                   std::string("0"),
                                                   std::string("a"),
                                                   std::string(),
                                                   kTwoTo53,
                                                   std::int64_t{9007199254740993},
                                                   std::int64_t{-1},
                                                   NarrowInteger(std::int8_t{1}),
                                                   HeaderFloat(1.0F),
                                                   HeaderDecimal(0, 1),
                                                   HeaderTimestamp(1),
                                                   HeaderBytes("1"),
                                                   array({}),
                                                   array({kOne}),
                                                   table({}),
                                                   table({{"a", kOne}}),

                                                   NarrowInteger(std::int8_t{-1}),
                                                   NarrowInteger(std::uint8_t{1}),
                                                   NarrowInteger(std::uint8_t{255}),
                                                   NarrowInteger(std::int16_t{1}),
                                                   NarrowInteger(std::int16_t{-1}),
                                                   NarrowInteger(std::uint16_t{1}),
                                                   NarrowInteger(std::uint16_t{65'535}),
                                                   NarrowInteger(std::int32_t{1}),
                                                   NarrowInteger(std::int32_t{-1}),
                                                   NarrowInteger(std::uint32_t{1}),
                                                   NarrowInteger(UINT32_MAX),
                                                   std::int64_t{UINT32_MAX},
                                                   INT64_MAX,
                                                   INT64_MIN,
                                                   HeaderFloat(-0.0F),
                                                   HeaderFloat(0.5F),
                                                   HeaderFloat(0.1F),
                                                   0.1,
                                                   kTwoTo64,
                                                   HeaderDecimal(1, 10),
                                                   HeaderDecimal(0, UINT32_MAX),
                                                   HeaderTimestamp(0),
                                                   HeaderTimestamp(9007199254740992),
                                                   HeaderTimestamp(UINT64_MAX),
                                                   HeaderBytes("a"),
                                                   HeaderBytes(""),
                                                   HeaderBytes(std::string("\0\xff", 2)),
                                                   std::string("\0\xff", 2),
                                                   array({1.0}),
                                                   array({0.0}),
                                                   array({-0.0}),
                                                   array({NarrowInteger(std::int32_t{1})}),
                                                   array({kOne, std::string("a")}),
                                                   array({std::string("a"), kOne}),
                                                   array({HeaderBytes("a")}),
                                                   array({std::string("a")}),
                                                   array({HeaderVoid()}),
                                                   array({array({})}),
                                                   array({table({})}),
                                                   table({{"a", 1.0}}),
                                                   table({{"a", HeaderVoid()}}),
                                                   table({{"a", kOne}, {"b", array({true})}}),
                                                   table({{"b", kOne}}),
                                                   table({{"a", table({{"a", HeaderTimestamp(1)}})}})};
  return kValues;
}
constexpr std::uint64_t kFewValues = 8;
constexpr std::uint64_t kSomeValues = 26;

class Drawing {
 public:
  Drawing(std::uint64_t seed, std::uint64_t number)
      : random_(seed, fmt::format("case-{}", number), "conform") {}

  ConformCase draw() {
    resources_ = 1 + random_.below(kResourcesMax);
    const std::uint64_t count = kOperationsMin + random_.below(kOperationsMax - kOperationsMin + 1);
    ConformCase drawn;
    // A third of the cases has plain resources alone.
    if (random_.below(3) > 0) add_options(drawn);
    while (drawn.operations.size() < count) drawn.operations.push_back(operation());
    return drawn;
  }

  ConformCase draw_timed() {
    timed_ = true;
    resources_ = 2 + random_.below(kResourcesMax - 1);
    ConformCase drawn;
    add_options(drawn);
    if (one_in(2)) make_ladder(drawn);
    drawn.operations.emplace_back(WaitOperation{});
    for (std::uint64_t steps = kStepsMin + random_.below(kStepsMax - kStepsMin + 1); steps > 0; --steps) {
      for (std::uint64_t count = random_.below(kOperationsOfStepMax + 1); count > 0; --count)
        drawn.operations.push_back(operation());
      drawn.operations.emplace_back(WaitOperation{one_in(4) ? 2U : 1U});
    }
    return drawn;
  }

 private:
  // Declares what has options, before anything uses it.
  void add_options(ConformCase& drawn) {
    has_options_ = true;
    has_quorum_ = random_.below(3) == 0;
    exchanges_ = timed_ && one_in(2) ? 0 : random_.below(kExchangesMax + 1);
    for (std::uint64_t number = 1; number <= exchanges_; ++number) {
      constexpr std::array<ExchangeType, 4> types = {ExchangeType::kDirect, ExchangeType::kFanout,
                                                     ExchangeType::kTopic, ExchangeType::kHeaders};
      ExchangeOperation declare{exchange_name(number), {.type = types[random_.below(types.size())]}};
      if (one_in(3)) {
        declare.options.alternate = exchange();
        alternates_.insert(declare.exchange);
      }
      types_[declare.exchange] = declare.options.type;
      drawn.operations.emplace_back(declare);
    }
    for (std::uint64_t number = 1; number <= resources_; ++number) {
      const std::string name = resource_name(number);
      if (one_in(6)) {
        drawn.operations.emplace_back(DeclareOperation{name, exchange()});
        alternates_.insert(name);
      }
      if (timed_ || !one_in(4)) drawn.operations.emplace_back(QueueOperation{name, queue_options()});
    }
  }

  // Messages that the first queue gives up wait in the second one, and come back.
  void make_ladder(ConformCase& drawn) {
    for (Operation& operation : drawn.operations) {
      auto* declare = std::get_if<QueueOperation>(&operation);
      if (declare == nullptr) continue;
      if (declare->queue == resource_name(1)) {
        declare->options.dead_letter = DeadLetterTarget{.key = resource_name(2)};
      } else if (declare->queue == resource_name(2)) {
        declare->options.dead_letter = DeadLetterTarget{.key = resource_name(1)};
        declare->options.message_ttl_ns = time();
      }
    }
  }

  QueueOptions queue_options() {
    QueueOptions options;
    if (has_quorum_ && one_in(2)) options.type = QueueType::kQuorum;
    const bool quorum = options.type == QueueType::kQuorum;
    if (one_in(timed_ ? 8 : 3)) options.max_length = random_.below(kLengthMax + 1);
    if (one_in(8)) options.max_length_bytes = random_.below(3 * kBytesMax);
    if (options.max_length || options.max_length_bytes) {
      constexpr std::array<Overflow, 3> ways = {Overflow::kDropHead, Overflow::kRejectPublish,
                                                Overflow::kRejectPublishDlx};
      options.overflow = ways[random_.below(ways.size())];
    }
    if (timed_ ? !one_in(4) : one_in(2)) options.dead_letter = dead_letter_target();
    if (quorum && one_in(2)) options.delivery_limit = random_.below(kDeliveryLimitMax + 1);
    options.single_active_consumer = one_in(5);
    if (timed_ && !one_in(3)) options.message_ttl_ns = time();
    if (!quorum) {
      if (timed_ && one_in(4)) options.expires_ns = time();
      if (one_in(12)) options.message_ttl_ns = 0;
      options.auto_delete = one_in(8);
      if (one_in(5)) options.max_priority = static_cast<std::int64_t>(1 + random_.below(kPriorityMax));
    }
    return options;
  }

  DeadLetterTarget dead_letter_target() {
    DeadLetterTarget target;
    if (one_in(timed_ ? 2 : 4)) {
      target.key = resource();
      return target;
    }
    target.exchange = exchange();
    if (one_in(2)) target.key = key();
    return target;
  }

  Operation operation() {
    const std::uint64_t choice = random_.below(32);
    if (choice < 1) return DeclareOperation{resource()};
    if (choice < 6) return bind();
    if (choice < (timed_ ? 7 : 9) && streams_ < kStreamsMax) return open();
    if (streams_ > 0) {
      if (choice < 10) return CloseOperation{stream()};
      if (choice < 19) return settle();
    }
    return publish();
  }

  Operation bind() {
    // Sometimes a binding that exists already.
    if (!bindings_.empty() && one_in(6)) return BindOperation{bindings_[random_.below(bindings_.size())]};
    BindingSpec binding{.from = exchange(), .to = resource()};
    if (one_in(3) && exchanges_ > 0) {
      binding.to = exchange();
      binding.target = BindingTarget::kExchange;
    }
    const auto type = types_.find(binding.from);
    const bool is_topic = type == types_.end() || type->second == ExchangeType::kTopic;
    binding.key = is_topic ? words(kPatternWords) : key();
    // The headers exchange that other exchanges need on a broker for conditions would keep from an alternate
    // exchange what the conditions refuse.
    const bool conditional = !alternates_.contains(binding.from) ||
                             (type != types_.end() && type->second == ExchangeType::kHeaders);
    if (conditional && one_in(2)) {
      binding.headers = headers(1 + random_.below(3));
      binding.match = one_in(2) ? HeaderMatch::kAll : HeaderMatch::kAny;
    } else if (one_in(8)) {
      binding.match = HeaderMatch::kAny;
    }
    bindings_.push_back(binding);
    return BindOperation{binding};
  }

  Operation publish() {
    PublishOperation publish{.exchange = exchange(), .id = fmt::format("m{}", ++messages_), .key = key()};
    publish.headers = headers(random_.below(4));
    publish.mandatory = one_in(2);
    if (!has_options_) return publish;
    if (one_in(8)) {
      publish.exchange.clear();
      publish.key = resource();
    }
    publish.publisher = static_cast<CasePublisher>(random_.below(kPublishers));
    publish.bytes = random_.below(kBytesMax);
    if (one_in(3)) publish.priority = static_cast<std::uint8_t>(random_.below(kPriorityMax + 2));
    if (!has_quorum_ && one_in(12)) publish.expiration = "0";
    if (timed_ && one_in(4)) publish.expiration = fmt::format("{}", time() / kNanosecondsPerMillisecond);
    if (one_in(8)) publish.headers.set("CC", keys());
    if (one_in(12)) publish.headers.set("BCC", keys());
    return publish;
  }

  // After which something is due: not at the beginning of a step.
  TimeNs time() { return static_cast<TimeNs>(random_.below(kTimeStepsMax + 1)) * kStepNs + kStepNs / 2; }

  HeaderValue keys() {
    std::vector<HeaderValue> keys;
    for (std::uint64_t count = random_.below(3); count > 0; --count) keys.emplace_back(key());
    return HeaderArray(std::move(keys));
  }

  Operation open() {
    return OpenOperation{.stream = static_cast<CaseStream>(++streams_),
                         .resource = resource(),
                         .prefetch = static_cast<std::uint16_t>(random_.below(kPrefetchMax + 1))};
  }

  Operation settle() {
    constexpr std::array<SettleHow, 5> ways = {SettleHow::kAcknowledge, SettleHow::kAcknowledge,
                                               SettleHow::kAcknowledge, SettleHow::kRequeue,
                                               SettleHow::kReject};
    return SettleOperation{
        .stream = stream(), .which = random_.below(kWhichMax), .how = ways[random_.below(ways.size())]};
  }

  bool one_in(std::uint64_t count) { return random_.below(count) == 0; }

  static std::string resource_name(std::uint64_t number) { return fmt::format("r{}", number); }
  static std::string exchange_name(std::uint64_t number) { return fmt::format("x{}", number); }

  // The first resources are drawn more often than the last.
  std::string resource() { return resource_name(1 + random_.below(1 + random_.below(resources_))); }

  // That of a resource, or one without.
  std::string exchange() {
    return exchanges_ > 0 && one_in(2) ? exchange_name(1 + random_.below(exchanges_)) : resource();
  }

  CaseStream stream() { return static_cast<CaseStream>(1 + random_.below(streams_)); }

  // A message's routing key.
  std::string key() { return has_options_ && one_in(6) ? resource() : words(kKeyWords); }

  template <std::size_t Count>
  std::string words(const std::array<std::string_view, Count>& alphabet) {
    std::string text;
    const std::uint64_t count = random_.below(kWordsMax + 1);
    for (std::uint64_t word = 0; word < count; ++word) {
      if (word > 0) text += '.';
      text += alphabet[random_.below(alphabet.size())];
    }
    return text;
  }

  Headers headers(std::uint64_t count) {
    Headers result;
    // Often one of a few values, sometimes one of all.
    const std::array<std::uint64_t, 4> counts = {kFewValues, kFewValues, kSomeValues, header_values().size()};
    const std::uint64_t values = counts[random_.below(counts.size())];
    for (; count > 0; --count) {
      const std::string_view name = kHeaderNames[random_.below(kHeaderNames.size())];
      result.set(std::string(name), header_values()[random_.below(values)]);
    }
    return result;
  }

  RandomStream random_;
  bool timed_ = false;
  bool has_options_ = false;
  bool has_quorum_ = false;
  std::uint64_t resources_ = 0;
  std::uint64_t exchanges_ = 0;  // without a queue
  std::map<std::string, ExchangeType> types_;
  std::set<std::string> alternates_;  // exchanges that have one
  std::uint64_t streams_ = 0;
  std::uint64_t messages_ = 0;
  std::vector<BindingSpec> bindings_;
};

}  // namespace

ConformCase draw_case(std::uint64_t seed, std::uint64_t number) { return Drawing(seed, number).draw(); }

ConformCase draw_timed_case(std::uint64_t seed, std::uint64_t number) {
  return Drawing(seed, number).draw_timed();
}

std::vector<Operation> closing_operations(const ConformCase& drawn) {
  std::set<CaseStream> streams;
  std::set<std::string> queues;
  for (const Operation& operation : drawn.operations) {
    if (const auto* declare = std::get_if<QueueOperation>(&operation)) queues.insert(declare->queue);
    const auto* bind = std::get_if<BindOperation>(&operation);
    if (bind != nullptr && bind->binding.target == BindingTarget::kQueue) queues.insert(bind->binding.to);
    if (const auto* open = std::get_if<OpenOperation>(&operation)) {
      streams.insert(open->stream);
      queues.insert(open->resource);
    }
    if (const auto* close = std::get_if<CloseOperation>(&operation)) streams.erase(close->stream);
  }
  std::vector<Operation> result;
  for (const CaseStream stream : streams) result.emplace_back(CloseOperation{stream});
  for (const std::string& queue : queues) result.emplace_back(DrainOperation{queue});
  return result;
}

}  // namespace dse
