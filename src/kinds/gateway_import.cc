#include "kinds/gateway_import.h"

#include <utility>

namespace dse {
namespace {

class ImportApp : public App {
 public:
  explicit ImportApp(std::string to) : to_(std::move(to)) {}

  Program program() override { return {create_resource(to_), next_message()}; }
  // Duplicates are dropped before they get here: only the code that brings the messages knows of them.
  std::vector<Metric> metrics() const override {
    return {{"imported", static_cast<double>(imported_)}, {"duplicates", 0}};
  }

 private:
  Step next_message() {
    return receive([this](Machine& machine, const MessagePtr& message) {
      ++imported_;
      machine.eval(write_resource(to_, message), next_message());
    });
  }

  std::string to_;
  std::uint64_t imported_ = 0;
};

class GatewayImport : public Component {
 public:
  explicit GatewayImport(ImportOptions options) : options_(std::move(options)) {}

  Ports ports() const override {
    return {.writes = {options_.to},
            .from_outside = OutsidePort{options_.queue, options_.exchange, options_.key, options_.prefetch}};
  }
  std::vector<MetricInfo> metrics() const override {
    return {{.name = "imported", .unit = "messages"},
            {.name = "duplicates", .unit = "messages", .shown = MetricShown::kWhenNotZero}};
  }
  Emits emits() const override { return {.labels = true}; }
  std::unique_ptr<App> make(const MakeContext&) const override {
    return std::make_unique<ImportApp>(options_.to);
  }

 private:
  ImportOptions options_;
};

std::shared_ptr<const Component> read_import(const KeyReader& keys) {
  ImportOptions options;
  const std::optional<std::string> queue = keys.text_if_any("queue");
  const std::optional<std::string> exchange = keys.text_if_any("exchange");
  const std::optional<std::string> key = keys.text_if_any("key");
  if (!queue && !exchange) keys.refuse("queue", "is missing: name a queue of the broker, or an `exchange`");
  if (queue && exchange) keys.refuse("queue", "cannot stand beside `exchange`: name one of the two");
  if (queue && key) keys.refuse("key", "selects from an `exchange`: a queue is read whole");
  options.queue = queue.value_or("");
  options.exchange = exchange.value_or("");
  options.key = key.value_or(options.key);
  options.to = keys.text("to");
  options.prefetch = static_cast<std::uint32_t>(keys.integer("prefetch"));
  return make_gateway_import(std::move(options));
}

}  // namespace

std::shared_ptr<const Component> make_gateway_import(ImportOptions options) {
  return std::make_shared<const GatewayImport>(std::move(options));
}

Kind gateway_import_kind() {
  return {
      .name = "gateway-import",
      .meaning =
          "Writes messages from a real broker to a resource: all of a queue, or what an exchange "
          "receives.",
      .keys = {{.name = "queue",
                .type = KeyType::kBrokerName,
                .meaning = "queue of the broker, all of which is read"},
               {.name = "exchange",
                .type = KeyType::kBrokerName,
                .meaning = "exchange of the broker, instead of a queue"},
               {.name = "key",
                .type = KeyType::kRoutingKey,
                .meaning = "topic pattern of what is taken from the exchange; by default `#`, which matches "
                           "everything"},
               {.name = "to",
                .type = KeyType::kResource,
                .required = true,
                .meaning = "resource to which the messages are written"},
               {.name = "prefetch",
                .type = KeyType::kInteger,
                .fallback = std::int64_t{256},
                .range = {0, UINT16_MAX},
                .meaning = "the most unacknowledged messages; 0: no limit"},
               {.name = "name",
                .type = KeyType::kName,
                .meaning = "name of the component; by default `import-` and the resource, with `-` instead "
                           "of dots, and a number after it if that name is taken"}},
      .read = read_import,
      .place = KindPlace::kImport};
}

}  // namespace dse
