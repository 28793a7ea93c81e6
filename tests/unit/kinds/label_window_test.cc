#include "kinds/label_window.h"

#include <algorithm>
#include <list>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

AnsweredMessage answered(const std::string& id, int said = 0) {
  return {.message = make_message({.payload = Payload::copy_of("abcd"), .id = id}),
          .answer = {.prediction = {.label = said, .confidence = 0.5}, .probabilities = {}}};
}

// What the window promises, as lists that are searched from the front.
struct ListedWindow {
  std::size_t size = 0;
  std::list<std::string> messages = {};
  std::list<std::pair<std::string, int>> labels = {};
  std::uint64_t never_labelled = 0;
  std::uint64_t never_answered = 0;

  std::optional<int> add_answered(const std::string& id) {
    const auto label =
        std::find_if(labels.begin(), labels.end(), [&](const auto& one) { return one.first == id; });
    if (label != labels.end()) {
      const int found = label->second;
      labels.erase(label);
      return found;
    }
    never_labelled += messages.remove(id);
    messages.push_back(id);
    if (messages.size() > size) {
      messages.pop_front();
      ++never_labelled;
    }
    return std::nullopt;
  }
  bool add_label(const std::string& id, int label) {
    const auto message = std::find(messages.begin(), messages.end(), id);
    if (message != messages.end()) {
      messages.erase(message);
      return true;
    }
    never_answered += labels.remove_if([&](const auto& one) { return one.first == id; });
    labels.emplace_back(id, label);
    if (labels.size() > size) {
      labels.pop_front();
      ++never_answered;
    }
    return false;
  }
};

}  // namespace

TEST_CASE("label window: a label finds its message, once, and is found by it") {
  LabelWindow window(4);
  CHECK_FALSE(window.add_answered(answered("m1", 7)).has_value());
  CHECK(window.waiting() == 1);
  const auto found = window.add_label("m1", 3);
  REQUIRE(found.has_value());
  CHECK(found->message->id() == "m1");
  CHECK(found->answer.prediction.label == 7);
  CHECK(window.waiting() == 0);
  CHECK_FALSE(window.add_label("m1", 3).has_value());

  CHECK_FALSE(window.add_label("m2", 5).has_value());
  CHECK(window.add_answered(answered("m2")) == 5);
  CHECK(window.never_labelled() == 0);
  CHECK(window.never_answered() == 1);  // the second label of m1
}

TEST_CASE("label window: it is what two short lists are") {
  RandomStream random(14, "test", "window");
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{20}}) {
    LabelWindow window(size);
    ListedWindow listed{.size = size};
    for (int step = 0; step < 3'000; ++step) {
      const std::string id = "m" + std::to_string(random.below(40));
      CAPTURE(size, step, id);
      if (random.below(2) == 0) {
        REQUIRE(window.add_answered(answered(id)) == listed.add_answered(id));
      } else {
        const auto found = window.add_label(id, step);
        REQUIRE(found.has_value() == listed.add_label(id, step));
        if (found) REQUIRE(found->message->id() == id);
      }
      REQUIRE(window.waiting() == listed.messages.size());
      REQUIRE(window.never_labelled() == listed.never_labelled + listed.messages.size());
      REQUIRE(window.never_answered() == listed.never_answered + listed.labels.size());
    }
  }
}

TEST_CASE("label window: what waits is written and read") {
  LabelWindow window(3);
  for (const std::string id : {"a", "b", "c", "d"}) window.add_answered(answered(id, id[0] - 'a'));
  window.add_label("later", 9);
  StateWriter writer;
  window.save(writer);

  LabelWindow again(3);
  const std::string name = "the test";
  StateReader reader(writer.bytes(), name);
  again.load(reader, {.payload_bytes = 4, .classes = 10});
  reader.finish();
  CHECK(again.waiting() == 3);
  CHECK(again.never_labelled() == 3);  // "a" was forgotten by the other one
  CHECK(again.add_answered(answered("later")) == 9);
  const auto found = again.add_label("d", 0);
  REQUIRE(found.has_value());
  CHECK(found->answer.prediction.label == 3);
  CHECK(found->message->payload().size() == 4);
  CHECK_FALSE(again.add_label("a", 0).has_value());
}
