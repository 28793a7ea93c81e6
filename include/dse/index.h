// Numbers from 0 that name things of one kind. Numbers of two kinds cannot be mixed up, nor be taken for
// counts.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dse {

template <typename Kind, typename Number = std::uint32_t>
class Index {
 public:
  constexpr Index() = default;
  constexpr explicit Index(Number number) : number_(number) {}

  constexpr Number number() const { return number_; }
  friend constexpr auto operator<=>(Index, Index) = default;
  // The next one.
  constexpr Index& operator++() {
    ++number_;
    return *this;
  }

 private:
  Number number_ = 0;
};

// A component of a run, and its link to the Data Bus: each component has one link.
using ComponentIndex = Index<struct ComponentKind>;
// A resource: its exchange, and its queue.
using ResourceIndex = Index<struct ResourceKind>;

// A vector whose elements have numbers of one kind.
template <typename Key, typename T>
class IndexedVector {
 public:
  IndexedVector() = default;
  explicit IndexedVector(std::vector<T> elements) : elements_(std::move(elements)) {}

  T& operator[](Key key) { return elements_[key.number()]; }
  const T& operator[](Key key) const { return elements_[key.number()]; }
  // Throws std::out_of_range.
  const T& at(Key key) const { return elements_.at(key.number()); }

  std::size_t size() const { return elements_.size(); }
  bool empty() const { return elements_.empty(); }
  bool contains(Key key) const { return key.number() < elements_.size(); }
  // The key that the next element will have.
  Key next() const { return Key(static_cast<std::uint32_t>(elements_.size())); }
  // Adds an element at the end, and returns its key.
  Key push_back(T element) {
    const Key key = next();
    elements_.push_back(std::move(element));
    return key;
  }
  void resize(std::size_t size) { elements_.resize(size); }
  void clear() { elements_.clear(); }

  auto begin() { return elements_.begin(); }
  auto end() { return elements_.end(); }
  auto begin() const { return elements_.begin(); }
  auto end() const { return elements_.end(); }

 private:
  std::vector<T> elements_;
};

}  // namespace dse
