#include "door/declared_bindings.h"

#include "support/catch.h"

using namespace dse;

TEST_CASE("a binding that is made again and again is kept once") {
  DeclaredBindings bindings;
  const BindingSpec fanout{.from = "x", .to = "q", .key = "k"};
  CHECK(bindings.add(ExchangeType::kFanout, fanout, {}, true));
  CHECK_FALSE(bindings.add(ExchangeType::kFanout, fanout, {}, false));
  const Headers arguments = {{"n", std::int64_t{1}}};
  CHECK(bindings.add(ExchangeType::kFanout, fanout, arguments, false));
  CHECK_FALSE(bindings.add(ExchangeType::kFanout, fanout, arguments, false));
  CHECK_FALSE(bindings.remove(ExchangeType::kFanout, fanout, {}));
  CHECK_FALSE(bindings.remove(ExchangeType::kFanout, fanout, {}));
  CHECK(bindings.remove(ExchangeType::kFanout, fanout, arguments));
}

TEST_CASE("a binding that the scenario has made is removed by its key, or by what it asks for") {
  DeclaredBindings bindings;
  const BindingSpec binding{.from = "x", .to = "q", .key = "#"};
  CHECK(bindings.remove(ExchangeType::kFanout, binding, {}));
  CHECK(bindings.remove(ExchangeType::kTopic, binding, {}));
  const Headers arguments = {{"n", std::int64_t{1}}};
  CHECK(bindings.remove(ExchangeType::kHeaders, binding, arguments));
  CHECK_FALSE(bindings.remove(ExchangeType::kTopic, binding, arguments));
}

TEST_CASE("of a headers exchange two bindings that ask for the same are one to the broker") {
  DeclaredBindings bindings;
  const Headers arguments = {{"a", std::int64_t{1}}};
  const Headers with_match = {{"a", std::int64_t{1}}, {"x-match", std::string("all")}};
  const BindingSpec binding{.from = "x", .to = "q", .key = "", .headers = arguments};
  CHECK(bindings.add(ExchangeType::kHeaders, binding, arguments, true));
  CHECK(bindings.add(ExchangeType::kHeaders, binding, with_match, false));
  CHECK_FALSE(bindings.remove(ExchangeType::kHeaders, binding, arguments));
  CHECK(bindings.remove(ExchangeType::kHeaders, binding, with_match));
}

TEST_CASE("bindings to what is gone are forgotten, and others not") {
  DeclaredBindings bindings;
  const BindingSpec to_queue{.from = "x", .to = "q", .key = "k"};
  BindingSpec to_exchange = to_queue;
  to_exchange.target = BindingTarget::kExchange;
  for (const BindingSpec& binding : {to_queue, to_exchange})
    CHECK(bindings.add(ExchangeType::kFanout, binding, {}, true));
  bindings.forget("q", BindingTarget::kQueue);
  CHECK(bindings.add(ExchangeType::kFanout, to_queue, {}, true));
  CHECK_FALSE(bindings.add(ExchangeType::kFanout, to_exchange, {}, false));
}
