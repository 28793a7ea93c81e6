// One ZeroMQ inproc PAIR between the Data Bus and a component: two sockets, used by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <zmq.hpp>

#include "message/frame.h"

namespace dse {

// One end. Counts what is under way towards it, so that it is never read when empty: a read of an empty
// pipe puts a ZeroMQ reader to sleep, and waking it costs a system call.
class PairEnd {
 public:
  // More frames than this under way in one direction is a RunError.
  static constexpr std::uint64_t kUnderWayMax = 10'000'000;

  explicit PairEnd(zmq::context_t& context);

  // Throw zmq::error_t when the system has no more file descriptors.
  void bind(const std::string& address);
  void connect(const std::string& address);
  // Ends of one pair know each other to count what is under way.
  void set_peer(PairEnd& peer) { peer_ = &peer; }

  // Sends without blocking; nothing is ever dropped: the high-water mark is none, and kUnderWayMax bounds.
  void send(const Frame& frame);
  // The next frame; one must be under way.
  Frame receive();
  std::uint64_t under_way() const { return under_way_; }

 private:
  zmq::socket_t socket_;
  zmq::message_t received_;  // reused
  PairEnd* peer_ = nullptr;
  std::uint64_t under_way_ = 0;  // sent by the peer, not yet received here
};

}  // namespace dse
