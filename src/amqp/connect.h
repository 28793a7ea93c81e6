// Makes a connection without having to wait for a broker that is silent: looking up a name,
// connecting and the handshakes may each take as long as they like.
#pragma once

#include <functional>
#include <memory>

#include "amqp/connection.h"

namespace dse {

// Does what the constructor of Connection does. Throws Interrupted soon after `given_up` has become
// true; the attempt then ends by itself, on a thread that nobody waits for. Any thread.
std::unique_ptr<Connection> connect(const ConnectionOptions& options, const std::function<bool()>& given_up);
// Given up when `options.interrupted` says so.
std::unique_ptr<Connection> connect(const ConnectionOptions& options);

}  // namespace dse
