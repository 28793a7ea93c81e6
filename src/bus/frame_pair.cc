#include "bus/frame_pair.h"

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <zmq.hpp>

#include "core/check.h"
#include "core/file_descriptor.h"
#include "dse/error.h"

namespace dse {
namespace {

// The most that libzmq allows; every world that exists at one time needs two.
constexpr int kSocketsMax = 65'535;

[[noreturn]] void refuse(const std::string& reason) {
  throw RunError(fmt::format(
      "cannot make the sockets of the Data Bus: {}; raise the limit of open files (ulimit -n)", reason));
}

void require_descriptors(std::size_t count) {
  std::vector<FileDescriptor> taken;
  while (taken.size() < count) {
    taken.emplace_back(eventfd(0, EFD_CLOEXEC));
    if (taken.back()) continue;
    const std::string reason = std::strerror(errno);
    taken.clear();
    refuse(reason);
  }
}

// The context of all worlds. It is never closed, so that a process that ends in the middle of a run
// does not wait for its sockets.
zmq::context_t& shared_context() {
  static zmq::context_t& context = []() -> zmq::context_t& {
    require_descriptors(kDescriptorsOfContext + kDescriptorsOfPair);
    auto* made = new zmq::context_t(0);  // inproc needs no I/O thread
    made->set(zmq::ctxopt::max_sockets, kSocketsMax);
    return *made;
  }();
  return context;
}

// A call of ZeroMQ sometimes checks ZeroMQ's own signals, and fails when a signal of the system
// (Ctrl-C) comes just then.
template <typename ZmqCall>
int until_not_interrupted(ZmqCall call) {
  int result = call();
  while (result == -1 && zmq_errno() == EINTR) result = call();
  return result;
}

}  // namespace

struct FrameEnd::Socket {
  zmq::socket_t socket{shared_context(), zmq::socket_type::pair};
  zmq::message_t received;  // holds the frames that have arrived

  Socket() {
    socket.set(zmq::sockopt::sndhwm, 0);  // 0: no limit
    socket.set(zmq::sockopt::rcvhwm, 0);
    socket.set(zmq::sockopt::linger, 0);
  }
};

FrameEnd::FrameEnd() : socket_(std::make_unique<Socket>()) {}
FrameEnd::~FrameEnd() = default;

void FrameEnd::fail_for_rate() {
  throw RunError(fmt::format(
      "more than {} frames are under way over the Data Bus: lower the rate or the latency", kUnderWayMax));
}

void FrameEnd::send(LinkIndex link, const Frame& frame) {
  if (peer_->under_way_ >= kUnderWayMax) [[unlikely]]
    fail_for_rate();
  gathered_[gathered_count_++] = {link.number(), frame};
  ++peer_->under_way_;
  if (gathered_count_ == kGatheredMax) [[unlikely]]
    flush();
}

void FrameEnd::flush() {
  const std::size_t bytes = gathered_count_ * sizeof(Addressed);
  zmq_msg_t message;
  const int made = zmq_msg_init_size(&message, bytes);
  DSE_CHECK(made == 0, "no memory for {} bytes", bytes);
  std::memcpy(zmq_msg_data(&message), gathered_.data(), bytes);
  const int sent =
      until_not_interrupted([&] { return zmq_msg_send(&message, socket_->socket.handle(), ZMQ_DONTWAIT); });
  DSE_CHECK(sent == static_cast<int>(bytes), "an inproc socket without a high-water mark refused a message");
  gathered_count_ = 0;
  ++peer_->crossing_;
}

// A socket is never read while it is empty: that would put its reader to sleep, and waking it costs
// a system call.
void FrameEnd::fetch() {
  if (crossing_ == 0) peer_->flush();
  const int received = until_not_interrupted(
      [&] { return zmq_msg_recv(socket_->received.handle(), socket_->socket.handle(), ZMQ_DONTWAIT); });
  DSE_CHECK(received > 0, "frames that were sent did not arrive");
  --crossing_;
  arrived_ = static_cast<const Addressed*>(socket_->received.data());
  arrived_end_ = arrived_ + static_cast<std::size_t>(received) / sizeof(Addressed);
}

FrameEnd::Addressed FrameEnd::next() {
  if (arrived_ == arrived_end_) fetch();
  return *arrived_++;
}

Frame FrameEnd::receive(LinkIndex link) {
  if (early_count_ > 0 || arrived_ == arrived_end_ || arrived_->link != link.number()) [[unlikely]]
    return search(link);
  --under_way_;
  return (arrived_++)->frame;
}

// Fetches frames, and puts those of other links aside, until there is one of this link.
Frame FrameEnd::search(LinkIndex link) {
  DSE_CHECK(under_way_ > early_count_ || (early_.contains(link) && !early_[link].empty()),
            "nothing is under way to this end of link {}", link.number());
  --under_way_;
  if (early_count_ > 0 && early_.contains(link) && !early_[link].empty()) {
    --early_count_;
    return early_[link].pop_front();
  }
  for (;;) {
    const Addressed frame = next();
    const LinkIndex other(static_cast<std::uint32_t>(frame.link));
    if (other == link) return frame.frame;
    if (!early_.contains(other)) early_.resize(frame.link + 1);
    early_[other].push_back(frame.frame);
    ++early_count_;
    DSE_CHECK(under_way_ >= early_count_, "nothing is under way to this end of link {}", link.number());
  }
}

Frame FrameEnd::receive_any() {
  DSE_CHECK(under_way_ > 0, "nothing is under way to this end");
  --under_way_;
  if (early_count_ == 0) return next().frame;
  for (RingBuffer<Frame>& frames : early_) {
    if (frames.empty()) continue;
    --early_count_;
    return frames.pop_front();
  }
  DSE_CHECK(false, "{} frames that came early are nowhere", early_count_);
}

FramePair::FramePair(std::uint64_t number) {
  bus.peer_ = &components;
  components.peer_ = &bus;
  const std::string address = fmt::format("inproc://data-bus-{}", number);
  const auto require = [](int result) {
    if (result != 0) throw zmq::error_t();
  };
  require(until_not_interrupted([&] { return zmq_bind(bus.socket_->socket.handle(), address.c_str()); }));
  require(until_not_interrupted(
      [&] { return zmq_connect(components.socket_->socket.handle(), address.c_str()); }));
}

namespace {

// The pairs that are not in use. The pool lasts as long as the context.
struct Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<FramePair>> free;
  std::uint64_t made = 0;
};
Pool& pool() {
  static Pool& only = *new Pool();
  return only;
}

}  // namespace

void GiveBackFramePair::operator()(FramePair* pair) const {
  std::unique_ptr<FramePair> owned(pair);
  const std::lock_guard lock(pool().mutex);
  pool().free.push_back(std::move(owned));
}

BorrowedFramePair borrow_frame_pair() {
  const std::lock_guard lock(pool().mutex);
  if (!pool().free.empty()) {
    BorrowedFramePair pair(pool().free.back().release());
    pool().free.pop_back();
    return pair;
  }
  shared_context();
  require_descriptors(kDescriptorsOfPair);
  try {
    return BorrowedFramePair(new FramePair(++pool().made));
  } catch (const zmq::error_t& error) {
    refuse(error.what());
  }
}

}  // namespace dse
