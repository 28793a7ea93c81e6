// A drift detector component: watches a number in messages, such as a model's errors, and says when it is no
// longer what it was.
//
// Each message's value goes to the detector when it comes; after the service time, an alarm is written to
// `to` if there is one: empty payload, content type and header `level` as message/content_types.h says,
// headers `detector` (the component), `examples` (how many values there were so far) and `mean` (of those
// that the detector remembers), key `<component>.drift` or `<component>.warning`, and correlation_id = the id
// of the message that raised it. A warning is written when the detector begins to warn. Messages without such
// a number are refused.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drift/detector_table.h"
#include "drift/drift_score.h"
#include "dse/component.h"
#include "dse/kind_table.h"
#include "kinds/consumer.h"

namespace dse {

// A planted drift that a key names.
struct NamedDrift {
  std::string name;
  InputPlace place = {};
};

struct DriftDetectorOptions {
  DriftDetectorInfo detector;
  DetectorParameters parameters = {};
  ConsumerOptions consumer;
  std::string to;
  std::string value = "error";              // the header that is watched
  std::optional<TimeNs> max_delay_ns = {};  // see DriftScore
  std::vector<NamedDrift> drifts = {};      // those that its alarms are judged by; empty: all
};

Kind drift_detector_kind();

// Throws std::invalid_argument when the parameters do not fit the detector.
std::shared_ptr<const Component> make_drift_detector(DriftDetectorOptions options);

}  // namespace dse
