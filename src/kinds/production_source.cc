#include "kinds/production_source.h"

#include <cstdint>
#include <utility>

namespace dse {
namespace {

class SourceApp : public App {
 public:
  SourceApp(const SourceOptions& options, const MakeContext& context)
      : to_(options.to),
        key_(options.key),
        rate_(options.rate),
        arrivals_(options.arrivals),
        dataset_(context.own_data()),
        extent_(extent_of(options.slice, *dataset_)),
        random_(context.random("arrivals")),
        truth_(context.truth),
        index_(context.index) {}

  Program program() override;
  std::vector<Metric> metrics() const override {
    return {{"sent", static_cast<double>(sent_before_) + static_cast<double>(sent_)}};
  }
  void add_counts(const App& crashed) override {
    const auto& earlier = dynamic_cast<const SourceApp&>(crashed);
    sent_before_ = earlier.sent_before_ + earlier.sent_;
  }

 private:
  void step(Machine& machine);
  TimeNs next_gap_ns();

  std::string to_;
  std::string key_;
  Rate rate_;
  Arrivals arrivals_;
  std::shared_ptr<const Dataset> dataset_;
  Extent extent_;
  RandomStream& random_;
  TruthSink truth_;
  IndexSink index_;
  std::uint32_t sent_ = 0;
  std::uint64_t sent_before_ = 0;  // by programs that crashed
};

Program SourceApp::program() {
  Program program = {create_resource(to_)};
  // A Poisson process has its first arrival one gap after the start.
  if (arrivals_ == Arrivals::kPoisson) program.push_back(after(next_gap_ns()));
  program.push_back(call([this](Machine& machine) { step(machine); }));
  return program;
}

void SourceApp::step(Machine& machine) {
  const std::uint32_t index = extent_.first + sent_;
  if (index >= extent_.last) return machine.eval(exit(0));
  ++sent_;
  MessagePtr message = machine.compose({.payload = Payload(dataset_, dataset_->image(index)),
                                        .key = key_,
                                        .content_type = "application/octet-stream"});
  if (truth_ && dataset_->has_labels()) truth_(message->id(), dataset_->label(index));
  if (index_) index_(message->id(), index);
  machine.eval(write_resource(to_, std::move(message)), after(next_gap_ns()),
               call([this](Machine& again) { step(again); }));
}

TimeNs SourceApp::next_gap_ns() {
  if (arrivals_ == Arrivals::kPoisson) return random_.exponential_gap_ns(rate_);
  if (sent_ == 0) return 0;
  return rate_.offset_ns(sent_) - rate_.offset_ns(sent_ - 1);
}

class ProductionSource : public Component {
 public:
  explicit ProductionSource(SourceOptions options) : options_(std::move(options)) {}

  Ports ports() const override { return {.reads = {}, .writes = {options_.to}}; }
  std::vector<MetricInfo> metrics() const override {
    return {{.name = "sent", .unit = "messages", .written = true}};
  }
  std::vector<ReadFile> read_files() const override {
    std::vector<ReadFile> files = {{"images", options_.images.path, options_.images.place}};
    if (options_.truth) files.push_back({"truth", options_.truth->path, options_.truth->place});
    return files;
  }
  std::shared_ptr<const Dataset> dataset(DatasetCache& cache) const override {
    return cache.get(
        {options_.images.path, options_.truth ? std::optional(options_.truth->path) : std::nullopt});
  }
  std::vector<Sample> samples(const Dataset& dataset, const SampleOptions&) const override {
    return {{.index = extent_of(options_.slice, dataset).first, .key = options_.key, .label = {}}};
  }
  std::unique_ptr<App> make(const MakeContext& context) const override {
    return std::make_unique<SourceApp>(options_, context);
  }

 private:
  SourceOptions options_;
};

std::shared_ptr<const Component> read_source(const KeyReader& keys) {
  SourceOptions options;
  options.images = {keys.text("images"), keys.place("images")};
  options.truth = read_file_if_any(keys, "truth");
  options.to = keys.text("to");
  options.key = keys.text("key");
  options.rate = keys.rate("rate");
  options.arrivals = keys.text("arrivals") == "regular" ? Arrivals::kRegular : Arrivals::kPoisson;
  options.slice = read_slice(keys);
  return make_production_source(std::move(options));
}

}  // namespace

std::shared_ptr<const Component> make_production_source(SourceOptions options) {
  return std::make_shared<const ProductionSource>(std::move(options));
}

Kind production_source_kind() {
  return {
      .name = "production-source",
      .meaning = "Sends unlabelled images in file order.",
      .keys = {{.name = "images",
                .type = KeyType::kFile,
                .required = true,
                .meaning = "IDX file of images, gzipped or plain"},
               {.name = "truth",
                .type = KeyType::kFile,
                .meaning = "IDX file of their labels, gzipped or plain, for scoring; they never travel on "
                           "the bus"},
               {.name = "to", .type = KeyType::kResource, .required = true, .meaning = "resource to write"},
               {.name = "key",
                .type = KeyType::kRoutingKey,
                .fallback = std::string(),
                .meaning = "routing key of every message"},
               {.name = "rate", .type = KeyType::kRate, .required = true, .meaning = "images per second"},
               {.name = "arrivals",
                .type = KeyType::kChoice,
                .fallback = std::string("regular"),
                .choices = {"regular", "poisson"},
                .meaning = "the times of sending; `\"poisson\"` has the same mean rate"},
               slice_key()},
      .read = read_source};
}

}  // namespace dse
