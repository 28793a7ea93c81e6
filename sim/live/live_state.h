// What a live page shows, as JSON: written by the thread that runs the world, read by those that serve the
// page.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dse/run_result.h"
#include "sim/report/report_json.h"

namespace dse {

class LiveState {
 public:
  // A new frame with these values, an object.
  void show(ReportJson frame);
  // Curves up to now; what is new in them goes out with the next frame.
  void add_curves(const std::vector<CurveRow>& curves);
  // The last frame: the run is over.
  void end(const std::string& status);

  struct Event {
    std::string name;  // "state": everything up to this frame; "frame": what changed with it
    std::string json;
    std::uint64_t frame = 0;
    bool last = false;
  };
  // What somebody needs who has seen everything up to the frame `after`; 0: nothing. Waits for it, but no
  // longer than a second: empty when there is nothing new.
  std::optional<Event> wait_for_event(std::uint64_t after) const;
  // Lets all who wait go on, from now on.
  void close();

 private:
  static constexpr std::size_t kFramesKept = 64;

  void publish();
  // Takes over the curves that were added; returns the points that are new or changed, each as [metric,
  // component, seconds, value].
  ReportJson take_points();
  ReportJson all_curves() const;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t frame_ = 0;                // the number of the last one
  std::deque<std::string> frames_;         // the last ones
  ReportJson now_ = ReportJson::object();  // the values of the last frame
  std::vector<CurveRow> added_;            // since the last frame
  // Those up to the last frame: by metric, then component, then time.
  std::map<std::string, std::map<std::string, std::map<TimeNs, double>>> points_;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace dse
