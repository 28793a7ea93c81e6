// What every link promises (src/sdk/link.h), as cases that run on links of any kind: the fake one,
// the in-process one, and the one to a real broker.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "dse/machine.h"

// Machines on links of one kind, which share a bus.
class LinkRig {
 public:
  virtual ~LinkRig() = default;
  // Adds a machine on its own link.
  virtual dse::Machine& add(const std::string& name) = 0;
  // Removes the machine, which must have ended, and its link.
  virtual void remove(dse::Machine& machine) = 0;
  // Runs everything until the condition holds. Throws when it never does.
  virtual void run_until(const std::function<bool()>& done) = 0;
  // Makes a queue that refuses what is published to it once it holds `length` messages. Nothing may have
  // used the resource before.
  virtual void limit(const std::string& resource, int length) = 0;
  // Returns the name to use for a resource, because other tests may use the same bus.
  virtual std::string resource(const std::string& name) { return name; }
};

struct LinkPromise {
  const char* text;
  void (*check)(LinkRig& rig);
};
std::span<const LinkPromise> link_contract();
