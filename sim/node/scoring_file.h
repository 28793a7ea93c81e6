// The data from which the figures of answers are computed, passed from a node to `Nodes`: the true
// labels of messages, and the labels and probabilities of answers. Ids are written as hexadecimal
// digits, so that lines contain no text chosen elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dse/app.h"
#include "dse/time.h"

namespace dse {

// The file in a node's run directory. No component's file has this name, because those have an
// extension.
inline constexpr const char* kScoringFile = "scoring";

std::string truth_line(const std::string& message_id, std::int64_t label);

struct NotedAnswer {
  std::string message_id;  // the message that the answer is about
  std::int64_t label = 0;
  std::vector<double> probabilities = {};  // by label; empty when there are none
};
std::string answer_line(TimeNs time_ns, const NotedAnswer& answer);

struct ScoringReader {
  std::function<void(const std::string& message_id, std::int64_t label)> on_truth;
  std::function<void(TimeNs time_ns, const NotedAnswer& answer)> on_answer;
};
// Calls the reader with each line of the file, in order; a missing file counts as empty. Throws RunError
// where it is damaged.
void read_scoring_file(const std::string& path, const ScoringReader& reader);

}  // namespace dse
