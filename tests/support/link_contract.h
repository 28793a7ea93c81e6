// What every link promises (src/sdk/link.h), as cases that run on links of any kind: the fake one,
// the one of the process, and the one to a broker.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "dse/machine.h"

// Machines on links of one kind, which share a bus.
class LinkRig {
 public:
  virtual ~LinkRig() = default;
  // A machine on a link of its own.
  virtual dse::Machine& add(const std::string& name) = 0;
  // Takes away the machine, which has ended, and its link.
  virtual void remove(dse::Machine& machine) = 0;
  // Moves everything on until it is so. Throws when it never is.
  virtual void run_until(const std::function<bool()>& done) = 0;
  // What to call a resource: others may use the same bus.
  virtual std::string resource(const std::string& name) { return name; }
};

struct LinkPromise {
  const char* text;
  void (*check)(LinkRig& rig);
};
std::span<const LinkPromise> link_contract();
