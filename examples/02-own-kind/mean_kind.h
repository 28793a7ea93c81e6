// A kind of one's own: a consumer that keeps a running mean per label of how bright the images are.
#pragma once

#include <dse/kind_table.h>
#include <dse/plain_component.h>

#include <map>
#include <string>
#include <vector>

class MeanApp : public dse::App {
 public:
  MeanApp(std::string from, std::uint32_t prefetch) : from_(std::move(from)), prefetch_(prefetch) {}

  dse::Program program() override {
    return {
        dse::stream_resource(from_, prefetch_, [this](dse::Machine& machine, const dse::MessagePtr& message) {
          if (const std::int64_t* label = message->headers().find_integer("label")) {
            add(*label, *message);
          } else {
            machine.refuse_current("it has no label");
          }
          machine.next();
        })};
  }
  std::vector<dse::Metric> metrics() const override {
    std::vector<dse::Metric> metrics;
    for (const auto& [label, mean] : means_) metrics.push_back({"mean_" + std::to_string(label), mean.value});
    return metrics;
  }

 private:
  struct Mean {
    double value = 0;
    int count = 0;
  };
  void add(std::int64_t label, const dse::Message& image) {
    double sum = 0;
    for (const std::byte pixel : image.payload().bytes()) sum += std::to_integer<int>(pixel);
    Mean& mean = means_[label];
    ++mean.count;
    mean.value += (sum / static_cast<double>(image.payload().size()) - mean.value) / mean.count;
  }

  std::string from_;
  std::uint32_t prefetch_;
  std::map<std::int64_t, Mean> means_;
};

inline dse::Kind mean_kind() {
  std::vector<dse::MetricInfo> metrics;  // what an expectation can name: mean_0 to mean_9
  for (int label = 0; label < 10; ++label) metrics.push_back({.name = "mean_" + std::to_string(label)});
  return {.name = "mean",
          .meaning = "Keeps the mean brightness of the images of each label.",
          .keys = {{.name = "from", .type = dse::KeyType::kResource, .required = true}},
          .read = [metrics](const dse::KeyReader& keys) {
            const std::string from = keys.text("from");
            dse::PlainComponentOptions options{.ports = {.reads = from}, .metrics = metrics};
            return dse::make_component(
                [from](const dse::MakeContext& context) {
                  return std::make_unique<MeanApp>(from, context.prefetch);
                },
                options);
          }};
}
