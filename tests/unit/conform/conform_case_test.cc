#include "sim/conform/conform_case.h"

#include <algorithm>
#include <set>
#include <string>

#include "sim/conform/process_run.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::string text_of(const ConformCase& drawn) {
  std::string text;
  for (const Operation& operation : drawn.operations) text += describe(operation) + "\n";
  return text;
}

void add_options(const QueueOptions& options, std::set<std::string>& seen) {
  seen.insert(options.type == QueueType::kQuorum ? "quorum queue" : "plain queue");
  if (options.max_length) seen.insert("max length");
  if (options.max_length_bytes) seen.insert("max length in bytes");
  seen.insert("overflow " + std::to_string(static_cast<int>(options.overflow)));
  if (options.dead_letter) {
    seen.insert(options.dead_letter->exchange.empty() ? "dead letters to the default exchange"
                                                      : "dead letters");
    if (options.dead_letter->key) seen.insert("dead letters with a key");
  }
  if (options.delivery_limit) seen.insert("delivery limit");
  if (options.single_active_consumer) seen.insert("single active consumer");
  if (options.message_ttl_ns) seen.insert("message TTL 0");
  if (options.auto_delete) seen.insert("auto-delete");
  if (options.max_priority > 0) seen.insert("priorities");
}

}  // namespace

TEST_CASE("conform: a case is the same for the same seed and number, and another for others") {
  std::set<std::string> different;
  for (std::uint64_t number = 1; number <= 50; ++number) {
    const std::string text = text_of(draw_case(7, number));
    CHECK(text == text_of(draw_case(7, number)));
    different.insert(text);
    different.insert(text_of(draw_case(8, number)));
  }
  CHECK(different.size() == 100);
}

TEST_CASE("conform: the cases hold everything that is to be compared") {
  std::set<std::string> seen;
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const ConformCase drawn = draw_case(1, number);
    std::set<std::string> bound;
    std::set<CaseStream> streams;
    for (const Operation& operation : drawn.operations) {
      if (const auto* bind = std::get_if<BindOperation>(&operation)) {
        if (!bound.insert(describe(operation)).second) seen.insert("bound twice");
        if (bind->binding.key.find("..") != std::string::npos) seen.insert("doubled dots in a pattern");
        if (bind->binding.match == HeaderMatch::kAny) seen.insert("any");
        if (bind->binding.target == BindingTarget::kExchange) seen.insert("bound to an exchange");
        if (bind->binding.headers.find("x-h") != nullptr) seen.insert("x- condition");
      } else if (const auto* publish = std::get_if<PublishOperation>(&operation)) {
        if (publish->mandatory && bound.empty() && streams.empty()) seen.insert("mandatory before any queue");
        if (publish->key.empty()) seen.insert("empty key");
        if (publish->headers.size() > 1) seen.insert("headers");
        if (publish->exchange.empty()) seen.insert("by name");
        if (publish->publisher != kUnconfirmed) seen.insert("confirms");
      } else if (const auto* open = std::get_if<OpenOperation>(&operation)) {
        CHECK(streams.insert(open->stream).second);  // each number is opened once
        seen.insert(open->prefetch == 0 ? "no limit" : "limit");
      } else if (const auto* settle = std::get_if<SettleOperation>(&operation)) {
        if (settle->which > 0) seen.insert("out of order");
        seen.insert("settle " + std::to_string(static_cast<int>(settle->how)));
      } else if (std::holds_alternative<CloseOperation>(operation)) {
        seen.insert("close");
      } else if (const auto* declare = std::get_if<DeclareOperation>(&operation)) {
        seen.insert(declare->alternate ? "alternate of a resource" : "declare");
      } else if (const auto* exchange = std::get_if<ExchangeOperation>(&operation)) {
        seen.insert("exchange " + std::to_string(static_cast<int>(exchange->options.type)));
        if (exchange->options.alternate) seen.insert("alternate of an exchange");
      } else if (const auto* queue = std::get_if<QueueOperation>(&operation)) {
        add_options(queue->options, seen);
      }
    }
  }
  CHECK(seen == std::set<std::string>{"bound twice",
                                      "doubled dots in a pattern",
                                      "any",
                                      "x- condition",
                                      "bound to an exchange",
                                      "mandatory before any queue",
                                      "empty key",
                                      "headers",
                                      "by name",
                                      "confirms",
                                      "no limit",
                                      "limit",
                                      "out of order",
                                      "settle 0",
                                      "settle 1",
                                      "settle 2",
                                      "close",
                                      "declare",
                                      "alternate of a resource",
                                      "alternate of an exchange",
                                      "exchange 0",
                                      "exchange 1",
                                      "exchange 2",
                                      "exchange 3",
                                      "plain queue",
                                      "quorum queue",
                                      "max length",
                                      "max length in bytes",
                                      "overflow 0",
                                      "overflow 1",
                                      "overflow 2",
                                      "dead letters",
                                      "dead letters to the default exchange",
                                      "dead letters with a key",
                                      "delivery limit",
                                      "single active consumer",
                                      "message TTL 0",
                                      "auto-delete"});
}

TEST_CASE("conform: every case settles, delivers again, and returns often enough to tell something") {
  std::size_t settled = 0;
  std::size_t again = 0;
  std::size_t returned = 0;
  std::size_t left = 0;
  for (std::uint64_t number = 1; number <= 100; ++number) {
    const ConformCase drawn = draw_case(1, number);
    ProcessRun run;
    std::vector<Operation> operations = drawn.operations;
    for (const Operation& closing : closing_operations(drawn)) operations.push_back(closing);
    for (const Operation& operation : operations) {
      const Outcome outcome = run.perform(operation);
      if (!outcome.settled.empty()) ++settled;
      returned += outcome.returned.size();
      for (const auto& [stream, deliveries] : outcome.deliveries) {
        if (stream >= kFirstDrain) left += deliveries.size();
        again += static_cast<std::size_t>(std::count_if(deliveries.begin(), deliveries.end(),
                                                        [](const auto& one) { return one.redelivered; }));
      }
    }
  }
  CHECK(settled > 100);
  CHECK(again > 100);
  CHECK(returned > 50);
  CHECK(left > 100);
}

TEST_CASE("conform: a case ends with its open streams closed and its queues drained") {
  const ConformCase drawn{{BindOperation{{.from = "c", .to = "b"}}, OpenOperation{1, "a", 0},
                           OpenOperation{2, "a", 0}, CloseOperation{1}, DeclareOperation{"d"}}};
  CHECK(text_of({closing_operations(drawn)}) == "close s2\ntake what is left in a\ntake what is left in b\n");
}

TEST_CASE("conform: an operation reads as a line") {
  const auto line = [](const Operation& operation) { return describe(operation); };
  CHECK(line(DeclareOperation{"a"}) == "declare a");
  CHECK(line(BindOperation{{.from = "a", .to = "b", .key = "x.*"}}) == "bind a -> b, key \"x.*\"");
  CHECK(line(BindOperation{{.from = "a",
                            .to = "b",
                            .headers = {{"h", 1.0}, {"k", true}, {"t", std::string("1")}},
                            .match = HeaderMatch::kAny}}) ==
        "bind a -> b, key \"#\", any of {h = 1.0, k = true, t = \"1\"}");
  CHECK(line(PublishOperation{"a", "m1", "", {{"h", std::int64_t{1}}}, true}) ==
        "publish m1 to a, key \"\", {h = 1}, mandatory");
  CHECK(line(OpenOperation{1, "a", 0}) == "stream a as s1, prefetch no limit");
  CHECK(line(OpenOperation{1, "a", 3}) == "stream a as s1, prefetch 3");
  CHECK(line(SettleOperation{1, 2, SettleHow::kRequeue}) == "requeue unsettled delivery 2 of s1");
  CHECK(line(CloseOperation{1}) == "close s1");
  CHECK(line(DeclareOperation{"a", "b"}) == "declare a, alternate b");
  CHECK(line(ExchangeOperation{"x1", {.type = ExchangeType::kDirect, .alternate = "r1"}}) ==
        "declare direct exchange x1, alternate r1");
  CHECK(line(QueueOperation{"r1", {.max_length = 2, .dead_letter = DeadLetterTarget{"", "r2"}}}) ==
        "declare r1: queue, max length 2, dead letters to the default exchange with key \"r2\"");
  CHECK(
      line(QueueOperation{
          "r1", {.type = QueueType::kQuorum, .max_length_bytes = 9, .overflow = Overflow::kRejectPublish}}) ==
      "declare r1: quorum queue, max length 9 bytes, reject-publish");
  CHECK(line(BindOperation{{.from = "a", .to = "x1", .key = "", .target = BindingTarget::kExchange}}) ==
        "bind a -> exchange x1, key \"\"");
  CHECK(line(PublishOperation{.exchange = "", .id = "m1", .key = "r1", .publisher = 1, .bytes = 3}) ==
        "publish m1 to the default exchange, key \"r1\", 3 bytes, by publisher 1");
}
