#include "dse/plain_component.h"

#include <utility>

namespace dse {
namespace {

class PlainComponent : public Component {
 public:
  PlainComponent(MakeApp make, PlainComponentOptions options)
      : make_(std::move(make)), options_(std::move(options)) {}

  Ports ports() const override { return options_.ports; }
  std::vector<MetricInfo> metrics() const override { return options_.metrics; }
  Emits emits() const override { return options_.emits; }
  std::vector<std::string> kept_files() const override { return options_.kept_files; }
  std::unique_ptr<App> make(const MakeContext& context) const override { return make_(context); }

 private:
  MakeApp make_;
  PlainComponentOptions options_;
};

class ProgramApp : public App {
 public:
  explicit ProgramApp(Program program) : program_(std::move(program)) {}
  Program program() override { return program_; }

 private:
  Program program_;
};

}  // namespace

std::shared_ptr<const Component> make_component(MakeApp make, PlainComponentOptions options) {
  if (!make)
    throw UsageError("a component cannot be made by an empty function: give it one that makes an App");
  return std::make_shared<const PlainComponent>(std::move(make), std::move(options));
}

std::shared_ptr<const Component> make_component(Program program, PlainComponentOptions options) {
  return make_component(
      [program = std::move(program)](const MakeContext&) -> std::unique_ptr<App> {
        return std::make_unique<ProgramApp>(program);
      },
      std::move(options));
}

}  // namespace dse
