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

RoundTrip round_trip(const std::string& json, const std::string& file) {
  RoundTrip trip;
  trip.before = parse_definitions(json, file);
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
    CHECK(after->auto_delete == before.auto_delete);
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

}  // namespace

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
    const RoundTrip trip = round_trip(text_in(kFolder + shape + ".json"), shape + ".json");
    check_exchanges(trip);
    check_queues(trip);
    check_bindings(trip);
  }
}

TEST_CASE("definitions: what an export has made comes back without a change") {
  for (const std::string& shape : shapes()) {
    INFO(shape);
    const RoundTrip once = round_trip(text_in(kFolder + shape + ".json"), shape + ".json");
    const RoundTrip twice = round_trip(once.text, "again.json");
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
