// Serves the live page of a run over HTTP, in threads of its own. Who has the token of the page's URL may
// look and steer; nobody else, whatever page a browser shows besides (CWE-352, DNS rebinding): the request's
// Host must be the server's own, and its Origin, if it has one, too.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/live/live_address.h"
#include "sim/live/live_state.h"
#include "sim/live/virtual_pace.h"

namespace dse {

class LiveServer {
 public:
  struct Options {
    LiveAddress address;
    std::string page;  // the HTML of the page; it asks for "events" and "control", relative to itself
  };
  // Serves from now on. `state` and `pace` must outlive the server. Throws a RunError when it cannot listen
  // there, such as when the port is in use.
  LiveServer(Options options, LiveState& state, VirtualPace& pace);
  // Ends all connections.
  ~LiveServer();
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  // With its token.
  std::string url() const;
  // Waits until everybody who looks has got the last frame, but no longer than two seconds.
  void wait_for_viewers();

 private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

}  // namespace dse
