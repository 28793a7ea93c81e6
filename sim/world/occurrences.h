// What happens to components as a whole during a run: they crash, start again, stop, keep what they have
// learned; a planted fault begins, ends or strikes; an alarm is raised. Owned by the deciding thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "dse/observer.h"
#include "dse/run_result.h"
#include "message/content_types.h"

namespace dse {

class Occurrences final : public Observer {
 public:
  // So many of one component and sort are kept, and of one fault.
  static constexpr std::uint64_t kKept = 1000;

  void on_event(const RunEvent& event) override {
    if (event.code < EventCode::kStarted) {
      const bool written = event.code == EventCode::kPublished || event.code == EventCode::kUnroutable ||
                           event.code == EventCode::kReturned;
      if (written && (*event.message)->content_type() == kAlarmContentType) add_alarm(event);
      return;
    }
    if (event.code == EventCode::kStarted || event.code >= EventCode::kCrashed) note(event);
  }

  // By time.
  const std::vector<Occurrence>& all() const { return all_; }
  // How many there were beside all().
  std::uint64_t left_out() const { return left_out_; }

 private:
  void note(const RunEvent& event);
  void add_alarm(const RunEvent& event);
  void add(const RunEvent& event, std::string_view what);

  std::vector<Occurrence> all_;
  std::map<std::tuple<ComponentIndex, std::string, std::uint32_t>, std::uint64_t> counts_;
  std::uint64_t left_out_ = 0;
};

}  // namespace dse
