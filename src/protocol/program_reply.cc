#include "protocol/program_reply.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <functional>
#include <utility>

#include "core/names.h"
#include "core/printable.h"
#include "protocol/base64.h"
#include "protocol/program_message.h"
#include "protocol/program_values.h"

namespace dse {
namespace {

constexpr std::int64_t kPrefetchMax = UINT16_MAX;
constexpr std::int64_t kStatusMax = 255;

// The place behind the text that begins at `at`. It is the line's end when the text has none, as one may that
// stands behind a NUL, where the library has stopped reading.
std::size_t after_text(std::string_view line, std::size_t at) {
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\') ++at;  // what follows it ends nothing
  }
  return std::min(at + 1, line.size());
}

// The library reads an integer of more than 64 bits as a double, without a word. `line` is JSON.
void require_integers_of_64_bits(std::string_view line) {
  constexpr std::size_t kAlwaysFit = 18;
  for (std::size_t at = 0; (at = line.find_first_of("\"-0123456789", at)) != std::string_view::npos;) {
    if (line[at] == '"') {
      at = after_text(line, at);
      continue;
    }
    const std::size_t end = std::min(line.find_first_not_of("+-.0123456789eE", at), line.size());
    const std::string_view number = line.substr(at, end - at);
    at = end;
    if (number.size() <= kAlwaysFit || number.find_first_of(".eE") != std::string_view::npos) continue;
    std::int64_t value = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc()) continue;
    throw ProtocolError(
        fmt::format("it said the integer {}, which needs more than 64 bits: write it as a double "
                    "(with a point), or as a text",
                    one_line(number.substr(0, 60))));
  }
}

// A reply is an object of lists and objects in a few levels; what is nested deeper would only cost
// memory.
Json parse_reply(std::string_view line) {
  const auto not_too_deep = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kJsonDepthMax)
      throw ProtocolError(fmt::format("it said JSON that is nested more than {} deep", kJsonDepthMax));
    return true;
  };
  Json reply;
  try {
    // The callback costs as much as the parsing, and few brackets cannot be nested deep enough to matter.
    constexpr std::size_t kShort = 4096;
    constexpr std::ptrdiff_t kFewBrackets = 1024;
    const auto opens = [](char byte) { return byte == '[' || byte == '{'; };
    if (line.size() <= kShort && std::ranges::count_if(line, opens) <= kFewBrackets) {
      reply = Json::parse(line);
    } else {
      reply = Json::parse(line, not_too_deep);
    }
  } catch (const Json::exception& error) {
    throw ProtocolError(fmt::format(
        "it said {}, which is no JSON: only replies may go to its standard output; everything else goes to "
        "standard error",
        shown_text(line)));
  }
  require_integers_of_64_bits(line);
  if (!reply.is_object())
    throw ProtocolError(fmt::format("it said {}, which is no reply: expected an object", shown(reply)));
  return reply;
}

Json parse_reply(std::string_view line, std::initializer_list<std::string_view> members) {
  Json reply = parse_reply(line);
  if (members.size() > 0 || !reply.empty()) {
    if (members.size() == 0) {
      throw ProtocolError(
          fmt::format("its reply has the member {}: expected {{}}", shown_text(reply.begin().key())));
    }
    require_members(reply, members, "its reply");
  }
  return reply;
}

std::int64_t read_integer(const Json& json, std::string_view what, std::int64_t least, std::int64_t most) {
  const HeaderValue value = read_value(json, what);
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer == nullptr || *integer < least || *integer > most) {
    throw ProtocolError(
        most == INT64_MAX
            ? fmt::format("{} is {}: expected an integer from {}", what, shown(json), least)
            : fmt::format("{} is {}: expected an integer from {} to {}", what, shown(json), least, most));
  }
  return *integer;
}

bool read_flag(const Json& json, std::string_view what) {
  if (!json.is_boolean())
    throw ProtocolError(fmt::format("{} is {}: expected true or false", what, shown(json)));
  return json.get<bool>();
}

// "create", "bind" ... may name any resource.
std::string read_resource(const Json& json, std::string_view what) {
  std::string name = read_text(json, what);
  const bool allowed =
      !name.empty() && name.size() <= kShortStringBytes && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
      });
  if (!allowed || name.starts_with("amq.")) {
    throw ProtocolError(fmt::format(
        "{} is {}: a resource's name is letters, digits, -, _ and ., and does not begin with amq.", what,
        shown(json)));
  }
  return name;
}

// One step: its name, and the reading of what follows it.
class StepReader {
 public:
  StepReader(const Json& step, const StepRules& rules) : step_(step), rules_(rules) {
    if (!step.is_array() || step.empty() || !step[0].is_string()) {
      throw ProtocolError(
          fmt::format("the step {} is not one: a step is a list that begins with its name", shown(step)));
    }
    name_ = step[0].get<std::string>();
  }

  ReplyStep read() {
    using Read = ReplyStep (StepReader::*)();
    constexpr std::array<std::pair<std::string_view, Read>, 8> kSteps = {{{"create", &StepReader::create},
                                                                          {"bind", &StepReader::bind},
                                                                          {"write", &StepReader::write},
                                                                          {"stream", &StepReader::stream},
                                                                          {"after", &StepReader::after},
                                                                          {"reject", &StepReader::reject},
                                                                          {"metric", &StepReader::metric},
                                                                          {"exit", &StepReader::exit}}};
    for (const auto& [name, function] : kSteps) {
      if (name == name_) return (this->*function)();
    }
    std::vector<std::string> names;
    for (const auto& [name, function] : kSteps) names.emplace_back(name);
    throw ProtocolError(fmt::format("there is no step {}{}", shown_text(name_),
                                    name_.size() > 60 ? "" : suggestion(name_, names)));
  }

 private:
  // The size counts the name.
  void require_size(std::size_t least, std::size_t most) const {
    if (step_.size() >= least && step_.size() <= most) return;
    throw ProtocolError(fmt::format("the step {} has {} parts: expected {}{}", shown(step_), step_.size(),
                                    least, most > least ? fmt::format(" to {}", most) : ""));
  }
  void refuse_in_note() const {
    if (rules_.note != nullptr)
      throw ProtocolError(
          fmt::format("the step \"{}\" cannot follow `{}`: it waits or ends", name_, rules_.note));
  }

  ReplyStep create() {
    require_size(2, 2);
    return CreateStep{read_resource(step_[1], "the resource of \"create\"")};
  }
  ReplyStep bind();
  ReplyStep write();
  ReplyStep stream();
  ReplyStep after() {
    require_size(2, 2);
    refuse_in_note();
    return AfterStep{read_integer(step_[1], "the time of \"after\"", 0, INT64_MAX)};
  }
  ReplyStep reject() {
    require_size(2, 2);
    if (!rules_.handling)
      throw ProtocolError("the step \"reject\" has nothing to reject: no message is being handled");
    return RejectStep{read_flag(step_[1], "the second part of \"reject\"")};
  }
  ReplyStep metric();
  ReplyStep exit() {
    require_size(2, 2);
    refuse_in_note();
    return ExitStep{static_cast<int>(read_integer(step_[1], "the status of \"exit\"", 0, kStatusMax))};
  }

  const Json& step_;
  const StepRules& rules_;
  std::string name_;
};

ReplyStep StepReader::bind() {
  require_size(2, 2);
  const Json& json = step_[1];
  require_members(json, {"from", "to", "key", "headers", "match"}, "the binding of \"bind\"");
  BindingSpec binding;
  for (const char* end : {"from", "to"}) {
    if (!json.contains(end)) throw ProtocolError(fmt::format("the binding of \"bind\" has no \"{}\"", end));
  }
  binding.from = read_resource(json["from"], "\"from\" of a binding");
  binding.to = read_resource(json["to"], "\"to\" of a binding");
  if (const auto key = json.find("key"); key != json.end()) {
    binding.key = read_text(*key, "the key of a binding");
    if (binding.key.size() > kShortStringBytes)
      throw ProtocolError(fmt::format("the key of a binding has {} bytes: the most is {}", binding.key.size(),
                                      kShortStringBytes));
  }
  if (const auto headers = json.find("headers"); headers != json.end())
    binding.headers = read_headers(*headers);
  for (const auto& [name, value] : binding.headers) {
    if (!matches(value, value))
      throw ProtocolError(
          fmt::format("the header {} of a binding has NaN, which nothing matches", shown_text(name)));
  }
  if (const auto match = json.find("match"); match != json.end()) {
    if (*match != "all" && *match != "any")
      throw ProtocolError(
          fmt::format("the match of a binding is {}: expected \"all\" or \"any\"", shown(*match)));
    binding.match = *match == "all" ? HeaderMatch::kAll : HeaderMatch::kAny;
  }
  return BindStep{std::move(binding)};
}

ReplyStep StepReader::write() {
  require_size(3, 4);
  WriteStep write;
  write.resource = read_text(step_[1], "the resource of \"write\"");
  if (std::find(rules_.may_write.begin(), rules_.may_write.end(), write.resource) == rules_.may_write.end()) {
    throw ProtocolError(fmt::format("it writes to {}, which it may not: {}", shown_text(write.resource),
                                    rules_.may_write.empty()
                                        ? "its component has no `to`"
                                        : fmt::format("its component's `to` is {}; add the name there",
                                                      fmt::join(rules_.may_write, ", "))));
  }
  write.message = read_message(step_[2]);
  if (step_.size() == 4) {
    const Json& options = step_[3];
    require_members(options, {"mandatory", "confirm"}, "the last part of \"write\"");
    if (options.contains("mandatory")) write.mandatory = read_flag(options["mandatory"], "\"mandatory\"");
    if (options.contains("confirm")) write.confirm = read_flag(options["confirm"], "\"confirm\"");
  }
  return write;
}

ReplyStep StepReader::stream() {
  require_size(1, 2);
  refuse_in_note();
  if (!rules_.reads)
    throw ProtocolError("the step \"stream\" has nothing to stream: its component has no `from`");
  if (rules_.streams) throw ProtocolError("it streams already: the step \"stream\" is said once");
  StreamStep stream;
  if (step_.size() == 2) {
    require_members(step_[1], {"prefetch"}, "the second part of \"stream\"");
    if (const auto prefetch = step_[1].find("prefetch"); prefetch != step_[1].end())
      stream.prefetch =
          static_cast<std::uint32_t>(read_integer(*prefetch, "the prefetch of \"stream\"", 0, kPrefetchMax));
  }
  return stream;
}

ReplyStep StepReader::metric() {
  require_size(3, 3);
  MetricStep metric{.name = read_text(step_[1], "the name of \"metric\"")};
  if (std::find(rules_.metrics.begin(), rules_.metrics.end(), metric.name) == rules_.metrics.end()) {
    throw ProtocolError(
        fmt::format("it sets the metric {}, which its component does not list: add it to "
                    "`metrics` in the scenario",
                    shown_text(metric.name)));
  }
  metric.value = read_number(step_[2], fmt::format("the metric {}", shown_text(metric.name)));
  return metric;
}

void require_stream_last(const std::vector<ReplyStep>& steps) {
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    if (std::holds_alternative<StreamStep>(steps[i]))
      throw ProtocolError("the step \"stream\" is followed by others: it streams for ever, so it comes last");
  }
}

// One prediction for each row of probabilities.
SaidPredictions likeliest(const Json& rows, const PredictionRules& rules) {
  SaidPredictions predictions;
  for (const Json& row : rows) {
    if (!row.is_array() || row.size() != static_cast<std::size_t>(rules.classes)) {
      throw ProtocolError(
          fmt::format("its probabilities have the row {}: expected {} numbers", shown(row), rules.classes));
    }
    Prediction best{.label = -1, .confidence = -1};
    int label = 0;
    for (const Json& one : row) {
      const double probability = read_number(one, "a probability");
      if (probability < 0 || probability > 1)
        throw ProtocolError(fmt::format("a probability is {}: expected 0 to 1", probability));
      predictions.probabilities.push_back(probability);
      if (probability > best.confidence) best = {.label = label, .confidence = probability};
      ++label;
    }
    predictions.each.push_back(best);
  }
  return predictions;
}

const Json& list_of(const Json& reply, const char* name, std::size_t count) {
  const auto list = reply.find(name);
  if (list == reply.end())
    throw ProtocolError(
        fmt::format("its reply lacks \"{}\": predictions are \"labels\" and \"confidences\", or "
                    "\"probabilities\"",
                    name));
  if (!list->is_array() || list->size() != count) {
    throw ProtocolError(
        fmt::format("\"{}\" in its reply is {}: expected a list of {}", name,
                    list->is_array() ? fmt::format("a list of {}", list->size()) : shown(*list), count));
  }
  return *list;
}

std::optional<std::string> state_of(const Json& reply) {
  const auto state = reply.find("state");
  if (state == reply.end()) return std::nullopt;
  const auto* text = state->get_ptr<const std::string*>();
  std::optional<std::string> bytes = text == nullptr ? std::nullopt : decode_base64(*text);
  if (!bytes)
    throw ProtocolError(fmt::format("the state in its reply is {}: expected base64", shown(*state)));
  return bytes;
}

std::optional<std::string> digest_of(const Json& reply) {
  const auto digest = reply.find("digest");
  if (digest == reply.end()) return std::nullopt;
  return read_text(*digest, "the digest in its reply");
}

void add_message(Hasher& hasher, const MessageFields& message) {
  hasher.add_u64(hash_bytes(message.payload.bytes()));
  hasher.add(std::string_view(message.key));
  hasher.add_u64(message.headers.size());
  for (const auto& [name, value] : message.headers) {
    hasher.add(std::string_view(name));
    add_to_hash(hasher, value);
  }
  hasher.add(std::string_view(message.correlation_id));
  hasher.add(std::string_view(message.content_type));
  if (!message.more.empty()) add_to_hash(hasher, *message.more);
}

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;  // clang before 17 does not find it by itself

}  // namespace

void add_to_hash(Hasher& hasher, const ReplyStep& step) {
  hasher.add_u64(step.index());
  std::visit(Overloaded{[&](const CreateStep& one) { hasher.add(std::string_view(one.resource)); },
                        [&](const BindStep& one) {
                          hasher.add(std::string_view(one.binding.from));
                          hasher.add(std::string_view(one.binding.to));
                          hasher.add(std::string_view(one.binding.key));
                          for (const auto& [name, value] : one.binding.headers) {
                            hasher.add(std::string_view(name));
                            add_to_hash(hasher, value);
                          }
                          hasher.add_u64(one.binding.match == HeaderMatch::kAll ? 0 : 1);
                        },
                        [&](const WriteStep& one) {
                          hasher.add(std::string_view(one.resource));
                          add_message(hasher, one.message);
                          hasher.add_u64((one.mandatory ? 1U : 0U) | (one.confirm ? 2U : 0U));
                        },
                        [&](const StreamStep& one) {
                          hasher.add_i64(one.prefetch ? std::int64_t{*one.prefetch} : -1);
                        },
                        [&](const AfterStep& one) { hasher.add_i64(one.delay_ns); },
                        [&](const RejectStep& one) { hasher.add_u64(one.requeue ? 1 : 0); },
                        [&](const MetricStep& one) {
                          hasher.add(std::string_view(one.name));
                          hasher.add_u64(std::bit_cast<std::uint64_t>(one.value));
                        },
                        [&](const ExitStep& one) { hasher.add_i64(one.status); }},
             step);
}

std::vector<ReplyStep> read_steps(std::string_view line, const StepRules& rules) {
  std::vector<ReplyStep> steps;
  if (line == "{}") return steps;
  const Json reply = parse_reply(line, {"steps"});
  const auto list = reply.find("steps");
  if (list == reply.end()) return steps;
  if (!list->is_array()) throw ProtocolError(fmt::format("its steps are {}: expected a list", shown(*list)));
  steps.reserve(list->size());
  for (const Json& step : *list) steps.push_back(StepReader(step, rules).read());
  require_stream_last(steps);
  return steps;
}

void read_nothing(std::string_view line) { parse_reply(line, {}); }

std::optional<std::string> read_state(std::string_view line) {
  return state_of(parse_reply(line, {"state"}));
}

std::optional<std::string> read_digest(std::string_view line) {
  return digest_of(parse_reply(line, {"digest"}));
}

FinishReply read_finish(std::string_view line, const std::vector<std::string>& metrics) {
  const Json reply = parse_reply(line, {"metrics", "digest"});
  FinishReply finish{.metrics = {}, .digest = digest_of(reply)};
  if (const auto found = reply.find("metrics"); found != reply.end()) {
    if (!found->is_object())
      throw ProtocolError(fmt::format("the metrics in its reply are {}: expected an object", shown(*found)));
    for (const auto& [name, value] : found->items()) {
      if (std::find(metrics.begin(), metrics.end(), name) == metrics.end()) {
        throw ProtocolError(
            fmt::format("it reports the metric {}, which its component does not list: add it to "
                        "`metrics` in the scenario",
                        shown_text(name)));
      }
      finish.metrics[name] = read_number(value, fmt::format("the metric {}", shown_text(name)));
    }
  }
  return finish;
}

SaidPredictions read_predictions(std::string_view line, const PredictionRules& rules) {
  if (line == "{}") return {};
  const Json reply = parse_reply(line, {"labels", "confidences", "probabilities"});
  if (reply.empty()) return {};
  if (reply.contains("probabilities")) {
    if (reply.size() > 1)
      throw ProtocolError(
          "its reply has \"probabilities\" beside others: they say labels and confidences both");
    return likeliest(list_of(reply, "probabilities", rules.count), rules);
  }
  const Json& labels = list_of(reply, "labels", rules.count);
  const Json& confidences = list_of(reply, "confidences", rules.count);
  std::vector<Prediction> predictions(rules.count);
  for (std::size_t i = 0; i < rules.count; ++i) {
    predictions[i].label = static_cast<int>(read_integer(labels[i], "a label", 0, rules.classes - 1));
    predictions[i].confidence = read_number(confidences[i], "a confidence");
    if (predictions[i].confidence < 0 || predictions[i].confidence > 1)
      throw ProtocolError(fmt::format("a confidence is {}: expected 0 to 1", predictions[i].confidence));
  }
  return {.each = std::move(predictions), .probabilities = {}};
}

}  // namespace dse
