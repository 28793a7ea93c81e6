#include "listener/listener.h"

#include <utility>

#include "listener/listener_thread.h"

namespace dse {

Listener::Listener(ListenerOptions options) : thread_(std::make_unique<ListenerThread>(std::move(options))) {}
Listener::~Listener() = default;

std::uint16_t Listener::port() const { return thread_->port(); }
std::vector<ClientCommand> Listener::take() { return thread_->take(); }
void Listener::send(std::vector<ClientReply>&& replies) { thread_->send(std::move(replies)); }
void Listener::hold_up(bool held) { thread_->hold_up(held); }
void Listener::stop() { thread_->stop(); }

}  // namespace dse
