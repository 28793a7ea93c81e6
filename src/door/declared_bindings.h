// Bindings from one exchange that are several to clients and one to the broker: those that differ in what
// this type of exchange pays no attention to. Each of them has to be removed before the broker's is.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "dse/binding.h"
#include "dse/exchange_options.h"
#include "dse/headers.h"

namespace dse {

class DeclaredBindings {
 public:
  // Notes that a client has made a binding, with these arguments; `is_new`: the broker did not have it.
  // Returns whether there is something more to keep, there or here.
  bool add(ExchangeType type, const BindingSpec& binding, const Headers& arguments, bool is_new);
  // Notes that a client removes one. Returns whether nothing is left of it, so that the broker's is to be
  // removed.
  bool remove(ExchangeType type, const BindingSpec& binding, const Headers& arguments);
  // What was bound to a queue or an exchange that is gone is no longer bound.
  void forget(std::string_view destination, BindingTarget target);

 private:
  struct Variant {
    std::string key;
    Headers arguments;
    // What it asks for: only of a headers exchange.
    Headers conditions;
    HeaderMatch match = HeaderMatch::kAll;
  };
  using Way =
      std::tuple<BindingTarget, std::string, std::string>;  // to what, and by which key if that counts

  static Way way_of(ExchangeType type, const BindingSpec& binding);

  // Without those that are alone on their way, and have neither arguments nor a key that does not count.
  std::map<Way, std::vector<Variant>> variants_;
};

}  // namespace dse
