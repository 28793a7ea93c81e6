#include "learn/hoeffding_tree.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/check.h"

namespace dse {
namespace {

constexpr std::uint32_t kSavedLeaf = 0;
constexpr std::uint32_t kSavedSplit = 1;

}  // namespace

HoeffdingTree::HoeffdingTree(const HoeffdingTreeOptions& options)
    : options_(options),
      leaves_max_(std::max<std::size_t>(
          1,
          options.bytes_max / (HoeffdingLeaf::bytes(options.features, options.classes) + kBytesBesideLeaf))),
      nodes_(1),
      depths_(1),
      row_(padded_doubles(options.features)) {
  DSE_CHECK(
      options.features > 0 && options.classes > 0 && options.grace_period > 0 && options.split.points > 0,
      "{} features, {} classes, grace period {}, {} points", options.features, options.classes,
      options.grace_period, options.split.points);
  leaves_.push_back(new_leaf(ClassWeights(options.classes)));
}

void HoeffdingTree::learn_one(std::span<const float> features, int label) {
  DSE_CHECK(label >= 0 && static_cast<std::size_t>(label) < options_.classes, "label {}", label);
  const std::size_t node = find(features);
  HoeffdingLeaf& leaf = leaves_[nodes_[node].next];
  leaf.learn_one(row_.data(), static_cast<std::size_t>(label));
  if (leaf.since_attempt() < options_.grace_period) return;
  leaf.note_attempt();
  try_split(node);
}

void HoeffdingTree::probabilities(std::span<const float> features, std::span<double> out) {
  DSE_CHECK(out.size() == options_.classes, "{} probabilities of {} classes", out.size(), options_.classes);
  const std::size_t node = find(features);
  leaves_[nodes_[node].next].probabilities(row_.data(), out);
}

std::uint32_t HoeffdingTree::depth() const { return *std::max_element(depths_.begin(), depths_.end()); }

std::vector<Split> HoeffdingTree::splits() const {
  std::vector<Split> result;
  for_each_node([&](const Node& node) {
    if (node.feature != kLeaf) result.push_back({.feature = node.feature, .threshold = node.threshold});
  });
  return result;
}

void HoeffdingTree::hash_state(Hasher& hasher) const {
  for_each_node([&](const Node& node) {
    hasher.add_u64(node.feature);
    if (node.feature == kLeaf) return leaves_[node.next].hash_state(hasher);
    hasher.add(std::as_bytes(std::span(&node.threshold, 1)));
  });
}

// The order says which node is whose child, so no index can lead astray.
void HoeffdingTree::save_state(StateWriter& writer) const {
  for_each_node([&](const Node& node) {
    if (node.feature == kLeaf) {
      writer.add_u32(kSavedLeaf);
      return leaves_[node.next].save_state(writer);
    }
    writer.add_u32(kSavedSplit);
    writer.add_u32(node.feature);
    writer.add_f64(node.threshold);
  });
}

void HoeffdingTree::load_state(StateReader& reader) {
  nodes_.assign(1, {});
  leaves_.clear();
  depths_.clear();
  std::vector<std::pair<std::size_t, std::uint32_t>> missing = {{0, 0}};  // nodes and their depths
  while (!missing.empty()) {
    const auto [node, depth] = missing.back();
    missing.pop_back();
    const std::uint32_t kind = reader.u32();
    if (kind == kSavedLeaf) {
      nodes_[node].next = static_cast<std::uint32_t>(leaves_.size());
      depths_.push_back(depth);
      leaves_.push_back(new_leaf(ClassWeights(options_.classes)));
      leaves_.back().load_state(reader);
      continue;
    }
    if (kind != kSavedSplit) reader.refuse("a node that is neither a leaf nor a split");
    const std::uint32_t feature = reader.u32();
    if (feature >= options_.features) reader.refuse("a split by a feature that is not among its features");
    const auto left = static_cast<std::uint32_t>(nodes_.size());
    nodes_[node] = {.threshold = reader.f64(), .feature = feature, .next = left};
    nodes_.resize(nodes_.size() + 2);
    missing.emplace_back(left + 1, depth + 1);
    missing.emplace_back(left, depth + 1);
  }
}

std::size_t HoeffdingTree::find(std::span<const float> features) {
  DSE_CHECK(features.size() == options_.features, "{} values of {} features", features.size(),
            options_.features);
  std::copy(features.begin(), features.end(), row_.begin());
  std::size_t at = 0;
  while (nodes_[at].feature != kLeaf) {
    const Node& node = nodes_[at];
    at = node.next + (row_[node.feature] > node.threshold ? 1U : 0U);
  }
  return at;
}

void HoeffdingTree::try_split(std::size_t node) {
  const std::uint32_t number = nodes_[node].next;
  const HoeffdingLeaf& leaf = leaves_[number];
  if (leaves_.size() >= leaves_max_ || depths_[number] >= options_.max_depth || leaf.classes() < 2) return;
  // Not to split is a candidate, too.
  Split best;
  double second_merit = -std::numeric_limits<double>::infinity();
  bool split_is_best = false;
  for (std::size_t feature = 0; feature < options_.features; ++feature) {
    const std::optional<Split> candidate = best_split(leaf.observers(), feature, options_.split);
    if (!candidate) continue;
    if (candidate->merit > best.merit) {
      second_merit = best.merit;
      best = *candidate;
      split_is_best = true;
    } else {
      second_merit = std::max(second_merit, candidate->merit);
    }
  }
  if (!split_is_best) return;
  const double bound = hoeffding_bound(merit_range(options_.split.criterion, leaf.classes()),
                                       options_.split_confidence, leaf.weight());
  if (best.merit - second_merit > bound || bound < options_.tie_threshold) split(node, best);
}

void HoeffdingTree::split(std::size_t node, const Split& split) {
  const std::uint32_t left = nodes_[node].next;
  Parts parts = parts_of(leaves_[left].observers(), split);
  const auto right = static_cast<std::uint32_t>(leaves_.size());
  leaves_[left] = new_leaf(std::move(parts.left));
  leaves_.push_back(new_leaf(std::move(parts.right)));
  ++depths_[left];
  depths_.push_back(depths_[left]);
  nodes_[node] = {.threshold = split.threshold,
                  .feature = static_cast<std::uint32_t>(split.feature),
                  .next = static_cast<std::uint32_t>(nodes_.size())};
  nodes_.push_back({.next = left});
  nodes_.push_back({.next = right});
}

HoeffdingLeaf HoeffdingTree::new_leaf(ClassWeights weights) const {
  return HoeffdingLeaf(options_.leaf, options_.features, std::move(weights));
}

template <typename Visit>
void HoeffdingTree::for_each_node(const Visit& visit) const {
  std::vector<std::uint32_t> waiting = {0};
  while (!waiting.empty()) {
    const Node& node = nodes_[waiting.back()];
    waiting.pop_back();
    visit(node);
    if (node.feature == kLeaf) continue;
    waiting.push_back(node.next + 1);
    waiting.push_back(node.next);
  }
}

}  // namespace dse
