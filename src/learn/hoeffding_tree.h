// A decision tree for streams that are longer than memory: the Hoeffding tree, or VFDT (Domingos and Hulten,
// "Mining high-speed data streams", KDD 2000). Each example goes to one leaf, which only keeps sums. A leaf
// is split once its best split is better than the second best, and than none, with high probability by
// Hoeffding's bound. All features are numeric; their values are finite. One thread.
//
// As in MOA (Bifet, Holmes, Kirkby and Pfahringer, JMLR 11, 2010), the parts of a split inherit the class
// weights that the split was judged by, and these count in Hoeffding's bound. As in the paper, "no split" is
// a candidate of merit 0, and a leaf for which it is the best goes on learning and is judged again later.
//
// A tree has a greatest size: when it is reached, no leaf is split any more, and all go on learning. (The
// paper instead takes from the least promising leaves what they have learned; then these predict by their
// majority alone.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"
#include "learn/hoeffding_leaf.h"
#include "learn/split_search.h"

namespace dse {

// Defaults without another source are those of the paper's experiments (its section 4), and of MOA and River.
struct HoeffdingTreeOptions {
  std::size_t features = 1;
  std::size_t classes = 2;
  LeafPredictor leaf = LeafPredictor::kAdaptive;  // the default of MOA and River
  // How many examples come to a leaf from one attempt to split it to the next: n_min of the paper.
  std::uint64_t grace_period = 200;
  // The probability with which a split may be the wrong one: delta of the paper.
  double split_confidence = 1e-7;
  // A leaf is split in any case once the bound is below this, because its best splits are alike: tau.
  double tie_threshold = 0.05;
  // The criterion of the paper; 10 thresholds and 1 % of the examples on each side are what MOA and River
  // use.
  SplitOptions split;
  // No leaf is deeper; the root has depth 0.
  std::uint32_t max_depth = 1'000;
  // The most memory that nodes and leaves take, each leaf counted as if it had seen all classes. A tree has
  // at least one leaf. As much as in River.
  std::size_t bytes_max = std::size_t{100} << 20;
};

class HoeffdingTree {
 public:
  explicit HoeffdingTree(const HoeffdingTreeOptions& options);

  // Labels are 0 … classes - 1.
  void learn_one(std::span<const float> features, int label);
  // The probability of each class, by the leaf to which the row belongs. Before the first example, all are
  // equal.
  void probabilities(std::span<const float> features, std::span<double> out);

  std::size_t leaves() const { return leaves_.size(); }
  std::size_t leaves_max() const { return leaves_max_; }
  std::uint32_t depth() const;
  // The splits of the tree, each before those to its left, and these before those to its right. A merit is
  // not kept.
  std::vector<Split> splits() const;

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  // An inner node, or the place of a leaf. The children of an inner node stand side by side.
  struct Node {
    double threshold = 0;  // at most this goes left
    std::uint32_t feature = kLeaf;
    std::uint32_t next = 0;  // the left child; of a leaf, its number
  };
  static constexpr std::uint32_t kLeaf = 0xffffffff;
  // What a tree has for each leaf beside it: two nodes, and a depth.
  static constexpr std::size_t kBytesBesideLeaf = 2 * sizeof(Node) + sizeof(std::uint32_t);

  // Fills row_ and returns the index of the leaf's node.
  std::size_t find(std::span<const float> features);
  void try_split(std::size_t node);
  void split(std::size_t node, const Split& split);
  HoeffdingLeaf new_leaf(ClassWeights weights) const;
  // Calls visit(node) for each node, a parent before its children, and what is left before what is
  // right.
  template <typename Visit>
  void for_each_node(const Visit& visit) const;

  HoeffdingTreeOptions options_;
  std::size_t leaves_max_;
  std::vector<Node> nodes_;  // the first is the root
  std::vector<HoeffdingLeaf> leaves_;
  std::vector<std::uint32_t> depths_;  // one for each leaf
  Doubles row_;
};

}  // namespace dse
