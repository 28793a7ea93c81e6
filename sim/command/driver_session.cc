#include "sim/command/driver_session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <span>

#include "core/printable.h"
#include "dse/error.h"
#include "protocol/base64.h"
#include "protocol/json.h"
#include "protocol/program_message.h"
#include "protocol/program_values.h"
#include "sim/results/numbers.h"

namespace dse {
namespace {

constexpr int kDriverProtocol = 1;

// A call is an object of objects in a few levels; what is nested deeper would only cost memory.
Json parse_call(std::string_view line) {
  const auto not_too_deep = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kJsonDepthMax)
      throw ProtocolError(fmt::format("a call is nested more than {} deep", kJsonDepthMax));
    return true;
  };
  Json call;
  try {
    call = Json::parse(line, not_too_deep);
  } catch (const Json::exception&) {
    constexpr std::size_t kShown = 60;
    throw ProtocolError(
        fmt::format("{}{} is no JSON: expected a call on one line, such as {{\"call\":\"drain\"}}",
                    quoted_text(line.substr(0, kShown)), line.size() > kShown ? "..." : ""));
  }
  if (!call.is_object()) throw ProtocolError(fmt::format("a call is {}: expected an object", shown(call)));
  return call;
}

// The members of one call.
class Members {
 public:
  Members(const Json& call, std::string name) : call_(call), name_(std::move(name)) {}

  bool has(const char* member) const { return call_.contains(member); }
  const Json& at(const char* member) const {
    const auto found = call_.find(member);
    if (found == call_.end()) throw ProtocolError(fmt::format("'{}' needs the member \"{}\"", name_, member));
    return *found;
  }
  std::string text(const char* member) const { return read_text(at(member), what(member)); }
  bool flag(const char* member) const {
    const Json& value = at(member);
    if (!value.is_boolean())
      throw ProtocolError(fmt::format("{} is {}: expected true or false", what(member), shown(value)));
    return value.get<bool>();
  }
  TimeNs duration_ns(const char* member) const {
    const HeaderValue value = read_value(at(member), what(member));
    const auto* integer = std::get_if<std::int64_t>(&value);
    if (integer == nullptr || *integer < 0)
      throw ProtocolError(fmt::format("{} is {}: expected 0 or more ns", what(member), shown(at(member))));
    return *integer;
  }

 private:
  std::string what(const char* member) const { return fmt::format("the {} of '{}'", member, name_); }

  const Json& call_;
  const std::string name_;
};

// Each makes one call, and appends the members of its reply, each with a comma behind it.

void call_write(Simulation& simulation, const Members& call, std::string&) {
  const std::string resource = call.text("resource");
  MessageFields message = read_whole_message(call.at("message"));
  if (call.has("confirm") && call.flag("confirm")) {
    simulation.write_confirmed(resource, std::move(message));
  } else {
    simulation.write(resource, std::move(message));
  }
}

void call_confirms(Simulation& simulation, const Members&, std::string& reply) {
  reply += "\"confirms\":[";
  for (const auto& [message, accepted] : simulation.take_confirms()) {
    if (reply.back() != '[') reply += ',';
    reply += fmt::format("{{\"accepted\":{},\"message\":", accepted);
    append_json_message(*message, reply);
    reply += '}';
  }
  reply += "],";
}

void call_advance(Simulation& simulation, const Members& call, std::string&) {
  if (call.has("by_ns") == call.has("to_ns"))
    throw ProtocolError("'advance' needs one of the members \"by_ns\" and \"to_ns\"");
  if (call.has("to_ns")) return simulation.advance_to(call.duration_ns("to_ns"));
  // What is beyond all time is not this simulation's end, but refused.
  const TimeNs by_ns = call.duration_ns("by_ns");
  constexpr TimeNs kEndNs = std::numeric_limits<TimeNs>::max();
  simulation.advance_to(by_ns > kEndNs - simulation.now() ? kEndNs : simulation.now() + by_ns);
}

void call_drain(Simulation& simulation, const Members&, std::string&) { simulation.drain(); }

void call_read(Simulation& simulation, const Members& call, std::string& reply) {
  const std::string resource = call.text("resource");
  reply += "\"messages\":[";
  for (const MessagePtr& message : simulation.read(resource)) {
    if (!is_sayable(*message)) {
      throw RunError(fmt::format(
          "a message on '{}' has a header whose name is not UTF-8, which JSON cannot say", resource));
    }
    if (reply.back() != '[') reply += ',';
    append_json_message(*message, reply);
  }
  reply += "],";
}

void call_depth(Simulation& simulation, const Members& call, std::string& reply) {
  reply += fmt::format("\"depth\":{},", simulation.depth(call.text("resource")));
}

void append_number(double value, std::string& reply) { reply += json_number<Json>(value).dump(); }

void append_metrics(const std::map<std::string, double>& metrics, std::string& reply) {
  reply += "\"metrics\":{";
  for (const auto& [name, value] : metrics) {
    if (reply.back() != '{') reply += ',';
    append_json_text(name, reply);
    reply += ':';
    append_number(value, reply);
  }
  reply += "},";
}

void call_metrics(Simulation& simulation, const Members&, std::string& reply) {
  append_metrics(simulation.metrics(), reply);
}

void call_metric(Simulation& simulation, const Members& call, std::string& reply) {
  const std::optional<double> value = simulation.metric(call.text("name"));
  reply += "\"value\":";
  value ? append_number(*value, reply) : void(reply += "null");
  reply += ',';
}

void call_learned_state(Simulation& simulation, const Members& call, std::string& reply) {
  const std::optional<std::string> state = simulation.learned_state(call.text("component"));
  reply += "\"state\":";
  if (state) {
    reply += '"';
    append_base64(std::as_bytes(std::span(state->data(), state->size())), reply);
    reply += '"';
  } else {
    reply += "null";
  }
  reply += ',';
}

void append_outcomes(const std::vector<ExpectationOutcome>& outcomes, std::string& reply) {
  reply += "\"expectations\":[";
  for (const ExpectationOutcome& one : outcomes) {
    if (reply.back() != '[') reply += ',';
    reply += "{\"text\":";
    append_json_text(one.text, reply);
    reply += fmt::format(",\"as_planned\":{}}}", one.as_planned);
  }
  reply += "],";
}

void call_run(Simulation& simulation, const Members&, std::string& reply) {
  const RunResult result = simulation.run();
  if (result.status == RunStatus::kInterrupted) throw Interrupted();
  const Fingerprints& prints = result.fingerprints;
  reply += fmt::format(
      R"("status":"{}","fingerprints":{{"events":"{}","payload":"{}","draws":"{}","predictions":"{}",)"
      R"("models":"{}"}},)",
      status_name(result.status), prints.events, prints.payload, prints.draws, prints.predictions,
      prints.models);
  append_metrics(result.metrics, reply);
  append_outcomes(simulation.expectations(), reply);
  if (result.status != RunStatus::kStalled) return;
  reply += "\"stall\":";
  append_json_text(result.stall, reply);
  reply += ',';
}

struct DriverCall {
  std::string_view name;
  std::vector<std::string_view> members;  // that it may have
  void (*make)(Simulation& simulation, const Members& call, std::string& reply);
};

const std::vector<DriverCall>& driver_calls() {
  static const std::vector<DriverCall> calls = {
      {"write", {"resource", "message", "confirm"}, call_write},
      {"advance", {"by_ns", "to_ns"}, call_advance},
      {"drain", {}, call_drain},
      {"read", {"resource"}, call_read},
      {"confirms", {}, call_confirms},
      {"depth", {"resource"}, call_depth},
      {"metrics", {}, call_metrics},
      {"metric", {"name"}, call_metric},
      {"learned_state", {"component"}, call_learned_state},
      {"run", {}, call_run},
  };
  return calls;
}

const DriverCall& find_call(const Json& json) {
  const auto named = json.find("call");
  if (named == json.end()) throw ProtocolError(fmt::format("{} has no member \"call\"", shown(json)));
  const std::vector<DriverCall>& calls = driver_calls();
  const auto* name = named->get_ptr<const std::string*>();
  const auto found = std::find_if(calls.begin(), calls.end(), [name](const DriverCall& call) {
    return name != nullptr && call.name == *name;
  });
  if (found == calls.end()) {
    std::vector<std::string_view> names;
    for (const DriverCall& call : calls) names.push_back(call.name);
    throw ProtocolError(
        fmt::format("there is no call {}: expected one of {}", shown(*named), fmt::join(names, ", ")));
  }
  for (const auto& [member, value] : json.items()) {
    if (member == "call" ||
        std::find(found->members.begin(), found->members.end(), member) != found->members.end())
      continue;
    throw ProtocolError(fmt::format("'{}' has the member {}: {}", found->name, quoted_text(member),
                                    found->members.empty()
                                        ? "it takes none"
                                        : fmt::format("it takes {}", fmt::join(found->members, ", "))));
  }
  return *found;
}

// All that is wrong, one reason on each line.
std::string reasons_in(const InputError& error) {
  std::string text;
  for (const InputError& one : errors_in(error)) text.append(text.empty() ? "" : "\n").append(one.what());
  return text;
}

SimulationOptions simulation_options(const DriverSessionOptions& options) {
  SimulationOptions result{
      .seed = options.seed, .threads = options.threads, .interrupted = options.interrupted};
  result.ordering = options.ordering.value_or(0);
  return result;
}

// A Simulation takes the ordering 0 for the file's.
std::vector<std::string> settings_of(const DriverSessionOptions& options) {
  std::vector<std::string> settings = options.settings;
  if (options.ordering == 0U) settings.emplace_back("ordering=0");
  return settings;
}

}  // namespace

DriverSession::DriverSession(const DriverSessionOptions& options, const Tables& tables)
    : simulation_(Simulation::from_file(options.scenario, tables, simulation_options(options),
                                        settings_of(options))) {
  simulation_.check_data();
}

std::string DriverSession::greeting() const {
  std::string line = fmt::format("{{\"driver\":{},\"scenario\":", kDriverProtocol);
  append_json_text(simulation_.name(), line);
  return line + fmt::format(",\"seed\":{},\"now_ns\":{}}}", simulation_.seed(), simulation_.now());
}

std::string DriverSession::answer(std::string_view line) {
  std::string name = "a call";
  try {
    const Json json = parse_call(line);
    const DriverCall& call = find_call(json);
    name = fmt::format("'{}'", call.name);
    if (!over_.empty()) return refusal("usage", fmt::format("{} after {}", name, over_));
    std::string reply = "{";
    call.make(simulation_, Members(json, std::string(call.name)), reply);
    if (call.name == "run") over_ = "'run': the run is over, start another simulation";
    return reply + fmt::format("\"now_ns\":{}}}", simulation_.now());
  } catch (const Interrupted&) {
    throw;
  } catch (const ProtocolError& error) {
    return refusal("usage", error.what());
  } catch (const UsageError& error) {
    // A call was refused, or a program of the scenario has made the mistake.
    return simulation_.failed() ? ending("run", error.what(), name) : refusal("usage", error.what());
  } catch (const InputError& error) {
    return ending("input", reasons_in(error), name);
  } catch (const std::bad_alloc&) {
    return ending("run", "out of memory: make the scenario smaller or close other programs", name);
  } catch (const std::exception& error) {
    return ending("run", error.what(), name);
  }
}

std::string DriverSession::refuse_long_call() const {
  return refusal("usage", fmt::format("a call is longer than {} MiB", kCallBytesMax >> 20));
}

std::string DriverSession::refusal(const char* kind, std::string_view error) const {
  std::string line = "{\"error\":";
  // Not append_json_text: a reason is shown to human readers, and is never tagged.
  line += Json(error).dump(-1, ' ', false, Json::error_handler_t::replace);
  return line + fmt::format(",\"kind\":\"{}\",\"now_ns\":{}}}", kind, simulation_.now());
}

std::string DriverSession::ending(const char* kind, const std::string& error, const std::string& call) {
  over_ = fmt::format("{} failed: the simulation is over, start another", call);
  return refusal(kind, error);
}

}  // namespace dse
