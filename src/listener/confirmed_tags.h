// Which publications of a channel have been confirmed, so that several confirms can be sent as one.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace dse {

class ConfirmedTags {
 public:
  // Notes that the tags from first to last are settled. Returns whether all before them are settled as well,
  // so that one confirm with `multiple` settles just these.
  bool settle(std::uint64_t first, std::uint64_t last);

 private:
  void advance();

  std::uint64_t through_ = 0;  // all tags up to here are settled
  // Ranges beyond it, in order, with gaps between them.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> beyond_;
  bool gave_up_ = false;  // there were too many gaps to remember
};

}  // namespace dse
