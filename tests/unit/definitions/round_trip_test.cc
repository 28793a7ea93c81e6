// Definitions in the shapes that people publish (tests/data/definitions): what they become, and that all that
// was there is there again after the way back, or is named among the notes.
//
// The scenario that each becomes is beside it. When a change is meant to change them, rewrite them with
//
//     DSE_UPDATE_GOLDEN=1 build/tests/test_unit_definitions "[golden]"
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "core/printable.h"
#include "dse/tables.h"
#include "sim/definitions/definitions_reader.h"
#include "sim/definitions/scenario_definitions.h"
#include "sim/definitions/scenario_skeleton.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"

using namespace dse;

namespace {

const std::string kFolder = DSE_SOURCE_DIR "/tests/data/definitions/";

std::string text_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> shapes() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

struct RoundTrip {
  Definitions before;
  ScenarioSkeleton skeleton;
  Definitions after;
  std::string text;  // what `after` is in JSON

  bool is_noted(const std::string& text_of_note) const {
    return std::any_of(skeleton.notes.begin(), skeleton.notes.end(),
                       [&](const std::string& note) { return note.find(text_of_note) != std::string::npos; });
  }
  bool is_noted_name(const std::string& name) const { return is_noted(quoted_text(name)); }
  // Whether the note names it as a name of the scenario.
  bool is_noted_word(const std::string& name) const {
    return is_noted(" " + name + ",") ||
           std::any_of(skeleton.notes.begin(), skeleton.notes.end(),
                       [&](const std::string& note) { return note.ends_with(" " + name); });
  }
};

RoundTrip round_trip(Definitions before, const std::string& file) {
  RoundTrip trip;
  trip.before = std::move(before);
  trip.skeleton = make_skeleton(trip.before, std::nullopt, file);
  const Scenario scenario = parse_scenario(skeleton_text(trip.skeleton, file), "s.toml", built_in_tables());
  const ScenarioDefinitions made = definitions_of(scenario, trip.skeleton.vhost);
  CHECK(made.notes.empty());
  trip.text = definitions_text(made.definitions);
  trip.after = parse_definitions(trip.text, "again");
  return trip;
}

bool is_here(const std::string& vhost) { return vhost.empty() || vhost == "/"; }

// Without what is the default anyway, and is not written.
Headers plain(Headers arguments) {
  const HeaderValue* type = arguments.find("x-queue-type");
  if (type != nullptr && *type == HeaderValue(std::string("classic"))) arguments.remove("x-queue-type");
  const HeaderValue* overflow = arguments.find("x-overflow");
  if (overflow != nullptr && *overflow == HeaderValue(std::string("drop-head")))
    arguments.remove("x-overflow");
  return arguments;
}

// RabbitMQ takes "all" for granted.
Headers with_match(Headers arguments, bool by_headers) {
  if (by_headers && arguments.find("x-match") == nullptr) arguments.set("x-match", std::string("all"));
  const HeaderValue* match = arguments.find("x-match");
  if (match != nullptr && *match == HeaderValue(std::string("all-with-x")))
    arguments.set("x-match", std::string("all"));
  return arguments;
}

template <typename Entry>
const Entry* named(const std::vector<Entry>& entries, const std::string& name) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

// What a policy says is in the arguments afterwards.
bool is_from_policy(const Definitions& before, const std::string& argument) {
  const auto says = [&](const PolicyDefinition& policy) {
    return policy.definition.find(argument.starts_with("x-") ? argument.substr(2) : argument) != nullptr;
  };
  return std::any_of(before.policies.begin(), before.policies.end(), says) ||
         std::any_of(before.operator_policies.begin(), before.operator_policies.end(), says);
}

void check_arguments(const RoundTrip& trip, const std::string& name, const Headers& before,
                     const Headers& after) {
  for (const auto& [argument, value] : before) {
    INFO(argument);
    const HeaderValue* found = after.find(argument);
    CHECK(((found != nullptr && *found == value) || trip.is_noted_name(argument) ||
           is_from_policy(trip.before, argument) || trip.is_noted_name(to_text(value))));
  }
  for (const auto& [argument, value] : after) {
    INFO(name << " has got " << argument);
    CHECK((before.find(argument) != nullptr || is_from_policy(trip.before, argument)));
  }
}

void check_exchanges(const RoundTrip& trip) {
  for (const ExchangeDefinition& before : trip.before.exchanges) {
    if (!is_here(before.vhost)) continue;
    INFO("exchange " << before.name);
    const ExchangeDefinition* after = named(trip.after.exchanges, before.name);
    if (after == nullptr || after->type != before.type || before.auto_delete || before.internal ||
        !before.durable) {
      CHECK(trip.is_noted_name(before.name));
      continue;
    }
    check_arguments(trip, before.name, before.arguments, after->arguments);
  }
  for (const ExchangeDefinition& after : trip.after.exchanges) {
    INFO("exchange " << after.name << " is new");
    CHECK((named(trip.before.exchanges, after.name) != nullptr || trip.is_noted_word(after.name) ||
           trip.is_noted_name(after.name)));
  }
}

void check_queues(const RoundTrip& trip) {
  for (const QueueDefinition& before : trip.before.queues) {
    if (!is_here(before.vhost)) continue;
    INFO("queue " << before.name);
    const QueueDefinition* after = named(trip.after.queues, before.name);
    if (after == nullptr || !before.durable) {
      CHECK(trip.is_noted_name(before.name));
      continue;
    }
    CHECK((after->auto_delete == before.auto_delete || trip.is_noted_name(before.name)));
    check_arguments(trip, before.name, plain(before.arguments), plain(after->arguments));
  }
  for (const QueueDefinition& after : trip.after.queues) {
    INFO("queue " << after.name << " is new");
    CHECK((named(trip.before.queues, after.name) != nullptr || trip.is_noted_word(after.name)));
  }
}

bool has_binding(const Definitions& definitions, const BindingDefinition& wanted) {
  const ExchangeDefinition* source = named(definitions.exchanges, wanted.source);
  const bool by_headers = source != nullptr && source->type == "headers";
  return std::any_of(
      definitions.bindings.begin(), definitions.bindings.end(), [&](const BindingDefinition& one) {
        return one.source == wanted.source && one.destination == wanted.destination &&
               one.to_exchange == wanted.to_exchange && one.routing_key == wanted.routing_key &&
               with_match(one.arguments, by_headers) == with_match(wanted.arguments, by_headers);
      });
}

void check_bindings(const RoundTrip& trip) {
  const auto is_renamed = [&](const std::string& name) {
    return trip.is_noted(quoted_text(name) + " is called");
  };
  for (const BindingDefinition& before : trip.before.bindings) {
    if (!is_here(before.vhost) || before.source.empty() || has_binding(trip.after, before)) continue;
    const std::string name = fmt::format("binding {} -> {} {} (key {})", quoted_text(before.source),
                                         before.to_exchange ? "exchange" : "queue",
                                         quoted_text(before.destination), quoted_text(before.routing_key));
    INFO(name);
    CHECK((trip.is_noted(name) || is_renamed(before.source) || is_renamed(before.destination)));
  }
  for (const BindingDefinition& after : trip.after.bindings) {
    if (has_binding(trip.before, after)) continue;
    INFO("binding " << after.source << " -> " << after.destination << " is new");
    const bool is_pair = after.source == after.destination && after.routing_key == "#";
    const bool is_renamed_end = trip.is_noted_word(after.source) || trip.is_noted_word(after.destination) ||
                                trip.is_noted("called " + after.source + ",") ||
                                trip.is_noted("called " + after.destination + ",");
    CHECK(((is_pair && trip.is_noted_word(after.source)) || is_renamed_end ||
           trip.is_noted("binding " + quoted_text(after.source))));
  }
}

// Draws definitions in which names, also odd ones, meet each other in every way.
class Drawing {
 public:
  explicit Drawing(unsigned seed) : random_(seed) {}

  Definitions draw() {
    Definitions drawn{.vhosts = {"/"}};
    for (const std::string& name : kNames) {
      if (one_in(2)) drawn.exchanges.push_back(exchange(name));
      if (one_in(2)) drawn.queues.push_back(queue(name));
    }
    for (int count = number(14); count > 0; --count) {
      const std::string source = one_in(8) ? "amq.topic" : name();
      drawn.bindings.push_back({.source = source,
                                .vhost = "/",
                                .destination = one_in(3) ? source : name(),
                                .to_exchange = one_in(3),
                                .routing_key = one_in(2) ? "#" : pick({"", "k", "a.*"}),
                                .arguments = one_in(3) ? binding_arguments() : Headers()});
    }
    for (int count = number(3); count > 0; --count) {
      drawn.policies.push_back({.name = fmt::format("p{}", count),
                                .vhost = "/",
                                .pattern = pick({".*", "^[ab]", "(?!a)^.", "(a)\\1"}),
                                .apply_to = pick({"all", "queues", "exchanges", "quorum_queues"}),
                                .priority = number(3),
                                .definition = policy()});
    }
    return drawn;
  }

 private:
  inline static const std::vector<std::string> kNames = {"a",   "b",         "a b",      "a-b",
                                                         "c.d", "amq.gen-1", "\xd0\xb7", "a|#"};

  int number(int count) { return std::uniform_int_distribution(0, count - 1)(random_); }
  bool one_in(int count) { return number(count) == 0; }
  std::string pick(const std::vector<std::string>& texts) {
    return texts[static_cast<std::size_t>(number(static_cast<int>(texts.size())))];
  }
  std::string name() { return pick(kNames); }

  ExchangeDefinition exchange(const std::string& own) {
    ExchangeDefinition drawn{.name = own,
                             .vhost = "/",
                             .type = one_in(12) ? "x-odd" : pick({"direct", "fanout", "topic", "headers"}),
                             .durable = !one_in(6),
                             .auto_delete = one_in(8),
                             .internal = one_in(8)};
    if (one_in(3)) drawn.arguments.set("alternate-exchange", one_in(3) ? std::string("gone") : name());
    return drawn;
  }

  QueueDefinition queue(const std::string& own) {
    QueueDefinition drawn{.name = own, .vhost = "/", .durable = !one_in(6), .auto_delete = one_in(6)};
    const auto set = [&](const std::string& argument, const HeaderValue& value) {
      if (one_in(3)) drawn.arguments.set(argument, value);
    };
    set("x-queue-type", pick({"classic", "quorum", "quorum", "stream"}));
    set("x-message-ttl", std::int64_t{number(4) * 1000});
    set("x-max-length", std::int64_t{number(9)});
    set("x-dead-letter-exchange", pick({"", "", name(), "gone"}));
    set("x-dead-letter-routing-key", one_in(2) ? name() : pick({"k", "no queue"}));
    set("x-delivery-limit", std::int64_t{number(4)});
    set("x-max-priority", std::int64_t{number(4)});
    set("x-overflow", pick({"drop-head", "reject-publish", "odd"}));
    set("x-single-active-consumer", true);
    set("x-odd", std::string("value"));
    return drawn;
  }

  Headers binding_arguments() {
    Headers drawn;
    if (one_in(2)) drawn.set("x-match", pick({"all", "any", "all-with-x", "any-with-x", "odd"}));
    if (!one_in(4)) drawn.set("n", std::int64_t{number(3)});
    if (one_in(4)) drawn.set("x-n", std::int64_t{1});
    if (one_in(4)) drawn.set("a \"b\"\n", HeaderArray({std::string("\x7f\x01"), 0.5, true}));
    return drawn;
  }

  Headers policy() {
    Headers drawn;
    if (one_in(2)) drawn.set("max-length", std::int64_t{number(9)});
    if (one_in(3)) drawn.set("dead-letter-exchange", name());
    if (one_in(3)) drawn.set("alternate-exchange", name());
    if (one_in(3)) drawn.set("overflow", std::string("reject-publish"));
    if (one_in(4)) drawn.set("ha-mode", std::string("all"));
    return drawn;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("definitions: whatever is drawn becomes a scenario, and comes back or is named") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    const RoundTrip trip = round_trip(Drawing(seed).draw(), "drawn.json");
    INFO(skeleton_text(trip.skeleton, "drawn.json"));
    check_exchanges(trip);
    check_queues(trip);
    check_bindings(trip);
    const RoundTrip twice = round_trip(parse_definitions(trip.text, "again"), "again.json");
    REQUIRE(twice.text == trip.text);
  }
}

TEST_CASE("definitions: ten shapes become these scenarios", "[golden]") {
  CHECK(shapes().size() == 10);
  for (const std::string& shape : shapes()) {
    INFO(shape);
    const std::string file = shape + ".json";
    const std::string text =
        skeleton_text(make_skeleton(read_definitions(kFolder + file), std::nullopt, file), file);
    const std::string golden = kFolder + shape + ".toml";
    if (std::getenv("DSE_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(golden, std::ios::binary) << text;
      WARN(golden << " is written anew and not compared");
    } else {
      CHECK(text == text_in(golden));
    }
  }
}

TEST_CASE("definitions: all that was there is there again, or is named") {
  for (const std::string& shape : shapes()) {
    INFO(shape);
    const RoundTrip trip = round_trip(read_definitions(kFolder + shape + ".json"), shape + ".json");
    check_exchanges(trip);
    check_queues(trip);
    check_bindings(trip);
  }
}

TEST_CASE("definitions: what an export has made comes back without a change") {
  for (const std::string& shape : shapes()) {
    INFO(shape);
    const RoundTrip once = round_trip(read_definitions(kFolder + shape + ".json"), shape + ".json");
    const RoundTrip twice = round_trip(parse_definitions(once.text, "again"), "again.json");
    CHECK(twice.text == once.text);
    CHECK(twice.skeleton.resources.size() == once.skeleton.resources.size());
  }
}

TEST_CASE("definitions: no secret is told") {
  for (const std::string& shape : shapes()) {
    const std::string json = text_in(kFolder + shape + ".json");
    const ScenarioSkeleton skeleton = make_skeleton(parse_definitions(json, "x"), std::nullopt, "x");
    const std::string text = skeleton_text(skeleton, "x");
    for (const std::string secret : {"s3cr3t", "amqp://", "bm90IGEg", "eA=="}) {
      INFO(secret << " of " << shape);
      CHECK(text.find(secret) == std::string::npos);
    }
  }
  CHECK(text_in(kFolder + "policies.json").find("s3cr3t") != std::string::npos);
  CHECK(text_in(kFolder + "celery.json").find("bm90IGEg") != std::string::npos);
}
