// Keeps the true labels of production messages, which never travel on the bus, and scores answers
// against them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "dse/observer.h"
#include "dse/time.h"
#include "measure/accuracy.h"

namespace dse {

struct Answer {
  const std::string& component;   // the one that answered
  const std::string& message_id;  // the message that the answer is about
  std::int64_t label = 0;
};

class Scorer final : public Observer {
 public:
  explicit Scorer(TimeNs curve_every_ns) : curve_every_ns_(curve_every_ns) {}

  void add_truth(const std::string& message_id, int label) { truth_.insert_or_assign(message_id, label); }
  // The true label of a message, if it is known.
  std::optional<int> truth(const std::string& message_id) const;
  // Scores the label of an answer.
  void on_event(const RunEvent& event) override {
    if (event.answer) score_answer(event);
  }
  // Scores the answer if the true label is known. Times must not decrease.
  void score(TimeNs time_ns, const Answer& answer);

  // Accuracies by component; only of those with a scored answer.
  const std::map<std::string, Accuracy>& accuracies() const { return accuracies_; }

 private:
  void score_answer(const RunEvent& event);

  TimeNs curve_every_ns_;
  std::unordered_map<std::string, int> truth_;
  std::map<std::string, Accuracy> accuracies_;
};

}  // namespace dse
