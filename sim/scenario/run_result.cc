#include "dse/run_result.h"

namespace dse {

std::string status_name(RunStatus status) {
  switch (status) {
    case RunStatus::kCompleted:
      return "completed";
    case RunStatus::kInterrupted:
      return "interrupted";
    case RunStatus::kStalled:
      return "stalled";
    case RunStatus::kRefused:
      return "refused";
  }
  return "unknown";
}

}  // namespace dse
