#include "sim/world/faults.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <utility>

#include "core/check.h"
#include "dataset/classes.h"

namespace dse {
namespace {

__extension__ using Wide = __int128;

MessagePtr with_next_label(const Message& message, std::int64_t label, std::int64_t classes) {
  MessageFields fields = message.fields();
  fields.headers.set("label", (label + 1) % classes);
  return make_message(std::move(fields));
}

// Flips so many different bits of the payload, or all of a shorter one.
MessagePtr with_flipped_bits(const Message& message, std::int64_t count, RandomStream& random) {
  MessageFields fields = message.fields();
  const std::span<const std::byte> whole = fields.payload.bytes();
  std::vector<std::byte> bytes(whole.begin(), whole.end());
  const std::uint64_t bits = bytes.size() * 8;
  std::set<std::uint64_t> flipped;
  while (flipped.size() < std::min(bits, static_cast<std::uint64_t>(count))) {
    const std::uint64_t bit = random.below(bits);
    if (flipped.insert(bit).second) bytes[bit / 8] ^= std::byte{1} << (bit % 8);
  }
  fields.payload = Payload::copy_of(bytes);
  MessagePtr corrupted = make_message(std::move(fields));
  corrupted->set_entered_ns(message.entered_ns());
  return corrupted;
}

}  // namespace

FaultyLink::FaultyLink(const Parts& parts)
    : ForwardingLink(parts.inner),
      planted_(parts.planted),
      timers_(parts.timers),
      component_(parts.component) {
  DSE_CHECK(is_of_link(fault().kind), "a crash, pause or partition of '{}' is no fault of its link",
            fault().component);
}

void FaultyLink::publish(PublishRequest request) {
  switch (fault().kind) {
    case FaultKind::kLose:
      if (strikes(request)) return;
      break;
    case FaultKind::kDuplicate:
      if (strikes(request)) duplicate(request);
      break;
    case FaultKind::kMislabel:
      mislabel(request);
      break;
    case FaultKind::kDelay:
      delay(request);
      break;
    case FaultKind::kCorrupt:
      corrupt(request);
      break;
    case FaultKind::kSwap:
    case FaultKind::kReorder:
      return reorder(std::move(request));
    case FaultKind::kMute:
    case FaultKind::kSlow:
    case FaultKind::kCrash:
    case FaultKind::kPause:
    case FaultKind::kPartition:
      break;
  }
  ForwardingLink::publish(std::move(request));
}

// Its writer has asked once whether it is accepted.
void FaultyLink::duplicate(PublishRequest request) {
  request.confirm = false;
  ForwardingLink::publish(std::move(request));
}

void FaultyLink::mislabel(PublishRequest& request) {
  const std::int64_t* label = request.message->headers().find_integer("label");
  if (label == nullptr || !strikes(request)) return;
  request.message = with_next_label(*request.message, *label, fault().classes.value_or(kClassesWithoutData));
}

void FaultyLink::corrupt(PublishRequest& request) {
  if (request.message->payload().size() == 0 || !strikes(request)) return;
  request.message = with_flipped_bits(*request.message, fault().bits, planted_.random());
}

void FaultyLink::delay(PublishRequest& request) {
  if (!strikes(request)) return;
  const TimeNs later_ns = fault().time.draw(planted_.random());
  request.later_ns = add_time(request.later_ns, later_ns);
  planted_.lasts_until(add_time(now(), later_ns));
}

// A swap holds one message at a time, and so does not strike the next one.
void FaultyLink::reorder(PublishRequest request) {
  if ((fault().kind == FaultKind::kReorder || held_.empty()) && strikes(request)) {
    if (fault().kind == FaultKind::kReorder) note_overtaking();
    Held& held = hold(std::move(request));
    if (fault().kind == FaultKind::kSwap) {
      held.overtaken_most = 1;
    } else if (fault().window > 0) {
      held.overtaken_most =
          1 + static_cast<std::int64_t>(planted_.random().below(static_cast<std::uint64_t>(fault().window)));
    } else {
      const auto most_ns = static_cast<std::uint64_t>(fault().within_ns);
      const TimeNs until_ns = add_time(now(), 1 + static_cast<TimeNs>(planted_.random().below(most_ns)));
      planted_.lasts_until(until_ns);
      timers_->at(component_, until_ns, [this, number = held.number] { release_of_time(number); });
    }
    return;
  }
  ForwardingLink::publish(std::move(request));
  note_overtaking();
}

FaultyLink::Held& FaultyLink::hold(PublishRequest&& request) {
  held_.push_back({.resource = request.resource,
                   .message = std::move(request.message),
                   .mandatory = request.mandatory,
                   .confirm = request.confirm,
                   .later_ns = request.later_ns,
                   .number = held_ever_++});
  return held_.back();
}

void FaultyLink::release(std::size_t place) {
  Held held = std::move(held_[place]);
  held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(place));
  ForwardingLink::publish({.resource = held.resource,
                           .message = std::move(held.message),
                           .mandatory = held.mandatory,
                           .confirm = held.confirm,
                           .later_ns = held.later_ns});
}

// It has gone already when the program has ended.
void FaultyLink::release_of_time(std::uint64_t number) {
  for (std::size_t place = 0; place < held_.size(); ++place) {
    if (held_[place].number == number) return release(place);
  }
}

// A later message was written, and has gone out or is held as well: those of which it was the last that may
// overtake them go now.
void FaultyLink::note_overtaking() {
  if (fault().within_ns > 0) return;
  for (Held& held : held_) --held.overtaken_most;
  for (std::size_t place = 0; place < held_.size();) {
    if (held_[place].overtaken_most <= 0) {
      planted_.lasts_until(now());
      release(place);
    } else {
      ++place;
    }
  }
}

void FaultyLink::acknowledge(std::uint64_t tag) {
  if (fault().kind == FaultKind::kMute && planted_.strikes(now())) return;
  ForwardingLink::acknowledge(tag);
}

TimeNs FaultyLink::slowed(TimeNs time_ns) {
  if (fault().kind != FaultKind::kSlow || !planted_.strikes(now())) return time_ns;
  const Wide longer = static_cast<Wide>(time_ns) * fault().factor.numerator / fault().factor.denominator;
  const TimeNs slowed_ns = longer > INT64_MAX ? INT64_MAX : static_cast<TimeNs>(longer);
  planted_.lasts_until(add_time(now(), slowed_ns));
  return slowed_ns;
}

void FaultyLink::resume_after(TimeNs delay_ns) { ForwardingLink::resume_after(slowed(delay_ns)); }

void FaultyLink::compute(Job job, TimeNs duration_ns) {
  ForwardingLink::compute(std::move(job), slowed(duration_ns));
}

void FaultyLink::end(int status) {
  while (!held_.empty()) release(0);
  ForwardingLink::end(status);
}

}  // namespace dse
