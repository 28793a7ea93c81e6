#include "sim/conform/case_minimiser.h"

#include <algorithm>
#include <utility>

#include "sim/conform/simpler_forms.h"

namespace dse {
namespace {

class CaseMinimiser {
 public:
  CaseMinimiser(const ConformCase& drawn, const Comparison& failing,
                const std::function<Comparison(const ConformCase&)>& run,
                const std::atomic<bool>& interrupted)
      : run_(run), interrupted_(interrupted), best_{drawn, failing} {}

  MinimisedCase run() {
    drop_what_follows();
    bool smaller = true;
    while (smaller) {
      smaller = drop_operations();
      smaller = simplify() || smaller;
    }
    return std::move(best_);
  }

 private:
  std::vector<Operation>& operations() { return best_.smallest.operations; }
  bool at_end() const { return interrupted_.load() || best_.runs >= kCaseMinimiserRunsMax; }

  // Whether the sides differ on the case; if so, it is now the smallest.
  bool accept(ConformCase smaller) {
    if (at_end()) return false;
    ++best_.runs;
    Comparison comparison = run_(smaller);
    if (!comparison.differs) return false;
    best_.smallest = std::move(smaller);
    best_.comparison = std::move(comparison);
    drop_what_follows();
    return true;
  }

  // Drops the operations after the one that differs. What was done stays the same, so no run is needed:
  // either an operation differs and was the last one done, or all operations were done.
  void drop_what_follows() {
    operations().resize(std::min(operations().size(), best_.comparison.steps.size()));
  }

  bool drop_operations() {
    bool dropped = false;
    for (std::size_t length = std::max<std::size_t>(1, operations().size() / 2); length > 0; length /= 2) {
      // This goes from the end, because later operations depend on earlier ones.
      for (std::size_t end = operations().size(); end > 0 && !at_end();) {
        const std::size_t begin = end - std::min(length, end);
        ConformCase smaller = best_.smallest;
        smaller.operations.erase(smaller.operations.begin() + static_cast<std::ptrdiff_t>(begin),
                                 smaller.operations.begin() + static_cast<std::ptrdiff_t>(end));
        dropped = accept(std::move(smaller)) || dropped;
        end = std::min(begin, operations().size());
      }
    }
    return dropped;
  }

  bool simplify() {
    bool simpler = false;
    for (std::size_t place = 0; place < operations().size(); ++place) {
      while (simplify(place)) simpler = true;
    }
    return simpler;
  }

  bool simplify(std::size_t place) {
    if (place >= operations().size()) return false;
    for (Operation& form : simpler_forms(operations()[place])) {
      ConformCase smaller = best_.smallest;
      smaller.operations[place] = std::move(form);
      if (accept(std::move(smaller))) return true;
    }
    return false;
  }

  const std::function<Comparison(const ConformCase&)>& run_;
  const std::atomic<bool>& interrupted_;
  MinimisedCase best_;
};

}  // namespace

MinimisedCase minimise_case(const ConformCase& drawn, const Comparison& failing,
                            const std::function<Comparison(const ConformCase&)>& run,
                            const std::atomic<bool>& interrupted) {
  return CaseMinimiser(drawn, failing, run, interrupted).run();
}

}  // namespace dse
