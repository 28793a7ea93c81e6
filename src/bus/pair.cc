#include "bus/pair.h"

#include <fmt/format.h>

#include <cerrno>

#include "core/check.h"
#include "dse/error.h"

namespace dse {
namespace {

// ZeroMQ looks at its signals now and then inside a call, and gives up when a signal of the system (Ctrl-C)
// comes just then.
template <typename ZmqCall>
int until_not_interrupted(ZmqCall call) {
  int result = call();
  while (result == -1 && zmq_errno() == EINTR) result = call();
  return result;
}

}  // namespace

void PairEnd::bind(const std::string& address) {
  const int result = until_not_interrupted([&] { return zmq_bind(socket_.handle(), address.c_str()); });
  if (result != 0) throw zmq::error_t();
}

void PairEnd::connect(const std::string& address) {
  const int result = until_not_interrupted([&] { return zmq_connect(socket_.handle(), address.c_str()); });
  if (result != 0) throw zmq::error_t();
}

PairEnd::PairEnd(zmq::context_t& context) : socket_(context, zmq::socket_type::pair) {
  socket_.set(zmq::sockopt::sndhwm, 0);  // 0: no limit
  socket_.set(zmq::sockopt::rcvhwm, 0);
  socket_.set(zmq::sockopt::linger, 0);
}

void PairEnd::send(const Frame& frame) {
  if (peer_->under_way_ >= kUnderWayMax) {
    throw RunError(fmt::format(
        "more than {} frames are under way to one component: lower the rate or the latency", kUnderWayMax));
  }
  // The C calls: cppzmq's wrappers ask for size and data several times over, and this is the hottest place.
  zmq_msg_t message;
  zmq_msg_init_size(&message, Frame::kBytes);
  auto* words = static_cast<std::uint64_t*>(zmq_msg_data(&message));
  for (std::size_t word = 0; word < frame.words.size(); ++word) words[word] = frame.words[word];
  const int sent =
      until_not_interrupted([&] { return zmq_msg_send(&message, socket_.handle(), ZMQ_DONTWAIT); });
  DSE_CHECK(sent == static_cast<int>(Frame::kBytes),
            "an inproc socket without a high-water mark refused a frame");
  ++peer_->under_way_;
}

Frame PairEnd::receive() {
  DSE_CHECK(under_way_ > 0, "nothing is under way to this end");
  const int received =
      until_not_interrupted([&] { return zmq_msg_recv(received_.handle(), socket_.handle(), ZMQ_DONTWAIT); });
  DSE_CHECK(received == static_cast<int>(Frame::kBytes), "a frame that was sent did not arrive");
  Frame frame;
  const auto* words = static_cast<const std::uint64_t*>(received_.data());
  for (std::size_t word = 0; word < frame.words.size(); ++word) frame.words[word] = words[word];
  --under_way_;
  return frame;
}

}  // namespace dse
