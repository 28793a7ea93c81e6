#include "sim/trace/perfetto_trace.h"

#include <cmath>
#include <protozero/pbf_builder.hpp>
#include <string>
#include <vector>

#include "sim/trace/perfetto_fields.h"

namespace dse {
namespace {

using perfetto::DebugAnnotation;
using perfetto::EventType;
using perfetto::InternedData;
using perfetto::InternedName;
using perfetto::TracePacket;
using perfetto::TrackDescriptor;
using perfetto::TrackEvent;

constexpr std::uint32_t kSequence = 1;

// The names of annotations, in the order of their iids.
enum class Annotation : std::uint64_t { kMessage = 1, kWait = 2, kOutcome = 3, kDetail = 4 };
constexpr const char* kAnnotationNames[] = {"message", "wait_ns", "outcome", "detail"};

// Tracks count from 1: 0 would be the default track.
std::uint64_t uuid_of(std::uint32_t track) { return std::uint64_t{track} + 1; }

class PerfettoWriter {
 public:
  PerfettoWriter(const RunTrace& trace, TraceOutput& output)
      : trace_(trace), output_(output), is_named_(trace.texts.size(), false) {}

  void write() {
    write_start();
    for (std::uint32_t track = 0; track < trace_.tracks.size(); ++track) write_track(track);
    for (const TraceEntry& entry : trace_.entries) write_entry(entry);
  }

 private:
  // Gives the sequence its clock, which starts at 0, and the names of annotations.
  void write_start() {
    packet_.clear();
    protozero::pbf_builder<TracePacket> packet(packet_);
    packet.add_uint32(TracePacket::kTrustedPacketSequenceId, kSequence);
    packet.add_uint32(TracePacket::kSequenceFlags, perfetto::kSequenceStateCleared);
    {
      protozero::pbf_builder<perfetto::TracePacketDefaults> defaults(packet,
                                                                     TracePacket::kTracePacketDefaults);
      defaults.add_uint32(perfetto::TracePacketDefaults::kTimestampClockId, perfetto::kIncrementalClock);
    }
    {
      protozero::pbf_builder<perfetto::ClockSnapshot> snapshot(packet, TracePacket::kClockSnapshot);
      add_clock(snapshot, perfetto::kBootTimeClock, false);
      add_clock(snapshot, perfetto::kIncrementalClock, true);
      snapshot.add_uint32(perfetto::ClockSnapshot::kPrimaryTraceClock, perfetto::kBootTimeClock);
    }
    {
      protozero::pbf_builder<InternedData> names(packet, TracePacket::kInternedData);
      std::uint64_t iid = 0;
      for (const char* name : kAnnotationNames) {
        protozero::pbf_builder<InternedName> one(names, InternedData::kDebugAnnotationNames);
        one.add_uint64(InternedName::kIid, ++iid);
        one.add_string(InternedName::kName, name);
      }
    }
    put_packet();
  }

  static void add_clock(protozero::pbf_builder<perfetto::ClockSnapshot>& snapshot, std::uint32_t id,
                        bool is_incremental) {
    protozero::pbf_builder<perfetto::Clock> clock(snapshot, perfetto::ClockSnapshot::kClocks);
    clock.add_uint32(perfetto::Clock::kClockId, id);
    clock.add_uint64(perfetto::Clock::kTimestamp, 0);
    if (is_incremental) clock.add_bool(perfetto::Clock::kIsIncremental, true);
  }

  void write_track(std::uint32_t number) {
    const TraceTrack& track = trace_.tracks[number];
    packet_.clear();
    protozero::pbf_builder<TracePacket> packet(packet_);
    packet.add_uint32(TracePacket::kTrustedPacketSequenceId, kSequence);
    {
      protozero::pbf_builder<TrackDescriptor> descriptor(packet, TracePacket::kTrackDescriptor);
      descriptor.add_uint64(TrackDescriptor::kUuid, uuid_of(number));
      descriptor.add_string(TrackDescriptor::kName, track.name);
      if (track.parent != kNoTrack)
        descriptor.add_uint64(TrackDescriptor::kParentUuid, uuid_of(track.parent));
      if (track.kind == TrackKind::kCounter) descriptor.add_message(TrackDescriptor::kCounter, "", 0);
      descriptor.add_enum(TrackDescriptor::kChildOrdering, perfetto::kOrderExplicit);
      descriptor.add_int32(TrackDescriptor::kSiblingOrderRank, static_cast<std::int32_t>(number));
      descriptor.add_enum(TrackDescriptor::kSiblingMergeBehavior, perfetto::kMergeNone);
    }
    put_packet();
  }

  void write_entry(const TraceEntry& entry) {
    event_.clear();
    new_name_ = 0;
    protozero::pbf_builder<TrackEvent> event(event_);
    switch (entry.kind) {
      case EntryKind::kBegin:
        add_begin(event, trace_.slices[entry.item]);
        break;
      case EntryKind::kEnd:
        add_end(event, trace_.slices[entry.item]);
        break;
      case EntryKind::kInstant:
        add_instant(event, trace_.marks[entry.item]);
        break;
      case EntryKind::kCounter:
        add_counter(event, trace_.values[entry.item]);
        break;
    }
    event.add_uint64(TrackEvent::kTrackUuid, uuid_of(entry.track));
    packet_.clear();
    protozero::pbf_builder<TracePacket> packet(packet_);
    packet.add_uint64(TracePacket::kTimestamp, static_cast<std::uint64_t>(entry.time_ns - now_ns_));
    now_ns_ = entry.time_ns;
    packet.add_uint32(TracePacket::kTrustedPacketSequenceId, kSequence);
    packet.add_uint32(TracePacket::kSequenceFlags, perfetto::kSequenceNeedsState);
    if (new_name_ != 0) add_new_name(packet);
    packet.add_message(TracePacket::kTrackEvent, event_);
    put_packet();
  }

  void add_begin(protozero::pbf_builder<TrackEvent>& event, const TraceSlice& slice) {
    add_type(event, EventType::kSliceBegin);
    add_name(event, slice.name);
    if (slice.copy != 0) event.add_fixed64(TrackEvent::kFlowIds, slice.copy);
    add_text(event, Annotation::kMessage, trace_.messages[slice.message]);
    if (slice.wait_ns >= 0) add_number(event, Annotation::kWait, slice.wait_ns);
    if (slice.outcome != trace_.settled) add_text(event, Annotation::kOutcome, trace_.texts[slice.outcome]);
  }

  static void add_end(protozero::pbf_builder<TrackEvent>& event, const TraceSlice&) {
    add_type(event, EventType::kSliceEnd);
  }

  void add_instant(protozero::pbf_builder<TrackEvent>& event, const TraceMark& mark) {
    add_type(event, EventType::kInstant);
    add_name(event, mark.name);
    trace_.flows_of(mark, flows_);
    for (const std::uint64_t copy : flows_) event.add_fixed64(TrackEvent::kFlowIds, copy);
    if (mark.message != 0) add_text(event, Annotation::kMessage, trace_.messages[mark.message]);
    if (mark.detail != 0) add_text(event, Annotation::kDetail, trace_.texts[mark.detail]);
  }

  static void add_counter(protozero::pbf_builder<TrackEvent>& event, double value) {
    add_type(event, EventType::kCounter);
    if (value == std::floor(value) && std::abs(value) < 1e15) {
      event.add_int64(TrackEvent::kCounterValue, static_cast<std::int64_t>(value));
    } else {
      event.add_double(TrackEvent::kDoubleCounterValue, value);
    }
  }

  static void add_type(protozero::pbf_builder<TrackEvent>& event, EventType type) {
    event.add_enum(TrackEvent::kType, static_cast<std::int32_t>(type));
  }

  // Names are sent once, and iids count from 1.
  void add_name(protozero::pbf_builder<TrackEvent>& event, std::uint32_t name) {
    event.add_uint64(TrackEvent::kNameIid, std::uint64_t{name} + 1);
    if (is_named_[name]) return;
    is_named_[name] = true;
    new_name_ = std::uint64_t{name} + 1;
  }

  void add_new_name(protozero::pbf_builder<TracePacket>& packet) const {
    protozero::pbf_builder<InternedData> names(packet, TracePacket::kInternedData);
    protozero::pbf_builder<InternedName> one(names, InternedData::kEventNames);
    one.add_uint64(InternedName::kIid, new_name_);
    one.add_string(InternedName::kName, trace_.texts[static_cast<std::uint32_t>(new_name_ - 1)]);
  }

  static void add_text(protozero::pbf_builder<TrackEvent>& event, Annotation name, const std::string& value) {
    protozero::pbf_builder<DebugAnnotation> one(event, TrackEvent::kDebugAnnotations);
    one.add_uint64(DebugAnnotation::kNameIid, static_cast<std::uint64_t>(name));
    one.add_string(DebugAnnotation::kStringValue, value);
  }

  static void add_number(protozero::pbf_builder<TrackEvent>& event, Annotation name, std::int64_t value) {
    protozero::pbf_builder<DebugAnnotation> one(event, TrackEvent::kDebugAnnotations);
    one.add_uint64(DebugAnnotation::kNameIid, static_cast<std::uint64_t>(name));
    one.add_int64(DebugAnnotation::kIntValue, value);
  }

  void put_packet() {
    framed_.clear();
    protozero::pbf_builder<perfetto::Trace> trace(framed_);
    trace.add_message(perfetto::Trace::kPacket, packet_);
    output_.write(framed_);
  }

  const RunTrace& trace_;
  TraceOutput& output_;
  std::vector<bool> is_named_;  // texts whose name the sequence has
  std::uint64_t new_name_ = 0;  // the iid that the event in the making is the first to use; 0: none
  TimeNs now_ns_ = 0;           // the time of the last packet
  std::string event_;
  std::string packet_;
  std::string framed_;
  std::vector<std::uint64_t> flows_;
};

}  // namespace

void write_perfetto_trace(const RunTrace& trace, TraceOutput& output) {
  PerfettoWriter(trace, output).write();
}

}  // namespace dse
