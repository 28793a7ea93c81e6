#include "sim/definitions/definitions_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/file_descriptor.h"
#include "core/printable.h"
#include "dse/error.h"

namespace dse {
namespace {

using Json = nlohmann::json;

// Arguments may hold tables within tables, but not many; what is nested deeper would exhaust the stack.
constexpr int kJsonDepthMax = 64;
constexpr std::size_t kFileBytesMax = std::size_t{64} << 20;
constexpr std::size_t kNameBytesMax = 255;  // a short string of AMQP

std::string_view kind_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::boolean:
      return "true or false";
    case Json::value_t::string:
      return "a text";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::object:
      return "an object";
    default:
      return "a number";
  }
}

// A value and where it is. The place is only written out for an error; a value must not outlive the one that
// it is in.
class At {
 public:
  At(const Json& value, const std::string& file) : value_(&value), file_(&file) {}

  const Json& value() const { return *value_; }

  [[noreturn]] void refuse(const std::string& text) const {
    throw InputError({.file = *file_, .key = path()}, text);
  }
  [[noreturn]] void refuse_type(std::string_view expected) const {
    refuse(fmt::format("expected {}, found {}", expected, kind_of(*value_)));
  }

  // The member of that name, which must be there.
  At member(std::string_view name) const {
    const auto found = object().find(name);
    if (found == value_->end()) refuse(fmt::format("has no '{}'", name));
    return {*found, *this, name};
  }
  std::optional<At> member_if_any(std::string_view name) const {
    const auto found = object().find(name);
    if (found == value_->end() || found->is_null()) return std::nullopt;
    return At(*found, *this, name);
  }
  template <typename Use>
  void each(const Use& use) const {
    if (!value_->is_array()) refuse_type("a list");
    for (std::size_t i = 0; i < value_->size(); ++i) use(At((*value_)[i], *this, {}, i));
  }

  const Json& object() const {
    if (!value_->is_object()) refuse_type("an object");
    return *value_;
  }
  const std::string& text() const {
    if (!value_->is_string()) refuse_type("a text");
    return value_->get_ref<const std::string&>();
  }
  bool flag() const {
    if (!value_->is_boolean()) refuse_type("true or false");
    return value_->get<bool>();
  }
  std::int64_t integer() const {
    if (!value_->is_number_integer() || !fits(*value_)) refuse_type("an integer of 64 bits");
    return value_->get<std::int64_t>();
  }

  std::string text_or(std::string_view name, std::string otherwise) const {
    const std::optional<At> found = member_if_any(name);
    return found ? found->text() : std::move(otherwise);
  }
  bool flag_or(std::string_view name, bool otherwise) const {
    const std::optional<At> found = member_if_any(name);
    return found ? found->flag() : otherwise;
  }
  // A name of AMQP, or a key.
  std::string short_text(std::string_view name) const {
    const At found = member(name);
    if (found.text().size() > kNameBytesMax)
      found.refuse(fmt::format("has {} bytes; AMQP takes at most {}", found.text().size(), kNameBytesMax));
    return found.text();
  }
  Headers table_if_any(std::string_view name) const {
    const std::optional<At> found = member_if_any(name);
    if (!found || (found->value().is_array() && found->value().empty())) return {};  // Erlang's []
    return found->table(0);
  }

 private:
  static bool fits(const Json& number) {
    return !number.is_number_unsigned() || number.get<std::uint64_t>() <= std::uint64_t{INT64_MAX};
  }

  Headers table(int nesting) const {
    if (nesting > kHeaderNestingMax)
      refuse(fmt::format("more than {} lists and objects are inside each other", kHeaderNestingMax));
    Headers entries;
    for (const auto& [name, value] : object().items())
      entries.set(name, At(value, *this, name).header(nesting));
    return entries;
  }

  HeaderValue header(int nesting) const {
    if (value_->is_null()) return HeaderVoid();
    if (value_->is_boolean()) return value_->get<bool>();
    if (value_->is_string()) return value_->get<std::string>();
    if (value_->is_number_float()) return value_->get<double>();
    if (value_->is_number()) return integer();
    if (nesting >= kHeaderNestingMax)
      refuse(fmt::format("more than {} lists and objects are inside each other", kHeaderNestingMax));
    if (value_->is_object()) return HeaderTable(table(nesting + 1));
    std::vector<HeaderValue> values;
    each([&](const At& one) { values.push_back(one.header(nesting + 1)); });
    return HeaderArray(std::move(values));
  }

  At(const Json& value, const At& parent, std::string_view name, std::size_t index = 0)
      : value_(&value), file_(parent.file_), parent_(&parent), name_(name), index_(index) {}

  // queues[3].durable
  std::string path() const {
    if (parent_ == nullptr) return "";
    const std::string before = parent_->path();
    if (parent_->value_->is_array()) return fmt::format("{}[{}]", before, index_);
    return fmt::format("{}{}{}", before, before.empty() ? "" : ".", printable(name_));
  }

  const Json* value_;
  const std::string* file_;
  const At* parent_ = nullptr;  // nullptr: the whole file
  std::string_view name_ = {};  // in an object
  std::size_t index_ = 0;       // in a list
};

ExchangeDefinition read_exchange_definition(const At& at) {
  return {.name = at.short_text("name"),
          .vhost = at.text_or("vhost", ""),
          .type = at.member("type").text(),
          .durable = at.flag_or("durable", true),
          .auto_delete = at.flag_or("auto_delete", false),
          .internal = at.flag_or("internal", false),
          .arguments = at.table_if_any("arguments")};
}

QueueDefinition read_queue_definition(const At& at) {
  return {.name = at.short_text("name"),
          .vhost = at.text_or("vhost", ""),
          .type = at.text_or("type", ""),
          .durable = at.flag_or("durable", true),
          .auto_delete = at.flag_or("auto_delete", false),
          .arguments = at.table_if_any("arguments")};
}

BindingDefinition read_binding_definition(const At& at) {
  BindingDefinition binding{.source = at.short_text("source"),
                            .vhost = at.text_or("vhost", ""),
                            .destination = at.short_text("destination"),
                            .routing_key = at.short_text("routing_key"),
                            .arguments = at.table_if_any("arguments")};
  const At type = at.member("destination_type");
  if (type.text() != "queue" && type.text() != "exchange") type.refuse(R"(expected "queue" or "exchange")");
  binding.to_exchange = type.text() == "exchange";
  return binding;
}

// What a policy says, which an operator policy has as the value of a parameter.
void read_policy_value(const At& at, PolicyDefinition& policy) {
  policy.pattern = at.member("pattern").text();
  policy.apply_to = at.text_or("apply-to", "all");
  if (const std::optional<At> priority = at.member_if_any("priority")) policy.priority = priority->integer();
  policy.definition = at.table_if_any("definition");
}

void read_parameter(const At& at, Definitions& definitions) {
  const std::string component = at.member("component").text();
  const std::string name = at.member("name").text();
  const std::string vhost = at.text_or("vhost", "");
  if (component != "operator_policy") {
    definitions.parameters.push_back({.component = component, .vhost = vhost, .name = name});
    return;
  }
  PolicyDefinition policy{.name = name, .vhost = vhost};
  read_policy_value(at.member("value"), policy);
  definitions.operator_policies.push_back(std::move(policy));
}

// RabbitMQ writes tags as a text with commas, newer ones as a list.
UserDefinition read_user(const At& at) {
  UserDefinition user{.name = at.member("name").text()};
  const std::optional<At> tags = at.member_if_any("tags");
  if (!tags) return user;
  if (tags->value().is_string()) {
    user.tags = tags->text();
    return user;
  }
  tags->each([&](const At& tag) { user.tags += (user.tags.empty() ? "" : ",") + tag.text(); });
  return user;
}

PermissionDefinition read_permission(const At& at) {
  return {.user = at.member("user").text(),
          .vhost = at.text_or("vhost", ""),
          .exchange = at.text_or("exchange", ""),
          .configure = at.text_or("configure", ""),
          .write = at.text_or("write", ""),
          .read = at.text_or("read", "")};
}

// Keys beside those that are read, in which a scenario has no interest.
bool is_about_the_export(std::string_view key) {
  constexpr std::array<std::string_view, 12> kKeys = {
      "rabbitmq_version",           "product_name", "product_version",
      "rabbitmq_definition_format", "explanation",  "original_cluster_name",
      "original_vhost_name",        "metadata",     "description",
      "default_queue_type",         "tags",         "name"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

Definitions definitions_of(const Json& json, const std::string& file) {
  const At root(json, file);
  Definitions definitions;
  for (const auto& [key, value] : root.object().items()) {
    const auto each = [&, &key = key](const auto& use) { root.member(key).each(use); };
    if (key == "rabbit_version") {
      definitions.version = root.member(key).text();
    } else if (key == "vhosts") {
      each([&](const At& at) { definitions.vhosts.push_back(at.member("name").text()); });
    } else if (key == "exchanges") {
      each([&](const At& at) { definitions.exchanges.push_back(read_exchange_definition(at)); });
    } else if (key == "queues") {
      each([&](const At& at) { definitions.queues.push_back(read_queue_definition(at)); });
    } else if (key == "bindings") {
      each([&](const At& at) { definitions.bindings.push_back(read_binding_definition(at)); });
    } else if (key == "policies") {
      each([&](const At& at) {
        PolicyDefinition policy{.name = at.member("name").text(), .vhost = at.text_or("vhost", "")};
        read_policy_value(at, policy);
        definitions.policies.push_back(std::move(policy));
      });
    } else if (key == "parameters") {
      each([&](const At& at) { read_parameter(at, definitions); });
    } else if (key == "global_parameters") {
      each([&](const At& at) { definitions.parameters.push_back({.name = at.member("name").text()}); });
    } else if (key == "users") {
      each([&](const At& at) { definitions.users.push_back(read_user(at)); });
    } else if (key == "permissions") {
      each([&](const At& at) { definitions.permissions.push_back(read_permission(at)); });
    } else if (key == "topic_permissions") {
      each([&](const At& at) { definitions.topic_permissions.push_back(read_permission(at)); });
    } else if (!is_about_the_export(key)) {
      definitions.unknown_keys.push_back(key);
    }
  }
  if (!json.contains("queues") && !json.contains("exchanges") && !json.contains("vhosts")) {
    root.refuse(
        "has neither 'exchanges' nor 'queues': expected what `rabbitmqctl export_definitions FILE` or "
        "/api/definitions writes");
  }
  return definitions;
}

InputPlace place_of_byte(std::string_view text, std::size_t byte, const std::string& file) {
  const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const std::size_t line_begin = before.rfind('\n') + 1;  // 0 in the first line
  return {.file = file,
          .line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          .column = static_cast<int>(before.size() - line_begin) + 1};
}

// Checked before it is parsed, because that takes memory for every level.
void check_depth(std::string_view text, const std::string& file) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_text && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_text = !in_text;
    } else if (!in_text && (c == '[' || c == '{') && ++depth > kJsonDepthMax) {
      throw InputError(place_of_byte(text, at + 1, file),
                       fmt::format("is nested more than {} deep: not a broker's definitions", kJsonDepthMax));
    } else if (!in_text && (c == ']' || c == '}')) {
      --depth;
    }
  }
}

Json parse_json(std::string_view text, const std::string& file) {
  check_depth(text, file);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw InputError(
        place_of_byte(text, error.byte, file),
        "not JSON: expected what `rabbitmqctl export_definitions FILE` or /api/definitions writes");
  } catch (const Json::exception&) {
    throw InputError({.file = file}, "has a number that is larger than a double");
  }
}

[[noreturn]] void refuse_file(const std::string& path, const char* action) {
  throw InputError({.file = path}, fmt::format("cannot be {}: {}", action, std::strerror(errno)));
}

}  // namespace

Definitions parse_definitions(std::string_view text, const std::string& file) {
  return definitions_of(parse_json(text, file), file);
}

Definitions read_definitions(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) refuse_file(path, "opened");
  struct stat status {};
  if (fstat(file.number(), &status) != 0) refuse_file(path, "read");
  if (S_ISDIR(status.st_mode)) throw InputError({.file = path}, "is a folder, not a file of definitions");
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::string text;
  for (;;) {
    const std::size_t size = text.size();
    text.resize(size + kChunk);
    const ssize_t got = read(file.number(), text.data() + size, kChunk);
    text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse_file(path, "read");
    if (got == 0) break;
    if (text.size() > kFileBytesMax) {
      throw InputError({.file = path},
                       fmt::format("has more than {} bytes: export one virtual host alone", kFileBytesMax));
    }
  }
  return parse_definitions(text, path);
}

}  // namespace dse
