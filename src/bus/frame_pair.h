// The ZeroMQ inproc PAIR that all components of a world share with its Data Bus: two sockets, however many
// components there are. A frame names the link that it belongs to; frames of one link arrive in the order in
// which they were sent, and whoever receives says of which link.
//
// Frames are gathered and cross together: a message of ZeroMQ goes when the other end has nothing left to
// read, or when many frames have come together. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bus/frame.h"
#include "dse/index.h"
#include "dse/ring_buffer.h"

namespace dse {

// A link is named by its component.
using LinkIndex = ComponentIndex;

class FrameEnd {
 public:
  // More frames than this under way to one end is a RunError.
  static constexpr std::uint64_t kUnderWayMax = 10'000'000;

  FrameEnd();
  ~FrameEnd();
  FrameEnd(const FrameEnd&) = delete;
  FrameEnd& operator=(const FrameEnd&) = delete;

  // Sends without blocking; nothing is ever dropped.
  void send(LinkIndex link, const Frame& frame);
  // The next frame of that link; one must be under way to this end.
  Frame receive(LinkIndex link);
  // Any frame; one must be under way to this end.
  Frame receive_any();
  // How many are under way to this end.
  std::uint64_t under_way() const { return under_way_; }

 private:
  friend class FramePair;
  // As much as crosses at once: a part of the first-level cache.
  static constexpr std::size_t kGatheredMax = 256;

  struct Addressed {
    std::uint64_t link = 0;  // a whole word, so that one just written is read back without a stall
    Frame frame;
  };
  struct Socket;

  void flush();
  Addressed next();
  void fetch();

  std::unique_ptr<Socket> socket_;
  FrameEnd* peer_ = nullptr;
  std::vector<Addressed> gathered_;  // sent, and not yet given to ZeroMQ
  std::uint64_t crossing_ = 0;       // messages of ZeroMQ on their way to this end
  const Addressed* arrived_ = nullptr;
  const Addressed* arrived_end_ = nullptr;
  IndexedVector<LinkIndex, RingBuffer<Frame>> early_;  // by link: received while another link's was asked for
  std::uint64_t early_count_ = 0;
  std::uint64_t under_way_ = 0;
};

class FramePair {
 public:
  // Numbers differ among the pairs of a process. Throws zmq::error_t.
  explicit FramePair(std::uint64_t number);

  FrameEnd bus;
  FrameEnd components;
};

// How many file descriptors a pair takes; the first one of a process takes those of its context besides,
// which lasts as long as the process.
inline constexpr std::size_t kDescriptorsOfPair = 2;
inline constexpr std::size_t kDescriptorsOfContext = 4;

// Pairs are used again: ZeroMQ closes a socket some time later, in a thread of its own, and a process that
// makes many worlds would run out of descriptors. One that is given back has nothing under way.
struct GiveBackFramePair {
  void operator()(FramePair* pair) const;
};
using BorrowedFramePair = std::unique_ptr<FramePair, GiveBackFramePair>;
// Throws RunError when the system has not enough file descriptors for it; libzmq itself would end the
// process. Any thread.
BorrowedFramePair borrow_frame_pair();

}  // namespace dse
