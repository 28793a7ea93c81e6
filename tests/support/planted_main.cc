// dse with kinds that have planted mistakes, for testing the commands that find mistakes.
#include <functional>
#include <random>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "dse/command_line.h"
#include "dse/plain_component.h"

namespace {

using namespace dse;

// Hashes differently in every table, like hash tables that must resist hostile keys.
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

// A kind whose components read `from`.
template <typename Planted>
Kind planted_kind(const std::string& name) {
  return {
      .name = name,
      .meaning = "Planted.",
      .keys = {{.name = "from", .type = KeyType::kResource, .required = true}, {.name = "service"}},
      .read = [](const KeyReader& keys) {
        const std::string from = keys.text("from");
        return make_component(
            [from](const MakeContext&) -> std::unique_ptr<App> { return std::make_unique<Planted>(from); },
            {.ports = {.reads = from}});
      }};
}

}  // namespace

int main(int argc, char** argv) {
  Tables tables = built_in_tables();
  tables.kinds.add(planted_kind<Unordered>("unordered"));
  tables.kinds.add(planted_kind<Fragile>("fragile"));
  return run_command_line(argc, argv, tables);
}
