// The field numbers of Perfetto's trace format that a trace uses, by message, under the names that they have
// there. They are those of google/perfetto at ec5d16b1, in protos/perfetto/trace: trace.proto,
// trace_packet.proto, trace_packet_defaults.proto, clock_snapshot.proto, interned_data/interned_data.proto,
// track_event/track_event.proto, track_event/track_descriptor.proto, track_event/counter_descriptor.proto,
// track_event/debug_annotation.proto.
#pragma once

#include <cstdint>
#include <protozero/types.hpp>

namespace dse::perfetto {

enum class Trace : protozero::pbf_tag_type { kPacket = 1 };

enum class TracePacket : protozero::pbf_tag_type {
  kClockSnapshot = 6,
  kTimestamp = 8,
  kTrustedPacketSequenceId = 10,
  kTrackEvent = 11,
  kInternedData = 12,
  kSequenceFlags = 13,
  kTimestampClockId = 58,
  kTracePacketDefaults = 59,
  kTrackDescriptor = 60,
};
inline constexpr std::uint32_t kSequenceStateCleared = 1;
inline constexpr std::uint32_t kSequenceNeedsState = 2;

enum class TracePacketDefaults : protozero::pbf_tag_type { kTimestampClockId = 58 };

enum class ClockSnapshot : protozero::pbf_tag_type { kClocks = 1, kPrimaryTraceClock = 2 };
enum class Clock : protozero::pbf_tag_type { kClockId = 1, kTimestamp = 2, kIsIncremental = 3 };
inline constexpr std::uint32_t kBootTimeClock = 6;  // the clock of a whole trace, unless it says otherwise
inline constexpr std::uint32_t kIncrementalClock = 64;  // the first number for clocks of a sequence's own

enum class InternedData : protozero::pbf_tag_type { kEventNames = 2, kDebugAnnotationNames = 3 };
enum class InternedName : protozero::pbf_tag_type {
  kIid = 1,
  kName = 2
};  // EventName and DebugAnnotationName have these

enum class TrackDescriptor : protozero::pbf_tag_type {
  kUuid = 1,
  kName = 2,
  kParentUuid = 5,
  kCounter = 8,
  kChildOrdering = 11,
  kSiblingOrderRank = 12,
  kSiblingMergeBehavior = 15,
};
inline constexpr std::int32_t kOrderExplicit = 3;
inline constexpr std::int32_t kMergeNone = 2;

enum class TrackEvent : protozero::pbf_tag_type {
  kDebugAnnotations = 4,
  kType = 9,
  kNameIid = 10,
  kTrackUuid = 11,
  kCounterValue = 30,
  kDoubleCounterValue = 44,
  kFlowIds = 47,
};
enum class EventType : std::int32_t { kSliceBegin = 1, kSliceEnd = 2, kInstant = 3, kCounter = 4 };

enum class DebugAnnotation : protozero::pbf_tag_type { kNameIid = 1, kIntValue = 4, kStringValue = 6 };

}  // namespace dse::perfetto
