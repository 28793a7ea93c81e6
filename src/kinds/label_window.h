// What a model remembers so that a label which comes later finds its message: the messages that it has
// answered and whose labels have not come, and the labels that came before their messages. At most `size` of
// either; the oldest is forgotten first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dse/learner.h"
#include "dse/message.h"

namespace dse {

// What a model said of a message before it knew its label.
struct EarlierAnswer {
  Prediction prediction;
  std::vector<double> probabilities;  // by label; empty if the learner does not tell them
};

void save_answer(const EarlierAnswer& answer, StateWriter& writer);
EarlierAnswer load_answer(StateReader& reader, std::size_t classes);

struct AnsweredMessage {
  MessagePtr message;
  EarlierAnswer answer;
};

class LabelWindow {
 public:
  // A size of 0 remembers nothing.
  explicit LabelWindow(std::size_t size) : size_(size) {}

  std::size_t size() const { return size_; }
  // The message was answered. Returns its label if that has come already; else the message waits for it, and
  // an earlier one of the same id is forgotten.
  std::optional<int> add_answered(AnsweredMessage answered);
  // The label of the message of this id has come. Returns the message that waits for it; else the label
  // waits.
  std::optional<AnsweredMessage> add_label(const std::string& message_id, int label);

  // How many messages wait for their labels.
  std::size_t waiting() const { return messages_.count(); }
  // The messages whose labels did not come, those that wait included; and the labels whose messages did not.
  std::uint64_t never_labelled() const { return messages_.never_taken(); }
  std::uint64_t never_answered() const { return labels_.never_taken(); }
  // What waited in the window of a model that has crashed is forgotten, except what load() has brought here.
  void add_counts(const LabelWindow& crashed);

  // Write and read what waits; what was forgotten is not counted again. Every message has `payload_bytes`,
  // and every answer probabilities of that many `classes`, or none.
  struct Form {
    std::size_t payload_bytes = 0;
    std::size_t classes = 0;
  };
  void save(StateWriter& writer) const;
  // Throws what StateReader throws.
  void load(StateReader& reader, const Form& form);

 private:
  // What waits, in the order in which it came.
  template <typename Value>
  struct Waiting {
    std::map<std::uint64_t, std::pair<std::string, Value>> by_number;
    std::unordered_map<std::string, std::uint64_t> numbers;  // only looked up
    std::uint64_t next = 0;
    std::uint64_t forgotten = 0;
    std::uint64_t loaded = 0;              // how many load() has brought
    std::optional<std::uint64_t> crashed;  // those that were never taken from the window of the crashed model

    std::size_t count() const { return by_number.size(); }
    // What was loaded is among those of the crashed model as well.
    std::uint64_t never_taken() const { return forgotten + count() + (crashed ? *crashed - loaded : 0); }
    void add(const std::string& id, Value value, std::size_t most);
    std::optional<Value> take(const std::string& id);
  };

  std::size_t size_;
  Waiting<AnsweredMessage> messages_;
  Waiting<int> labels_;
};

}  // namespace dse
