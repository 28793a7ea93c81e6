// Keeps the true labels of production messages, which never travel on the bus, and scores answers
// against them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dse/observer.h"
#include "dse/run_result.h"
#include "dse/time.h"
#include "measure/prequential_figures.h"
#include "sim/scenario/scenario.h"

namespace dse {

struct Answer {
  const std::string& component;   // the one that answered
  const std::string& message_id;  // the message that the answer is about
  std::int64_t label = 0;
  std::span<const double> probabilities = {};  // empty when there are none, or in LabelledPrediction
  std::string_view id = {};                    // the answer's own; "" when it is no message
  std::optional<double> confidence = {};       // that it says
};

class Scorer final : public Observer {
 public:
  explicit Scorer(const Scenario& scenario);

  void add_truth(const std::string& message_id, int label) { asked_[message_id].label = label; }
  // Notes that the message has this item of the data set of `source`. One whose truth is not known is left
  // out.
  void add_index(const std::string& message_id, const std::string& source, std::uint32_t index);
  // The true label of a message, if it is known.
  std::optional<int> truth(const std::string& message_id) const;
  // Keeps the probabilities of an answer until it is scored for the first time. One whose message has no
  // known truth is never scored, and one that a fault loses would stay here.
  void add_probabilities(const Message& answer, std::span<const double> probabilities);
  // Scores the label of an answer.
  void on_event(const RunEvent& event) override {
    if (event.answer) score_answer(event);
  }
  // Scores the answer if the true label is known. Times must not decrease.
  void score(TimeNs time_ns, const Answer& answer);

  // The wrong answers with the greatest confidence, component by component: at most kWrongAnswersKept of
  // each, those first of which it is most confident; the earlier one of two that are equal.
  static constexpr std::size_t kWrongAnswersKept = 24;
  std::vector<WrongAnswer> wrong_answers() const;
  // By component; only those with a scored answer.
  const std::map<std::string, PrequentialFigures>& figures() const { return figures_; }
  // Those of the answers of all replicas of a component, in the order in which they were scored, by the
  // component that they replicate.
  const std::map<std::string, PrequentialFigures>& figures_of_replicas() const { return of_replicas_; }

 private:
  // What is known of a message that may be answered.
  struct Asked {
    int label = 0;
    const std::string* source = nullptr;  // null when it has no known item
    std::uint32_t index = 0;
  };

  void score_answer(const RunEvent& event);
  void keep_wrong(TimeNs time_ns, const Answer& answer, const Asked& asked);

  FiguresOptions options_;
  std::map<std::string, std::string> replica_of_;  // only of replicas
  std::unordered_map<std::string, Asked> asked_;   // by message id
  std::set<std::string> sources_;
  std::map<std::string, std::vector<WrongAnswer>> wrong_;               // by component
  std::unordered_map<std::string, std::vector<double>> probabilities_;  // by the answer's id
  std::map<std::string, PrequentialFigures> figures_;
  std::map<std::string, PrequentialFigures> of_replicas_;
};

// Add the figures of each component. Replicas have metrics together, too, but curves each by itself.
void add_metrics(const Scorer& scorer, std::map<std::string, double>& metrics);
void add_curves(const Scorer& scorer, std::vector<CurveRow>& curves);
// Adds the rows of confusion.csv. Those of replicas together would only be sums of theirs.
void add_confusion(const Scorer& scorer, std::vector<ConfusionRow>& rows);
// Likewise those of classes.csv.
void add_classes(const Scorer& scorer, std::vector<ClassRow>& rows);

}  // namespace dse
