#include "bus/pair.h"

#include <fmt/format.h>

#include "core/check.h"
#include "core/error.h"

namespace dse {

PairEnd::PairEnd(zmq::context_t& context) : socket_(context, zmq::socket_type::pair) {
  socket_.set(zmq::sockopt::sndhwm, 0);  // 0: no limit
  socket_.set(zmq::sockopt::rcvhwm, 0);
  socket_.set(zmq::sockopt::linger, 0);
}

void PairEnd::send(const Frame& frame) {
  if (peer_->under_way_ >= kUnderWayMax) {
    throw RunError(fmt::format("more than {} frames are under way to one component: lower the rate or the latency",
                               kUnderWayMax));
  }
  const auto sent = socket_.send(zmq::buffer(frame.bytes), zmq::send_flags::dontwait);
  DSE_CHECK(sent == Frame::kBytes, "an inproc socket without a high-water mark refused a frame");
  ++peer_->under_way_;
}

Frame PairEnd::receive() {
  DSE_CHECK(under_way_ > 0, "nothing is under way to this end");
  Frame frame;
  const auto received = socket_.recv(zmq::buffer(frame.bytes), zmq::recv_flags::dontwait);
  DSE_CHECK(received && received->size == Frame::kBytes, "a frame that was sent did not arrive");
  --under_way_;
  return frame;
}

}  // namespace dse
