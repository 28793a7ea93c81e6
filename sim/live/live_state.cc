#include "sim/live/live_state.h"

#include <chrono>
#include <utility>

namespace dse {
namespace {

constexpr std::chrono::seconds kWaitMax{1};

double seconds(TimeNs time_ns) { return static_cast<double>(time_ns) / 1e9; }

std::string text_of(const ReportJson& json) {
  return json.dump(-1, ' ', false, ReportJson::error_handler_t::replace);
}

}  // namespace

void LiveState::show(ReportJson frame) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [key, value] : frame.items()) now_[key] = std::move(value);
    publish();
  }
  changed_.notify_all();
}

void LiveState::add_curves(const std::vector<CurveRow>& curves) {
  const std::lock_guard lock(mutex_);
  added_.insert(added_.end(), curves.begin(), curves.end());
}

ReportJson LiveState::take_points() {
  ReportJson news = ReportJson::array();
  for (const CurveRow& row : std::exchange(added_, {})) {
    auto& points = points_[row.metric][row.component];
    // Only the last point of a curve can be another one than before.
    if (!points.empty() && row.time_ns < points.rbegin()->first) continue;
    const auto [point, is_new] = points.try_emplace(row.time_ns, row.value);
    if (!is_new && point->second == row.value) continue;
    point->second = row.value;
    news.push_back(ReportJson::array({row.metric, row.component, seconds(row.time_ns), row.value}));
  }
  return news;
}

void LiveState::end(const std::string& status) {
  {
    const std::lock_guard lock(mutex_);
    now_["status"] = status;
    ended_ = true;
    publish();
  }
  changed_.notify_all();
}

void LiveState::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

// Called with the lock held.
void LiveState::publish() {
  ReportJson frame = now_;
  frame["points"] = take_points();
  frames_.push_back(text_of(frame));
  if (frames_.size() > kFramesKept) frames_.pop_front();
  ++frame_;
}

ReportJson LiveState::all_curves() const {
  ReportJson curves = ReportJson::object();
  for (const auto& [metric, components] : points_) {
    for (const auto& [component, points] : components) {
      ReportJson& list = curves[metric][component];
      for (const auto& [time_ns, value] : points)
        list.push_back(ReportJson::array({seconds(time_ns), value}));
    }
  }
  return curves;
}

std::optional<LiveState::Event> LiveState::wait_for_event(std::uint64_t after) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kWaitMax, [&] { return closed_ || frame_ > after; });
  if (frame_ <= after) return std::nullopt;
  const std::uint64_t oldest = frame_ - frames_.size() + 1;
  if (after > 0 && after + 1 >= oldest) {
    const std::uint64_t next = after + 1;
    return Event{.name = "frame",
                 .json = frames_[static_cast<std::size_t>(next - oldest)],
                 .frame = next,
                 .last = ended_ && next == frame_};
  }
  ReportJson state = now_;
  state["curves"] = all_curves();
  return Event{.name = "state", .json = text_of(state), .frame = frame_, .last = ended_};
}

}  // namespace dse
