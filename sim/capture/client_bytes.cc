#include "sim/capture/client_bytes.h"

#include <cstdint>
#include <span>
#include <utility>

#include "access/access_rules.h"
#include "core/byte_form.h"
#include "wire/content_header.h"
#include "wire/method_codec.h"

namespace dse {
namespace {

enum class ActionCode : std::uint8_t {
  kOpened = 1,
  kGone = 2,
  kFailed = 3,
  kWritten = 4,
  kPublication = 5,
  kMethod = 6
};

void append_code(ActionCode code, std::string& bytes) {
  append_number(static_cast<std::uint8_t>(code), bytes);
}

void append_permissions(const Permissions& permissions, std::string& bytes) {
  append_text(permissions.configure, bytes);
  append_text(permissions.write, bytes);
  append_text(permissions.read, bytes);
  append_number(std::uint64_t{permissions.topics.size()}, bytes);
  for (const TopicPermissions& topic : permissions.topics) {
    append_text(topic.exchange, bytes);
    append_text(topic.write, bytes);
    append_text(topic.read, bytes);
  }
}

Permissions read_permissions(ByteReader& reader) {
  Permissions permissions;
  permissions.configure = reader.text();
  permissions.write = reader.text();
  permissions.read = reader.text();
  for (auto left = reader.number<std::uint64_t>(); left > 0 && !reader.failed(); --left) {
    TopicPermissions topic;
    topic.exchange = reader.text();
    topic.write = reader.text();
    topic.read = reader.text();
    permissions.topics.push_back(std::move(topic));
  }
  return permissions;
}

struct ActionWriter {
  std::string& bytes;

  void operator()(const ClientOpened& opened) const {
    append_code(ActionCode::kOpened, bytes);
    append_text(opened.user, bytes);
    append_text(opened.virtual_host, bytes);
    append_text(opened.name, bytes);
    append_permissions(opened.permissions, bytes);
    append_number(opened.channel_max, bytes);
    append_number(std::uint8_t{opened.hears_cancellation}, bytes);
  }
  void operator()(const ClientGone&) const { append_code(ActionCode::kGone, bytes); }
  void operator()(const ClientFailed& failed) const {
    append_code(ActionCode::kFailed, bytes);
    append_number(failed.code, bytes);
    append_text(failed.text, bytes);
    append_number(failed.cause.class_id, bytes);
    append_number(failed.cause.method_id, bytes);
  }
  void operator()(const ClientWritten& written) const {
    append_code(ActionCode::kWritten, bytes);
    append_number(written.mark, bytes);
  }
  void operator()(const ClientPublication& publication) const {
    append_code(ActionCode::kPublication, bytes);
    append_method(publication.method);
    std::string header;
    wire::write_content_header(*publication.message, header);
    append_text(header, bytes);
    const std::span<const std::byte> body = publication.message->payload().bytes();
    append_text({reinterpret_cast<const char*>(body.data()), body.size()}, bytes);
  }
  void operator()(const wire::ClientMethod& method) const {
    append_code(ActionCode::kMethod, bytes);
    append_method(method);
  }

  template <typename Method>
  void append_method(const Method& method) const {
    std::string payload;
    wire::encode(method, payload);
    append_text(payload, bytes);
  }
};

ClientOpened read_opened(ByteReader& reader) {
  ClientOpened opened;
  opened.user = reader.text();
  opened.virtual_host = reader.text();
  opened.name = reader.text();
  opened.permissions = read_permissions(reader);
  opened.channel_max = reader.number<std::uint16_t>();
  opened.hears_cancellation = reader.number<std::uint8_t>() != 0;
  const AccessRules checked(opened.permissions, {});  // throws when a pattern is none
  return opened;
}

ClientFailed read_failed(ByteReader& reader) {
  ClientFailed failed{.code = reader.number<std::uint16_t>()};
  failed.text = reader.text();
  failed.cause.class_id = reader.number<std::uint16_t>();
  failed.cause.method_id = reader.number<std::uint16_t>();
  return failed;
}

ClientPublication read_publication(ByteReader& reader) {
  const wire::ClientMethod method = wire::decode_client_method(reader.text());
  ClientPublication publication{.method = std::get<wire::BasicPublish>(method)};
  MessageFields fields = wire::read_content_header(reader.text()).fields;
  fields.key = publication.method.routing_key;
  fields.payload = Payload::copy_of(reader.text());
  publication.message = make_message(std::move(fields));
  return publication;
}

// Fails the reader when there is no such action.
ClientAction read_action(ByteReader& reader) {
  switch (static_cast<ActionCode>(reader.number<std::uint8_t>())) {
    case ActionCode::kOpened:
      return read_opened(reader);
    case ActionCode::kGone:
      return ClientGone();
    case ActionCode::kFailed:
      return read_failed(reader);
    case ActionCode::kWritten:
      return ClientWritten{.mark = reader.number<std::uint64_t>()};
    case ActionCode::kPublication:
      return read_publication(reader);
    case ActionCode::kMethod:
      return wire::decode_client_method(reader.text());
  }
  reader.fail();
  return ClientGone();
}

}  // namespace

void append_client_action(const ClientAction& action, std::string& bytes) {
  std::visit(ActionWriter{bytes}, action);
}

std::optional<ClientAction> decode_client_action(std::string_view bytes) {
  ByteReader reader(bytes);
  ClientAction action;
  try {
    action = read_action(reader);
    if (!reader.at_end()) return std::nullopt;
    std::string again;
    append_client_action(action, again);
    if (again != bytes) return std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;  // bytes that are no method, no content, or no patterns of permissions
  }
  return action;
}

void append_client_command(const ClientCommand& command, std::string& bytes) {
  append_number(command.client.number(), bytes);
  append_number(command.channel, bytes);
  append_client_action(command.action, bytes);
}

std::optional<ClientCommand> decode_client_command(std::string_view bytes) {
  ByteReader reader(bytes);
  const ClientIndex client(reader.number<std::uint32_t>());
  const auto channel = reader.number<std::uint16_t>();
  if (reader.failed()) return std::nullopt;
  std::optional<ClientAction> action = decode_client_action(reader.rest());
  if (!action) return std::nullopt;
  return ClientCommand{.client = client, .channel = channel, .action = *std::move(action)};
}

}  // namespace dse
