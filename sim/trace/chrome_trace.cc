#include "sim/trace/chrome_trace.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dse {
namespace {

constexpr TimeNs kNanosecondsPerMicrosecond = 1000;

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string microseconds(TimeNs time_ns) {
  return fmt::format("{}.{:03}", time_ns / kNanosecondsPerMicrosecond, time_ns % kNanosecondsPerMicrosecond);
}

class ChromeWriter {
 public:
  ChromeWriter(const RunTrace& trace, TraceOutput& output) : trace_(trace), output_(output) {
    for (const TraceTrack& track : trace.tracks) names_.push_back(quoted(track.name));
    for (std::uint32_t text = 0; text < trace.texts.size(); ++text)
      texts_.push_back(quoted(trace.texts[text]));
  }

  void write() {
    output_.write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
    for (std::uint32_t track = 0; track < trace_.tracks.size(); ++track) write_track(track);
    for (const TraceEntry& entry : trace_.entries) write_entry(entry);
    output_.write("\n]}\n");
  }

 private:
  // The format knows processes and their threads: a group is a process, and each of its tracks a thread.
  std::uint32_t process_of(std::uint32_t track) const {
    const TraceTrack& one = trace_.tracks[track];
    const bool is_group = one.kind == TrackKind::kGroup || one.parent == kNoTrack;
    return (is_group ? track : one.parent) + 1;
  }
  std::string place_of(std::uint32_t track) const {
    return fmt::format("\"pid\":{},\"tid\":{}", process_of(track), track + 1);
  }

  void write_track(std::uint32_t track) {
    const TraceTrack& one = trace_.tracks[track];
    if (one.kind == TrackKind::kCounter) return;
    if (process_of(track) == track + 1) write_name("process", track);
    if (one.kind != TrackKind::kGroup) write_name("thread", track);
  }
  void write_name(const char* what, std::uint32_t track) {
    put(fmt::format("{{\"ph\":\"M\",{},\"name\":\"{}_name\",\"args\":{{\"name\":{}}}}}", place_of(track),
                    what, names_[track]));
    put(fmt::format("{{\"ph\":\"M\",{},\"name\":\"{}_sort_index\",\"args\":{{\"sort_index\":{}}}}}",
                    place_of(track), what, track + 1));
  }

  void write_entry(const TraceEntry& entry) {
    switch (entry.kind) {
      case EntryKind::kBegin:
        return write_slice(entry, trace_.slices[entry.item]);
      case EntryKind::kEnd:
        return;
      case EntryKind::kInstant:
        return write_mark(entry, trace_.marks[entry.item]);
      case EntryKind::kCounter:
        return put(fmt::format("{{\"ph\":\"C\",\"ts\":{},{},\"name\":{},\"args\":{{\"value\":{}}}}}",
                               microseconds(entry.time_ns), place_of(entry.track), names_[entry.track],
                               trace_.values[entry.item]));
    }
  }

  void write_slice(const TraceEntry& entry, const TraceSlice& slice) {
    put(fmt::format(
        "{{\"ph\":\"X\",\"ts\":{},\"dur\":{},{},\"cat\":\"service\",\"name\":{},\"args\":{{\"message\":{},"
        "\"wait_ns\":{},\"outcome\":{}}}}}",
        microseconds(slice.begin_ns), microseconds(slice.end_ns - slice.begin_ns), place_of(entry.track),
        texts_[slice.name], quoted(trace_.messages[slice.message]),
        slice.wait_ns < 0 ? "null" : fmt::format("{}", slice.wait_ns), texts_[slice.outcome]));
    if (slice.copy == 0) return;
    write_flow('t', entry, slice.copy);
  }

  // What has arrows is a slice of no length, because only slices have them in this format.
  void write_mark(const TraceEntry& entry, const TraceMark& mark) {
    std::string args;
    if (mark.message != 0) args = "\"message\":" + quoted(trace_.messages[mark.message]);
    if (mark.detail != 0)
      args += fmt::format("{}\"detail\":{}", args.empty() ? "" : ",", texts_[mark.detail]);
    trace_.flows_of(mark, flows_);
    put(fmt::format("{{{},\"ts\":{},{},\"cat\":\"event\",\"name\":{},\"args\":{{{}}}}}",
                    flows_.empty() ? "\"ph\":\"i\",\"s\":\"t\"" : "\"ph\":\"X\",\"dur\":0",
                    microseconds(entry.time_ns), place_of(entry.track), texts_[mark.name], args));
    for (const std::uint64_t copy : flows_) write_flow(copy == mark.answered ? 'f' : 's', entry, copy);
  }

  void write_flow(char phase, const TraceEntry& entry, std::uint64_t copy) {
    put(fmt::format(
        "{{\"ph\":\"{}\",\"bp\":\"e\",\"ts\":{},{},\"cat\":\"copy\",\"name\":\"copy\",\"id\":{}}}", phase,
        microseconds(entry.time_ns), place_of(entry.track), copy));
  }

  void put(const std::string& event) {
    output_.write(is_first_ ? "" : ",\n");
    output_.write(event);
    is_first_ = false;
  }

  const RunTrace& trace_;
  TraceOutput& output_;
  std::vector<std::string> names_;  // quoted names of tracks
  std::vector<std::string> texts_;  // quoted
  std::vector<std::uint64_t> flows_;
  bool is_first_ = true;
};

}  // namespace

void write_chrome_trace(const RunTrace& trace, TraceOutput& output) { ChromeWriter(trace, output).write(); }

}  // namespace dse
