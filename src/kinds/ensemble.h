// A consumer that takes the majority of several models' answers to one message.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kinds/consumer.h"

namespace dse {

Kind ensemble_kind();

// When every model has answered a message, the label with the most votes wins; among equals the one with the
// larger sum of confidences, then the smaller label. Keeps one CSV line per verdict in NAME.csv, whose column
// `truth` stays empty where it is not known. `models` are those whose answers count.
std::shared_ptr<const Component> make_ensemble(ConsumerOptions options, std::vector<std::string> models);

}  // namespace dse
