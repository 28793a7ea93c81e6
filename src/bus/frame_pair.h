// The ZeroMQ inproc PAIR that all components of a world share with its Data Bus: two sockets,
// however many components there are. A frame names the link that it belongs to; frames of one link
// arrive in the order in which they were sent, and the receiver says which link's frame it wants.
//
// Frames are gathered and cross together: a ZeroMQ message is sent when the other end has nothing
// left to read, or when many frames have gathered. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "bus/frame.h"
#include "dse/index.h"
#include "dse/ring_buffer.h"

namespace dse {

// A link has the number of its component.
using LinkIndex = ComponentIndex;

class FrameEnd {
 public:
  // More frames than this under way to one end are a RunError.
  static constexpr std::uint64_t kUnderWayMax = 10'000'000;

  FrameEnd();
  ~FrameEnd();
  FrameEnd(const FrameEnd&) = delete;
  FrameEnd& operator=(const FrameEnd&) = delete;

  // Sends without blocking; nothing is ever dropped.
  void send(LinkIndex link, const Frame& frame);
  // Returns the next frame of this link; one must be under way to this end.
  Frame receive(LinkIndex link);
  // Returns any frame; one must be under way to this end.
  Frame receive_any();
  // The number of frames under way to this end.
  std::uint64_t under_way() const { return under_way_; }

 private:
  friend class FramePair;
  // The most frames that cross at once: they fill a part of the first-level cache.
  static constexpr std::size_t kGatheredMax = 256;

  struct Addressed {
    std::uint64_t link = 0;  // a whole word, so that one just written is read back without a stall
    Frame frame;
  };
  struct Socket;

  // Apart from what is called for each frame, which so stays small.
  [[noreturn, gnu::cold]] static void fail_for_rate();
  [[gnu::noinline]] void flush();
  [[gnu::noinline]] Frame search(LinkIndex link);
  Addressed next();
  void fetch();

  std::unique_ptr<Socket> socket_;
  FrameEnd* peer_ = nullptr;
  std::array<Addressed, kGatheredMax> gathered_;  // the first gathered_count_: not yet given to ZeroMQ
  std::size_t gathered_count_ = 0;
  std::uint64_t crossing_ = 0;  // ZeroMQ messages on their way to this end
  const Addressed* arrived_ = nullptr;
  const Addressed* arrived_end_ = nullptr;
  IndexedVector<LinkIndex, RingBuffer<Frame>> early_;  // by link: received while waiting for another's
  std::uint64_t early_count_ = 0;
  std::uint64_t under_way_ = 0;
};

class FramePair {
 public:
  // Every pair of a process has its own number. Throws zmq::error_t.
  explicit FramePair(std::uint64_t number);

  FrameEnd bus;
  FrameEnd components;
};

// The file descriptors that a pair takes; the first pair of a process also takes those of the
// context, which lasts as long as the process.
inline constexpr std::size_t kDescriptorsOfPair = 2;
inline constexpr std::size_t kDescriptorsOfContext = 4;

// Pairs are reused: ZeroMQ closes a socket some time later, in its own thread, and a process that
// makes many worlds would run out of descriptors. A pair that is given back has nothing under way.
struct GiveBackFramePair {
  void operator()(FramePair* pair) const;
};
using BorrowedFramePair = std::unique_ptr<FramePair, GiveBackFramePair>;
// Throws RunError when the system has too few file descriptors; libzmq itself would end the
// process. Any thread.
BorrowedFramePair borrow_frame_pair();

}  // namespace dse
