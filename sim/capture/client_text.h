// What a client of a listener did, for human readers.
#pragma once

#include <string>
#include <string_view>

#include "door/client_command.h"

namespace dse {

// "queue.declare", as AMQP calls the method; "connected", "gone", "failed" or "written" where it is none.
std::string_view name_of(const ClientAction& action);

// What it did in one line, without what a publication's message says: "queue.declare jobs durable",
// "basic.publish to '' mandatory", "connected as guest".
std::string text_of(const ClientAction& action);

// "{ name = value, ... }", or "{}".
std::string capture_headers_text(const Headers& headers);

}  // namespace dse
