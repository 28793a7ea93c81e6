// dse with components that have planted mistakes, for the tests of what finds mistakes. They stand in a
// scenario as consumers whose names begin with what is wrong with them.
#include <functional>
#include <random>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sim/command/command_line.h"

namespace {

using namespace dse;

std::string read_by(const ComponentConfig& component) { return resource_read(component).value_or(""); }

// Hashes otherwise in every table, as hash tables do that are open to strangers.
struct SeededHash {
  std::size_t operator()(const std::string& text) const { return std::hash<std::string>{}(text) ^ seed; }

  std::size_t seed = std::random_device{}();
};

// Gathers ten messages and sends them on in the order of an unordered container.
class Unordered : public App {
 public:
  explicit Unordered(std::string from) : from_(std::move(from)) {}

  Program program() override {
    return {create_resource("forwarded"),
            stream_resource(from_, 0, [this](Machine& machine, const MessagePtr& message) {
              gathered_.insert(message->id());
              if (gathered_.size() < 10) return machine.next();
              Program steps;
              for (const std::string& original : gathered_) {
                steps.push_back(call([original](Machine& again) {
                  again.eval(write_resource("forwarded",
                                            again.compose({.key = "copy", .correlation_id = original})));
                }));
              }
              gathered_.clear();
              machine.eval(std::move(steps));
            })};
  }
  std::vector<Metric> metrics() const override { return {}; }

 private:
  std::string from_;
  std::unordered_set<std::string, SeededHash> gathered_;
};

// Fails when its first three messages come from s3, s1 and s2, in this order.
class Fragile : public App {
 public:
  explicit Fragile(std::string from) : from_(std::move(from)) {}

  Program program() override {
    return {stream_resource(from_, 0, [this](Machine& machine, const MessagePtr& message) {
      if (writers_.size() < 3) writers_.push_back(message->app_id());
      if (writers_ == std::vector<std::string>{"s3", "s1", "s2"}) return machine.eval(dse::exit(1));
      machine.next();
    })};
  }
  std::vector<Metric> metrics() const override { return {}; }

 private:
  std::string from_;
  std::vector<std::string> writers_;
};

std::unique_ptr<App> make_planted(const ComponentConfig& component) {
  if (component.name.starts_with("unordered")) return std::make_unique<Unordered>(read_by(component));
  if (component.name.starts_with("fragile")) return std::make_unique<Fragile>(read_by(component));
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) { return run_command_line(argc, argv, make_planted); }
