// Makes a connection in a way that can be given up while the broker is silent: the name lookup,
// connecting and the handshakes may each take very long.
#pragma once

#include <functional>
#include <memory>

#include "amqp/connection.h"

namespace dse {

// Does what the constructor of Connection does. Throws Interrupted soon after `given_up` has become
// true; the attempt then ends by itself, on a detached thread. Any thread.
std::unique_ptr<Connection> connect(const ConnectionOptions& options, const std::function<bool()>& given_up);
// As above; given up when `options.interrupted` becomes true.
std::unique_ptr<Connection> connect(const ConnectionOptions& options);

}  // namespace dse
